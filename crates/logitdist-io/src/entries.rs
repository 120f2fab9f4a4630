//! The entries of a 2-D array in a file, read as rows of a matrix.

use crate::array::Order;
use crate::element::Element;
use crate::error::{Place, Problem, ReadError};
use faer::prelude::ReborrowMut;
use faer::{Mat, MatMut};
use logitdist::{LARGEST_ENTRY, MASKED_UNDER};
use std::io;

/// Entries read and widened at a time.
const TILE: usize = 1 << 16;

/// The entries of an array. Its size was checked against the bytes in the file.
#[derive(Debug, Clone)]
pub(crate) struct Entries {
    pub(crate) place: Place,
    /// Shape as stored.
    rows: usize,
    cols: usize,
    element: Element,
    order: Order,
    /// Whether the matrix is the array with its axes exchanged.
    transpose: bool,
    /// Whether entries may mask their label: −∞, the lowest number of the type, or what no logit is.
    masks: bool,
    /// Whether entries are taken as they are, whoever reads them looks at them.
    unchecked: bool,
}

impl Entries {
    /// Checks the claimed size against the bytes in the file, before anything is allocated.
    pub(crate) fn new(
        place: Place,
        [rows, cols]: [u64; 2],
        element: Element,
        order: Order,
        transpose: bool,
        available: u64,
    ) -> Result<Entries, ReadError> {
        let claimed = rows.checked_mul(cols).and_then(|n| n.checked_mul(element.size() as u64));
        if claimed != Some(available) {
            return Err(place.error(Problem::Length { claimed, found: available }));
        }
        match (usize::try_from(rows), usize::try_from(cols)) {
            (Ok(rows), Ok(cols)) => {
                Ok(Entries { place, rows, cols, element, order, transpose, masks: false, unchecked: false })
            }
            _ => Err(place.error(Problem::Memory { rows, cols })),
        }
    }

    /// The entries of a bias, in which a masked label is read as −∞ whatever the file has for it.
    pub(crate) fn with_masks(self) -> Entries {
        Entries { masks: true, ..self }
    }

    /// The entries, none of which is refused when it is read.
    pub(crate) fn unchecked(self) -> Entries {
        Entries { unchecked: true, ..self }
    }

    /// Whether entries may be −∞.
    pub(crate) fn has_masks(&self) -> bool {
        self.masks
    }

    /// How far apart neighbouring numbers of the type are at most, relative to them.
    pub(crate) fn relative_spacing(&self) -> f64 {
        self.element.relative_spacing()
    }

    /// Whether the axes of the array are exchanged.
    pub(crate) fn is_transposed(&self) -> bool {
        self.transpose
    }

    /// Whether a column of the matrix is in one piece in the file, and a row is not.
    pub(crate) fn runs_are_columns(&self) -> bool {
        (self.order == Order::Fortran) != self.transpose
    }

    /// Shape of the matrix.
    pub(crate) fn shape(&self) -> (usize, usize) {
        if self.transpose { (self.cols, self.rows) } else { (self.rows, self.cols) }
    }

    /// All rows, read from the beginning to the end of `data`.
    pub(crate) fn matrix(&self, data: &mut dyn io::Read) -> Result<Mat<f64>, ReadError> {
        let too_large =
            || self.place.error(Problem::Memory { rows: self.rows as u64, cols: self.cols as u64 });
        let (rows, cols) = self.shape();
        let mut matrix = Mat::new();
        matrix.try_reserve(rows, cols).map_err(|_| too_large())?;
        matrix.resize_with(rows, cols, |_, _| 0.0);
        // The whole array is one run of bytes.
        self.fill(0, matrix.as_mut(), &mut |_, bytes| data.read_exact(bytes))?;
        Ok(matrix)
    }

    /// Fills `target` with the rows of the matrix from `first` on, and returns their largest magnitude. `read` fills a buffer with
    /// the bytes at a position, counted from the first entry; positions only increase.
    pub(crate) fn fill(
        &self,
        first: usize,
        mut target: MatMut<'_, f64>,
        read: &mut dyn FnMut(u64, &mut [u8]) -> io::Result<()>,
    ) -> Result<f64, ReadError> {
        let size = self.element.size();
        let run_len = if self.order == Order::C { self.cols } else { self.rows };
        // A run is a contiguous row or column of the file. These are the runs that are needed, and which part of each.
        let runs_are_columns = self.runs_are_columns();
        let (first_run, runs, from, len) = if runs_are_columns {
            (0, target.ncols(), first, target.nrows())
        } else {
            (first, target.nrows(), 0, target.ncols())
        };
        let piece_len = len.min(TILE);
        // Short runs that are needed as a whole are read several at a time.
        let block_len = if piece_len < run_len { 1 } else { (TILE / run_len).clamp(1, runs.max(1)) };
        let mut bytes = vec![0; block_len * piece_len * size];
        let mut values = vec![0.0; block_len * piece_len];
        let mut largest: f64 = 0.0;
        for run in (0..runs).step_by(block_len) {
            let block = block_len.min(runs - run);
            for start in (0..len).step_by(piece_len) {
                let piece = piece_len.min(len - start);
                let values = &mut values[..block * piece];
                let bytes = &mut bytes[..block * piece * size];
                let entry = (first_run + run) as u64 * run_len as u64 + (from + start) as u64;
                read(entry * size as u64, bytes).map_err(|e| self.place.error(read_problem(e)))?;
                self.element.widen(bytes, values);
                if self.masks {
                    let lowest = self.element.lowest();
                    let is_mask = |v: f64| v <= lowest || v < MASKED_UNDER;
                    values.iter_mut().filter(|v| is_mask(**v)).for_each(|v| *v = f64::NEG_INFINITY);
                }
                let is_bad = |v: f64| v.is_nan() || (v.abs() > LARGEST_ENTRY && !(self.masks && v < 0.0));
                if let Some(i) = values.iter().position(|&v| is_bad(v)).filter(|_| !self.unchecked) {
                    let at = [first_run + run + i / piece, from + start + i % piece];
                    return Err(self.bad_entry(at, values[i]));
                }
                largest = values.iter().fold(largest, |largest, v| largest.max(v.abs()));
                if runs_are_columns {
                    for (r, entries) in values.chunks_exact(piece).enumerate() {
                        let column = target.rb_mut().col_mut(run + r).subrows_mut(start, piece);
                        column.iter_mut().zip(entries).for_each(|(entry, value)| *entry = *value);
                    }
                } else {
                    for at in 0..piece {
                        let column = target.rb_mut().col_mut(start + at).subrows_mut(run, block);
                        let entries = values[at..].iter().step_by(piece);
                        column.iter_mut().zip(entries).for_each(|(entry, value)| *entry = *value);
                    }
                }
            }
        }
        Ok(largest)
    }

    fn bad_entry(&self, [run, at]: [usize; 2], value: f64) -> ReadError {
        let (row, col) = if self.order == Order::C { (run, at) } else { (at, run) };
        self.place.error(Problem::Entry { row: row as u64, col: col as u64, value })
    }
}

/// A file can end early although its size was checked: it may have shrunk, or the parts of a zip entry disagree.
fn read_problem(error: io::Error) -> Problem {
    Problem::Io(match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "the data ends before its claimed size"),
        _ => error,
    })
}
