//! What can be wrong with data, a spec or a training.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why data could not be used, or why a network could not be trained, saved or read.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A setting is outside its range.
    #[error("`{key}` is {value}; it must be {needed}")]
    Setting {
        /// The key, for example `batch`.
        key: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        needed: String,
    },
    /// The data are no classification task.
    #[error("{0}")]
    Data(String),
    /// A file of features or labels is wrong at a place.
    #[error("{}{}: {message}", .file.display(), .line.map(|line| format!(":{line}")).unwrap_or_default())]
    File {
        /// The file.
        file: PathBuf,
        /// The line, from 1, in a text file.
        line: Option<u64>,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// An array could not be read.
    #[error(transparent)]
    Read(#[from] logitdist_io::ReadError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] logitdist_io::WriteError),
    /// The training diverged: a loss or weight is not finite, or a logit is too large.
    #[error(
        "training diverged in epoch {epoch}, at step {step}: {reason}; a smaller learning rate (`learning_rate`) may help"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step, from 1.
        step: usize,
        /// What was not finite, or too large.
        reason: String,
    },
    /// A network and data, or a teacher and a student, do not fit together.
    #[error("{0}")]
    Mismatch(String),
    /// A probe could not be fitted or applied.
    #[error("{0}")]
    Probe(String),
    /// A model could not be compressed.
    #[error(transparent)]
    Synth(#[from] logitdist_synth::SynthError),
    /// The network's outputs are no model.
    #[error("the network gives no model: {0}")]
    Model(#[from] logitdist::Error),
}

impl TrainError {
    pub(crate) fn file(file: &Path, line: Option<u64>, message: impl Into<String>) -> TrainError {
        TrainError::File { file: file.to_path_buf(), line, message: message.into() }
    }
}

/// `Ok` if `ok`, and otherwise the error that names the key, its value and what is needed.
pub(crate) fn require(
    ok: bool,
    key: &'static str,
    value: impl Display,
    needed: impl Display,
) -> Result<(), TrainError> {
    if ok {
        return Ok(());
    }
    Err(TrainError::Setting { key, value: short(&value), needed: needed.to_string() })
}

/// A value for a message; very large and very small numbers are written with a power of ten.
fn short(value: &impl Display) -> String {
    let text = value.to_string();
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() && x != 0.0 && !(1e-5..1e16).contains(&x.abs()) => format!("{x:e}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_given_shortly_and_exactly() {
        for (value, text) in [
            (1e300, "1e300"),
            (-2.5e-60, "-2.5e-60"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0, "0"),
            (2.0, "2"),
        ] {
            let message = require(false, "mix", value, "another").unwrap_err().to_string();
            assert_eq!(message, format!("`mix` is {text}; it must be another"));
        }
        for word in ["loops", "NaN", "inf"] {
            assert_eq!(short(&word), word);
        }
    }
}
