//! Many small square systems, one after another in the same memory, of whose solutions only the length is wanted.
//!
//! With `A = L Q`, Q orthogonal, `‖A⁻¹ X‖_F = ‖L⁻¹ X‖_F` and `σ_min(A) = 1 / ‖L⁻¹‖₂`: a solve with one triangle where an LU takes two,
//! and an inverse that is half zeros. L is the transposed R of a QR decomposition of Aᵀ, by Householder's reflections. A library's is
//! made for large matrices; here eight columns at a time go through four reflections, and all of it stays in registers and the
//! nearest cache.

use crate::blocked_lq::BlockedLq;
use crate::chunk::{CHUNK, norm};
use crate::columns::{Columns, STRIPE, Stripe};
use crate::lanczos::Lanczos;
use crate::lanes::{Eight, LANES, Lanes, ZERO_EIGHT, plus};
use crate::substitution::{UnitLower, times};

/// From this size on the factors do not fit into a near cache, and blocked routines are faster.
const BLOCKED_FROM: usize = 128;

/// Reflections that go through a panel together.
const TOGETHER: usize = 4;

/// The lower triangle of one n×n matrix after another, without allocating where they are small.
///
/// As accurate for rows of very different size as for equal ones; columns of very different size should come with the largest first.
#[derive(Debug, Clone)]
pub(crate) struct LqSolver {
    n: usize,
    /// Length of a row of A, and of a panel, a multiple of the lanes.
    stride: usize,
    /// Aᵀ in panels of columns, each row after row, and then R on and over the diagonal; under it are leftovers.
    panels: Vec<Eight>,
    /// Entries of the vectors of four reflections side by side, row by row, zero before the first of each vector: that one is 1.
    vectors: Vec<[f64; TOGETHER]>,
    /// For every four reflections, the lower triangle T of `I − V T Vᵀ`, which is all of them one after another.
    couplings: Vec<[[f64; TOGETHER]; TOGETHER]>,
    /// A, row by row, with rows of zeros at the end.
    rows: Vec<f64>,
    /// L with its columns divided by its diagonal, so that it is 1 there, row by row.
    lower: Vec<f64>,
    /// 1 / L_ii.
    inverse_diagonal: Vec<f64>,
    /// One column on its way to a reflection, filled up with zeros.
    column: Vec<f64>,
    /// The triangle of a matrix that is not small, in place of those above.
    blocked: Option<BlockedLq>,
    /// ‖A‖_F.
    size: f64,
    inverse: Columns,
    lanczos: Lanczos,
}

impl LqSolver {
    /// For n×n matrices, n ≥ 1.
    pub fn new(n: usize) -> LqSolver {
        assert!(n > 0, "a matrix has at least one row");
        let (blocked, near) = if n < BLOCKED_FROM { (None, n) } else { (Some(BlockedLq::new(n)), 0) };
        let stride = near.next_multiple_of(LANES);
        LqSolver {
            n,
            stride,
            panels: vec![ZERO_EIGHT; near.div_ceil(CHUNK) * stride],
            vectors: vec![[0.0; TOGETHER]; near.div_ceil(TOGETHER) * near],
            couplings: vec![[[0.0; TOGETHER]; TOGETHER]; near.div_ceil(TOGETHER)],
            rows: vec![0.0; near.next_multiple_of(CHUNK) * stride],
            lower: vec![0.0; near * near],
            inverse_diagonal: vec![0.0; near],
            column: vec![0.0; near.next_multiple_of(CHUNK)],
            blocked,
            size: 0.0,
            inverse: Columns::zeros(n, n),
            lanczos: Lanczos::new(n),
        }
    }

    /// Factors the matrix A whose row `i` is written by `row(i, …)`, and returns `‖A‖_F`. Solving with a singular one gives infinities or NaN.
    pub fn factor(&mut self, row: impl Fn(usize, &mut [f64])) -> f64 {
        if let Some(blocked) = &mut self.blocked {
            self.size = blocked.factor(row);
            return self.size;
        }
        let (n, stride) = (self.n, self.stride);
        for (i, values) in self.rows.chunks_exact_mut(stride).take(n).enumerate() {
            row(i, &mut values[..n]);
        }
        self.size = norm(self.rows.as_chunks().0);
        for (panel, rows) in self.panels.chunks_exact_mut(stride).zip(self.rows.chunks_exact(CHUNK * stride))
        {
            for (c, rows) in rows.chunks_exact(LANES * stride).enumerate() {
                transpose(rows, panel, c);
            }
        }
        for p in 0..n.div_ceil(CHUNK) {
            self.reflect_panel(p);
        }
        self.size
    }

