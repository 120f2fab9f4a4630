//! Whether a folder may hold the results of a sweep: nothing is replaced there that a sweep did not write.

use crate::config::Config;
use crate::error::SimError;
use crate::journal;
use crate::manifest::is_of_a_sweep;
use crate::options::SweepOptions;
use crate::slurm;
use crate::tables::TABLES;
use logitdist_io::Claims;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files of a folder of results, beside its journals and networks.
pub fn files() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().chain(["config.toml", "manifest.json"])
}

/// Checks the folder of a sweep before anything in it changes.
///
/// # Errors
/// One of the results would replace the config or a file of data, or files that no sweep has written.
pub fn check(options: &SweepOptions, config: &Config, out: &Path) -> Result<(), SimError> {
    let mut read: Vec<&Path> = config.data.files().collect();
    // Results are continued from their own config, which then stays as it is.
    if !says(&options.config, config) {
        read.push(&options.config);
    }
    claim("--out", out, read)?;
    let is_own = says(&out.join("config.toml"), config) || (options.fresh && is_of_a_sweep(out));
    refuse_foreign(out, is_own)
}

/// Checks the folder of a merge before anything in it changes.
///
/// # Errors
/// One of the results would replace a journal that is read, or files that no sweep has written.
pub fn check_merged(out: &Path, inputs: &[PathBuf], journals: &[PathBuf]) -> Result<(), SimError> {
    claim("", out, journals.iter().map(PathBuf::as_path).collect())?;
    let own = config_in(out)?;
    let mut is_own = false;
    for input in inputs {
        for folder in [input.clone(), slurm::folder(input)] {
            let config = config_in(&folder)?;
            is_own |= config.is_some() && config == own;
        }
    }
    refuse_foreign(out, is_own || slurm::folder(out).is_dir())
}

/// The config of a folder, `None` if it has none.
fn config_in(folder: &Path) -> Result<Option<Vec<u8>>, SimError> {
    let path = folder.join("config.toml");
    match logitdist_io::read_config(&path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(SimError::io("read the config", &path, e)),
        Ok(bytes) => Ok(Some(bytes)),
    }
}

fn claim(option: &str, out: &Path, read: Vec<&Path>) -> Result<(), SimError> {
    let mut claims = Claims::reading(read);
    claims
        .write_in(option, out, files().chain(["slurm/config.toml"]))
        .map_err(|taken| SimError::Usage(taken.to_string()))
}

/// Whether this file holds the text of a config.
pub fn says(file: &Path, config: &Config) -> bool {
    logitdist_io::read_config(file).is_ok_and(|bytes| bytes == config.toml.as_bytes())
}

/// Files of these names may be anybody's. A journal shows that they are a sweep's.
fn refuse_foreign(out: &Path, is_own: bool) -> Result<(), SimError> {
    let Some(file) = files().find(|file| out.join(file).symlink_metadata().is_ok()) else { return Ok(()) };
    if is_own || !journal::all(out)?.is_empty() {
        return Ok(());
    }
    Err(SimError::Usage(format!(
        "{}: it would be replaced, and there is no journal of a sweep beside it; use another folder (--out), move it away, \
         or replace results whose journal was deleted with --fresh",
        out.join(file).display()
    )))
}
