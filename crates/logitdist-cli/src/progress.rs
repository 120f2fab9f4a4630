//! How far a command is: a bar on standard error if that is a terminal; long ones say a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use logitdist::Stage;
use logitdist_io::say;
use logitdist_results::number::short;
use logitdist_train::EpochRecord;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Comparisons that take no longer need no bar.
const REDRAWN: Duration = Duration::from_millis(200);

/// How much a command says on standard error beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing.
    Quiet,
    /// Bars on a terminal, notes, and a line now and then of what takes long.
    Normal,
    /// Lines in place of bars, and more of them.
    Verbose,
}

/// That of this process, set by its command line.
static VERBOSITY: AtomicU8 = AtomicU8::new(Verbosity::Normal as u8);

impl Verbosity {
    /// Sets it for the command that follows.
    pub fn set(self) {
        VERBOSITY.store(self as u8, Ordering::Relaxed);
    }

    fn get() -> Verbosity {
        let all = [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose];
        all.into_iter().find(|v| *v as u8 == VERBOSITY.load(Ordering::Relaxed)).unwrap_or(Verbosity::Normal)
    }
}

/// How often a line is said where there is no bar; `None` for never.
pub fn between_lines() -> Option<Duration> {
    match Verbosity::get() {
        Verbosity::Quiet => None,
        Verbosity::Normal => Some(Duration::from_secs(10)),
        Verbosity::Verbose => Some(Duration::from_secs(1)),
    }
}

/// Says something that is no error.
pub fn note(text: &str) {
    if Verbosity::get() != Verbosity::Quiet {
        say(format_args!("note: {text}"));
    }
}

/// A bar of this many steps; none where nobody looks.
pub fn bar(total: usize, style: impl FnOnce() -> ProgressStyle) -> Option<ProgressBar> {
    let wanted = Verbosity::get() == Verbosity::Normal && std::io::stderr().is_terminal();
    wanted.then(|| ProgressBar::new(total as u64).with_style(style()))
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
pub struct Progress {
    bar: Option<ProgressBar>,
    /// Since when, and the stage that was said last, where stages are said.
    said: Option<(Instant, Mutex<&'static str>)>,
}

impl Progress {
    /// Progress over so many rows in all.
    pub fn new(rows: usize) -> Progress {
        let template = "{spinner} {msg:13} {wide_bar} {human_pos}/{human_len} rows, {elapsed}";
        let bar = bar(rows, || style(template));
        bar.iter().for_each(|bar| bar.enable_steady_tick(REDRAWN));
        let is_verbose = Verbosity::get() == Verbosity::Verbose;
        Progress { bar, said: is_verbose.then(|| (Instant::now(), Mutex::new(""))) }
    }

    /// So many rows of a stage are done.
    pub fn watch(&self, stage: Stage, rows: usize) {
        let words = match stage {
            Stage::Labels => "labels",
            Stage::Inputs => "inputs",
            Stage::Probability => "probabilities",
            Stage::Measures => "measures",
        };
        if let Some((start, last)) = &self.said {
            let mut last = last.lock().expect("no thread panicked");
            if *last != words {
                *last = words;
                say(format_args!("{:.1} s: {words}", start.elapsed().as_secs_f64()));
            }
        }
        if let Some(bar) = &self.bar {
            bar.set_message(words);
            bar.inc(rows as u64);
        }
    }
}

impl Drop for Progress {
    /// The bar disappears, on an error too.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
