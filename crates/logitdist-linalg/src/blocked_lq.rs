//! The triangle of a matrix that is not small, by faer's blocked QR and triangular solves.

use crate::columns::Columns;
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
}

impl BlockedLq {
    pub fn new(n: usize) -> BlockedLq {
        BlockedLq { n, lower: Mat::zeros(n, n), right: Mat::zeros(n, 0) }
    }

    /// Factors A and returns `‖A‖_F`.
    pub fn factor(&mut self, row: impl Fn(usize, &mut [f64])) -> f64 {
        let mut transposed = Mat::zeros(self.n, self.n);
        (0..self.n).for_each(|i| row(i, transposed.col_as_slice_mut(i)));
        let largest = transposed.norm_max();
        let squares =
            transposed.col_iter().flat_map(|c| c.iter()).map(|x| (x / largest).powi(2)).sum::<f64>();
        let size = if largest > 0.0 { largest * squares.sqrt() } else { 0.0 };
        self.lower = r_factor(transposed).transpose().to_owned();
        size
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

    /// Writes `L⁻¹`.
    pub fn invert(&mut self, inverse: &mut Columns) {
        let mut dense = Mat::zeros(self.n, self.n);
        invert_lower_triangular(dense.as_mut(), self.lower.as_ref(), Par::Seq);
        inverse.copy_from(dense.as_ref());
    }
}
