//! Appends to a journal.

use super::folder::{folder, path};
use super::frame::Frame;
use super::lock::{Lock, open_for_writing};
use crate::error::SimError;
use crate::shard::Shard;
use logitdist_io::{make_folder, sync_folder};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The journal of this process, locked.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
    end: u64,
    _lock: Lock,
}

/// Results reach the disk after this time at the latest.
pub const BETWEEN_SYNCS: Duration = Duration::from_secs(1);

impl Writer {
    /// Locks and opens the journal of a shard. Makes it and its folder if they are missing.
    ///
    /// # Errors
    /// Another process holds it. The folder or the file cannot be made.
    pub fn open(out: &Path, shard: Shard) -> Result<Writer, SimError> {
        let folder = folder(out);
        make_folder(&folder).map_err(|e| SimError::io("make the folder", &folder, e))?;
        let path = path(out, shard);
        let lock = Lock::take(&Lock::path_of(&path))?;
        let failed = |e| SimError::io("open", &path, e);
        let mut file = open_for_writing(&path).map_err(failed)?;
        let end = file.seek(SeekFrom::End(0)).map_err(failed)?;
        // A new file survives a crash only if its folder is on the disk, too.
        sync_folder(&folder).map_err(failed)?;
        Ok(Writer { path, file, end, _lock: lock })
    }

    /// The journal's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal's length in bytes. The next frame goes there.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Cuts the journal to a length.
    ///
    /// # Errors
    /// What the system says.
    pub fn cut(&mut self, end: u64) -> Result<(), SimError> {
        let cut = self.file.set_len(end).and_then(|()| self.file.seek(SeekFrom::Start(end)));
        cut.map_err(|e| SimError::io("cut", &self.path, e))?;
        self.end = end;
        self.sync()
    }

    /// Appends a frame's bytes.
    ///
    /// # Errors
    /// The disk is full or gone. The journal is cut back to its last whole frame, if that is possible. Or somebody has removed or moved
    /// the journal: what is written to it now would be lost.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), SimError> {
        if !self.is_in_place() {
            return Err(SimError::Journal {
                path: self.path.clone(),
                message: "was removed or moved while this process worked on it; put the folder back and run the same command again, \
                          or name its new place by --out"
                    .into(),
            });
        }
        if let Err(error) = self.file.write_all(bytes) {
            // If this fails, too, the next run cuts the torn end.
            let _ = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
            return Err(SimError::disk(&self.path, error));
        }
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Whether the file at the journal's path is still the one that is open.
    fn is_in_place(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let place = |found: &std::fs::Metadata| (found.dev(), found.ino());
            matches!((self.path.metadata(), self.file.metadata()), (Ok(there), Ok(open)) if place(&there) == place(&open))
        }
        #[cfg(not(unix))]
        self.path.exists()
    }

    /// Appends a frame and syncs.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn append_and_sync(&mut self, frame: &Frame) -> Result<(), SimError> {
        self.append(&frame.encode())?;
        self.sync()
    }

    /// A second handle of the file, for the thread that syncs it.
    ///
    /// # Errors
    /// What the system says.
    pub fn file(&self) -> Result<File, SimError> {
        self.file.try_clone().map_err(|e| SimError::io("open", &self.path, e))
    }

    /// Waits until the whole journal is on the disk.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn sync(&mut self) -> Result<(), SimError> {
        self.file.sync_data().map_err(|error| SimError::disk(&self.path, error))
    }
}
