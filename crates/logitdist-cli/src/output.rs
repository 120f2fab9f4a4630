//! Where a result goes: standard output, or a file that is whole or not there.

use anyhow::Context;
use logitdist_io::WholeFile;
use std::io::{self, Write};
use std::path::Path;

/// Writes to standard output. A reader that has gone away is no error.
pub fn to_stdout(content: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(content).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the result cannot be written to standard output"),
    }
}

/// Writes a file that is whole or not there.
pub fn to_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    WholeFile::write(path, content)
        .with_context(|| format!("{}: the result cannot be written", path.display()))
}
