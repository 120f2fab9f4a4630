//! Files that are whole or not there: written under a temporary name, synced, renamed.

use crate::error::SimError;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file being written. Dropped before [`finish`](Output::finish), it leaves nothing behind.
pub struct Output {
    path: PathBuf,
    temporary: BufWriter<NamedTempFile>,
}

impl Output {
    /// Starts a file that will be called `path`; its folder must exist.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn create(path: &Path) -> Result<Output, SimError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(|e| SimError::io("create a file in the folder", folder, e))?;
        Ok(Output { path: path.to_path_buf(), temporary: BufWriter::new(temporary) })
    }

    /// Gives the file its name, once its content is on the disk.
    ///
    /// # Errors
    /// Writing, syncing or renaming failed; a file that had the name before is still there.
    pub fn finish(self) -> Result<(), SimError> {
        let path = self.path;
        let failed = |e: std::io::Error| SimError::io("write", &path, e);
        let temporary = self.temporary.into_inner().map_err(|e| failed(e.into_error()))?;
        readable_by_all(temporary.as_file()).map_err(failed)?;
        temporary.as_file().sync_all().map_err(failed)?;
        temporary.persist(&path).map_err(|e| failed(e.error))?;
        Ok(())
    }
}

/// Temporary files are private to their owner; results are not.
fn readable_by_all(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.temporary.flush()
    }
}

/// Writes a whole file.
///
/// # Errors
/// As [`Output::create`] and [`Output::finish`].
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), SimError> {
    let mut output = Output::create(path)?;
    output.write_all(content).map_err(|e| SimError::io("write", path, e))?;
    output.finish()
}
