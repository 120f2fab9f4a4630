//! From a described run of bytes to a matrix or vector of finite f64.

use crate::element::Element;
use crate::error::{Place, Problem, ReadError};
use faer::Mat;
use logitdist::LARGEST_ENTRY;
use std::io::{self, Read};

/// Entries read and widened at a time.
const TILE: usize = 1 << 16;

/// The order in which entries follow one another in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Row after row.
    C,
    /// Column after column.
    Fortran,
}

/// What the header of an array says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) shape: Vec<u64>,
    pub(crate) element: Element,
    pub(crate) order: Order,
}

/// An array whose data is about to be read.
pub(crate) struct Array<'a> {
    pub(crate) place: Place,
    pub(crate) layout: Layout,
    /// Bytes of data there really are, as opposed to what the layout claims.
    pub(crate) available: u64,
    /// The data.
    pub(crate) data: Box<dyn Read + 'a>,
}

impl Array<'_> {
    /// A 2-D array as a matrix, transposed if asked.
    pub(crate) fn matrix(self, transpose: bool) -> Result<Mat<f64>, ReadError> {
        self.check_floating_point()?;
        match self.layout.shape[..] {
            [rows, cols] => self.read(rows, cols, transpose),
            _ => Err(self.wrong_shape("2-D (rows, columns)")),
        }
    }

    /// A 2-D array as a matrix, or a 1-D array as a matrix of one row.
    pub(crate) fn rows(self) -> Result<Mat<f64>, ReadError> {
        self.check_floating_point()?;
        match self.layout.shape[..] {
            [rows, cols] => self.read(rows, cols, false),
            // A column of the file, so that an offending entry is named by its index; then turned into a row.
            [entries] => self.read(entries, 1, true),
            _ => Err(self.wrong_shape("2-D (rows, columns), or 1-D for a single row,")),
        }
    }

    /// A 1-D array.
    pub(crate) fn vector(self) -> Result<Vec<f64>, ReadError> {
        self.check_floating_point()?;
        match self.layout.shape[..] {
            [entries] => Ok(self.read(entries, 1, false)?.col_as_slice(0).to_vec()),
            _ => Err(self.wrong_shape("1-D (one entry per label)")),
        }
    }

    /// A 2-D array of any type of numbers as a matrix, or a 1-D array as a column.
    pub(crate) fn numbers(self) -> Result<Mat<f64>, ReadError> {
        match self.layout.shape[..] {
            [rows, cols] => self.read(rows, cols, false),
            [entries] => self.read(entries, 1, false),
            _ => Err(self.wrong_shape("2-D (rows, columns), or 1-D for a single column,")),
        }
    }

    /// Embeddings of whole numbers are a mistake (of labels for a model, or of a quantised one without its scale).
    fn check_floating_point(&self) -> Result<(), ReadError> {
        match self.layout.element.whole_numbers() {
            None => Ok(()),
            Some(found) => Err(self.place.error(Problem::Type(found))),
        }
    }

    fn wrong_shape(self, needed: &'static str) -> ReadError {
        self.place.error(Problem::Shape { found: self.layout.shape, needed })
    }

    /// Reads rows×cols entries; the size is compared with what there is before anything is allocated.
    fn read(mut self, rows: u64, cols: u64, transpose: bool) -> Result<Mat<f64>, ReadError> {
        if rows == 0 || cols == 0 {
            return Err(self.place.error(Problem::Empty(self.layout.shape)));
        }
        let element = self.layout.element;
        let claimed = rows.checked_mul(cols).and_then(|n| n.checked_mul(element.size() as u64));
        if claimed != Some(self.available) {
            return Err(self.place.error(Problem::Length { claimed, found: self.available }));
        }
        let too_large = || self.place.error(Problem::Memory { rows, cols });
        let (n_rows, n_cols) = match (usize::try_from(rows), usize::try_from(cols)) {
            (Ok(rows), Ok(cols)) => (rows, cols),
            _ => return Err(too_large()),
        };
        let (target_rows, target_cols) = if transpose { (n_cols, n_rows) } else { (n_rows, n_cols) };
        let mut target = Mat::new();
        target.try_reserve(target_rows, target_cols).map_err(|_| too_large())?;
        target.resize_with(target_rows, target_cols, |_, _| 0.0);

        let (runs, run_len) = match self.layout.order {
            Order::C => (n_rows, n_cols),
            Order::Fortran => (n_cols, n_rows),
        };
        let runs_are_columns = (self.layout.order == Order::Fortran) != transpose;
        let piece_len = run_len.min(TILE);
        let block_len = if piece_len < run_len { 1 } else { (TILE / run_len).clamp(1, runs) };
        let mut bytes = vec![0; block_len * piece_len * element.size()];
        let mut values = vec![0.0; block_len * piece_len];
        for run in (0..runs).step_by(block_len) {
            let block = block_len.min(runs - run);
            for start in (0..run_len).step_by(piece_len) {
                let piece = piece_len.min(run_len - start);
                let values = &mut values[..block * piece];
                let bytes = &mut bytes[..block * piece * element.size()];
                self.data.read_exact(bytes).map_err(|e| self.place.error(read_problem(e)))?;
                element.widen(bytes, values);
                if let Some(i) = values.iter().position(|&v| v.is_nan() || v.abs() > LARGEST_ENTRY) {
                    let (run, at) = ((run + i / piece) as u64, (start + i % piece) as u64);
                    let (row, col) = if self.layout.order == Order::C { (run, at) } else { (at, run) };
                    return Err(self.place.error(Problem::Entry { row, col, value: values[i] }));
                }
                if runs_are_columns {
                    for (r, entries) in values.chunks_exact(piece).enumerate() {
                        target.col_as_slice_mut(run + r)[start..start + piece].copy_from_slice(entries);
                    }
                } else {
                    for at in 0..piece {
                        let column = &mut target.col_as_slice_mut(start + at)[run..run + block];
                        for (r, entry) in column.iter_mut().enumerate() {
                            *entry = values[r * piece + at];
                        }
                    }
                }
            }
        }
        self.expect_end()?;
        Ok(target)
    }

    /// Reads on to the end: a zip entry's checksum is verified only there.
    fn expect_end(&mut self) -> Result<(), ReadError> {
        let result = match self.data.read(&mut [0]) {
            Ok(0) => return Ok(()),
            Ok(_) => io::Error::new(io::ErrorKind::InvalidData, "the file grew while it was read"),
            Err(e) => e,
        };
        Err(self.place.error(Problem::Io(result)))
    }
}

/// An early end is possible although sizes were compared: a file can shrink, and a zip entry's parts can disagree.
fn read_problem(error: io::Error) -> Problem {
    Problem::Io(match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "the data ends before its claimed size"),
        _ => error,
    })
}
