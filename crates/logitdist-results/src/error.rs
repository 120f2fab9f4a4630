//! Why results could not be read or written.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why results could not be read, or what is made of them not be written.
#[derive(Debug, Error)]
pub enum ResultsError {
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
    /// The tables are not those that the run wrote.
    #[error(
        "{}: {what}: the tables are not as the run left them; sweep or merge again to make them from the journal, or use them \
         as they are with --damaged", .folder.display()
    )]
    Damaged {
        /// The folder of the results.
        folder: PathBuf,
        /// What is wrong with which table.
        what: String,
    },
}

impl ResultsError {
    /// A file or folder failed.
    pub fn io(action: &'static str, path: &Path, cause: std::io::Error) -> ResultsError {
        ResultsError::Io { action, path: path.to_path_buf(), cause }
    }

    /// A file is not what is written there.
    pub fn content(path: &Path, line: u64, message: String) -> ResultsError {
        ResultsError::Content { path: path.to_path_buf(), line, message }
    }
}
