//! The largest singular value of a small matrix, without decomposing it.

use crate::chunk::total;
use crate::lanes::{Eight, LANES, Lanes, ZERO_EIGHT, plus};
use crate::tridiagonal::{Step, Tridiagonal};
use faer::MatRef;

/// The largest singular value of a square matrix Z by Lanczos' method on ZᵀZ with all vectors kept orthogonal.
///
/// It usually finds the largest eigenvalue after five to ten products with Z. It ends at the latest when the vectors span the
/// invariant subspace that the first of them lies in. Fails as [`Tridiagonal::extend`] does.
#[derive(Debug, Clone)]
pub(crate) struct Lanczos {
    /// Pieces in a row.
    pieces: usize,
    /// Z in units of its size, row by row, with rows of zeros at the end.
    z: Vec<Eight>,
    /// Of every few rows of Z, the pieces that are not all zeros at their end: a triangle is half the work.
    lengths: Vec<usize>,
    /// Orthonormal vectors, one after another, with vectors of zeros at the end.
    basis: Vec<Eight>,
    /// What may become the next of them.
    next: Vec<Eight>,
    /// That of ZᵀZ in the basis.
    tridiagonal: Tridiagonal,
}

const EIGHT: usize = 2 * LANES;

/// Vectors that share what is read of another.
const TOGETHER: usize = 4;

impl Lanczos {
    pub(crate) fn new(n: usize) -> Lanczos {
        let pieces = n.div_ceil(EIGHT);
        let vectors = n.next_multiple_of(TOGETHER);
        Lanczos {
            pieces,
            z: vec![ZERO_EIGHT; vectors * pieces],
            lengths: vec![0; vectors / TOGETHER],
            basis: vec![ZERO_EIGHT; vectors * pieces],
            next: vec![ZERO_EIGHT; pieces],
            tridiagonal: Tridiagonal::new(n),
        }
    }

    /// That of `size` times Z, n×n with each column in one piece; NaN if squares of its entries are beyond the floating-point range, or if
    /// it is zero. What is read as rows are its columns: a transposed matrix has the same singular values.
    pub(crate) fn largest_singular_value(&mut self, z: MatRef<'_, f64>, size: f64) -> f64 {
        for (row, column) in self.z.chunks_exact_mut(self.pieces).zip(z.col_iter()) {
            let column = column.try_as_col_major().expect("a column in one piece").as_slice();
            let (pieces, rest) = column.as_chunks::<EIGHT>();
            let mut last = [0.0; EIGHT];
            last[..rest.len()].copy_from_slice(rest);
            for (z, piece) in row.iter_mut().zip(pieces.iter().chain([&last])) {
                let (quads, _) = piece.as_chunks::<LANES>();
                *z = [Lanes::new(quads[0]) * size, Lanes::new(quads[1]) * size];
            }
        }
        self.of_rows(z.ncols())
    }

    /// That of the n rows that were read.
    fn of_rows(&mut self, n: usize) -> f64 {
        self.measure();
        self.tridiagonal.clear();
        if !self.start() {
            return f64::NAN;
        }
        for step in 0..n {
            let step = self.step(step);
            if let Some(value) = self.tridiagonal.extend(step) {
                return value.sqrt();
            }
            self.next.iter_mut().for_each(|x| *x = times(*x, 1.0 / step.beta));
        }
        unreachable!("the last step returns")
    }

    fn measure(&mut self) {
        for (length, rows) in self.lengths.iter_mut().zip(self.z.chunks_exact(TOGETHER * self.pieces)) {
            let zeros = |j: &usize| rows[*j..].iter().step_by(self.pieces).all(|z| *z == ZERO_EIGHT);
            *length = self.pieces - (0..self.pieces).rev().take_while(zeros).count();
        }
    }

    /// A sum of all rows with weights that have nothing in common with any matrix, so that it leans towards every singular vector: a
    /// single row would see one block of a matrix of blocks, and equal weights no vector whose entries cancel.
    ///
    /// Whether there is one: not if Z is zero or its squares leave the floating-point range.
    fn start(&mut self) -> bool {
        self.next.fill(ZERO_EIGHT);
        for (i, row) in self.z.chunks_exact(self.pieces).enumerate() {
            let weight = weight(i);
            self.next.iter_mut().zip(row).for_each(|(v, z)| *v = plus(*v, Lanes::splat(weight), *z));
        }
        let size = length(&self.next);
        self.next.iter_mut().for_each(|v| *v = times(*v, 1.0 / size));
        size > 0.0 && size.is_finite()
    }

