//! The triangle of a matrix that is not small, by faer's blocked QR and triangular solves.

use crate::columns::{Columns, STRIPE};
use crate::qr::r_factor;
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::prelude::ReborrowMut;
use faer::{Mat, MatMut, Par};

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
        let size = transposed.norm_l2();
        self.lower = r_factor(transposed).transpose().to_owned();
        size
    }

    /// Replaces X by `L⁻¹ X`.
    pub fn solve(&mut self, x: &mut Columns) {
        if self.right.ncols() < x.cols() {
            self.right = Mat::zeros(self.n, x.cols());
        }
        let mut right = self.right.get_mut(.., ..x.cols());
        for (s, stripe) in x.stripes_mut().enumerate() {
            each_column(right.rb_mut(), s, |c, column| {
                column.iter_mut().zip(&*stripe).for_each(|(b, x)| *b = x.0[c]);
            });
        }
        solve_lower_triangular_in_place(self.lower.as_ref(), right.rb_mut(), Par::Seq);
        write(right, x);
    }

    /// Writes `L⁻¹`.
    pub fn invert(&mut self, inverse: &mut Columns) {
        let mut dense = Mat::zeros(self.n, self.n);
        invert_lower_triangular(dense.as_mut(), self.lower.as_ref(), Par::Seq);
        write(dense.as_mut(), inverse);
    }
}

/// Writes the columns of a matrix as stripes.
fn write(mut from: MatMut<'_, f64>, to: &mut Columns) {
    for (s, stripe) in to.stripes_mut().enumerate() {
        each_column(from.rb_mut(), s, |c, column| {
            stripe.iter_mut().zip(column).for_each(|(x, b)| x.0[c] = *b);
        });
    }
}

/// The columns of a matrix that are in one stripe, with their places there.
fn each_column(matrix: MatMut<'_, f64>, stripe: usize, mut visit: impl FnMut(usize, &mut [f64])) {
    let first = stripe * STRIPE;
    let count = STRIPE.min(matrix.ncols() - first);
    for (c, column) in matrix.subcols_mut(first, count).col_iter_mut().enumerate() {
        visit(c, column.try_as_col_major_mut().expect("columns").as_slice_mut());
    }
}
