//! What can be wrong with a sweep.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of the config, from 1.
    Line(usize),
    /// An override on the command line, as it was given.
    Override(String),
    /// Nowhere: the whole file is meant.
    File,
}

/// Why a sweep could not be run, or not be finished.
#[derive(Debug, Error)]
pub enum SimError {
    /// A setting is wrong; found before anything is run.
    #[error("{}", place(.file, .origin, .key, .message))]
    Config {
        /// The config.
        file: PathBuf,
        /// Where the setting was made.
        origin: Origin,
        /// Path of the key, for example `model.dim`; empty if the text is not TOML at all.
        key: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A file or directory could not be read or written.
    #[error("{}: cannot {action}: {cause}", .path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// Another process works on the same journal.
    #[error("{}: held by {holder}; wait for it, stop it, or use another folder (--out) or another shard", .path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
        /// Who holds it.
        holder: String,
    },
    /// The journal or a table could not be written: results so far are safe in the journal.
    #[error("{}: cannot write: {cause}; what was finished before is safe: make room or give back the permission, then run the same command again", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// A journal holds what this program cannot use.
    #[error("{}: {message}", .path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it, and what can be done.
        message: String,
    },
    /// Results of two configs would be mixed in one table, or some would be left out.
    #[error("{}: {message}", .path.display())]
    Mixed {
        /// The journal that was written under another config.
        path: PathBuf,
        /// The difference, and what can be done.
        message: String,
    },
    /// Two journals have different results for one cell.
    #[error(
        "{} and {} contradict each other about the cell {cell}: they were made by different programs or machines; keep one of them",
        .first.display(), .second.display()
    )]
    Contradiction {
        /// The cell in words.
        cell: String,
        /// One journal.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The request cannot be met.
    #[error("{0}")]
    Usage(String),
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {message}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The system's answer.
        message: String,
    },
    /// The summary could not be made.
    #[error(transparent)]
    Report(#[from] logitdist_report::ReportError),
}

impl SimError {
    /// An input or output error of a path.
    pub(crate) fn io(action: &'static str, path: &Path, cause: std::io::Error) -> SimError {
        SimError::Io { action, path: path.to_path_buf(), cause }
    }

    /// A file of the results that cannot be written.
    pub(crate) fn disk(path: &Path, cause: std::io::Error) -> SimError {
        SimError::Disk { path: path.to_path_buf(), cause }
    }
}

fn place(file: &Path, origin: &Origin, key: &str, message: &str) -> String {
    let origin = match origin {
        Origin::Line(line) => format!("{}:{line}", file.display()),
        Origin::Override(text) => format!("--set {text} (over {})", file.display()),
        Origin::File => file.display().to_string(),
    };
    if key.is_empty() { format!("{origin}: {message}") } else { format!("{origin}: `{key}`: {message}") }
}
