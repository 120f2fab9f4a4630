//! The triangle of one matrix, by faer's blocked QR and triangular solves.
//!
//! It says of a matrix what [`FourLq`](crate::four_lq::FourLq) says of four: for those that are large, or out of scale.

use crate::columns::Columns;
use crate::lanczos::Lanczos;
use crate::qr::r_factor;
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::prelude::{Reborrow, ReborrowMut};
use faer::{Mat, Par};

/// The triangle of one n×n matrix after another.
#[derive(Debug, Clone)]
pub(crate) struct BlockedLq {
    n: usize,
    /// L.
    lower: Mat<f64>,
    /// Right-hand sides on their way through the solve, as many as were ever asked for at a time.
    right: Mat<f64>,
    inverse: Columns,
    lanczos: Lanczos,
}

impl BlockedLq {
    pub fn new(n: usize) -> BlockedLq {
        BlockedLq {
            n,
            lower: Mat::zeros(n, n),
            right: Mat::zeros(n, 0),
            inverse: Columns::zeros(n, n),
            lanczos: Lanczos::new(n),
        }
    }

    /// Factors A and returns `‖A‖_F`.
    pub fn factor(&mut self, row: impl Fn(usize, &mut [f64])) -> f64 {
        let mut transposed = Mat::zeros(self.n, self.n);
        (0..self.n).for_each(|i| row(i, transposed.col_as_slice_mut(i)));
        let largest = transposed.norm_max();
        let squares =
            transposed.col_iter().flat_map(|c| c.iter()).map(|x| (x / largest).powi(2)).sum::<f64>();
        self.lower = r_factor(transposed).transpose().to_owned();
        if largest > 0.0 { largest * squares.sqrt() } else { 0.0 }
    }

    /// Replaces X by `L⁻¹ X`.
    pub fn solve(&mut self, x: &mut Columns) {
        if self.right.ncols() < x.cols() {
            self.right = Mat::zeros(self.n, x.cols());
        }
        let mut right = self.right.get_mut(.., ..x.cols());
        for j in 0..x.cols() {
            right.rb_mut().col_mut(j).iter_mut().zip(x.column(j)).for_each(|(b, x)| *b = x);
        }
        solve_lower_triangular_in_place(self.lower.as_ref(), right.rb_mut(), Par::Seq);
        x.copy_from(right.rb());
    }

    /// `σ_min / ‖A‖_F` of the matrix factored last, whose size is ‖A‖_F; σ_min = 1 / ‖L⁻¹‖₂; not between 0 and 1, or NaN, if the
    /// diagonal has a zero or the floating-point range does not last.
    pub fn reciprocal_condition(&mut self, size: f64) -> f64 {
        let mut dense = Mat::zeros(self.n, self.n);
        invert_lower_triangular(dense.as_mut(), self.lower.as_ref(), Par::Seq);
        self.inverse.copy_from(dense.as_ref());
        1.0 / self.lanczos.largest_singular_value(&self.inverse, size)
    }
}
