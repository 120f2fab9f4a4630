//! Files of the results that are written or removed as a whole.

use crate::error::SimError;
use logitdist_io::{WholeFile, sync_folder};
use std::path::Path;

/// Writes a whole file.
pub fn write_file(path: &Path, content: &str) -> Result<(), SimError> {
    WholeFile::write(path, content.as_bytes()).map_err(|e| SimError::disk(path, e))
}

/// Removes a file, if it is there, and waits until it is gone from the disk.
pub fn remove(path: &Path) -> Result<(), SimError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(SimError::io("remove", path, e)),
        Err(_) => Ok(()),
        Ok(()) => {
            let folder = path.parent().unwrap_or(path);
            sync_folder(folder).map_err(|e| SimError::disk(folder, e))
        }
    }
}
