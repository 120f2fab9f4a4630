//! How far a training is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use indicatif::{ProgressBar, ProgressStyle};
use logitdist_io::say;
use logitdist_results::number::short;
use logitdist_train::{Duration, EpochRecord, Network, Observer};
use std::io::IsTerminal;
use std::time::Instant;

const BETWEEN_LINES: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    duration: Duration,
    last_line: Instant,
}

impl Progress {
    pub(super) fn new(duration: Duration) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let (Duration::Epochs(total) | Duration::Steps(total)) = duration;
            let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len}, {msg}, {eta} left");
            ProgressBar::new(total as u64).with_style(style.expect("the template is well-formed"))
        });
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
        let loss = short(record.validation_loss.unwrap_or(record.loss));
        let text = format!("loss {loss}, accuracy {:.3}", record.accuracy);
        if let Some(bar) = &self.bar {
            let done = match self.duration {
                Duration::Epochs(_) => record.epoch,
                Duration::Steps(_) => record.step,
            };
            bar.set_position(done as u64);
            bar.set_message(text);
        } else if self.last_line.elapsed() >= BETWEEN_LINES {
            self.last_line = Instant::now();
            say(format_args!("epoch {}, step {}: {text}", record.epoch, record.step));
        }
    }
}
