//! The command, for those who have the package and no Rust.

use pyo3::prelude::*;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs a command line, the name of the program first; gives the exit code.
#[pyfunction]
pub fn command(py: Python<'_>, line: Vec<OsString>) -> u8 {
    let code = py.detach(|| logitdist_cli::run(line));
    (0..=u8::MAX).find(|number| ExitCode::from(*number) == code).unwrap_or(u8::MAX)
}
