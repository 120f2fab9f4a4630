//! Why a table, a picture or a report could not be made.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a table, a picture or a report could not be made from a sweep's results.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file could not be read or written.
    #[error("{}: cannot {action}: {cause}", .path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// A file is not what a sweep writes.
    #[error("{}:{line}: {message}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong, and what is needed.
        message: String,
    },
}

impl ReportError {
    pub(crate) fn io(action: &'static str, path: &Path, cause: std::io::Error) -> ReportError {
        ReportError::Io { action, path: path.to_path_buf(), cause }
    }

    pub(crate) fn content(path: &Path, line: u64, message: String) -> ReportError {
        ReportError::Content { path: path.to_path_buf(), line, message }
    }
}
