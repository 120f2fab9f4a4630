//! Where a result goes: standard output, or a file that is whole or not there.

use anyhow::Context;
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
pub fn to_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().with_context(|| format!("{}: the result cannot be written", path.display()))
}