    /// Panel `p` through all reflections before it, and then its own.
    fn reflect_panel(&mut self, p: usize) {
        let n = self.n;
        let panel = &mut self.panels[p * self.stride..][..n];
        let first = p * CHUNK;
        let groups = self.vectors.chunks_exact_mut(n);
        for (g, vectors) in groups.enumerate() {
            let from = g * TOGETHER;
            if from >= n.min(first + CHUNK) {
                break;
            }
            let (rows, vectors) = (&mut panel[from..], &mut vectors[from..]);
            if from < first {
                reflect(rows, vectors, &self.couplings[g]);
                continue;
            }
            let mut scales = [0.0; TOGETHER];
            for h in 0..TOGETHER.min(n - from) {
                let c = from - first + h;
                let column = &mut self.column[..(n - from - h).next_multiple_of(CHUNK)];
                column.fill(0.0);
                column.iter_mut().zip(&rows[h..]).for_each(|(x, row)| *x = entry(row, c));
                let (diagonal, scale) = reflection(column);
                vectors[..h].iter_mut().for_each(|v| v[h] = 0.0);
                vectors[h..].iter_mut().zip(&*column).for_each(|(v, x)| v[h] = *x);
                self.inverse_diagonal[from + h] = 1.0 / diagonal;
                scales[h] = scale;
                reflect_by_one(&mut rows[h..], column, scale);
                set(&mut rows[h], c, diagonal);
            }
            self.couplings[g] = coupling(vectors, scales);
        }
        let rows = self.lower[first * n..].chunks_exact_mut(n);
        for (c, row) in rows.take(CHUNK).enumerate() {
            let above = panel[..first + c].iter().zip(&self.inverse_diagonal);
            row.iter_mut().zip(above).for_each(|(l, (r, inverse))| *l = entry(r, c) * inverse);
        }
    }

    /// Replaces X (n×c) by `L⁻¹ X`.
    pub fn solve(&mut self, x: &mut Columns) {
        assert_eq!(x.rows, self.n, "right-hand sides need {} rows", self.n);
        match &mut self.blocked {
            Some(blocked) => blocked.solve(x),
            None => x.stripes_mut().for_each(|x| self.solve_stripe(x, 0)),
        }
    }

    /// `σ_min / ‖A‖_F` of the matrix factored last, σ_min = 1 / ‖L⁻¹‖₂; not between 0 and 1, or NaN, if the
    /// diagonal has a zero or the floating-point range does not last.
    pub fn reciprocal_condition(&mut self) -> f64 {
        let mut inverse = std::mem::replace(&mut self.inverse, Columns::zeros(0, 0));
        inverse.set_identity();
        match &mut self.blocked {
            Some(blocked) => blocked.invert(&mut inverse),
            None => {
                inverse.stripes_mut().enumerate().for_each(|(s, x)| self.solve_stripe(x, s * STRIPE));
            }
        }
        let norm = self.lanczos.largest_singular_value(&inverse, self.size);
        self.inverse = inverse;
        1.0 / norm
    }

    /// Replaces X, whose rows before `first` are zero, by `L⁻¹ X`.
    fn solve_stripe(&self, x: &mut [Stripe], first: usize) {
        UnitLower { stride: self.n, rows: &self.lower }.solve(x, first);
        x[first..].iter_mut().zip(&self.inverse_diagonal[first..]).for_each(|(x, d)| *x = times(*x, *d));
    }
}

/// Four rows of A as half `c` of the columns of a panel.
fn transpose(rows: &[f64], panel: &mut [Eight], c: usize) {
    let (quads, _) = rows.as_chunks::<LANES>();
    let across = panel.len() / LANES;
    for (q, panel) in panel.chunks_exact_mut(LANES).enumerate() {
        let row = |i: usize| Lanes::new(quads[i * across + q]);
        let columns = Lanes::transpose([row(0), row(1), row(2), row(3)]);
        panel.iter_mut().zip(columns).for_each(|(row, column)| row[c] = column);
    }
}

/// Makes the vector of a reflection, 1 first, of a column x, which is filled up with zeros. Returns the diagonal and the scale:
/// `(I − scale v vᵀ) x` is the diagonal and then zeros.
fn reflection(x: &mut [f64]) -> (f64, f64) {
    let (chunks, _) = x.as_chunks::<CHUNK>();
    let diagonal = -norm(chunks).copysign(x[0]);
    if diagonal == 0.0 {
        return (0.0, 0.0);
    }
    let scale = (diagonal - x[0]) / diagonal;
    let inverse = 1.0 / (x[0] - diagonal);
    x.iter_mut().for_each(|x| *x *= inverse);
    x[0] = 1.0;
    (diagonal, scale)
}

/// `(I − scale v vᵀ) X`.
fn reflect_by_one(x: &mut [Eight], v: &[f64], scale: f64) {
    let mut along = [ZERO_EIGHT; 2];
    let (pairs, last) = x.as_chunks::<2>();
    let (v_pairs, v_last) = v[..x.len()].as_chunks::<2>();
    for (x, v) in pairs.iter().zip(v_pairs) {
        for i in 0..2 {
            along[i] = plus(along[i], Lanes::splat(v[i]), x[i]);
        }
    }
    let along = plus(along[0], Lanes::ONE, along[1]);
    let along = last.iter().zip(v_last).fold(along, |along, (x, v)| plus(along, Lanes::splat(*v), *x));
    let along = [along[0] * -scale, along[1] * -scale];
    x.iter_mut().zip(v).for_each(|(x, v)| *x = plus(*x, Lanes::splat(*v), along));
}

