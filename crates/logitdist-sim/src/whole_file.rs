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

/// Removes the models that a run keeps in a folder; nothing if there is no such folder.
///
/// # Errors
/// A file cannot be removed.
pub fn clear_models(folder: &Path) -> Result<(), SimError> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(|e| SimError::io("read the folder", folder, e))?.path();
        // A killed process may have left half-written ones.
        if path.extension().is_some_and(|extension| extension == "npz" || extension == "tmp") {
            remove(&path)?;
        }
    }
    Ok(())
}
