//! A folder for the files that a target reads.

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder in memory where the system has one: millions of files would wear a disk.
pub struct Scratch(TempDir);

impl Scratch {
    /// A new folder, removed when the process ends in good order.
    pub fn new() -> Scratch {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Scratch(folder.expect("a temporary folder"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("a temporary file");
        path
    }
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch::new()
    }
}
