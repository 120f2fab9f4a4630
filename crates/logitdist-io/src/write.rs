//! Writes a model as `.npz`.

use crate::error::WriteError;
use crate::whole_file::WholeFile;
use faer::MatRef;
use logitdist::Model;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes a model as an `.npz` archive: `embeddings` (N×M), `unembeddings` (K×M) and, if it has one, `bias` (K).
///
/// Entries are f64, little endian, in C order and stored, so that `numpy.load` and [`read_model`](crate::read_model)
/// give back every number exactly. The same model gives the same bytes. The file appears whole or not at all: it is
/// written under a temporary name beside `path`, flushed to the disk and renamed. A link is followed.
///
/// # Errors
/// An error of the operating system (no such directory, no space, no permission), or a directory, device or pipe at `path`. An
/// older file of that name then stays as it was.
pub fn write_npz(path: &Path, model: &Model) -> Result<(), WriteError> {
    write_npz_with(path, model, &Attached::default())
}

/// What an archive holds beside the model; [`read_model`](crate::read_model) ignores it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attached<'a> {
    /// Arrays by name; [`read_array`](crate::read_array) gives them back.
    pub arrays: &'a [(&'a str, MatRef<'a, f64>)],
    /// Texts by file name, which ends in something other than `.npy`; [`read_text`](crate::read_text) gives them back, and
    /// `numpy.load` as bytes.
    pub texts: &'a [(&'a str, &'a str)],
}

/// As [`write_npz`], with more in the same archive.
///
/// # Errors
/// As [`write_npz`].
pub fn write_npz_with(path: &Path, model: &Model, attached: &Attached<'_>) -> Result<(), WriteError> {
    let write = || write_archive(WholeFile::create(path)?, model, attached)?.finish();
    write().map_err(|error| WriteError { path: path.to_path_buf(), error })
}

/// Writes the archive and hands the writer back.
fn write_archive<W: Write + Seek>(writer: W, model: &Model, attached: &Attached<'_>) -> io::Result<W> {
    let mut sink = Sink { writer, position: 0, end: 0, error: None };
    let written = write_entries(ZipWriter::new(&mut sink), model, attached);
    match sink.error {
        Some(error) => Err(error),
        None => written.map(|()| sink.writer),
    }
}

/// A writer that keeps its first error, reports it once, and then ignores further writes.
///
/// This is needed because a `ZipWriter` that is dropped after an error tries to finish the archive, and prints to the terminal
/// if that fails, too.
struct Sink<W> {
    writer: W,
    position: u64,
    end: u64,
    error: Option<io::Error>,
}

impl<W> Sink<W> {
    fn keep(&mut self, error: io::Error) -> io::Error {
        let reported = error.kind().into();
        self.error = Some(error);
        reported
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.error {
            Some(_) => bytes.len(),
            None => self.writer.write(bytes).map_err(|e| self.keep(e))?,
        };
        self.position += written as u64;
        self.end = self.end.max(self.position);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.error {
            Some(_) => Ok(()),
            None => self.writer.flush().map_err(|e| self.keep(e)),
        }
    }
}

impl<W: Seek> Seek for Sink<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match (&self.error, to) {
            (None, to) => self.writer.seek(to).map_err(|e| self.keep(e))?,
            (Some(_), SeekFrom::Start(position)) => position,
            (Some(_), SeekFrom::Current(offset)) => self.position.saturating_add_signed(offset),
            (Some(_), SeekFrom::End(offset)) => self.end.saturating_add_signed(offset),
        };
        Ok(self.position)
    }
}

fn write_entries<W: Write + Seek>(
    mut archive: ZipWriter<W>,
    model: &Model,
    attached: &Attached<'_>,
) -> io::Result<()> {
    let arrays = [("embeddings", model.embeddings()), ("unembeddings", model.unembeddings())];
    for &(name, array) in arrays.iter().chain(attached.arrays) {
        write_entry(&mut archive, name, &format!("({}, {})", array.nrows(), array.ncols()), array)?;
    }
    if let Some(b) = model.bias() {
        let column = MatRef::from_column_major_slice(b, b.len(), 1);
        write_entry(&mut archive, "bias", &format!("({},)", b.len()), column)?;
    }
    for (name, text) in attached.texts {
        archive.start_file(*name, stored(text.len()))?;
        archive.write_all(text.as_bytes())?;
    }
    archive.finish()?;
    Ok(())
}

fn stored(len: usize) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(len as u64 >= u64::from(u32::MAX))
}

fn write_entry<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    shape: &str,
    entries: MatRef<'_, f64>,
) -> io::Result<()> {
    let header = npy_header(shape);
    let len = header.len() + entries.nrows() * entries.ncols() * size_of::<f64>();
    archive.start_file(format!("{name}.npy"), stored(len))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist::Mat;
    use std::io::Cursor;

    /// A disk with room for so many bytes.
    struct Disk {
        file: Cursor<Vec<u8>>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let free = self.room.saturating_sub(self.file.position() as usize);
            if free == 0 && !bytes.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.file.write(&bytes[..bytes.len().min(free)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    #[test]
    fn a_disk_that_fills_up_at_any_byte_is_an_error() {
        let model = Model::new(Mat::zeros(3, 2), Mat::zeros(4, 2), Some(vec![0.0; 4])).unwrap();
        let (array, text) = (Mat::zeros(2, 1), "{}");
        let attached = Attached { arrays: &[("more", array.as_ref())], texts: &[("more.json", text)] };
        let write = |room| write_archive(Disk { file: Cursor::new(Vec::new()), room }, &model, &attached);
        let needed = write(usize::MAX).unwrap().file.into_inner().len();
        assert!(write(needed).is_ok());
        for room in 0..needed {
            let error = write(room).err().unwrap_or_else(|| panic!("room for {room} of {needed} bytes"));
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "room for {room} bytes: {error}");
        }
    }
}