    /// One product with ZᵀZ, of which what is orthogonal to the basis may become its next vector.
    fn step(&mut self, step: usize) -> Step {
        let pieces = self.pieces;
        let group = step / TOGETHER * TOGETHER * pieces;
        if step.is_multiple_of(TOGETHER) {
            self.basis[group..group + TOGETHER * pieces].fill(ZERO_EIGHT);
        }
        let v = &mut self.basis[step * pieces..(step + 1) * pieces];
        v.copy_from_slice(&self.next);
        self.next.fill(ZERO_EIGHT);
        for (rows, &length) in self.z.chunks_exact(TOGETHER * pieces).zip(&self.lengths) {
            let along = parts(rows, pieces, &v[..length]);
            add(&mut self.next[..length], rows, pieces, along);
        }
        let alpha = inner(v, &self.next);
        let before = length(&self.next);
        let basis = &self.basis[..group + TOGETHER * pieces];
        let beta = without(&mut self.next, basis);
        // What is left of a vector that was almost in their span is rounding errors, which are not orthogonal to them until made so.
        let beta = if beta < 0.1 * before { without(&mut self.next, basis) } else { beta };
        Step { alpha, beta, before }
    }
}

/// The inner products of a few rows, one after another, with the beginning v of a vector.
#[inline]
fn parts(rows: &[Eight], pieces: usize, v: &[Eight]) -> Lanes {
    let mut sums = [ZERO_EIGHT; TOGETHER];
    let [a, b, c, d] = split(rows, pieces, v.len());
    for j in 0..v.len() {
        sums = [
            [a[j][0].mul_add(v[j][0], sums[0][0]), a[j][1].mul_add(v[j][1], sums[0][1])],
            [b[j][0].mul_add(v[j][0], sums[1][0]), b[j][1].mul_add(v[j][1], sums[1][1])],
            [c[j][0].mul_add(v[j][0], sums[2][0]), c[j][1].mul_add(v[j][1], sums[2][1])],
            [d[j][0].mul_add(v[j][0], sums[3][0]), d[j][1].mul_add(v[j][1], sums[3][1])],
        ];
    }
    let [a, b, c, d] = sums.map(|s| s[0] + s[1]);
    let [a, b, c, d] = Lanes::transpose([a, b, c, d]);
    (a + b) + (c + d)
}

/// Adds the rows with their factors to the beginning x of a vector.
#[inline]
fn add(x: &mut [Eight], rows: &[Eight], pieces: usize, factors: Lanes) {
    let [fa, fb, fc, fd] = factors.to_array().map(Lanes::splat);
    let [a, b, c, d] = split(rows, pieces, x.len());
    for (j, x) in x.iter_mut().enumerate() {
        // Two sums, each half as long to wait for.
        let first = plus(plus(*x, fa, a[j]), fb, b[j]);
        let second = plus([fc * c[j][0], fc * c[j][1]], fd, d[j]);
        *x = [first[0] + second[0], first[1] + second[1]];
    }
}

/// The beginnings of the rows.
#[inline]
fn split(rows: &[Eight], pieces: usize, length: usize) -> [&[Eight]; TOGETHER] {
    [&rows[..length], &rows[pieces..][..length], &rows[2 * pieces..][..length], &rows[3 * pieces..][..length]]
}

fn inner(x: &[Eight], y: &[Eight]) -> f64 {
    let mut sum = ZERO_EIGHT;
    for (x, y) in x.iter().zip(y) {
        sum = [x[0].mul_add(y[0], sum[0]), x[1].mul_add(y[1], sum[1])];
    }
    total((sum[0] + sum[1]).to_array())
}

fn length(x: &[Eight]) -> f64 {
    inner(x, x).sqrt()
}

fn times(x: Eight, factor: f64) -> Eight {
    [x[0] * factor, x[1] * factor]
}

/// Takes the parts along the vectors of a basis away, and returns the length of what is left.
fn without(x: &mut [Eight], basis: &[Eight]) -> f64 {
    let pieces = x.len();
    for vectors in basis.chunks_exact(TOGETHER * pieces).rev() {
        let along = parts(vectors, pieces, x);
        add(x, vectors, pieces, -along);
    }
    length(x)
}

