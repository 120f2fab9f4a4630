//! Logits from a pipe, which is read once: they are kept in a temporary file, because a comparison reads rows more than once.

use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Bytes in memory at a time.
const CHUNK: usize = 1 << 20;

/// Whether a path stands for standard input, or leads to a pipe.
pub(crate) fn is_piped(path: &Path) -> bool {
    path.as_os_str() == "-" || is_pipe(path)
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// The array that comes through a pipe as `.npy`, and a file of its entries that nothing else can open and that goes with the process.
///
/// A claim cannot be checked against a length, so disk is taken as bytes arrive, and never memory.
pub(crate) fn kept(path: &Path) -> Result<(Array<'static>, File), ReadError> {
    let place = Place::file(path);
    let failed = |e| place.error(Problem::Io(e));
    let mut data: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let layout = npy::read_layout(&place, &mut data)?;
    let cannot_keep = |e: io::Error| {
        let folder = std::env::temp_dir();
        let said = format!(
            "what came through the pipe cannot be kept in {} (TMPDIR names another folder): {e}",
            folder.display()
        );
        place.error(Problem::Io(io::Error::new(e.kind(), said)))
    };
    let count =
        layout.shape.iter().try_fold(layout.element.size() as u64, |bytes, axis| bytes.checked_mul(*axis));
    let wrong = |found| place.error(Problem::Length { claimed: count, found });
    let claimed = count.ok_or_else(|| wrong(0))?;
    let mut file = tempfile::tempfile().map_err(cannot_keep)?;
    let (mut chunk, mut kept) = (vec![0; CHUNK], 0_u64);
    loop {
        let read = match data.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(failed(e)),
        };
        kept += read as u64;
        if kept > claimed {
            return Err(wrong(kept));
        }
        file.write_all(&chunk[..read]).map_err(cannot_keep)?;
    }
    if kept < claimed {
        return Err(wrong(kept));
    }
    Ok((Array { place, layout, available: kept, data: Box::new(io::empty()), offset: Some(0) }, file))
}
