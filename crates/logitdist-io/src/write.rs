//! A model as `.npz`.

use crate::error::WriteError;
use faer::MatRef;
use logitdist::Model;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes a model as an `.npz` archive: `embeddings` (N×M), `unembeddings` (K×M) and, if it has one, `bias` (K).
///
/// Entries are f64, little endian, in C order and stored, so that `numpy.load` and [`read_model`](crate::read_model)
/// give back every number exactly. The same model gives the same bytes. The file appears whole or not at all: it is
/// written under a temporary name beside `path`, flushed to the disk and renamed.
///
/// # Errors
/// What the system says: no such directory, no space, no permission. An older file of that name is then left as it was.
pub fn write_npz(path: &Path, model: &Model) -> Result<(), WriteError> {
    let write = || -> io::Result<()> {
        let temporary = temporary_name(path)?;
        let result = write_archive(&temporary, model).and_then(|()| fs::rename(&temporary, path));
        if result.is_err() {
            // The error to report is the first one; a file that cannot be removed adds nothing to it.
            let _ = fs::remove_file(&temporary);
        }
        result
    };
    write().map_err(|error| WriteError { path: path.to_path_buf(), error })
}

/// A name in the same directory that no other writer of this or another process uses.
fn temporary_name(path: &Path) -> io::Result<PathBuf> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path does not end in a file name"))?;
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = format!(".{}.{}.{count}.tmp", name.to_string_lossy(), std::process::id());
    Ok(path.with_file_name(temporary))
}

fn write_archive(path: &Path, model: &Model) -> io::Result<()> {
    let mut archive = ZipWriter::new(BufWriter::new(File::create(path)?));
    let (f, g) = (model.embeddings(), model.unembeddings());
    write_entry(&mut archive, "embeddings", &format!("({}, {})", f.nrows(), f.ncols()), f)?;
    write_entry(&mut archive, "unembeddings", &format!("({}, {})", g.nrows(), g.ncols()), g)?;
    if let Some(b) = model.bias() {
        let column = MatRef::from_column_major_slice(b, b.len(), 1);
        write_entry(&mut archive, "bias", &format!("({},)", b.len()), column)?;
    }
    archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn write_entry<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    shape: &str,
    entries: MatRef<'_, f64>,
) -> io::Result<()> {
    let header = npy_header(shape);
    let len = (header.len() + entries.nrows() * entries.ncols() * size_of::<f64>()) as u64;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(len >= u64::from(u32::MAX));
    archive.start_file(format!("{name}.npy"), options)?;
    archive.write_all(&header)?;
    let mut bytes = Vec::with_capacity(entries.ncols() * size_of::<f64>());
    for row in entries.row_iter() {
        bytes.clear();
        bytes.extend(row.iter().flat_map(|entry| entry.to_le_bytes()));
        archive.write_all(&bytes)?;
    }
    Ok(())
}

/// Padded with spaces, so that the data begins at a multiple of 64 bytes as the format asks.
fn npy_header(shape: &str) -> Vec<u8> {
    const START: &[u8; 8] = b"\x93NUMPY\x01\x00";
    const ALIGNMENT: usize = 64;
    let dictionary = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let before_text = START.len() + size_of::<u16>();
    let len = (before_text + dictionary.len() + 1).next_multiple_of(ALIGNMENT) - before_text;
    let mut header = START.to_vec();
    header.extend((len as u16).to_le_bytes());
    header.extend(format!("{dictionary:<width$}\n", width = len - 1).into_bytes());
    header
}
