//! The only place that writes to standard error.

use crate::shown::visible;
use std::fmt::Display;
use std::io::Write;

/// Writes a line to standard error, with control characters shown escaped.
///
/// A line that cannot be written, since a disk is full or the reader of a pipe has left, is dropped: no result depends on it, and the
/// exit code says how a command ended.
pub fn say(line: impl Display) {
    let line = line.to_string();
    let _ = std::io::stderr().lock().write_all(format!("{}\n", visible(&line)).as_bytes());
}
