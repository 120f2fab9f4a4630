//! How a result is printed, and where it goes: standard output, or a file that is whole or not there.

use anyhow::Context;
use clap::ValueEnum;
use logitdist_io::WholeFile;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One object, tokens as keys.
    Json,
    /// One number a line.
    Csv,
}

/// Writes to standard output. A reader that has gone away is no error.
pub fn to_stdout(content: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(content).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the result cannot be written to standard output"),
    }
}

/// Writes a file that is whole or not there; a pipe or device is written to as it is.
pub fn to_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let write = || match fs::metadata(path) {
        Ok(found) if !found.is_file() => fs::OpenOptions::new().write(true).open(path)?.write_all(content),
        _ => WholeFile::write(path, content),
    };
    write().with_context(|| format!("{}: the result cannot be written", path.display()))
}
