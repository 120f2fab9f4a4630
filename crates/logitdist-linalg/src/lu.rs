//! Many small square systems, one after another in the same memory, of which the solutions themselves are wanted.
//!
//! A library's LU is made for one large matrix. Here right-hand sides are kept in stripes of a few columns, whose solution stays
//! in registers, and σ_min comes from the inverse by Lanczos' method instead of a decomposition.

use crate::blocked_lu::BlockedLu;
use crate::chunk::{CHUNK, added, norm};
use crate::columns::{Columns, STRIPE, Stripe};
use crate::lanczos::Lanczos;
use crate::substitution::Factors;
use crate::svd::singular_values;
use faer::Mat;

/// A square matrix with `σ_min / σ_max` under this counts as singular.
pub const MIN_RECIPROCAL_CONDITION: f64 = 1e-12;

/// From this size on the factors do not fit into a near cache, and blocked routines are faster than one row at a time.
const BLOCKED_FROM: usize = 128;

/// Factors square matrices of one size and solves with them, without allocating.
#[derive(Debug, Clone)]
pub struct LuSolver {
    n: usize,
    /// Length of a row in `upper` and `lower`, a multiple of the chunk.
    stride: usize,
    /// The matrix and then U, row by row. What is left of the diagonal is leftovers.
    upper: Vec<f64>,
    /// L without its unit diagonal, row by row.
    lower: Vec<f64>,
    /// 1 / U_ii.
    inverse_diagonal: Vec<f64>,
    /// Row i of the factors is this row of the matrix.
    order: Vec<usize>,
    /// The factors of a matrix that is not small, in place of those above.
    blocked: Option<BlockedLu>,
    /// One stripe on its way through the solve.
    stripe: Vec<Stripe>,
    inverse: Columns,
    lanczos: Lanczos,
    frobenius_norm: f64,
}

/// What a matrix that is far enough from singular says about itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regular {
    /// The smallest singular value, > 0.
    pub sigma_min: f64,
    /// `σ_min / ‖A‖_F`: between `1/√n` and 1 times the reciprocal condition `σ_min / σ_max`.
    pub reciprocal_condition: f64,
}

impl LuSolver {
    /// A solver for n×n matrices, n ≥ 1.
    pub fn new(n: usize) -> LuSolver {
        assert!(n > 0, "a matrix has at least one row");
        let stride = n.next_multiple_of(CHUNK);
        let blocked = (n >= BLOCKED_FROM).then(|| BlockedLu::new(n));
        LuSolver {
            n,
            stride,
            upper: vec![0.0; n * stride],
            lower: vec![0.0; if blocked.is_some() { 0 } else { n * stride }],
            inverse_diagonal: vec![0.0; n],
            order: vec![0; n],
            blocked,
            stripe: vec![Stripe::ZERO; n],
            inverse: Columns::zeros(n, n),
            lanczos: Lanczos::new(n),
            frobenius_norm: 0.0,
        }
    }

    /// Factors the matrix A whose row `i` is written by `row(i, …)`, whatever its condition: solving with a singular one gives
    /// infinities or NaN.
    pub fn decompose(&mut self, row: impl Fn(usize, &mut [f64])) {
        let (n, stride) = (self.n, self.stride);
        for i in 0..n {
            row(i, &mut self.upper[i * stride..i * stride + n]);
            self.upper[i * stride + n..(i + 1) * stride].fill(0.0);
        }
        self.frobenius_norm = norm(&self.upper);
        match &mut self.blocked {
            Some(blocked) => blocked.eliminate(&self.upper, stride),
            None => self.eliminate(),
        }
    }

    /// Factors A and finds its smallest singular value; `None` if `σ_min / σ_max` is under [`MIN_RECIPROCAL_CONDITION`].
    pub fn factor(&mut self, row: impl Fn(usize, &mut [f64])) -> Option<Regular> {
        let n = self.n;
        self.decompose(&row);
        let sigma_min = self.sigma_min();
        let reciprocal_condition = sigma_min / self.frobenius_norm;
        if reciprocal_condition >= MIN_RECIPROCAL_CONDITION {
            return Some(Regular { sigma_min, reciprocal_condition });
        }
        let sigma_min = smallest_singular_value(n, row)?;
        Some(Regular { sigma_min, reciprocal_condition: sigma_min / self.frobenius_norm })
    }

    /// Replaces X (n×c) by `A⁻¹ X`, A the matrix factored last.
    pub fn solve(&mut self, x: &mut Columns) {
        assert_eq!(x.rows, self.n, "right-hand sides need {} rows", self.n);
        if let Some(blocked) = &mut self.blocked {
            return blocked.solve(x);
        }
        let mut stripe = std::mem::take(&mut self.stripe);
        for x in x.stripes_mut() {
            stripe.iter_mut().zip(&self.order).for_each(|(y, &row)| *y = x[row]);
            self.factors().solve(&mut stripe, 0);
            x.copy_from_slice(&stripe);
        }
        self.stripe = stripe;
    }

