//! Embeddings that stay where they are if they can, and are read in blocks of rows.

use crate::array::Array;
use crate::entries::Entries;
use crate::error::{Place, Problem, ReadError};
use crate::given::Given;
use crate::npy;
use crate::npz::Npz;
use crate::piped;
use crate::read::INFLATION_LIMIT;
use faer::{Mat, MatMut, MatRef};
use logitdist::LARGEST_ENTRY;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Rows looked at together for numbers that are not finite.
const LOOKED_AT: usize = 1024;

/// Embeddings, N×M.
#[derive(Debug)]
pub(crate) enum Embeddings<'a> {
    /// In a file, uncompressed. Entries are checked when they are read.
    Stored(Stored),
    /// In memory, because they were compressed. Entries are checked when rows are chosen.
    Memory(Held),
    /// In memory that somebody else holds. Entries are checked when they are read.
    Given(Given<'a>),
}

/// A matrix and where it is from.
#[derive(Debug)]
pub(crate) struct Held {
    matrix: Mat<f64>,
    /// The entries in their file.
    entries: Entries,
}

impl<'a> Embeddings<'a> {
    pub(crate) fn new(array: Array<'_>, transpose: bool, flatten: bool) -> Result<Embeddings<'a>, ReadError> {
        let entries = array.entries(transpose, flatten)?;
        Embeddings::of(array, entries)
    }

    /// Rows in which −∞ and the lowest number of a type are −∞, and no mistake.
    pub(crate) fn with_masks(array: Array<'_>, flatten: bool) -> Result<Embeddings<'a>, ReadError> {
        let entries = array.entries(false, flatten)?.with_masks();
        Embeddings::of(array, entries)
    }

    /// Logits that came through a pipe.
    pub(crate) fn piped(path: &Path, flatten: bool) -> Result<Embeddings<'a>, ReadError> {
        let (array, file) = piped::kept(path)?;
        let entries = array.entries(false, flatten)?.with_masks();
        Ok(Embeddings::Stored(Stored {
            entries,
            offset: 0,
            file: Mutex::new(file),
            largest: AtomicU64::new(0),
        }))
    }

    fn of(array: Array<'_>, entries: Entries) -> Result<Embeddings<'a>, ReadError> {
        let Some(offset) = array.offset else {
            let matrix = array.unchecked(entries.clone())?;
            return Ok(Embeddings::Memory(Held { matrix, entries }));
        };
        let (file, _) = npy::open_file(&entries.place.file, "a file")?;
        Ok(Embeddings::Stored(Stored { entries, offset, file: Mutex::new(file), largest: AtomicU64::new(0) }))
    }

    pub(crate) fn shape(&self) -> (usize, usize) {
        match self {
            Embeddings::Stored(stored) => stored.entries.shape(),
            Embeddings::Memory(held) => held.matrix.shape(),
            Embeddings::Given(given) => given.shape(),
        }
    }

    fn place(&self) -> &Place {
        match self {
            Embeddings::Stored(stored) => &stored.entries.place,
            Embeddings::Memory(held) => &held.entries.place,
            Embeddings::Given(given) => given.place(),
        }
    }

    /// Whether entries may be −∞.
    fn has_masks(&self) -> bool {
        match self {
            Embeddings::Stored(stored) => stored.entries.has_masks(),
            Embeddings::Memory(held) => held.entries.has_masks(),
            Embeddings::Given(given) => given.has_masks(),
        }
    }

    /// How far apart neighbouring numbers of their type are at most, relative to them.
    fn relative_spacing(&self) -> f64 {
        match self {
            Embeddings::Stored(stored) => stored.entries.relative_spacing(),
            Embeddings::Memory(held) => held.entries.relative_spacing(),
            Embeddings::Given(given) => given.relative_spacing(),
        }
    }

    /// Fills `rows` with those from `start` on.
    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        match self {
            Embeddings::Stored(stored) => stored.read(&stored.entries, start, rows),
            Embeddings::Memory(held) => {
                let end = start + rows.nrows();
                rows.copy_from(held.matrix.get(start..end, ..));
                Ok(())
            }
            Embeddings::Given(given) => given.read(start, rows),
        }
    }

    /// Rows with an entry that is not finite, rising.
    pub(crate) fn rows_not_finite(&self) -> Result<Vec<usize>, ReadError> {
        let (count, cols) = self.shape();
        let mut found = Vec::new();
        let has_masks = self.has_masks();
        let is_fine = |x: f64| x.is_finite() || (has_masks && x == f64::NEG_INFINITY);
        let mut look = |start: usize, rows: MatRef<'_, f64>| {
            let mut is_finite = vec![true; rows.nrows()];
            for column in rows.col_iter() {
                is_finite.iter_mut().zip(column.iter()).for_each(|(finite, x)| *finite &= is_fine(*x));
            }
            found
                .extend(is_finite.iter().enumerate().filter(|(_, finite)| !**finite).map(|(i, _)| start + i));
        };
        if let Embeddings::Memory(held) = self {
            look(0, held.matrix.as_ref());
            return Ok(found);
        }
        let mut block = Mat::zeros(count.min(LOOKED_AT), cols);
        for start in (0..count).step_by(LOOKED_AT) {
            let mut rows = block.as_mut().subrows_mut(0, LOOKED_AT.min(count - start));
            match self {
                Embeddings::Stored(stored) => {
                    stored.fill(&stored.entries.clone().unchecked(), start, rows.as_mut()).map(drop)?;
                }
                Embeddings::Given(given) => given.fill(start, rows.as_mut())?,
                Embeddings::Memory(_) => {}
            }
            look(start, rows.as_ref());
        }
        Ok(found)
    }

