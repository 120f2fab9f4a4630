//! Files that belong together: all of them are on the disk before the first replaces an older one.

use crate::folder::{parent, sync_folder};
use crate::whole_file::{WholeFile, Written};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Files written beside their places. Older ones of their names stay until [`finish`](FileSet::finish), and a set that is dropped
/// before leaves nothing behind. Threads may add files at the same time.
#[derive(Debug, Default)]
pub struct FileSet {
    files: Mutex<Vec<(PathBuf, Written)>>,
}

impl FileSet {
    /// Writes a file that will be called `path`, in a folder that exists. Its content is on the disk afterwards.
    ///
    /// # Errors
    /// As [`WholeFile::create`], or writing failed.
    pub fn add(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = WholeFile::create(path)?;
        file.write_all(content)?;
        let written = file.written()?;
        self.files.lock().expect("adding a file does not panic").push((path.to_path_buf(), written));
        Ok(())
    }

    /// Gives the files their names in the order in which they were added, and waits for each folder before the next one.
    ///
    /// # Errors
    /// The path that could not be renamed to or synced, and why.
    pub fn finish(self) -> Result<(), (PathBuf, io::Error)> {
        let mut last: Option<PathBuf> = None;
        let sync = |folder: &Path| sync_folder(folder).map_err(|error| (folder.to_path_buf(), error));
        for (path, written) in self.files.into_inner().expect("adding a file does not panic") {
            let folder = parent(written.target()).to_path_buf();
            if let Some(before) = last.filter(|before| *before != folder) {
                sync(&before)?;
            }
            written.rename().map_err(|error| (path, error))?;
            last = Some(folder);
        }
        last.map_or(Ok(()), |folder| sync(&folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn older_files_stay_until_all_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        fs::write(&a, "older").unwrap();
        let set = FileSet::default();
        set.add(&a, b"newer").unwrap();
        set.add(&b, b"new").unwrap();
        assert_eq!(fs::read_to_string(&a).unwrap(), "older");
        assert!(!b.exists());
        set.finish().unwrap();
        assert_eq!([&a, &b].map(|path| fs::read_to_string(path).unwrap()), ["newer", "new"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_set_with_a_file_that_cannot_be_written_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "older").unwrap();
        let set = FileSet::default();
        set.add(&path, b"newer").unwrap();
        assert!(set.add(folder.path(), b"").is_err());
        drop(set);
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
