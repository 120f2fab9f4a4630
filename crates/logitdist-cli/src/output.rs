//! How a result is printed, and where it goes: standard output, or a file that is whole or not there.

use anyhow::Context;
use clap::ValueEnum;
use logitdist_io::WholeFile;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    result_of_writing(stdout.write_all(content).and_then(|()| stdout.flush()))
}

/// What writing to standard output came to. A reader that has gone away is no error.
pub fn result_of_writing(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the result cannot be written to standard output"),
    }
}

/// Writes a file beside its place; it appears with [`Beside::finish`]. A pipe or device is written to as it is.
pub fn beside(path: &Path, content: &[u8]) -> anyhow::Result<Beside> {
    let write = || -> io::Result<Option<WholeFile>> {
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                fs::OpenOptions::new().write(true).open(path)?.write_all(content)?;
                Ok(None)
            }
            _ => {
                let mut file = WholeFile::create(path)?;
                file.write_all(content)?;
                file.flush()?;
                Ok(Some(file))
            }
        }
    };
    let file = write().with_context(|| cannot_be_written(path))?;
    Ok(Beside { path: path.into(), file })
}

/// A file that is written and has no name yet.
pub struct Beside {
    path: PathBuf,
    file: Option<WholeFile>,
}

impl Beside {
    /// Gives the file its name.
    pub fn finish(self) -> anyhow::Result<()> {
        self.file.map_or(Ok(()), WholeFile::finish).with_context(|| cannot_be_written(&self.path))
    }
}

fn cannot_be_written(path: &Path) -> String {
    format!("{}: the result cannot be written", path.display())
}
