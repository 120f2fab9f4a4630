//! Arrays of numpy as rows of f64, without a copy of the whole.

use logitdist::{Mat, MatMut};
use logitdist_io::{FloatType, GivenRows};
use numpy::PyReadonlyArray2;
use numpy::ndarray::{ArrayView2, Axis, Slice};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// A 2-D array that Python holds. The package has seen to it that it is aligned, in native byte order, and of one of these types.
pub enum Held<'py> {
    F64(PyReadonlyArray2<'py, f64>),
    F32(PyReadonlyArray2<'py, f32>),
    /// The bits of half precision.
    F16(PyReadonlyArray2<'py, u16>),
    /// The bits of bfloat16.
    Bf16(PyReadonlyArray2<'py, u16>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Held<'py> {
    type Error = PyErr;

    /// From the name of a type and an array.
    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Held<'py>> {
        let (kind, array): (String, Bound<'py, PyAny>) = given.extract()?;
        Ok(match kind.as_str() {
            "f64" => Held::F64(array.extract()?),
            "f32" => Held::F32(array.extract()?),
            "f16" => Held::F16(array.extract()?),
            "bf16" => Held::Bf16(array.extract()?),
            other => return Err(PyValueError::new_err(format!("entries of type {other} cannot be read"))),
        })
    }
}

impl Held<'_> {
    /// What other threads may read while Python does other things.
    pub fn view(&self) -> Array<'_> {
        match self {
            Held::F64(array) => Array::F64(array.as_array()),
            Held::F32(array) => Array::F32(array.as_array()),
            Held::F16(array) => Array::F16(array.as_array()),
            Held::Bf16(array) => Array::Bf16(array.as_array()),
        }
    }
}

/// A view of a 2-D array with any strides.
#[derive(Debug, Clone, Copy)]
pub enum Array<'a> {
    F64(ArrayView2<'a, f64>),
    F32(ArrayView2<'a, f32>),
    F16(ArrayView2<'a, u16>),
    Bf16(ArrayView2<'a, u16>),
}

impl Array<'_> {
    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Array::F64(array) => array.dim(),
            Array::F32(array) => array.dim(),
            Array::F16(array) | Array::Bf16(array) => array.dim(),
        }
    }

    /// The same view for a shorter time.
    pub fn reborrow(&self) -> Array<'_> {
        match self {
            Array::F64(array) => Array::F64(array.reborrow()),
            Array::F32(array) => Array::F32(array.reborrow()),
            Array::F16(array) => Array::F16(array.reborrow()),
            Array::Bf16(array) => Array::Bf16(array.reborrow()),
        }
    }

    /// Fills `rows` with those from `start` on. Widening is exact.
    fn read(&self, start: usize, rows: MatMut<'_, f64>) {
        match self {
            Array::F64(array) => widened(array, start, rows, |x| x),
            Array::F32(array) => widened(array, start, rows, f64::from),
            Array::F16(array) => widened(array, start, rows, half),
            Array::Bf16(array) => {
                widened(array, start, rows, |bits| f64::from(f32::from_bits(u32::from(bits) << 16)));
            }
        }
    }

    /// All rows.
    pub fn matrix(&self) -> Mat<f64> {
        let (rows, cols) = self.shape();
        let mut matrix = Mat::zeros(rows, cols);
        self.read(0, matrix.as_mut());
        matrix
    }
}

/// The rows of a view, whose reading ends when `stop` is set.
#[derive(Debug)]
pub struct Rows<'a> {
    array: Array<'a>,
    stop: &'a AtomicBool,
}

impl<'a> Rows<'a> {
    /// The rows of an array.
    pub fn of(array: &'a Array<'_>, stop: &'a AtomicBool) -> Box<Rows<'a>> {
        Box::new(Rows { array: array.reborrow(), stop })
    }
}

impl GivenRows for Rows<'_> {
    fn shape(&self) -> (usize, usize) {
        self.array.shape()
    }

    fn float_type(&self) -> FloatType {
        match self.array {
            Array::F64(_) => FloatType::F64,
            Array::F32(_) => FloatType::F32,
            Array::F16(_) => FloatType::F16,
            Array::Bf16(_) => FloatType::Bf16,
        }
    }

    fn read(&self, start: usize, rows: MatMut<'_, f64>) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        self.array.read(start, rows);
        Ok(())
    }
}

/// Half precision: 1 bit of sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// Rows widened together: what their columns share of the cache stays there.
const TOGETHER: usize = 32;

fn widened<T: Copy>(
    array: &ArrayView2<'_, T>,
    start: usize,
    mut rows: MatMut<'_, f64>,
    widen: impl Fn(T) -> f64,
) {
    let (count, cols) = (rows.nrows(), rows.ncols());
    for from in (0..count).step_by(TOGETHER) {
        let some = TOGETHER.min(count - from);
        let entries = array.slice_axis(Axis(0), Slice::from(start + from..start + from + some));
        let mut piece = rows.as_mut().subrows_mut(from, some);
        for col in 0..cols {
            let column = piece.as_mut().col_mut(col);
            column.iter_mut().zip(entries.column(col)).for_each(|(value, entry)| *value = widen(*entry));
        }
    }
}
