//! Arrays that somebody else holds in memory, such as those of Python.

use crate::element::{Element, FloatType};
use crate::error::{Place, Problem, ReadError};
use crate::logits::LogitForm;
use faer::prelude::ReborrowMut;
use faer::{Mat, MatMut};
use logitdist::{Error, LARGEST_ENTRY, MASKED_UNDER};
use std::fmt::Debug;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of numbers that are read in blocks, by several threads at a time.
pub trait GivenRows: Debug + Send + Sync {
    /// Rows and columns.
    fn shape(&self) -> (usize, usize);

    /// The type of the numbers.
    fn float_type(&self) -> FloatType;

    /// Fills `rows` with those from `start` on, widened exactly, whatever they are.
    ///
    /// # Errors
    /// Reading is to end.
    fn read(&self, start: usize, rows: MatMut<'_, f64>) -> io::Result<()>;
}

/// The arrays of a model in memory.
#[derive(Debug)]
pub enum GivenArrays<'a> {
    /// Embeddings N×M, unembeddings K×M, and a bias of K entries or none.
    Model(Box<dyn GivenRows + 'a>, Mat<f64>, Option<Vec<f64>>),
    /// Logits, or what says as much, N×K.
    Logits(Box<dyn GivenRows + 'a>, LogitForm),
}

/// Rows in memory, checked as those of a file are.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    rows: Box<dyn GivenRows + 'a>,
    /// What the model is called, in messages.
    place: Place,
    /// What the array is called there.
    array: &'static str,
    element: Element,
    masks: bool,
    /// The largest magnitude read, as bits: for numbers ≥ 0, bits are ordered as the numbers are.
    largest: AtomicU64,
}

impl<'a> Given<'a> {
    /// Rows of the model at `place`; `masks` says whether they may be −∞.
    pub(crate) fn new(
        rows: Box<dyn GivenRows + 'a>,
        place: Place,
        array: &'static str,
        masks: bool,
    ) -> Result<Given<'a>, ReadError> {
        let (count, cols) = rows.shape();
        if count == 0 || cols == 0 {
            return Err(place.error(Problem::Model(Error::Empty { array, rows: count, cols })));
        }
        let element = rows.float_type().into();
        Ok(Given { rows, place, array, element, masks, largest: AtomicU64::new(0) })
    }

    pub(crate) fn shape(&self) -> (usize, usize) {
        self.rows.shape()
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn has_masks(&self) -> bool {
        self.masks
    }

    pub(crate) fn relative_spacing(&self) -> f64 {
        self.element.relative_spacing()
    }

    /// The largest magnitude of what was read.
    pub(crate) fn largest(&self) -> f64 {
        f64::from_bits(self.largest.load(Ordering::Relaxed))
    }

    /// Fills `rows` with those from `start` on, none of which is refused.
    pub(crate) fn fill(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        self.rows.read(start, rows.rb_mut()).map_err(|error| self.place.error(Problem::Io(error)))?;
        if self.masks {
            let lowest = self.element.lowest();
            for column in rows.col_iter_mut() {
                let is_mask = |v: f64| v <= lowest || v < MASKED_UNDER;
                column.iter_mut().filter(|v| is_mask(**v)).for_each(|v| *v = f64::NEG_INFINITY);
            }
        }
        Ok(())
    }

    /// Fills `rows` with those from `start` on. The first entry that no model may have is an error.
    pub(crate) fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        self.fill(start, rows.rb_mut())?;
        let is_bad = |v: f64| v.is_nan() || (v.abs() > LARGEST_ENTRY && !(self.masks && v < 0.0));
        let mut largest: f64 = 0.0;
        let mut any_bad = false;
        for column in rows.rb_mut().col_iter_mut() {
            for &mut value in column.iter_mut() {
                any_bad |= is_bad(value);
                largest = largest.max(value.abs());
            }
        }
        if any_bad {
            let (count, cols) = (rows.nrows(), rows.ncols());
            let mut all = (0..count).flat_map(|row| (0..cols).map(move |col| (row, col)));
            let (row, col) = all.find(|&at| is_bad(rows[at])).expect("one was seen");
            let (array, value) = (self.array, rows[(row, col)]);
            let error = Error::Entry { array, row: start + row, col, value };
            return Err(self.place.error(Problem::Model(error)));
        }
        self.largest.fetch_max(largest.to_bits(), Ordering::Relaxed);
        Ok(())
    }
}
