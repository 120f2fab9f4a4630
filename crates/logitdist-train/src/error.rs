//! What can be wrong with data, a spec or a training.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why data could not be used, or a network not be trained, saved or read.
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
    /// The loss or the weights left the range of numbers.
    #[error(
        "training diverged in epoch {epoch}, at step {step}: {reason}; a smaller learning rate (`learning_rate`) may help"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step, from 1.
        step: usize,
        /// What was no finite number.
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
    Err(TrainError::Setting { key, value: value.to_string(), needed: needed.to_string() })
}
