//! Files that appear whole or not at all: written under a temporary name, synced, renamed; then the
//! folder is synced.

use crate::folder::{parent, sync_folder};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// A file being written. An older file of its name stays until [`finish`](WholeFile::finish), and the new one has its mode. If it is
/// dropped before, it leaves nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    target: PathBuf,
    temporary: BufWriter<NamedTempFile>,
}

impl WholeFile {
    /// Starts a file that will be called `path`, in a folder that exists. A link is followed.
    ///
    /// # Errors
    /// An error of the operating system, or a directory, device or pipe of that name. (Renaming onto /dev/null would replace it for
    /// every other program, too.)
    pub fn create(path: &Path) -> io::Result<WholeFile> {
        let older = path.metadata();
        let target = match &older {
            Ok(metadata) if metadata.is_file() => path.canonicalize()?,
            Ok(_) => {
                let message = "there is a directory, device or pipe of that name; a file is needed";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
            Err(_) => return Err(older.expect_err("it was an error")),
        };
        let folder = parent(&target);
        // Named after the file, so that one can recognise and delete what a killed process left.
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let name: String = name.chars().take(50).collect();
        let prefix = format!(".{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        // Temporary files are private to their owner; results are as the user's umask says.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder.tempfile_in(folder)?;
        if let Ok(older) = older {
            temporary.as_file().set_permissions(older.permissions())?;
        }
        Ok(WholeFile { target, temporary: BufWriter::new(temporary) })
    }

    /// Gives the file its name, once its content is on the disk, and waits until the name is there, too.
    ///
    /// # Errors
    /// Writing, syncing or renaming failed.
    pub fn finish(self) -> io::Result<()> {
        let written = self.written()?;
        let folder = parent(written.target()).to_path_buf();
        written.rename()?;
        sync_folder(&folder)
    }

    /// Closes the file, once its content is on the disk.
    pub(crate) fn written(self) -> io::Result<Written> {
        let temporary = self.temporary.into_inner().map_err(io::IntoInnerError::into_error)?;
        temporary.as_file().sync_all()?;
        Ok(Written { target: self.target, temporary: temporary.into_temp_path() })
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// As [`create`](WholeFile::create) and [`finish`](WholeFile::finish).
    pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = WholeFile::create(path)?;
        file.write_all(content)?;
        file.finish()
    }
}

/// A file that is on the disk under its temporary name. If it is dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Written {
    target: PathBuf,
    temporary: TempPath,
}

impl Written {
    /// What it will be called.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Gives the file its name. The folder is not synced.
    pub fn rename(self) -> io::Result<()> {
        self.temporary.persist(self.target).map_err(|error| error.error)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

impl Seek for WholeFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.temporary.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_appears_whole_and_replaces_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for content in ["one", "two"] {
            let mut file = WholeFile::create(&path).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            assert_ne!(fs::read_to_string(&path).unwrap_or_default(), content);
            file.finish().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WholeFile::create(&folder.path().join("x")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_mode_of_any_new_file_and_a_replaced_one_its_own() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
        let (plain, path) = (folder.path().join("plain"), folder.path().join("x"));
        fs::write(&plain, "").unwrap();
        WholeFile::write(&path, b"").unwrap();
        assert_eq!(mode(&path), mode(&plain));
        for own in [0o600, 0o664, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(own)).unwrap();
            WholeFile::write(&path, b"again").unwrap();
            assert_eq!(mode(&path), own);
        }
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WholeFile::create(folder.path()).is_err());
        assert!(WholeFile::create(&folder.path().join("no/x")).is_err());
        #[cfg(unix)]
        assert!(
            WholeFile::create(Path::new("/dev/null")).unwrap_err().to_string().contains("a file is needed")
        );
    }
}
