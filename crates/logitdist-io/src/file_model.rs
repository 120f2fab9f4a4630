//! A model whose embeddings stay in their file.

use crate::array::Array;
use crate::entries::Entries;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use crate::npz::Npz;
use crate::read::INFLATION_LIMIT;
use faer::{Mat, MatMut};
use logitdist::{Error, Labels, ModelRows, SMALLEST_SCALE};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A model in files: labels in memory, embeddings read in blocks of rows when they are needed.
///
/// Made by [`open_model`](crate::open_model). Entries are checked when they are read, with the same errors as
/// [`read_model`](crate::read_model). Compressed embeddings cannot be read in blocks, so they are held in memory.
#[derive(Debug)]
pub struct FileModel {
    embeddings: Embeddings,
    labels: Arc<Labels>,
    /// The file to name in an error about several arrays.
    whole: PathBuf,
}

impl FileModel {
    pub(crate) fn new(embeddings: Embeddings, labels: Labels, whole: PathBuf) -> FileModel {
        FileModel { embeddings, labels: Arc::new(labels), whole }
    }
}

impl ModelRows for FileModel {
    fn n_inputs(&self) -> usize {
        self.embeddings.shape().0
    }

    fn n_labels(&self) -> usize {
        self.labels.bias.len()
    }

    fn dim(&self) -> usize {
        self.embeddings.shape().1
    }

    fn labels(&self) -> Arc<Labels> {
        Arc::clone(&self.labels)
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        match &self.embeddings {
            Embeddings::Stored(stored) => stored.read(start, rows).map_err(unreadable),
            Embeddings::Memory(matrix) => {
                let end = start + rows.nrows();
                rows.copy_from(matrix.get(start..end, ..));
                Ok(())
            }
        }
    }

    fn verify(&self) -> Result<(), Error> {
        match &self.embeddings {
            Embeddings::Stored(stored) => stored.check_archive().map_err(unreadable),
            Embeddings::Memory(_) => Ok(()),
        }
    }

    fn finish_reading(&self) -> Result<(), Error> {
        self.verify()?;
        let largest = match &self.embeddings {
            Embeddings::Stored(stored) => f64::from_bits(stored.largest.load(Ordering::Relaxed)),
            Embeddings::Memory(matrix) => matrix.norm_max(),
        };
        if largest > 0.0 && largest < SMALLEST_SCALE {
            let problem = Problem::Model(Error::Scale { array: "embeddings", largest });
            return Err(unreadable(Place::file(&self.whole).error(problem)));
        }
        Ok(())
    }
}

fn unreadable(error: ReadError) -> Error {
    Error::Unreadable(error.to_string())
}

/// Embeddings, N×M.
#[derive(Debug)]
pub(crate) enum Embeddings {
    /// In a file, uncompressed.
    Stored(Stored),
    /// In memory, because they were compressed.
    Memory(Mat<f64>),
}

impl Embeddings {
    pub(crate) fn new(array: Array<'_>, transpose: bool) -> Result<Embeddings, ReadError> {
        let entries = array.entries(transpose)?;
        let Some(offset) = array.offset else {
            return array.matrix(transpose).map(Embeddings::Memory);
        };
        let (file, _) = npy::open_file(&entries.place.file, "a file")?;
        Ok(Embeddings::Stored(Stored { entries, offset, file: Mutex::new(file), largest: AtomicU64::new(0) }))
    }

    pub(crate) fn shape(&self) -> (usize, usize) {
        match self {
            Embeddings::Stored(stored) => stored.entries.shape(),
            Embeddings::Memory(matrix) => matrix.shape(),
        }
    }
}

/// An uncompressed array in a file.
#[derive(Debug)]
pub(crate) struct Stored {
    entries: Entries,
    /// Where in the file the first entry is.
    offset: u64,
    /// Threads take turns at reading; they widen and compute at the same time.
    file: Mutex<File>,
    /// The largest magnitude read, as bits: for numbers ≥ 0, bits are ordered as the numbers are.
    largest: AtomicU64,
}

impl Stored {
    fn read(&self, start: usize, rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        let largest = self.entries.fill(start, rows, &mut |position, bytes| {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.offset + position))?;
            file.read_exact(bytes)
        })?;
        self.largest.fetch_max(largest.to_bits(), Ordering::Relaxed);
        Ok(())
    }

    /// Verifies the checksum of an archive's entry: it is of the whole entry, so blocks cannot be checked one by one.
    fn check_archive(&self) -> Result<(), ReadError> {
        let place = &self.entries.place;
        match &place.array {
            Some(name) if Npz::is_npz(&place.file) => {
                Npz::open(&place.file, INFLATION_LIMIT)?.check(place, name)
            }
            _ => Ok(()),
        }
    }
}
