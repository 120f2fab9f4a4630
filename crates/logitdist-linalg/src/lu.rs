//! Solving with a small square matrix.

use crate::svd::singular_values;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::{factor, solve};
use faer::perm::PermRef;
use faer::{Mat, MatMut, MatRef, Par};

/// A square matrix with `σ_min / σ_max` under this counts as singular.
pub const MIN_RECIPROCAL_CONDITION: f64 = 1e-12;

/// A factored n×n matrix that is far enough from singular to solve with.
#[derive(Debug, Clone)]
pub struct Lu {
    factors: Mat<f64>,
    permutation: Vec<usize>,
    inverse_permutation: Vec<usize>,
    smallest_singular_value: f64,
    reciprocal_condition: f64,
}

impl Lu {
    /// Factors A (n×n, n ≥ 1); `None` if its reciprocal condition is under [`MIN_RECIPROCAL_CONDITION`].
    pub fn new(a: MatRef<'_, f64>) -> Option<Lu> {
        let n = a.nrows();
        assert_eq!(n, a.ncols(), "LU needs a square matrix");
        let s = singular_values(a);
        let (largest, smallest) = (s[0], s[n - 1]);
        let reciprocal_condition = smallest / largest;
        if largest == 0.0 || reciprocal_condition < MIN_RECIPROCAL_CONDITION {
            return None;
        }
        let mut factors = a.to_owned();
        let (mut permutation, mut inverse_permutation) = (vec![0; n], vec![0; n]);
        let scratch = factor::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default());
        factor::lu_in_place(
            factors.as_mut(),
            &mut permutation,
            &mut inverse_permutation,
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        );
        Some(Lu {
            factors,
            permutation,
            inverse_permutation,
            smallest_singular_value: smallest,
            reciprocal_condition,
        })
    }

    /// The smallest singular value of A, > 0.
    pub fn smallest_singular_value(&self) -> f64 {
        self.smallest_singular_value
    }

    /// `σ_min / σ_max` of A, in [1e-12, 1].
    pub fn reciprocal_condition(&self) -> f64 {
        self.reciprocal_condition
    }

    /// Replaces X (n×c) by `A⁻¹ X`.
    pub fn solve_in_place(&self, x: MatMut<'_, f64>) {
        let n = self.factors.nrows();
        assert_eq!(x.nrows(), n, "right-hand sides need {n} rows");
        let scratch = solve::solve_in_place_scratch::<usize, f64>(n, x.ncols(), Par::Seq);
        solve::solve_in_place(
            self.factors.as_ref(),
            self.factors.as_ref(),
            PermRef::new_checked(&self.permutation, &self.inverse_permutation, n),
            x,
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matmul;

    #[test]
    fn solves_the_defining_equation() {
        for n in [1, 2, 7, 16, 40, 130] {
            let a = Mat::from_fn(n, n, |i, j| {
                ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin() + if i == j { 3.0 } else { 0.0 }
            });
            let x = Mat::from_fn(n, 3, |i, j| (i as f64 - j as f64).cos());
            let mut solved = matmul(a.as_ref(), x.as_ref());
            let lu = Lu::new(a.as_ref()).expect("regular");
            lu.solve_in_place(solved.as_mut());
            let tolerance = 1e-13 * (n as f64) * a.norm_l2() / lu.smallest_singular_value();
            assert!((solved - x).norm_max() < tolerance, "n = {n}");
        }
    }

    #[test]
    fn singular_and_zero_matrices_are_refused() {
        assert!(Lu::new(Mat::zeros(3, 3).as_ref()).is_none());
        assert!(Lu::new(Mat::from_fn(3, 3, |i, j| (i + j) as f64).as_ref()).is_none());
        assert!(Lu::new(Mat::from_fn(2, 2, |i, j| if i == j { 1e-200 } else { 0.0 }).as_ref()).is_some());
    }
}
