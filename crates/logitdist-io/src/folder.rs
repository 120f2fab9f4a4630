//! Folders that survive a crash: an entry of a folder is on the disk only once the folder is.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a folder and the parents that it lacks, and waits until all of them are on the disk.
///
/// # Errors
/// What the system says.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = parent(path);
    make_folder(parent)?;
    match std::fs::create_dir(path) {
        // Another process, or a path like `x/..`.
        Err(_) if path.is_dir() => {}
        made => made?,
    }
    sync_folder(parent)
}

/// Waits until the entries of a folder are on the disk: files made, renamed and removed in it.
///
/// Some file systems cannot do it, and a folder may be writable without being readable. Then this does nothing.
///
/// # Errors
/// What the system says.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match File::open(path).and_then(|folder| folder.sync_all()) {
        Err(error) if cannot_be_synced(error.kind()) => Ok(()),
        synced => synced,
    }
}

fn cannot_be_synced(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    [InvalidInput, PermissionDenied, Unsupported].contains(&kind)
}

/// The folder that a path is in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_with_their_parents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        for _ in 0..2 {
            make_folder(&path).unwrap();
            assert!(path.is_dir());
        }
        make_folder(&path.join("../d")).unwrap();
        assert!(folder.path().join("a/b/d").is_dir());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(make_folder(&folder.path().join("file")).is_err());
        assert!(make_folder(&folder.path().join("file/x")).is_err());
        assert_eq!((parent(Path::new("x")), parent(Path::new("/"))), (Path::new("."), Path::new(".")));
        assert!(sync_folder(&folder.path().join("no")).is_err());
    }
}
