//! The largest singular value of a very small matrix, by squaring its Gram matrix over and over.

use crate::chunk::{CHUNK, added, total};
use crate::columns::Columns;

/// Up to this size, where a row is a chunk, squaring is faster than Lanczos' method.
pub(crate) const LARGEST_SQUARED: usize = CHUNK;

/// A matrix filled up with zeros.
type Square = [[f64; CHUNK]; CHUNK];

/// The largest singular value of a square matrix Z, at most 8×8.
///
/// Let `G₀ = ZᵀZ / t`, t its trace, and `G_{k+1} = G_k² / s_k` with `s_k = ‖G_k‖²_F`, so that every trace is 1. The largest eigenvalue of ZᵀZ
/// is `t √(s_0 √(s_1 … √(s_{k−1} μ)))` with μ that of G_k, which lies between s_k and √s_k. The roots take this distance away: it is gone
/// after half a dozen squarings if one value stands out, and after fifty whatever the values are. They do the same to the rounding
/// errors of each squaring.
///
/// NaN if Z is zero or has entries that are not finite.
pub(crate) fn largest_singular_value(z: &Columns) -> f64 {
    let largest = z.entries.iter().flat_map(|row| row.0).fold(0.0, |m: f64, x| m.max(x.abs()));
    let mut g: Square = [[0.0; CHUNK]; CHUNK];
    for row in &z.entries {
        let row: [f64; CHUNK] = std::array::from_fn(|j| row.0[j] / largest);
        g.iter_mut().zip(row).for_each(|(sums, x)| *sums = added(*sums, x, row));
    }
    let trace: f64 = (0..CHUNK).map(|i| g[i][i]).sum();
    let mut squares = [0.0; MOST_SQUARINGS];
    let (mut size, mut root) = (trace, 0.5);
    for k in 0..MOST_SQUARINGS {
        let inverse = 1.0 / size;
        g.iter_mut().for_each(|row| *row = row.map(|x| x * inverse));
        size = squared_norm(&g);
        squares[k] = size;
        // ½ ln(1/s) root is the relative distance that is left; also where it is NaN.
        let far = 1.0 - size > size * f64::EPSILON / root;
        if !far {
            let value = squares[..k].iter().rev().fold(size.sqrt(), |inner, s| (s * inner).sqrt());
            return largest * (trace * value).sqrt();
        }
        root *= 0.5;
        g = g.map(|row| row.iter().zip(&g).fold([0.0; CHUNK], |sums, (x, other)| added(sums, *x, *other)));
    }
    unreachable!("a factor of 8 has no digit left in its root of this order")
}

/// Squarings after which nothing is left of a factor of 8, the most that s can be off.
const MOST_SQUARINGS: usize = 60;

fn squared_norm(g: &Square) -> f64 {
    let squares =
        |sums: [f64; CHUNK], row: &[f64; CHUNK]| std::array::from_fn(|j| row[j].mul_add(row[j], sums[j]));
    total(g.iter().fold([0.0; CHUNK], squares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svd::{singular_values, svd};
    use crate::{Mat, matmul, matmul_nt};

    fn columns(z: &Mat<f64>) -> Columns {
        let mut columns = Columns::zeros(z.nrows(), z.ncols());
        (0..z.nrows()).for_each(|i| columns.set_row(i, z.row(i).iter().copied()));
        columns
    }

    fn sample(n: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(n, n, |i, j| (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin())
    }

    #[test]
    fn agrees_with_the_decomposition_at_every_size_and_scale() {
        for n in 1..=LARGEST_SQUARED {
            for (seed, scale) in [(1, 1.0), (2, 1e-150), (3, 1e150), (4, 1.0)] {
                let z = sample(n, seed);
                let found = largest_singular_value(&columns(&(faer::Scale(scale) * &z)));
                let expected = scale * singular_values(z.as_ref())[0];
                assert!((found / expected - 1.0).abs() < 1e-14, "n = {n}: {found} {expected}");
            }
        }
    }

    #[test]
    fn clusters_of_any_width_are_told_apart() {
        for n in [2, 3, 5, 8] {
            let (u, v) = (svd(sample(n, 1).as_ref()).u, svd(sample(n, 2).as_ref()).u);
            for gap in [0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1.0] {
                let scaled = Mat::from_fn(n, n, |i, j| u[(i, j)] * if j == n / 2 { 1.0 + gap } else { 1.0 });
                let found = largest_singular_value(&columns(&matmul_nt(scaled.as_ref(), v.as_ref())));
                assert!((found / (1.0 + gap) - 1.0).abs() < 4e-15 * n as f64, "n = {n}, gap {gap}: {found}");
            }
        }
        let u = svd(sample(8, 3).as_ref()).u;
        let projection = matmul(u.get(.., ..3), u.get(.., ..3).transpose());
        assert!((largest_singular_value(&columns(&projection)) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn zero_and_what_is_not_finite_give_nan() {
        for entry in [0.0, f64::NAN, f64::INFINITY] {
            let mut z = Mat::zeros(3, 3);
            z[(1, 2)] = entry;
            assert!(largest_singular_value(&columns(&z)).is_nan(), "{entry}");
        }
    }
}
