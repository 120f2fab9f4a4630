//! How far a sweep is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use crate::progress::{bar, between_lines, loss, style};
use indicatif::{ProgressBar, ProgressState};
use logitdist_io::say;
use logitdist_results::number::short;
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

/// A rate with three digits; of slow cells the time that each takes.
fn rate(per_second: f64) -> String {
    if per_second < 1.0 && per_second > 0.0 {
        format!("{} s a cell", short(1.0 / per_second))
    } else {
        format!("{} cells/s", short(per_second))
    }
}

impl Listener for SweepProgress {
    fn begin(&self, before: usize, total: usize) {
        let bar = bar(total, || {
            let training = Arc::clone(&self.training);
            let training = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
                // What cannot be drawn is not worth an error.
                let _ = text.write_str(&after("; ", &training));
            };
            style("{wide_bar} {human_pos}/{human_len} cells, {rate}, {eta} left{training}")
                .with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    let _ = text.write_str(&rate(state.per_sec()));
                })
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
        if between_lines().is_some_and(|time| last.elapsed() >= time) {
            *last = Instant::now();
            let per_second = done as f64 / work.start.elapsed().as_secs_f64();
            let done = work.before + done;
            // Replicates that are added as needed may be more than were foreseen.
            let left = work.total.saturating_sub(done) as f64 / per_second;
            let (training, rate) = (after("; ", &self.training), rate(per_second));
            say(format_args!("{done}/{} cells, {rate}, {left:.0} s left{training}", work.total));
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
    fn rates_have_three_digits() {
        for (per_second, text) in
            [(1234.567, "1.23e3 cells/s"), (12.3456, "12.3 cells/s"), (0.25, "4 s a cell")]
        {
            assert_eq!(rate(per_second), text);
        }
    }

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
