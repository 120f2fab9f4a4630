//! The largest singular value of a small matrix, without decomposing it.

use crate::chunk::{CHUNK, added, inner, norm, total};
use crate::columns::{Columns, STRIPE};

/// The largest singular value of a square matrix Z by Lanczos' method on ZᵀZ with all vectors kept orthogonal.
///
/// It finds the largest eigenvalue after a dozen or two products with Z; it is exact, at worst, when the vectors span the space.
#[derive(Debug, Clone)]
pub(crate) struct Lanczos {
    /// Chunks in a row.
    chunks: usize,
    /// Z divided by its largest entry, row by row, with rows of zeros at the end.
    z: Vec<[f64; CHUNK]>,
    /// Orthonormal vectors, one after another.
    basis: Vec<[f64; CHUNK]>,
    /// Diagonal and squared off-diagonal of the tridiagonal matrix of ZᵀZ in the basis.
    diagonal: Vec<f64>,
    squared_off_diagonal: Vec<f64>,
}

/// Steps between two looks at the largest eigenvalue; it has converged when it stands still from one to the next.
const STEPS_BETWEEN_LOOKS: usize = 4;

impl Lanczos {
    pub(crate) fn new(n: usize) -> Lanczos {
        let chunks = n.div_ceil(CHUNK);
        Lanczos {
            chunks,
            z: vec![[0.0; CHUNK]; n.next_multiple_of(ROWS_TOGETHER) * chunks],
            basis: vec![[0.0; CHUNK]; (n + 1) * chunks],
            diagonal: Vec::with_capacity(n),
            squared_off_diagonal: Vec::with_capacity(n),
        }
    }

    /// NaN if Z is zero, so small that it has no reciprocal, or has entries that are not finite.
    pub(crate) fn largest_singular_value(&mut self, z: &Columns) -> f64 {
        let n = z.rows;
        for (s, stripe) in z.entries.chunks_exact(n).enumerate() {
            for (row, entries) in self.z.chunks_exact_mut(self.chunks).zip(stripe) {
                let (entries, _) = entries.0.as_chunks::<CHUNK>();
                row[s * (STRIPE / CHUNK)..].iter_mut().zip(entries).for_each(|(z, e)| *z = *e);
            }
        }
        let largest = self.largest_entry();
        let inverse = 1.0 / largest;
        if !inverse.is_normal() {
            return f64::NAN;
        }
        self.z.iter_mut().for_each(|z| *z = z.map(|x| x * inverse));
        self.diagonal.clear();
        self.squared_off_diagonal.clear();
        self.start();
        let mut seen = 0.0;
        for step in 0..n {
            let [alpha, beta, before] = self.step(step);
            self.diagonal.push(alpha);
            // What is left is rounding errors: the vectors span all that the first has a part of, and it has one of every eigenvector.
            let last = step + 1 == n || beta <= 16.0 * f64::EPSILON * before;
            if last || step > STEPS_BETWEEN_LOOKS && step % STEPS_BETWEEN_LOOKS == STEPS_BETWEEN_LOOKS - 1 {
                let value = largest_eigenvalue(&self.diagonal, &self.squared_off_diagonal);
                if last || value - seen <= 1e-14 * value {
                    return largest * value.sqrt();
                }
                seen = value;
            }
            self.squared_off_diagonal.push(beta * beta);
        }
        unreachable!("the last step returns")
    }

    /// NaN if an entry is not finite.
    fn largest_entry(&self) -> f64 {
        let (mut sizes, mut zeros) = ([0.0; CHUNK], [0.0; CHUNK]);
        for z in &self.z {
            for l in 0..CHUNK {
                sizes[l] = f64::max(sizes[l], z[l].abs());
                // 0 · ∞ and 0 · NaN are NaN.
                zeros[l] += 0.0 * z[l];
            }
        }
        sizes.into_iter().fold(0.0, f64::max) + total(zeros)
    }

    /// A sum of all rows with weights that have nothing in common with any matrix, so that it leans towards every singular vector: a
    /// single row would see one block of a matrix of blocks, and equal weights no vector whose entries cancel.
    fn start(&mut self) {
        let v = &mut self.basis[..self.chunks];
        v.fill([0.0; CHUNK]);
        for (i, row) in self.z.chunks_exact(self.chunks).enumerate() {
            let weight = weight(i as u64);
            v.iter_mut().zip(row).for_each(|(v, z)| *v = added(*v, weight, *z));
        }
        let size = norm(v);
        v.iter_mut().for_each(|v| *v = v.map(|x| x / size));
    }

