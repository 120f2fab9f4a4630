//! How far a sweep is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use crate::progress::{BETWEEN_LINES, bar, loss, style};
use indicatif::{ProgressBar, ProgressState};
use logitdist_io::say;
use logitdist_sim::Listener;
use logitdist_train::EpochRecord;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How often the bar is redrawn. A training shows its epochs before it finishes a cell.
const BETWEEN_TICKS: Duration = Duration::from_millis(500);

/// Draws the progress of a sweep.
#[derive(Debug, Default)]
pub struct SweepProgress {
    work: OnceLock<Work>,
    done: AtomicUsize,
    training: Arc<Mutex<String>>,
}

/// What is known once the work begins.
#[derive(Debug)]
struct Work {
    bar: Option<ProgressBar>,
    before: usize,
    total: usize,
    start: Instant,
    last_line: Mutex<Instant>,
}

/// The newest epoch in words after a separator; empty if nothing was trained.
fn after(separator: &str, training: &Mutex<String>) -> String {
    let text = training.lock().expect("no thread panicked");
    if text.is_empty() { String::new() } else { format!("{separator}{text}") }
}

impl Listener for SweepProgress {
    fn begin(&self, before: usize, total: usize) {
        let bar = bar(total, || {
            let training = Arc::clone(&self.training);
            let training = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
                // What cannot be drawn is not worth an error.
                let _ = text.write_str(&after("; ", &training));
            };
            style("{wide_bar} {human_pos}/{human_len} cells, {per_sec}, {eta} left{training}")
                .with_key("training", training)
        });
        let bar = bar.map(|bar| {
            bar.enable_steady_tick(BETWEEN_TICKS);
            bar.with_position(before as u64)
        });
        let start = Instant::now();
        self.work.get_or_init(|| Work { bar, before, total, start, last_line: Mutex::new(start) });
    }

    fn cell(&self) {
        let done = 1 + self.done.fetch_add(1, Ordering::Relaxed);
        let Some(work) = self.work.get() else { return };
        if let Some(bar) = &work.bar {
            bar.inc(1);
            return;
        }
        let Ok(mut last) = work.last_line.try_lock() else { return };
        if last.elapsed() >= BETWEEN_LINES {
            *last = Instant::now();
            let rate = done as f64 / work.start.elapsed().as_secs_f64();
            let done = work.before + done;
            // Replicates that are added as needed may be more than were foreseen.
            let left = work.total.saturating_sub(done) as f64 / rate;
            let training = after("; ", &self.training);
            say(format_args!("{done}/{} cells, {rate:.1} cells/s, {left:.0} s left{training}", work.total));
        }
    }

    fn epoch(&self, source: &str, record: &EpochRecord) {
        let name = source.strip_prefix("train.").unwrap_or(source);
        let EpochRecord { epoch, accuracy, .. } = record;
        let loss = loss(record);
        *self.training.lock().expect("no thread panicked") =
            format!("training {name}: epoch {epoch}, loss {loss}, accuracy {accuracy:.2}");
    }

    fn end(&self) {
        if let Some(Work { bar: Some(bar), .. }) = self.work.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_epoch_is_told_in_words() {
        let progress = SweepProgress::default();
        let told = |separator: &str| after(separator, &progress.training);
        assert_eq!(told("; "), "");
        let record = EpochRecord {
            epoch: 120,
            step: 900,
            learning_rate: 1e-3,
            loss: 0.0312,
            validation_loss: None,
            accuracy: 0.978,
        };
        progress.epoch("train.digits", &EpochRecord { epoch: 119, ..record });
        progress.epoch("train.digits", &record);
        assert_eq!(told("; "), "; training digits: epoch 120, loss 0.0312, accuracy 0.98");
        progress.epoch("train.own", &EpochRecord { loss: 1e300, ..record });
        assert_eq!(told(""), "training own: epoch 120, loss 1.00e300, accuracy 0.98");
        progress.epoch("train.own", &EpochRecord { validation_loss: Some(2.0), ..record });
        assert_eq!(told(""), "training own: epoch 120, loss 2, accuracy 0.98");
    }
}
