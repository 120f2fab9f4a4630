//! Where the journals of a sweep are.

use crate::error::SimError;
use crate::shard::Shard;
use std::path::{Path, PathBuf};

/// The folder of the journals of a sweep's results.
pub fn folder(out: &Path) -> PathBuf {
    out.join("journal")
}

/// The journal of a shard.
pub fn path(out: &Path, shard: Shard) -> PathBuf {
    folder(out).join(format!("{}-of-{}.journal", shard.index, shard.count))
}

/// All journals of a sweep's results, sorted by name.
///
/// # Errors
/// The folder exists but cannot be read.
pub fn all(out: &Path) -> Result<Vec<PathBuf>, SimError> {
    let folder = folder(out);
    let entries = match std::fs::read_dir(&folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| SimError::io("read the folder", &folder, e))?,
    };
    let mut journals = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| SimError::io("read the folder", &folder, e))?.path();
        if path.extension().is_some_and(|extension| extension == "journal") {
            journals.push(path);
        }
    }
    journals.sort();
    Ok(journals)
}

/// The error for a folder without journals.
pub fn none_in(out: &Path) -> SimError {
    SimError::Usage(format!("{}: there is no journal of a sweep in it", out.display()))
}
