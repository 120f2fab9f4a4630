//! How far a sweep is: a bar on a terminal, a line every ten seconds elsewhere. On standard error.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Counts finished cells from any thread.
pub struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    before: usize,
    done: AtomicUsize,
    start: Instant,
    last_line: Mutex<Instant>,
}

impl Progress {
    /// Progress towards `total` cells, of which `before` are there already.
    pub fn new(before: usize, total: usize) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(
                "{wide_bar} {human_pos}/{human_len} cells, {per_sec}, {eta} left",
            );
            let bar = ProgressBar::new(total as u64).with_style(style.expect("the template is well-formed"));
            bar.with_position(before as u64)
        });
        let start = Instant::now();
        Progress { bar, total, before, done: AtomicUsize::new(0), start, last_line: Mutex::new(start) }
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
            eprintln!("{done}/{} cells, {rate:.1} cells/s, {left:.0} s left", self.total);
        }
    }

    /// No more cells: the bar disappears.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
