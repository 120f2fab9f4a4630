//! Embeddings that stay in their file where they can, and are read in blocks of rows.

use crate::array::Array;
use crate::entries::Entries;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use crate::npz::Npz;
use crate::read::INFLATION_LIMIT;
use faer::{Mat, MatMut, MatRef};
use logitdist::LARGEST_ENTRY;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Rows looked at together for numbers that are not finite.
const LOOKED_AT: usize = 1024;

/// Embeddings, N×M.
#[derive(Debug)]
pub(crate) enum Embeddings {
    /// In a file, uncompressed. Entries are checked when they are read.
    Stored(Stored),
    /// In memory, because they were compressed. Entries are checked when rows are chosen.
    Memory(Held),
}

/// A matrix and where it is from.
#[derive(Debug)]
pub(crate) struct Held {
    matrix: Mat<f64>,
    place: Place,
    transposed: bool,
}

impl Embeddings {
    pub(crate) fn new(array: Array<'_>, transpose: bool, flatten: bool) -> Result<Embeddings, ReadError> {
        let entries = array.entries(transpose, flatten)?;
        let Some(offset) = array.offset else {
            let place = array.place.clone();
            let matrix = array.unchecked(entries)?;
            return Ok(Embeddings::Memory(Held { matrix, place, transposed: transpose }));
        };
        let (file, _) = npy::open_file(&entries.place.file, "a file")?;
        Ok(Embeddings::Stored(Stored { entries, offset, file: Mutex::new(file), largest: AtomicU64::new(0) }))
    }

    pub(crate) fn shape(&self) -> (usize, usize) {
        match self {
            Embeddings::Stored(stored) => stored.entries.shape(),
            Embeddings::Memory(held) => held.matrix.shape(),
        }
    }

    /// Fills `rows` with those from `start` on.
    pub(crate) fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        match self {
            Embeddings::Stored(stored) => stored.read(&stored.entries, start, rows),
            Embeddings::Memory(held) => {
                let end = start + rows.nrows();
                rows.copy_from(held.matrix.get(start..end, ..));
                Ok(())
            }
        }
    }

    /// Rows with an entry that is not finite, rising.
    pub(crate) fn rows_not_finite(&self) -> Result<Vec<usize>, ReadError> {
        let (count, cols) = self.shape();
        let mut found = Vec::new();
        let mut look = |start: usize, rows: MatRef<'_, f64>| {
            let mut is_finite = vec![true; rows.nrows()];
            for column in rows.col_iter() {
                is_finite.iter_mut().zip(column.iter()).for_each(|(finite, x)| *finite &= x.is_finite());
            }
            found
                .extend(is_finite.iter().enumerate().filter(|(_, finite)| !**finite).map(|(i, _)| start + i));
        };
        match self {
            Embeddings::Memory(held) => look(0, held.matrix.as_ref()),
            Embeddings::Stored(stored) => {
                let entries = stored.entries.clone().unchecked();
                let mut block = Mat::zeros(count.min(LOOKED_AT), cols);
                for start in (0..count).step_by(LOOKED_AT) {
                    let mut rows = block.as_mut().subrows_mut(0, LOOKED_AT.min(count - start));
                    stored.fill(&entries, start, rows.as_mut())?;
                    look(start, rows.as_ref());
                }
            }
        }
        Ok(found)
    }

    /// The embeddings of which only some rows will be read, and the rows as they are then to be asked for.
    ///
    /// What is in memory keeps nothing else, and what cannot be read row by row goes there.
    pub(crate) fn chosen(
        self,
        rows: Option<Vec<usize>>,
    ) -> Result<(Embeddings, Option<Vec<usize>>), ReadError> {
        let held = match (self, &rows) {
            (Embeddings::Stored(stored), Some(_)) if stored.entries.runs_are_columns() => stored.held()?,
            (Embeddings::Memory(held), _) => held,
            (stored, _) => return Ok((stored, rows)),
        };
        let Held { matrix, place, transposed } = held;
        let check = |row: usize, matrix: MatRef<'_, f64>| {
            let bad = |x: f64| x.is_nan() || x.abs() > LARGEST_ENTRY;
            match matrix.row(row).iter().position(|&x| bad(x)) {
                Some(col) => {
                    let (r, c) = if transposed { (col, row) } else { (row, col) };
                    let value = matrix[(row, col)];
                    Err(place.error(Problem::Entry { row: r as u64, col: c as u64, value }))
                }
                None => Ok(()),
            }
        };
        let matrix = match rows {
            None => {
                (0..matrix.nrows()).try_for_each(|row| check(row, matrix.as_ref()))?;
                matrix
            }
            Some(rows) => {
                rows.iter().try_for_each(|&row| check(row, matrix.as_ref()))?;
                Mat::from_fn(rows.len(), matrix.ncols(), |i, j| matrix[(rows[i], j)])
            }
        };
        Ok((Embeddings::Memory(Held { matrix, place, transposed }), None))
    }

    /// What only all rows together show: the largest magnitude, after the checksum of an archive's entry was verified.
    pub(crate) fn finish(&self) -> Result<f64, ReadError> {
        match self {
            Embeddings::Stored(stored) => {
                stored.check_archive()?;
                Ok(f64::from_bits(stored.largest.load(Ordering::Relaxed)))
            }
            Embeddings::Memory(held) => Ok(held.matrix.norm_max()),
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
    fn read(&self, entries: &Entries, start: usize, rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        let largest = self.fill(entries, start, rows)?;
        self.largest.fetch_max(largest.to_bits(), Ordering::Relaxed);
        Ok(())
    }

    fn fill(&self, entries: &Entries, start: usize, rows: MatMut<'_, f64>) -> Result<f64, ReadError> {
        entries.fill(start, rows, &mut |position, bytes| {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.offset + position))?;
            file.read_exact(bytes)
        })
    }

    /// All of it in memory, not checked.
    fn held(&self) -> Result<Held, ReadError> {
        let (rows, cols) = self.entries.shape();
        let mut matrix = Mat::new();
        let too_large = Problem::Memory { rows: rows as u64, cols: cols as u64 };
        matrix.try_reserve(rows, cols).map_err(|_| self.entries.place.error(too_large))?;
        matrix.resize_with(rows, cols, |_, _| 0.0);
        self.fill(&self.entries.clone().unchecked(), 0, matrix.as_mut())?;
        self.check_archive()?;
        Ok(Held { matrix, place: self.entries.place.clone(), transposed: self.entries.is_transposed() })
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
