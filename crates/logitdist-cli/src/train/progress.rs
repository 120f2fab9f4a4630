//! How far a training is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use crate::progress::{bar, between_lines, loss, style};
use indicatif::ProgressBar;
use logitdist_io::say;
use logitdist_train::{Duration, EpochRecord, Network, Observer};
use std::time::Instant;

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    duration: Duration,
    last_line: Instant,
}

impl Progress {
    pub(super) fn new(duration: Duration) -> Progress {
        let (Duration::Epochs(total) | Duration::Steps(total)) = duration;
        let bar = bar(total, || style("{wide_bar} {human_pos}/{human_len}, {msg}, {eta} left"));
        Progress { bar, duration, last_line: Instant::now() }
    }

    /// The training is over: the bar disappears.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn epoch(&mut self, record: &EpochRecord, _: &Network) {
        let text = format!("loss {}, accuracy {:.3}", loss(record), record.accuracy);
        if let Some(bar) = &self.bar {
            let done = match self.duration {
                Duration::Epochs(_) => record.epoch,
                Duration::Steps(_) => record.step,
            };
            bar.set_position(done as u64);
            bar.set_message(text);
        } else if between_lines().is_some_and(|time| self.last_line.elapsed() >= time) {
            self.last_line = Instant::now();
            say(format_args!("epoch {}, step {}: {text}", record.epoch, record.step));
        }
    }
}
