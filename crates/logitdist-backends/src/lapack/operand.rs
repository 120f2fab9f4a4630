//! How BLAS is told where a matrix is.

use super::routines::{Int, int, letter};
use faer::{Mat, MatRef};
use std::ffi::c_char;

/// A matrix to be read by BLAS: as it is if its rows or columns are contiguous, otherwise a copy.
pub enum Operand<'a> {
    Columns(MatRef<'a, f64>),
    Rows(MatRef<'a, f64>),
    Copy(Mat<f64>),
}

impl<'a> Operand<'a> {
    pub fn of(a: MatRef<'a, f64>) -> Operand<'a> {
        let (rows, cols) = (a.nrows() as isize, a.ncols() as isize);
        if a.row_stride() == 1 && a.col_stride() >= rows.max(1) {
            Operand::Columns(a)
        } else if a.col_stride() == 1 && a.row_stride() >= cols.max(1) {
            Operand::Rows(a)
        } else {
            Operand::Copy(a.to_owned())
        }
    }

    pub fn view(&self) -> MatRef<'_, f64> {
        match self {
            Operand::Columns(a) | Operand::Rows(a) => *a,
            Operand::Copy(a) => a.as_ref(),
        }
    }

    /// Where it is, whether the matrix stored there is as it is (N) or transposed (T), and its leading dimension.
    pub fn parts(&self) -> (*const f64, c_char, Int) {
        let a = self.view();
        let (transposition, stride, least) = match self {
            Operand::Rows(_) => (b'T', a.row_stride(), a.ncols()),
            Operand::Columns(_) | Operand::Copy(_) => (b'N', a.col_stride(), a.nrows()),
        };
        let leading = Int::try_from(stride).expect("a stride is small").max(int(least)).max(1);
        (a.as_ptr(), letter(transposition), leading)
    }
}
