//! Locks: one process at a time. A lock names its holder and ends with it.

use crate::error::SimError;
use logitdist_io::{open_file, say};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A lock that this process holds until it drops it or ends. The system keeps the lock; that the file exists means nothing.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// `sweep status` tests a lock by taking it for an instant. A run that starts just then waits for so long.
const PATIENCE: Duration = Duration::from_millis(300);

impl Lock {
    /// Takes the lock of this file. Makes the file if it is missing.
    ///
    /// Some file systems have no locks. Then a note is printed and the run goes on, since different shards write different files anyway.
    ///
    /// # Errors
    /// Another process holds it; says which. The file cannot be written.
    pub fn take(path: &Path) -> Result<Lock, SimError> {
        let failed = |e| SimError::io("lock", path, e);
        let mut file = open_for_writing(path).map_err(failed)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(SimError::Locked { path: path.to_path_buf(), holder: name(&mut file) });
                }
                Err(TryLockError::Error(error)) => {
                    say(format_args!(
                        "note: {} cannot be locked ({error}); make sure that no other process works on it",
                        path.display()
                    ));
                    break;
                }
            }
        }
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        write!(file, "process {} on {} since {now}", std::process::id(), host()).map_err(failed)?;
        Ok(Lock { _file: file })
    }

    /// Waits for the lock of this file and takes it. Says on standard error which process it waits for.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn wait(path: &Path) -> Result<Lock, SimError> {
        loop {
            match Lock::take(path) {
                Err(SimError::Locked { holder, .. }) => {
                    say(format_args!("waiting for {holder}"));
                    // Another process may take it first again.
                    open_for_writing(path)
                        .and_then(|file| file.lock())
                        .map_err(|e| SimError::io("lock", path, e))?;
                }
                taken => return taken,
            }
        }
    }

    /// The process that holds the lock of this file; `None` if it is free.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn holder(path: &Path) -> Result<Option<String>, std::io::Error> {
        let mut file = match open_file(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened?.0,
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Ok(Some(name(&mut file))),
            _ => Ok(None),
        }
    }

    /// The lock file of a journal.
    pub fn path_of(journal: &Path) -> PathBuf {
        journal.with_extension("lock")
    }
}

/// Name of this computer.
pub fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// Opens a file to read and to write, and makes it if it is missing. Pipes and devices are refused.
pub(super) fn open_for_writing(path: &Path) -> std::io::Result<File> {
    if path.exists() {
        open_file(path)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn name(file: &mut File) -> String {
    let mut text = String::new();
    match file.rewind().and_then(|()| file.take(200).read_to_string(&mut text)) {
        Ok(n) if n > 0 => text,
        _ => "another process".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_named_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        assert_eq!(Lock::holder(&path).unwrap(), None);
        let lock = Lock::take(&path).unwrap();
        let error = Lock::take(&path).unwrap_err().to_string();
        let computer = gethostname::gethostname().to_string_lossy().into_owned();
        let me = format!("process {} on {computer} since ", std::process::id());
        assert!(error.contains(&me) && error.contains("x.lock"), "{error}");
        assert!(Lock::holder(&path).unwrap().unwrap().contains(&me));
        drop(lock);
        assert_eq!(Lock::holder(&path).unwrap(), None);
        Lock::take(&path).unwrap();
    }

    #[test]
    fn a_lock_that_is_soon_free_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let held = Lock::take(&path).unwrap();
        let start = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(60));
                drop(held);
            });
            Lock::take(&path).unwrap();
        });
        assert!(start.elapsed() >= Duration::from_millis(60));
        let held = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(SimError::Locked { .. })));
        drop(held);
    }

    #[test]
    fn who_holds_a_lock_without_a_name_is_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let file = open_for_writing(&path).unwrap();
        file.lock().unwrap();
        assert_eq!(Lock::holder(&path).unwrap().as_deref(), Some("another process"));
    }

    #[test]
    fn a_lock_that_cannot_be_read_is_not_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        assert_eq!(Lock::holder(&folder.path().join("none.lock")).unwrap(), None);
        assert!(Lock::holder(&path.join("a.lock")).is_err());
    }
}
