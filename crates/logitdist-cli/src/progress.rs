//! How far a command is: a bar on standard error if that is a terminal; long ones say a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use logitdist::Stage;
use logitdist_results::number::short;
use logitdist_train::EpochRecord;
use std::io::IsTerminal;
use std::time::Duration;

/// Comparisons that take no longer need no bar.
const REDRAWN: Duration = Duration::from_millis(200);

/// How often a line is said where there is no bar.
pub const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// A bar of this many steps; none where nobody looks.
pub fn bar(total: usize, style: impl FnOnce() -> ProgressStyle) -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| ProgressBar::new(total as u64).with_style(style()))
}

/// A style for bars.
pub fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is well-formed")
}

/// The loss of an epoch: that of the validation set, if there is one.
pub fn loss(record: &EpochRecord) -> String {
    short(record.validation_loss.unwrap_or(record.loss))
}

/// A bar over the rows of labels and inputs; nothing where nobody looks.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Progress over so many rows in all.
    pub fn new(rows: usize) -> Progress {
        let template = "{spinner} {msg:13} {wide_bar} {human_pos}/{human_len} rows, {elapsed}";
        let bar = bar(rows, || style(template));
        bar.iter().for_each(|bar| bar.enable_steady_tick(REDRAWN));
        Progress(bar)
    }

    /// So many rows of a stage are done.
    pub fn watch(&self, stage: Stage, rows: usize) {
        let Some(bar) = &self.0 else { return };
        bar.set_message(match stage {
            Stage::Labels => "labels",
            Stage::Inputs => "inputs",
            Stage::Probability => "probabilities",
            Stage::Measures => "measures",
        });
        bar.inc(rows as u64);
    }
}

impl Drop for Progress {
    /// The bar disappears, on an error too.
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
