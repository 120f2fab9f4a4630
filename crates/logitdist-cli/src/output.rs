//! Where a result goes: standard output, or a file that is whole or not there.

use anyhow::Context;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes to standard output. A reader that has gone away is no error.
pub fn to_stdout(content: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(content).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the result cannot be written to standard output"),
    }
}

/// Writes a file under a temporary name beside it, syncs and renames it.
///
/// A symbolic link stays one: its target is replaced. A pipe or device is written to, since a rename would put a file in its place.
pub fn to_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let write = || match fs::metadata(path) {
        Ok(found) if !found.is_file() => fs::OpenOptions::new().write(true).open(path)?.write_all(content),
        Ok(found) => replace(&fs::canonicalize(path)?, content, Some(found.permissions())),
        Err(_) => replace(path, content, None),
    };
    write().with_context(|| format!("{}: the result cannot be written", path.display()))
}

fn replace(path: &Path, content: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(content)?;
    if let Some(permissions) = permissions.or_else(readable_by_all) {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Temporary files are private; a result is an ordinary file.
#[cfg(unix)]
fn readable_by_all() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all() -> Option<fs::Permissions> {
    None
}
