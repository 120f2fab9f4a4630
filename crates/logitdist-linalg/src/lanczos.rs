//! The largest singular value of a small matrix, without decomposing it.

use crate::chunk::{CHUNK, added, inner, norm};
use crate::columns::{Columns, STRIPE};

/// The largest singular value of a square matrix Z by Lanczos' method on ZᵀZ with all vectors kept orthogonal.
///
/// It finds the largest eigenvalue after a dozen or two products with Z; it is exact, at worst, when the vectors span the space.
#[derive(Debug, Clone)]
pub(crate) struct Lanczos {
    /// Chunks in a row.
    chunks: usize,
    /// Z divided by its largest entry, row by row.
    z: Vec<[f64; CHUNK]>,
    /// Orthonormal vectors, one after another.
    basis: Vec<[f64; CHUNK]>,
    product: Vec<f64>,
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
            z: vec![[0.0; CHUNK]; n * chunks],
            basis: vec![[0.0; CHUNK]; (n + 1) * chunks],
            product: vec![0.0; n],
            diagonal: Vec::with_capacity(n),
            squared_off_diagonal: Vec::with_capacity(n),
        }
    }

    /// NaN if Z is zero or has entries that are not finite.
    pub(crate) fn largest_singular_value(&mut self, z: &Columns) -> f64 {
        let n = z.rows;
        for (s, stripe) in z.entries.chunks_exact(n).enumerate() {
            for (row, entries) in self.z.chunks_exact_mut(self.chunks).zip(stripe) {
                let (entries, _) = entries.0.as_chunks::<CHUNK>();
                row[s * (STRIPE / CHUNK)..].iter_mut().zip(entries).for_each(|(z, e)| *z = *e);
            }
        }
        // 0 · ∞ and 0 · NaN are NaN.
        if self.z.iter().flatten().map(|x| 0.0 * x).sum::<f64>() != 0.0 {
            return f64::NAN;
        }
        let (row, largest) = self.row_of_largest_entry();
        if largest == 0.0 {
            return f64::NAN;
        }
        self.z.iter_mut().for_each(|z| *z = z.map(|x| x / largest));
        self.diagonal.clear();
        self.squared_off_diagonal.clear();
        // The row of the largest entry leans towards the vector sought.
        let v = &mut self.basis[..self.chunks];
        v.copy_from_slice(&self.z[row * self.chunks..][..self.chunks]);
        let size = norm(v);
        v.iter_mut().for_each(|v| *v = v.map(|x| x / size));
        let mut seen = 0.0;
        for step in 0..n {
            let (alpha, beta) = self.step(step);
            self.diagonal.push(alpha);
            let last = step + 1 == n || beta <= f64::EPSILON * alpha;
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

    fn row_of_largest_entry(&self) -> (usize, f64) {
        let mut best = (0, 0.0);
        for (i, row) in self.z.chunks_exact(self.chunks).enumerate() {
            let mut sizes = [0.0; CHUNK];
            for z in row {
                for l in 0..CHUNK {
                    sizes[l] = f64::max(sizes[l], z[l].abs());
                }
            }
            let size = sizes.into_iter().fold(0.0, f64::max);
            if size > best.1 {
                best = (i, size);
            }
        }
        best
    }

    /// One product with ZᵀZ: the new diagonal entry, and the length of what is orthogonal to the basis, which becomes its next
    /// vector.
    fn step(&mut self, step: usize) -> (f64, f64) {
        let (basis, rest) = self.basis.split_at_mut((step + 1) * self.chunks);
        let (v, next) = (&basis[step * self.chunks..], &mut rest[..self.chunks]);
        let rows = self.z.chunks_exact(self.chunks);
        for (y, z) in self.product.iter_mut().zip(rows.clone()) {
            *y = inner(z, v);
        }
        next.fill([0.0; CHUNK]);
        for (y, z) in self.product.iter().zip(rows) {
            next.iter_mut().zip(z).for_each(|(x, z)| *x = added(*x, *y, *z));
        }
        let alpha = inner(v, next);
        for q in basis.chunks_exact(self.chunks).rev() {
            let along = inner(q, next);
            next.iter_mut().zip(q).for_each(|(x, q)| *x = added(*x, -along, *q));
        }
        let beta = inner(next, next).sqrt();
        if beta > 0.0 {
            next.iter_mut().for_each(|x| *x = x.map(|x| x / beta));
        }
        (alpha, beta)
    }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix without negative ones, by Newton's method from above, where it cannot
/// overshoot: from the Frobenius norm, which is close if one eigenvalue is much larger than the others, or the largest sum of a
/// row, which is close if all are alike.
fn largest_eigenvalue(diagonal: &[f64], squared_off_diagonal: &[f64]) -> f64 {
    let squares =
        diagonal.iter().map(|d| d * d).sum::<f64>() + 2.0 * squared_off_diagonal.iter().sum::<f64>();
    let off = |i: usize| squared_off_diagonal.get(i).map_or(0.0, |s| s.sqrt());
    let row_sum = |i: usize| diagonal[i] + off(i) + if i > 0 { off(i - 1) } else { 0.0 };
    let largest_row_sum = (0..diagonal.len()).map(row_sum).fold(0.0, f64::max);
    let mut value = largest_row_sum.min(squares.sqrt()) * (1.0 + 1e-15);
    for _ in 0..200 {
        // Pivots of value − T, whose product is the characteristic polynomial, and the sum of their logarithmic derivatives.
        let (mut pivot, mut derivative, mut sum, mut smallest) =
            (value - diagonal[0], 1.0, 0.0, f64::INFINITY);
        for (d, b) in diagonal[1..].iter().zip(squared_off_diagonal) {
            smallest = f64::min(smallest, pivot);
            let inverse = 1.0 / pivot;
            let ratio = derivative * inverse;
            sum += ratio;
            derivative = 1.0 + b * inverse * ratio;
            pivot = value - d - b * inverse;
        }
        // A pivot that is not positive: the value is under the eigenvalue, by rounding.
        if f64::min(smallest, pivot) <= 0.0 {
            break;
        }
        let step = 1.0 / (sum + derivative / pivot);
        value -= step;
        if step <= 2.0 * f64::EPSILON * value {
            break;
        }
    }
    value
}