/// A number of size ½ to 1 and either sign, with the digits of a mixed counter: no root and no fraction of a matrix at hand.
pub(crate) fn weight(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = mixed ^ (mixed >> 32);
    let size = 0.5 + (mixed >> 11) as f64 / (1_u64 << 54) as f64;
    if mixed & 1 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use crate::blocked_lq::BlockedLq;
    use crate::four_lanczos::tests::reciprocal_conditions;
    use crate::singular::{MIN_RECIPROCAL_CONDITION, smallest_singular_value};
    use crate::{Mat, matmul, singular_values};

    /// Entries without structure.
    fn sample(n: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(n, n, |i, j| (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin())
    }

    /// By a decomposition, by the inverse of a triangle, and by solves with four triangles, which are to agree; `None` if A is singular.
    fn sigma_min(a: &Mat<f64>) -> Option<f64> {
        let n = a.nrows();
        let row = |i: usize, row: &mut [f64]| row.iter_mut().enumerate().for_each(|(j, x)| *x = a[(i, j)]);
        let sigma_min = smallest_singular_value(n, row)?;
        let mut lq = BlockedLq::new(n);
        let size = lq.factor(row);
        let decomposed = sigma_min / size;
        if decomposed <= 10.0 * MIN_RECIPROCAL_CONDITION {
            return Some(sigma_min);
        }
        let reciprocal_condition = lq.reciprocal_condition(size);
        let transposed = a.transpose().to_owned();
        let by_four = reciprocal_conditions([a, &transposed, &Mat::zeros(n, n), &sample(n, 1)]);
        // A neighbour this near may be taken for it where the start is a vector of the neighbour.
        let error = 1e-12 + 1e-13 * n as f64 + 1e-15 * n as f64 / reciprocal_condition;
        for other in [decomposed, by_four[0], by_four[1]] {
            let ratio = other / reciprocal_condition;
            assert!((ratio - 1.0).abs() < error, "n = {n}: {ratio}");
        }
        Some(size * by_four[0])
    }

    #[test]
    fn the_smallest_singular_value_is_found_among_close_and_equal_ones() {
        // Singular values 1 … 1 + spread, also all equal, in bases without structure.
        for n in [2, 8, 40, 70] {
            for spread in [0.0, 1e-12, 1e-6, 1e-2, 1.0] {
                let (u, v) = (crate::svd(sample(n, 1).as_ref()).u, crate::svd(sample(n, 2).as_ref()).u);
                let scaled =
                    Mat::from_fn(n, n, |i, j| u[(i, j)] * (1.0 + spread * (j + 1) as f64 / n as f64));
                let a = matmul(scaled.as_ref(), v.transpose());
                let expected = *singular_values(a.as_ref()).last().unwrap();
                let found = sigma_min(&a).unwrap();
                assert!(
                    (found / expected - 1.0).abs() < 1e-13 * n as f64,
                    "n = {n}, spread {spread}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn two_different_singular_values_are_told_apart_however_often_each_comes() {
        for n in [2, 3, 4, 8, 20, 50] {
            for shared in [0.01, 0.5, 1.0, 30.0] {
                // Singular values 1, n − 1 times, and 1 + n times `shared`, in a basis without structure on one side.
                let u = crate::svd(sample(n, 5).as_ref()).u;
                let a = matmul(
                    u.as_ref(),
                    Mat::from_fn(n, n, |i, j| shared + if i == j { 1.0 } else { 0.0 }).as_ref(),
                );
                let found = sigma_min(&a).unwrap();
                assert!((found - 1.0).abs() < 1e-12, "n = {n}, {shared}: {found}");
            }
        }
    }

    #[test]
    fn the_largest_of_close_neighbours_is_found_among_many() {
        // Singular values of the inverse: 1 + gap, a few of 1, the others small.
        for (n, gap, many) in [(50, 1e-3, 1), (50, 1e-6, 25), (50, 1e-8, 3), (100, 1e-5, 50), (127, 1e-4, 10)]
        {
            for seed in 0..4 {
                let (u, v) =
                    (crate::svd(sample(n, seed).as_ref()).u, crate::svd(sample(n, seed + 9).as_ref()).u);
                let of_inverse = |j: usize| match j {
                    0 => 1.0 + gap,
                    j if j <= many => 1.0,
                    _ => 0.05 + 0.001 * j as f64 / n as f64,
                };
                let scaled = Mat::from_fn(n, n, |i, j| u[(i, j)] / of_inverse(j));
                let a = matmul(scaled.as_ref(), v.transpose());
                let found = sigma_min(&a).unwrap();
                let error = found * (1.0 + gap) - 1.0;
                assert!(error.abs() < 2e-11, "n = {n}, gap {gap:e}, seed {seed}: {error:e}");
            }
        }
    }

    #[test]
    fn a_direction_that_the_start_hardly_has_is_found() {
        // A pair of coordinates whose weights in the start almost cancel in the singular vector of the largest value.
        for n in [50, 127] {
            let weights: Vec<f64> = (0..n).map(super::weight).collect();
            let pairs = (0..n).flat_map(|p| (0..p).map(move |q| (q, p)));
            let sum = |(q, p): (usize, usize)| weights[p].abs() - weights[q].abs();
            let (q, p) = pairs.min_by(|&x, &y| sum(x).abs().total_cmp(&sum(y).abs())).unwrap();
            let sign = -(weights[p] * weights[q]).signum();
            // The inverse: 1.001 along (e_q + sign e_p)/√2, 0.1 across it, 1 at one other place, and less elsewhere.
            let inverse = Mat::from_fn(n, n, |i, j| match (i == q || i == p, i == j) {
                (true, true) => 0.5 * (1.001 + 0.1),
                (true, false) if j == q || j == p => 0.5 * sign * (1.001 - 0.1),
                (false, true) if i == n / 2 => 1.0,
                (false, true) => 0.2 + 0.1 * (i % 3) as f64,
                _ => 0.0,
            });
            let s = crate::svd(inverse.as_ref());
            let a =
                Mat::from_fn(n, n, |i, j| (0..n).map(|k| s.v[(i, k)] / s.s[k] * s.u[(j, k)]).sum::<f64>());
            let error = sigma_min(&a).unwrap() * s.s[0] - 1.0;
            assert!(error.abs() < 1e-12, "n = {n}: {error:e}");
        }
    }

    #[test]
    fn a_block_without_the_largest_entry_may_have_the_smallest_singular_value() {
        // The inverse has the block [1] and one of 0.9 everywhere but for a little, of norm about 0.9 (n − 1).
        for n in [3, 6, 9, 40] {
            let inverse = Mat::from_fn(n, n, |i, j| match (i, j) {
                (0, 0) => 1.0,
                (0, _) | (_, 0) => 0.0,
                _ if i == j => 0.95,
                _ => 0.9,
            });
            let s = crate::svd(inverse.as_ref());
            let a =
                Mat::from_fn(n, n, |i, j| (0..n).map(|k| s.v[(i, k)] / s.s[k] * s.u[(j, k)]).sum::<f64>());
            let found = sigma_min(&a).unwrap();
            assert!((found * s.s[0] - 1.0).abs() < 1e-11, "n = {n}: {found}, {}", 1.0 / s.s[0]);
        }
        // The same with blocks that stay apart to the last bit.
        let a = Mat::from_fn(3, 3, |i, j| match (i, j) {
            (0, 0) => 1.0,
            (0, _) | (_, 0) => 0.0,
            _ if i == j => 0.75,
            _ => -0.25,
        });
        let found = sigma_min(&a).unwrap();
        assert!((found - 0.5).abs() < 1e-14, "{found}");
    }

    #[test]
    fn matrices_of_few_different_numbers_hide_nothing() {
        // Entries −1, 0, 1 make repeated singular values, blocks and cancellations of every kind.
        let mut regular = 0;
        for seed in 0..4000_u64 {
            let n = 2 + (seed % 8) as usize;
            let entry = |i: usize, j: usize| {
                let x = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add((i * 31 + j) as u64);
                let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                f64::from(((x >> 40) % 3) as u32) - 1.0
            };
            let a = Mat::from_fn(n, n, entry);
            let s = singular_values(a.as_ref());
            let Some(found) = sigma_min(&a) else {
                assert!(s[n - 1] <= 1e-12 * s[0], "seed {seed}");
                continue;
            };
            regular += 1;
            assert!((found / s[n - 1] - 1.0).abs() < 1e-12, "seed {seed}: {} {}", found, s[n - 1]);
        }
        assert!(regular > 2000, "{regular}");
    }
}
