//! The triangle of one matrix, by faer's blocked QR and triangular solves.
//!
//! It says of a matrix what [`FourLq`](crate::four_lq::FourLq) says of four: for those that are large, or out of scale.

use crate::chunk::norm;
use crate::lanczos::Lanczos;
use crate::qr::r_factor;
use faer::linalg::triangular_inverse::invert_upper_triangular;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Mat, MatMut, Par};

/// The triangle of one n×n matrix after another.
#[derive(Debug, Clone)]
pub(crate) struct BlockedLq {
    n: usize,
    /// Lᵀ.
    upper: Mat<f64>,
    /// L⁻ᵀ; what is under its diagonal is zero.
    inverse: Mat<f64>,
    lanczos: Lanczos,
}

impl BlockedLq {
    pub fn new(n: usize) -> BlockedLq {
        BlockedLq { n, upper: Mat::zeros(n, n), inverse: Mat::zeros(n, n), lanczos: Lanczos::new(n) }
    }

    /// Factors the matrix A whose row `i` is written by `row(i, …)`, if it is finite, and returns `‖A‖_F`.
    pub fn factor(&mut self, row: impl Fn(usize, &mut [f64])) -> f64 {
        let mut transposed = Mat::zeros(self.n, self.n);
        let write = |i: usize| {
            let column = transposed.col_as_slice_mut(i);
            row(i, column);
            norm(column)
        };
        let norms: Vec<f64> = (0..self.n).map(write).collect();
        let size = norm(&norms);
        if size.is_finite() {
            self.upper = r_factor(transposed);
        }
        size
    }

    /// Replaces X (n×c) by `L⁻¹ X`.
    pub fn solve(&self, x: MatMut<'_, f64>) {
        solve_lower_triangular_in_place(self.upper.transpose(), x, Par::Seq);
    }

    /// `σ_min / ‖A‖_F` of the matrix factored last, whose size is ‖A‖_F; σ_min = 1 / ‖L⁻¹‖₂; not between 0 and 1, or NaN, if the
    /// diagonal has a zero or the floating-point range does not last.
    pub fn reciprocal_condition(&mut self, size: f64) -> f64 {
        invert_upper_triangular(self.inverse.as_mut(), self.upper.as_ref(), Par::Seq);
        1.0 / self.lanczos.largest_singular_value(self.inverse.as_ref(), size)
    }
}