    fn factors(&self) -> Factors<'_> {
        Factors {
            stride: self.stride,
            upper: &self.upper,
            lower: &self.lower,
            inverse_diagonal: &self.inverse_diagonal,
        }
    }

    /// Gaussian elimination with partial pivoting, a chunk of columns at a time: the rows under them hear of all at once.
    fn eliminate(&mut self) {
        let n = self.n;
        self.order.iter_mut().enumerate().for_each(|(i, o)| *o = i);
        for start in (0..n).step_by(CHUNK) {
            let end = n.min(start + CHUNK);
            let mut pivot = self.largest_in_column(start);
            for k in start..end {
                pivot = self.eliminate_in_panel(k, pivot);
            }
            if end < n {
                self.eliminate_after_panel(start);
            }
        }
    }

    /// The row, from the diagonal down, with the largest entry of column `k`.
    fn largest_in_column(&self, k: usize) -> usize {
        let column = self.upper[k * self.stride + k..].iter().step_by(self.stride).zip(k..);
        column
            .fold((-1.0, k), |best: (f64, usize), (x, i)| if x.abs() > best.0 { (x.abs(), i) } else { best })
            .1
    }

    /// Eliminates column `k` within its panel of columns, with a row as pivot, and returns the pivot for the next column.
    fn eliminate_in_panel(&mut self, k: usize, pivot: usize) -> usize {
        let (stride, panel, column) = (self.stride, k / CHUNK, k % CHUNK);
        if pivot != k {
            self.order.swap(k, pivot);
            for rows in [&mut self.upper, &mut self.lower] {
                let (top, bottom) = rows.split_at_mut(pivot * stride);
                top[k * stride..(k + 1) * stride].swap_with_slice(&mut bottom[..stride]);
            }
        }
        let (top, below) = self.upper.split_at_mut((k + 1) * stride);
        let pivot_row = top[k * stride..].as_chunks::<CHUNK>().0[panel];
        let inverse = 1.0 / pivot_row[column];
        self.inverse_diagonal[k] = inverse;
        let lower = self.lower[(k + 1) * stride..].chunks_exact_mut(stride);
        let (mut largest, mut pivot) = (-1.0, k + 1);
        for ((row, lower), i) in below.chunks_exact_mut(stride).zip(lower).zip(k + 1..) {
            let own = &mut row.as_chunks_mut::<CHUNK>().0[panel];
            let factor = own[column] * inverse;
            lower.as_chunks_mut::<CHUNK>().0[panel][column] = factor;
            // The whole panel: what is left of the diagonal is never read.
            *own = added(*own, -factor, pivot_row);
            let size = own[(column + 1) % CHUNK].abs();
            if size > largest {
                (largest, pivot) = (size, i);
            }
        }
        pivot
    }

    /// The columns after the panel that begins at `start`: a chunk of them in the panel's own rows, and then in all rows under those.
    fn eliminate_after_panel(&mut self, start: usize) {
        let (stride, panel) = (self.stride, start / CHUNK);
        let (top, below) = self.upper.split_at_mut((start + CHUNK) * stride);
        let top = &mut top[start * stride..];
        let factors = |row: &[f64]| row.as_chunks::<CHUNK>().0[panel];
        let lower = self.lower[start * stride..].chunks_exact(stride).map(factors);
        for c in panel + 1..stride / CHUNK {
            let mut pivots = [[0.0; CHUNK]; CHUNK];
            for (i, (row, factors)) in top.chunks_exact_mut(stride).zip(lower.clone()).enumerate() {
                let own = &mut row.as_chunks_mut::<CHUNK>().0[c];
                *own = without(*own, &factors[..i], &pivots);
                pivots[i] = *own;
            }
            for (row, factors) in below.chunks_exact_mut(stride).zip(lower.clone().skip(CHUNK)) {
                let own = &mut row.as_chunks_mut::<CHUNK>().0[c];
                *own = without(*own, &factors, &pivots);
            }
        }
    }

    /// σ_min = 1 / ‖A⁻¹‖₂; 0 or NaN if the factors have a zero on the diagonal.
    ///
    /// Singular values do not depend on the order of columns: in that of the factors, L⁻¹ is a triangle and half of the first solve is spared.
    fn sigma_min(&mut self) -> f64 {
        let mut inverse = std::mem::replace(&mut self.inverse, Columns::zeros(0, 0));
        inverse.set_identity();
        match &mut self.blocked {
            Some(blocked) => blocked.solve(&mut inverse),
            None => inverse.stripes_mut().enumerate().for_each(|(s, x)| self.factors().solve(x, s * STRIPE)),
        }
        let norm = self.lanczos.largest_singular_value(&inverse, self.frobenius_norm);
        self.inverse = inverse;
        self.frobenius_norm / norm
    }
}