/// `(I − V T Vᵀ) X`.
fn reflect(x: &mut [Eight], v: &[[f64; TOGETHER]], t: &[[f64; TOGETHER]; TOGETHER]) {
    let mut along = [ZERO_EIGHT; TOGETHER];
    for (x, v) in x.iter().zip(v) {
        for i in 0..TOGETHER {
            along[i] = plus(along[i], Lanes::splat(v[i]), *x);
        }
    }
    let mut parts = [ZERO_EIGHT; TOGETHER];
    for i in 0..TOGETHER {
        for j in 0..=i {
            parts[i] = plus(parts[i], Lanes::splat(-t[i][j]), along[j]);
        }
    }
    for (x, v) in x.iter_mut().zip(v) {
        let mut row = *x;
        for i in 0..TOGETHER {
            row = plus(row, Lanes::splat(v[i]), parts[i]);
        }
        *x = row;
    }
}

#[inline(always)]
fn entry(row: &Eight, c: usize) -> f64 {
    row[c / LANES].as_array()[c % LANES]
}

fn set(row: &mut Eight, c: usize, x: f64) {
    row[c / LANES].as_mut_array()[c % LANES] = x;
}

/// T with `I − V T Vᵀ = (I − s₃ v₃ v₃ᵀ) … (I − s₀ v₀ v₀ᵀ)`.
fn coupling(v: &[[f64; TOGETHER]], scales: [f64; TOGETHER]) -> [[f64; TOGETHER]; TOGETHER] {
    let mut gram = [[0.0; TOGETHER]; TOGETHER];
    for v in v {
        for i in 0..TOGETHER {
            for j in 0..TOGETHER {
                gram[i][j] = v[i].mul_add(v[j], gram[i][j]);
            }
        }
    }
    let mut t = [[0.0; TOGETHER]; TOGETHER];
    for i in 0..TOGETHER {
        t[i][i] = scales[i];
        let row: [f64; TOGETHER] =
            std::array::from_fn(|j| (j..i).map(|l| gram[i][l] * t[l][j]).sum::<f64>() * -scales[i]);
        t[i][..i].copy_from_slice(&row[..i]);
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mat, matmul, svd};

    /// Entries without structure.
    fn sample(rows: usize, cols: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| {
            (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin()
        })
    }

    fn factor(solver: &mut LqSolver, a: &Mat<f64>) -> f64 {
        solver.factor(|i, row| row.iter_mut().enumerate().for_each(|(j, x)| *x = a[(i, j)]))
    }

    #[test]
    fn the_triangle_has_the_lengths_of_solutions_at_every_size_and_scale() {
        for n in (1..=20).chain([31, 32, 33, 50, 64, 127, 128, 130]) {
            let mut solver = LqSolver::new(n);
            for (seed, scale) in [1.0, 1e-160, 1e140, 1.0, 1e-3].into_iter().enumerate() {
                let a = sample(n, n, seed + 3) * faer::Scale(scale);
                let s = svd(a.as_ref());
                let condition = s.s[0] / s.s[n - 1];
                if condition > 1e10 {
                    continue;
                }
                let near = |x: f64, y: f64| (x / y - 1.0).abs() < 1e-14 * n as f64 * condition;
                let size = factor(&mut solver, &a);
                assert!((size / a.norm_l2() - 1.0).abs() < 1e-13, "n = {n}, {scale:e}");
                let reciprocal = solver.reciprocal_condition();
                assert!(near(reciprocal, s.s[n - 1] / size), "n = {n}, {scale:e}: {reciprocal:e}");
                let x = sample(n, 19, seed + 1);
                let mut columns = Columns::zeros(n, 19);
                (0..n).for_each(|i| columns.set_row(i, x.row(i).iter().copied()));
                solver.solve(&mut columns);
                let rotated = matmul(s.u.transpose(), x.as_ref());
                for j in 0..19 {
                    let expected: f64 = (0..n).map(|i| (rotated[(i, j)] / s.s[i] * scale).powi(2)).sum();
                    let found: f64 = (0..n).map(|i| (columns.get(i, j) * scale).powi(2)).sum();
                    assert!(near(found, expected), "n = {n}, {scale:e}, column {j}: {found:e} {expected:e}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_of_a_singular_matrix() {
        for n in [5, 16, 21, 130] {
            let mut solver = LqSolver::new(n);
            let regular = sample(n, n, 4);
            factor(&mut solver, &regular);
            let expected = solver.reciprocal_condition();
            assert!(expected > 1e-6);
            for singular in [Mat::zeros(n, n), sample(n, 1, 2) * sample(1, n, 3)] {
                factor(&mut solver, &singular);
                let found = solver.reciprocal_condition();
                assert!(found.is_nan() || found < 1e-14, "n = {n}: {found:e}");
                factor(&mut solver, &regular);
                assert_eq!(solver.reciprocal_condition(), expected, "n = {n}");
            }
        }
    }
}
