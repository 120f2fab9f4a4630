//! How far a sweep is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use logitdist_report::number::short;
use logitdist_train::EpochRecord;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// How often the bar is drawn while no cell is finished, since a training goes on.
const BETWEEN_TICKS: Duration = Duration::from_millis(500);

/// What was last told of a training, by whatever thread.
#[derive(Debug, Clone, Default)]
pub struct News(Arc<Mutex<String>>);

impl News {
    /// A training of a table of trained networks has finished an epoch.
    pub fn epoch(&self, source: &str, record: &EpochRecord) {
        let name = source.strip_prefix("train.").unwrap_or(source);
        let EpochRecord { epoch, accuracy, .. } = record;
        let loss = short(record.validation_loss.unwrap_or(record.loss));
        *self.0.lock().expect("no thread panicked") =
            format!("training {name}: epoch {epoch}, loss {loss}, accuracy {accuracy:.2}");
    }

    /// It, after a separator; empty if nothing was trained.
    pub fn after(&self, separator: &str) -> String {
        let text = self.0.lock().expect("no thread panicked");
        if text.is_empty() { String::new() } else { format!("{separator}{text}") }
    }
}

/// Counts finished cells from any thread.
pub struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    before: usize,
    done: AtomicUsize,
    start: Instant,
    last_line: Mutex<Instant>,
    news: News,
}

impl Progress {
    /// Progress towards `total` cells, of which `before` are there already; what is told of trainings stands beside it.
    pub fn new(before: usize, total: usize, news: News) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(
                "{wide_bar} {human_pos}/{human_len} cells, {per_sec}, {eta} left{training}",
            );
            let told = news.clone();
            let training = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
                // What cannot be drawn is not worth an error.
                let _ = text.write_str(&told.after("; "));
            };
            let style = style.expect("the template is well-formed").with_key("training", training);
            let bar = ProgressBar::new(total as u64).with_style(style);
            bar.enable_steady_tick(BETWEEN_TICKS);
            bar.with_position(before as u64)
        });
        let start = Instant::now();
        Progress { bar, total, before, done: AtomicUsize::new(0), start, last_line: Mutex::new(start), news }
    }

    /// One more cell is finished.
    pub fn cell(&self) {
        let done = 1 + self.done.fetch_add(1, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.inc(1);
            return;
        }
        let Ok(mut last) = self.last_line.try_lock() else { return };
        if last.elapsed() >= BETWEEN_LINES {
            *last = Instant::now();
            let rate = done as f64 / self.start.elapsed().as_secs_f64();
            // Replicates that are added as needed may be more than were foreseen.
            let left = self.total.saturating_sub(self.before + done) as f64 / rate;
            let done = self.before + done;
            let training = self.news.after("; ");
            eprintln!("{done}/{} cells, {rate:.1} cells/s, {left:.0} s left{training}", self.total);
        }
    }

    /// No more cells: the bar disappears.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_epoch_is_told_in_words() {
        let news = News::default();
        assert_eq!(news.after("; "), "");
        let record = EpochRecord {
            epoch: 120,
            step: 900,
            learning_rate: 1e-3,
            loss: 0.0312,
            validation_loss: None,
            accuracy: 0.978,
        };
        news.epoch("train.digits", &EpochRecord { epoch: 119, ..record });
        news.epoch("train.digits", &record);
        assert_eq!(news.after("; "), "; training digits: epoch 120, loss 0.0312, accuracy 0.98");
        news.epoch("train.own", &EpochRecord { loss: 1e300, ..record });
        assert_eq!(news.after(""), "training own: epoch 120, loss 1.00e300, accuracy 0.98");
        news.epoch("train.own", &EpochRecord { validation_loss: Some(2.0), ..record });
        assert_eq!(news.after(""), "training own: epoch 120, loss 2, accuracy 0.98");
    }
}