/// σ_min of a matrix near the threshold, or beyond it: its singular values decide. `None` if it is singular.
pub(crate) fn smallest_singular_value(n: usize, row: impl Fn(usize, &mut [f64])) -> Option<f64> {
    let mut rows = vec![0.0; n * n];
    rows.chunks_exact_mut(n).enumerate().for_each(|(i, values)| row(i, values));
    let s = singular_values(Mat::from_fn(n, n, |i, j| rows[i * n + j]).as_ref());
    (s[0] > 0.0 && s[n - 1] / s[0] >= MIN_RECIPROCAL_CONDITION).then_some(s[n - 1])
}

/// `own − Σ factor · pivot`.
fn without(own: [f64; CHUNK], factors: &[f64], pivots: &[[f64; CHUNK]; CHUNK]) -> [f64; CHUNK] {
    factors.iter().zip(pivots).fold(own, |own, (factor, pivot)| added(own, -factor, *pivot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matmul;

    /// Entries without structure.
    fn sample(n: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(n, n, |i, j| (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin())
    }

    fn factor(solver: &mut LuSolver, a: &Mat<f64>) -> Option<Regular> {
        solver.factor(|i, row| row.iter_mut().enumerate().for_each(|(j, x)| *x = a[(i, j)]))
    }

    #[test]
    fn solves_the_defining_equation_and_finds_the_smallest_singular_value() {
        for n in [1, 2, 3, 7, 8, 9, 16, 33, 50, 64, 127, 128, 130] {
            let mut solver = LuSolver::new(n);
            for seed in 0..20 {
                let a = sample(n, seed);
                let s = singular_values(a.as_ref());
                let Some(regular) = factor(&mut solver, &a) else {
                    assert!(
                        s[n - 1] <= 1.01e-12 * s[0],
                        "n = {n}, seed {seed}: {} is regular",
                        s[n - 1] / s[0]
                    );
                    continue;
                };
                let condition = s[0] / s[n - 1];
                let error = (regular.sigma_min / s[n - 1] - 1.0).abs();
                assert!(
                    error < 1e-14 * n as f64 * condition,
                    "n = {n}, seed {seed}: {error:e}, {condition:e}"
                );
                assert!(regular.reciprocal_condition <= 1.001 / condition);
                assert!(regular.reciprocal_condition * (n as f64).sqrt() >= 0.999 / condition);
                let x = Mat::from_fn(n, 37, |i, j| (i as f64 - j as f64).cos());
                let b = matmul(a.as_ref(), x.as_ref());
                let mut columns = Columns::zeros(n, 37);
                (0..n).for_each(|i| columns.set_row(i, b.row(i).iter().copied()));
                solver.solve(&mut columns);
                let solved = Mat::from_fn(n, 37, |i, j| columns.get(i, j));
                assert!((&solved - &x).norm_max() < 1e-14 * n as f64 * condition, "n = {n}, seed {seed}");
                let squared = solved.squared_norm_l2();
                assert!((columns.squared_norm() - squared).abs() < 1e-12 * squared);
            }
        }
    }

    #[test]
    fn singular_and_zero_matrices_are_refused_at_any_scale() {
        let mut solver = LuSolver::new(3);
        assert!(factor(&mut solver, &Mat::zeros(3, 3)).is_none());
        assert!(factor(&mut solver, &Mat::from_fn(3, 3, |i, j| (i + j) as f64)).is_none());
        for scale in [1e-200, 1e-60, 1.0, 1e60, 1e150] {
            let a = Mat::from_fn(3, 3, |i, j| scale * if i == j { 2.0 } else { 1.0 });
            let regular = factor(&mut solver, &a).expect("regular");
            assert!((regular.sigma_min / scale - 1.0).abs() < 1e-14, "{scale}");
        }
        // Just on either side of the threshold, in the second norm.
        for (small, expected) in [(2e-12, true), (0.5e-12, false)] {
            let a = Mat::from_fn(3, 3, |i, j| if i == j { [1.0, 1.0, small][i] } else { 0.0 });
            assert_eq!(factor(&mut solver, &a).is_some(), expected, "{small}");
        }
    }

    #[test]
    fn a_solver_that_has_seen_a_singular_matrix_solves_the_next() {
        let mut solver = LuSolver::new(5);
        let expected = factor(&mut solver, &sample(5, 3)).unwrap();
        factor(&mut solver, &Mat::zeros(5, 5));
        assert_eq!(factor(&mut solver, &sample(5, 3)).unwrap(), expected);
    }
}