    /// One product with ZᵀZ: the new diagonal entry, the length of what is orthogonal to the basis, which becomes its next vector, and
    /// the length before.
    fn step(&mut self, step: usize) -> [f64; 3] {
        let (basis, rest) = self.basis.split_at_mut((step + 1) * self.chunks);
        let (v, next) = (&basis[step * self.chunks..], &mut rest[..self.chunks]);
        next.fill([0.0; CHUNK]);
        for rows in self.z.chunks_exact(ROWS_TOGETHER * self.chunks) {
            let row = |i: usize| &rows[i * self.chunks..(i + 1) * self.chunks];
            add_product(next, std::array::from_fn(row), v);
        }
        let alpha = inner(v, next);
        let before = inner(next, next).sqrt();
        let beta = without(next, basis, self.chunks);
        // What is left of a vector that was almost in their span is rounding errors, which are not orthogonal to them until made so.
        let beta = if beta < 0.1 * before { without(next, basis, self.chunks) } else { beta };
        if beta > 0.0 {
            next.iter_mut().for_each(|x| *x = x.map(|x| x / beta));
        }
        [alpha, beta, before]
    }
}

/// Rows of Z that share what is read of the vectors.
const ROWS_TOGETHER: usize = 4;

/// Adds `Σ z (z·v)` over rows z to `next`.
fn add_product(next: &mut [[f64; CHUNK]], rows: [&[[f64; CHUNK]]; ROWS_TOGETHER], v: &[[f64; CHUNK]]) {
    let rows = rows.map(|row| &row[..v.len()]);
    let next = &mut next[..v.len()];
    let mut sums = [[0.0; CHUNK]; ROWS_TOGETHER];
    for (j, v) in v.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            for l in 0..CHUNK {
                sum[l] = row[j][l].mul_add(v[l], sum[l]);
            }
        }
    }
    let along = sums.map(total);
    for (j, next) in next.iter_mut().enumerate() {
        let mut x = *next;
        for (y, row) in along.iter().zip(rows) {
            x = added(x, *y, row[j]);
        }
        *next = x;
    }
}

/// A number of size ½ to 1 and either sign, with the digits of a mixed counter: no root and no fraction of a matrix at hand.
fn weight(i: u64) -> f64 {
    let mixed = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = mixed ^ (mixed >> 32);
    let size = 0.5 + (mixed >> 11) as f64 / (1_u64 << 54) as f64;
    if mixed & 1 == 0 { size } else { -size }
}

/// Takes the parts along the vectors of a basis away, and returns the length of what is left.
fn without(x: &mut [[f64; CHUNK]], basis: &[[f64; CHUNK]], chunks: usize) -> f64 {
    for q in basis.chunks_exact(chunks).rev() {
        let along = inner(q, x);
        x.iter_mut().zip(q).for_each(|(x, q)| *x = added(*x, -along, *q));
    }
    inner(x, x).sqrt()
}

/// The largest eigenvalue of a symmetric tridiagonal matrix without negative ones, by Laguerre's method from above, where it cannot
/// overshoot, and which a root that comes several times does not slow down.
///
/// It starts from the Frobenius norm, which is close if one eigenvalue is much larger than the others, or the largest sum of a row,
/// which is close if all are alike.
fn largest_eigenvalue(diagonal: &[f64], squared_off_diagonal: &[f64]) -> f64 {
    let squares =
        diagonal.iter().map(|d| d * d).sum::<f64>() + 2.0 * squared_off_diagonal.iter().sum::<f64>();
    let off = |i: usize| squared_off_diagonal.get(i).map_or(0.0, |s| s.sqrt());
    let row_sum = |i: usize| diagonal[i] + off(i) + if i > 0 { off(i - 1) } else { 0.0 };
    let largest_row_sum = (0..diagonal.len()).map(row_sum).fold(0.0, f64::max);
    let mut value = largest_row_sum.min(squares.sqrt()) * (1.0 + 1e-15);
    let k = diagonal.len() as f64;
    for _ in 0..100 {
        // Pivots of value − T, whose product is the characteristic polynomial: of each its first two derivatives, and the sums
        // Σ 1/(value − λ) and Σ 1/(value − λ)² over the eigenvalues.
        let (mut first, mut second, mut smallest) = (0.0, 0.0, f64::INFINITY);
        let (mut pivot, mut slope, mut bend) = (value - diagonal[0], 1.0, 0.0);
        for i in 0..diagonal.len() {
            smallest = f64::min(smallest, pivot);
            let inverse = 1.0 / pivot;
            let (s, b) = (slope * inverse, bend * inverse);
            first += s;
            second += s * s - b;
            if let (Some(d), Some(off)) = (diagonal.get(i + 1), squared_off_diagonal.get(i)) {
                let quotient = off * inverse;
                (pivot, slope, bend) =
                    (value - d - quotient, 1.0 + quotient * s, quotient * (b - 2.0 * s * s));
            }
        }
        // A pivot that is not positive: the value is under the eigenvalue, by rounding.
        if smallest <= 0.0 {
            break;
        }
        let spread = ((k - 1.0) * (k * second - first * first)).max(0.0).sqrt();
        let step = k / (first + spread);
        value -= step;
        if step <= 2.0 * f64::EPSILON * value {
            break;
        }
    }
    value
}
