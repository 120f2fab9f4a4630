//! An array in a file: from its header and bytes to a matrix or vector of finite f64.

use crate::element::Element;
use crate::entries::Entries;
use crate::error::{Place, Problem, ReadError};
use faer::Mat;
use std::io::{self, Read};

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
    /// How many bytes of data there are; the header may claim another number.
    pub(crate) available: u64,
    /// The data.
    pub(crate) data: Box<dyn Read + 'a>,
    /// Where in the file the data begins; `None` if it is compressed.
    pub(crate) offset: Option<u64>,
}

impl Array<'_> {
    /// A 2-D array as a matrix, transposed if asked.
    pub(crate) fn matrix(self, transpose: bool) -> Result<Mat<f64>, ReadError> {
        self.flattened(transpose, false)
    }

    /// The same, of a 3-D array if it is to be flattened.
    pub(crate) fn flattened(mut self, transpose: bool, flatten: bool) -> Result<Mat<f64>, ReadError> {
        let entries = self.entries(transpose, flatten)?;
        self.read(&entries)
    }

    /// The matrix of its entries, none of which is refused.
    pub(crate) fn unchecked(mut self, entries: Entries) -> Result<Mat<f64>, ReadError> {
        self.read(&entries.unchecked())
    }

    /// A 2-D array as a matrix, or a 1-D array as a matrix of one row.
    pub(crate) fn rows(mut self) -> Result<Mat<f64>, ReadError> {
        self.check_floating_point()?;
        let entries = match self.layout.shape[..] {
            [rows, cols] => self.entries_of(rows, cols, false),
            // Read as a column, so that an error names the entry by its index; then turned into a row.
            [entries] => self.entries_of(entries, 1, true),
            _ => Err(self.wrong_shape("2-D (rows, columns), or 1-D for a single row,")),
        }?;
        self.read(&entries)
    }

    /// A bias: a 1-D array, in which masked labels are −∞.
    pub(crate) fn bias(mut self) -> Result<Vec<f64>, ReadError> {
        self.check_floating_point()?;
        let entries = match self.layout.shape[..] {
            [entries] => self.entries_of(entries, 1, false),
            _ => Err(self.wrong_shape("1-D (one entry per label)")),
        }?;
        Ok(self.read(&entries.with_masks())?.col_as_slice(0).to_vec())
    }

    /// A 2-D array in which −∞ is no mistake, and how far apart neighbouring numbers of its type are, relative to them.
    pub(crate) fn with_masks(mut self) -> Result<(Mat<f64>, f64), ReadError> {
        let entries = self.entries(false, false)?.with_masks();
        let spacing = entries.relative_spacing();
        Ok((self.read(&entries)?, spacing))
    }

    /// A 1-D array.
    pub(crate) fn vector(mut self) -> Result<Vec<f64>, ReadError> {
        self.check_floating_point()?;
        let entries = match self.layout.shape[..] {
            [entries] => self.entries_of(entries, 1, false),
            _ => Err(self.wrong_shape("1-D (one entry per probe)")),
        }?;
        Ok(self.read(&entries)?.col_as_slice(0).to_vec())
    }

    /// A 2-D array of any type of numbers as a matrix, or a 1-D array as a column.
    pub(crate) fn numbers(mut self) -> Result<Mat<f64>, ReadError> {
        let element = self.layout.element;
        if element.is_text() || element.is_bool() {
            return Err(self.place.error(Problem::Type(element.not_floating_point().unwrap_or_default())));
        }
        let entries = match self.layout.shape[..] {
            [rows, cols] => self.entries_of(rows, cols, false),
            [entries] => self.entries_of(entries, 1, false),
            _ => Err(self.wrong_shape("2-D (rows, columns), or 1-D for a single column,")),
        }?;
        self.read(&entries)
    }

    /// The texts of an array, row after row; whole numbers count as texts.
    pub(crate) fn texts(self) -> Result<Vec<String>, ReadError> {
        let (place, element) = (self.place.clone(), self.layout.element);
        if element.is_bool() || element.not_floating_point().is_none() {
            let found = element.not_floating_point().unwrap_or_else(|| "floating-point".to_owned());
            let problem = format!("names are of type {found}; strings or whole numbers are needed");
            return Err(place.error(Problem::Names(problem)));
        }
        let (bytes, size) = (self.bytes()?, element.size());
        let text = |(i, bytes): (usize, &[u8])| {
            element
                .text(bytes)
                .ok_or_else(|| place.error(Problem::Names(format!("name {i} is no Unicode text"))))
        };
        bytes.chunks_exact(size.max(1)).enumerate().map(text).collect()
    }

    /// An array of truth values, row after row: booleans, or numbers that are 0 or 1.
    pub(crate) fn flags(self) -> Result<Vec<bool>, ReadError> {
        let (place, element) = (self.place.clone(), self.layout.element);
        if element.is_text() {
            return Err(place.error(Problem::Type(element.not_floating_point().unwrap_or_default())));
        }
        let bytes = self.bytes()?;
        let mut values = vec![0.0; bytes.len() / element.size()];
        element.widen(&bytes, &mut values);
        let flag =
            |(i, value): (usize, f64)| match value {
                0.0 => Ok(false),
                1.0 => Ok(true),
                other => Err(place
                    .error(Problem::Names(format!("entry {i} of the mask is {other}; it must be 0 or 1")))),
            };
        values.into_iter().enumerate().map(flag).collect()
    }

    /// All bytes of an array whose entries follow one another row after row.
    fn bytes(mut self) -> Result<Vec<u8>, ReadError> {
        let Layout { shape, element, order } = &self.layout;
        if *order == Order::Fortran && shape.len() > 1 {
            return Err(self.wrong_shape("1-D, or an array in C order (numpy.ascontiguousarray),"));
        }
        let count = shape.iter().try_fold(1_u64, |count, axis| count.checked_mul(*axis));
        let claimed = count.and_then(|count| count.checked_mul(element.size() as u64));
        if claimed != Some(self.available) || element.size() == 0 {
            return Err(self.place.error(Problem::Length { claimed, found: self.available }));
        }
        // No more than the file has: the claim was checked against it.
        let mut bytes = vec![0; self.available as usize];
        self.data.read_exact(&mut bytes).map_err(|e| self.place.error(Problem::Io(e)))?;
        self.expect_end()?;
        Ok(bytes)
    }

    /// The entries of a 2-D array, without reading them; of a 3-D array, batch × positions × dimension, if it is to be flattened.
    pub(crate) fn entries(&self, transpose: bool, flatten: bool) -> Result<Entries, ReadError> {
        self.check_floating_point()?;
        match self.layout.shape[..] {
            [rows, cols] => self.entries_of(rows, cols, transpose),
            [batch, positions, cols] if flatten && self.layout.order == Order::C && !transpose => {
                let rows = batch.checked_mul(positions);
                let length = || Problem::Length { claimed: None, found: self.available };
                self.entries_of(rows.ok_or_else(|| self.place.error(length()))?, cols, false)
            }
            [_, _, _] if flatten => {
                Err(self.wrong_shape("batch × positions × dimension in C order, not transposed,"))
            }
            [_, _, _] => Err(self.wrong_shape(
                "2-D (rows, columns), or --flatten for embeddings of batch × positions × dimension,",
            )),
            _ => Err(self.wrong_shape("2-D (rows, columns)")),
        }
    }

    /// Embeddings of whole numbers are a mistake: a file of labels, or quantised weights without their scale.
    fn check_floating_point(&self) -> Result<(), ReadError> {
        match self.layout.element.not_floating_point() {
            None => Ok(()),
            Some(found) => Err(self.place.error(Problem::Type(found))),
        }
    }

    fn entries_of(&self, rows: u64, cols: u64, transpose: bool) -> Result<Entries, ReadError> {
        let Layout { shape, element, order } = &self.layout;
        if rows == 0 || cols == 0 {
            return Err(self.place.error(Problem::Empty(shape.clone())));
        }
        Entries::new(self.place.clone(), [rows, cols], *element, *order, transpose, self.available)
    }

    fn wrong_shape(&self, needed: &'static str) -> ReadError {
        self.place.error(Problem::Shape { found: self.layout.shape.clone(), needed })
    }

    fn read(&mut self, entries: &Entries) -> Result<Mat<f64>, ReadError> {
        let matrix = entries.matrix(&mut self.data)?;
        self.expect_end()?;
        Ok(matrix)
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