    /// The embeddings of which only some rows will be read, and the rows as they are then to be asked for.
    ///
    /// What is in memory keeps nothing else, and what cannot be read row by row goes there.
    fn chosen(self, rows: Option<Vec<usize>>) -> Result<(Embeddings<'a>, Option<Vec<usize>>), ReadError> {
        let held = match (self, &rows) {
            (Embeddings::Stored(stored), Some(_)) if stored.entries.runs_are_columns() => stored.held()?,
            (Embeddings::Memory(held), _) => held,
            (stored, _) => return Ok((stored, rows)),
        };
        let Held { matrix, entries } = held;
        let check = |row: usize, matrix: MatRef<'_, f64>| {
            let bad = |x: f64| x.is_nan() || (x.abs() > LARGEST_ENTRY && !(entries.has_masks() && x < 0.0));
            match matrix.row(row).iter().position(|&x| bad(x)) {
                Some(col) => {
                    let (r, c) = if entries.is_transposed() { (col, row) } else { (row, col) };
                    let value = matrix[(row, col)];
                    Err(entries.place.error(Problem::Entry { row: r as u64, col: c as u64, value }))
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
        Ok((Embeddings::Memory(Held { matrix, entries }), None))
    }

    /// What only all rows together show: the largest magnitude, after the checksum of an archive's entry was verified.
    fn finish(&self) -> Result<f64, ReadError> {
        match self {
            Embeddings::Stored(stored) => {
                stored.check_archive()?;
                Ok(f64::from_bits(stored.largest.load(Ordering::Relaxed)))
            }
            Embeddings::Memory(held) => Ok(held.matrix.norm_max()),
            Embeddings::Given(given) => Ok(given.largest()),
        }
    }
}

/// The rows of embeddings that are read, in their order.
#[derive(Debug)]
pub(crate) struct ChosenRows<'a> {
    embeddings: Embeddings<'a>,
    /// Which rows of the embeddings; `None` for all.
    rows: Option<Vec<usize>>,
    /// Which rows of the file, if these are not those.
    in_file: Option<Vec<usize>>,
}

impl<'a> ChosenRows<'a> {
    pub(crate) fn of(
        embeddings: Embeddings<'a>,
        rows: Option<Vec<usize>>,
    ) -> Result<ChosenRows<'a>, ReadError> {
        let asked = rows.clone();
        let (embeddings, rows) = embeddings.chosen(rows)?;
        let in_file = if rows.is_some() { None } else { asked };
        Ok(ChosenRows { embeddings, rows, in_file })
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.rows.as_ref().map_or(self.embeddings.shape().0, Vec::len)
    }

    /// Entries of each.
    pub(crate) fn width(&self) -> usize {
        self.embeddings.shape().1
    }

    /// The number of a row in the file.
    pub(crate) fn row_in_file(&self, row: usize) -> usize {
        self.in_file.as_ref().or(self.rows.as_ref()).map_or(row, |rows| rows[row])
    }

    /// Where they are from.
    pub(crate) fn place(&self) -> &Place {
        self.embeddings.place()
    }

    /// How far apart neighbouring numbers of their type are at most, relative to them.
    pub(crate) fn relative_spacing(&self) -> f64 {
        self.embeddings.relative_spacing()
    }

    /// Fills `rows` with those from `start` on.
    pub(crate) fn fill(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        let Some(chosen) = &self.rows else { return self.embeddings.read(start, rows) };
        let mut from = 0;
        for run in chosen[start..start + rows.nrows()].chunk_by(|x, next| x + 1 == *next) {
            self.embeddings.read(run[0], rows.as_mut().subrows_mut(from, run.len()))?;
            from += run.len();
        }
        Ok(())
    }

    /// The largest magnitude of all, after every row was read.
    pub(crate) fn finish(&self) -> Result<f64, ReadError> {
        self.embeddings.finish()
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
        Ok(Held { matrix, entries: self.entries.clone() })
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
