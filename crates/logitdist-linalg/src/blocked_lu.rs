//! LU of a matrix that is not small, by faer's blocked elimination and triangular solves.

use crate::columns::{Columns, STRIPE};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::factor;
use faer::linalg::triangular_solve::{solve_unit_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Mat, Par};

/// The factors of one n×n matrix after another.
#[derive(Debug, Clone)]
pub(crate) struct BlockedLu {
    /// L without its unit diagonal, and U.
    factors: Mat<f64>,
    /// Row i of the factors is this row of the matrix.
    order: Vec<usize>,
    inverse_order: Vec<usize>,
    /// Right-hand sides on their way through the solve, as many as were ever asked for at a time.
    right: Mat<f64>,
}

impl BlockedLu {
    pub fn new(n: usize) -> BlockedLu {
        BlockedLu {
            factors: Mat::zeros(n, n),
            order: vec![0; n],
            inverse_order: vec![0; n],
            right: Mat::zeros(n, 0),
        }
    }

    /// Factors the matrix given row by row, each `stride` after the one before.
    pub fn eliminate(&mut self, rows: &[f64], stride: usize) {
        let n = self.order.len();
        for j in 0..n {
            let column = self.factors.col_as_slice_mut(j).iter_mut();
            column.zip(rows[j..].iter().step_by(stride)).for_each(|(a, x)| *a = *x);
        }
        let scratch = factor::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default());
        factor::lu_in_place(
            self.factors.as_mut(),
            &mut self.order,
            &mut self.inverse_order,
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        );
    }

    /// Replaces X by `A⁻¹ X`.
    pub fn solve(&mut self, x: &mut Columns) {
        let (n, cols) = (self.order.len(), x.cols());
        if self.right.ncols() < cols {
            self.right = Mat::zeros(n, cols);
        }
        let mut right = self.right.get_mut(.., ..cols);
        for (s, stripe) in x.stripes_mut().enumerate() {
            let from = s * STRIPE;
            for c in 0..STRIPE.min(cols - from) {
                let column =
                    right.as_mut().col_mut(from + c).try_as_col_major_mut().expect("columns").as_slice_mut();
                column.iter_mut().zip(&self.order).for_each(|(b, &row)| *b = stripe[row].0[c]);
            }
        }
        solve_unit_lower_triangular_in_place(self.factors.as_ref(), right.as_mut(), Par::Seq);
        solve_upper_triangular_in_place(self.factors.as_ref(), right.as_mut(), Par::Seq);
        x.copy_from(right.as_ref());
    }
}
