//! How far a comparison is: a bar on standard error if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use logitdist::Stage;
use std::io::IsTerminal;
use std::time::Duration;

/// Comparisons that take no longer need no bar.
const REDRAWN: Duration = Duration::from_millis(200);

/// A bar over the rows of labels and inputs; nothing where nobody looks.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Progress over so many rows in all.
    pub fn new(rows: usize) -> Progress {
        Progress(std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(
                "{spinner} {msg:13} {wide_bar} {human_pos}/{human_len} rows, {elapsed}",
            );
            let bar = ProgressBar::new(rows as u64).with_style(style.expect("the template is well-formed"));
            bar.enable_steady_tick(REDRAWN);
            bar
        }))
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
