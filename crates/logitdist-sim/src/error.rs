//! The errors of a sweep.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of the config, from 1.
    Line(usize),
    /// An override on the command line, as it was given.
    Override(String),
    /// No line in particular: the whole file.
    File,
}

/// Why a sweep did not start or did not finish.
#[derive(Debug, Error)]
pub enum SimError {
    /// A setting is wrong. This is found before anything runs.
    #[error("{}", place(.file, .origin, .key, .message))]
    Config {
        /// The config.
        file: PathBuf,
        /// Where the setting was made.
        origin: Origin,
        /// Path of the key, for example `model.dim`; empty if the text is not TOML.
        key: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A file or directory could not be read or written.
    #[error("{}: cannot {action}: {cause}", .path.display())]
    Io {
        /// What the program tried to do.
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
    /// A journal or a table could not be written. Finished cells are safe in the journal.
    #[error("{}: cannot write: {cause}; finished cells are safe: make room or restore the permission, then run the same command again", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// This program cannot use a journal.
    #[error("{}: {message}", .path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it, and how to go on.
        message: String,
    },
    /// One table would mix results of two configs, or leave some out.
    #[error("{}: {message}", .path.display())]
    Mixed {
        /// The journal of the other config.
        path: PathBuf,
        /// The difference, and how to go on.
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
    Results(#[from] logitdist_results::ResultsError),
}

impl SimError {
    /// A file or folder failed.
    pub(crate) fn io(action: &'static str, path: &Path, cause: std::io::Error) -> SimError {
        SimError::Io { action, path: path.to_path_buf(), cause }
    }

    /// A file of the results cannot be written.
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
