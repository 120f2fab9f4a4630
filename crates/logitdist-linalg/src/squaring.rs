//! The largest singular values of four very small matrices, by squaring their Gram matrices over and over.

use crate::lanes::{LANES, Lanes, PANEL, PanelRow, ZERO_ROW, squared_norm};

/// Finds largest singular values of square matrices of one size, without allocating.
///
/// Let `G₀ = ZᵀZ / t`, t its trace, and `G_{k+1} = G_k² / s_k` with `s_k = ‖G_k‖²_F`, so that every trace is 1. The largest eigenvalue of ZᵀZ
/// is `t √(s_0 √(s_1 … √(s_{k−1} μ)))` with μ that of G_k, which lies between s_k and √s_k. The roots take this distance away: it is gone
/// after half a dozen squarings if one value stands out, and after fifty whatever the values are. They do the same to the rounding
/// errors of each squaring.
#[derive(Debug, Clone)]
pub(crate) struct Squaring {
    /// n, filled up to whole panels.
    rows: usize,
    /// G by panels of columns, filled up with zeros.
    gram: Vec<PanelRow>,
    next: Vec<PanelRow>,
}

/// The most rows of a matrix: beyond, other methods are faster.
pub(crate) const LARGEST_SQUARED: usize = 16;

/// Squarings after which nothing is left of a factor of [`LARGEST_SQUARED`], the most that s can be off.
const MOST_SQUARINGS: usize = 60;

impl Squaring {
    /// For n×n matrices, n at most [`LARGEST_SQUARED`].
    pub fn new(n: usize) -> Squaring {
        assert!(n <= LARGEST_SQUARED, "for small matrices");
        let rows = n.next_multiple_of(PANEL);
        let zeros = vec![ZERO_ROW; rows * rows / PANEL];
        Squaring { rows, gram: zeros.clone(), next: zeros }
    }

    /// The largest singular value of each of four matrices Z, given by panels of columns of `n` rows, filled up with zeros.
    ///
    /// NaN if Z is zero or has entries that are not finite.
    pub fn largest_singular_values(&mut self, z: &[PanelRow], n: usize) -> Lanes {
        let largest = z.iter().flatten().fold(Lanes::ZERO, |largest, x| largest.fast_max(x.abs()));
        set_gram(z, n, &mut self.gram, self.rows);
        let inverse = Lanes::ONE / largest;
        self.scale(inverse * inverse);
        let trace = self.trace();
        let (mut squares, mut depths) = ([Lanes::ZERO; MOST_SQUARINGS], [None; LANES]);
        let (mut size, mut root) = (trace, 0.5);
        for (k, square) in squares.iter_mut().enumerate() {
            self.scale(Lanes::ONE / size);
            size = squared_norm(&self.gram);
            *square = size;
            for (depth, size) in depths.iter_mut().zip(size.to_array()) {
                // ½ ln(1/s) root is the relative distance that is left; also where it is NaN.
                let far = 1.0 - size > size * f64::EPSILON / root;
                if depth.is_none() && !far {
                    *depth = Some(k);
                }
            }
            if depths.iter().all(Option::is_some) {
                break;
            }
            root *= 0.5;
            set_gram(&self.gram, self.rows, &mut self.next, self.rows);
            std::mem::swap(&mut self.gram, &mut self.next);
        }
        let depths = depths.map(|k| k.expect("a factor of 16 has no digit left in its root of this order"));
        // Each lane begins at its own depth, so that its value does not depend on the others.
        let deepest = depths.into_iter().fold(0, usize::max);
        let depths = Lanes::from(depths.map(|k| k as f64));
        let value = (0..=deepest).rev().fold(Lanes::ONE, |inner, k| {
            let begun = depths.simd_ge(Lanes::splat(k as f64));
            begun.select(inner * squares[k], Lanes::ONE).sqrt()
        });
        largest * (trace * value).sqrt()
    }

    fn scale(&mut self, factor: Lanes) {
        self.gram.iter_mut().flatten().for_each(|x| *x *= factor);
    }

    fn trace(&self) -> Lanes {
        (0..self.rows).map(|i| self.gram[i / PANEL * self.rows + i][i % PANEL]).sum()
    }
}

/// `XᵀX` of a matrix by panels of `n` rows, into panels of `rows` rows. Of a symmetric matrix this is its square.
fn set_gram(x: &[PanelRow], n: usize, gram: &mut [PanelRow], rows: usize) {
    for (i, left) in x.chunks_exact(n).enumerate() {
        for (j, right) in x.chunks_exact(n).enumerate().skip(i) {
            for c in (0..PANEL).step_by(2) {
                let [above, below] = products(left, c, right);
                let at = j * rows + i * PANEL + c;
                gram[at] = above;
                gram[at + 1] = below;
                if i != j {
                    for d in 0..PANEL {
                        let mirrored = &mut gram[i * rows + j * PANEL + d];
                        mirrored[c] = above[d];
                        mirrored[c + 1] = below[d];
                    }
                }
            }
        }
    }
}

/// Columns `c` and `c + 1` of the left panel times all of the right one.
#[inline(always)]
fn products(left: &[PanelRow], c: usize, right: &[PanelRow]) -> [PanelRow; 2] {
    let [mut above, mut below] = [ZERO_ROW; 2];
    for (x, y) in left.iter().zip(right) {
        for d in 0..PANEL {
            above[d] = x[c].mul_add(y[d], above[d]);
            below[d] = x[c + 1].mul_add(y[d], below[d]);
        }
    }
    [above, below]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svd::{singular_values, svd};
    use crate::{Mat, matmul, matmul_nt};

    /// Four matrices of one size.
    fn of_four(z: [&Mat<f64>; LANES]) -> [f64; LANES] {
        let n = z[0].nrows();
        let panels = (0..n.div_ceil(PANEL) * n).map(|at| {
            let (panel, i) = (at / n, at % n);
            std::array::from_fn(|c| {
                let j = panel * PANEL + c;
                Lanes::from(z.map(|z| if j < n { z[(i, j)] } else { 0.0 }))
            })
        });
        let panels: Vec<PanelRow> = panels.collect();
        Squaring::new(n).largest_singular_values(&panels, n).to_array()
    }

    fn sample(n: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(n, n, |i, j| (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin())
    }

    #[test]
    fn agrees_with_the_decomposition_at_every_size_and_scale() {
        for n in 1..=LARGEST_SQUARED {
            let z = [(1, 1.0), (2, 1e-150), (3, 1e150), (4, 1.0)]
                .map(|(seed, scale)| faer::Scale(scale) * &sample(n, seed));
            for (found, z) in of_four(z.each_ref()).into_iter().zip(&z) {
                let expected = singular_values(z.as_ref())[0];
                assert!((found / expected - 1.0).abs() < 1e-14, "n = {n}: {found} {expected}");
            }
        }
    }

    #[test]
    fn clusters_of_any_width_are_told_apart() {
        for n in [2, 3, 5, 8, 13, 16] {
            let (u, v) = (svd(sample(n, 1).as_ref()).u, svd(sample(n, 2).as_ref()).u);
            let of_gap = |gap: f64| {
                let scaled = Mat::from_fn(n, n, |i, j| u[(i, j)] * if j == n / 2 { 1.0 + gap } else { 1.0 });
                matmul_nt(scaled.as_ref(), v.as_ref())
            };
            for gaps in [[0.0, 1e-15, 1e-12, 1e-9], [1e-6, 1e-3, 0.1, 1.0]] {
                let z = gaps.map(of_gap);
                for (found, gap) in of_four(z.each_ref()).into_iter().zip(gaps) {
                    assert!(
                        (found / (1.0 + gap) - 1.0).abs() < 4e-15 * n as f64,
                        "n = {n}, gap {gap}: {found}"
                    );
                }
            }
        }
        let u = svd(sample(8, 3).as_ref()).u;
        let projection = matmul(u.get(.., ..3), u.get(.., ..3).transpose());
        assert!((of_four([&projection; 4])[0] - 1.0).abs() < 1e-14);
    }

    #[test]
    fn a_lane_has_the_same_bits_whatever_the_others_are() {
        let easy = sample(5, 1);
        let hard = Mat::from_fn(5, 5, |i, j| if i == j { 1.0 + 1e-9 * i as f64 } else { 0.0 });
        let zero = Mat::zeros(5, 5);
        let alone = of_four([&easy; 4])[0];
        assert_eq!(of_four([&hard, &easy, &zero, &easy])[1], alone);
        assert_eq!(of_four([&hard, &zero, &zero, &easy])[3], alone);
        assert_eq!(of_four([&hard; 4])[2], of_four([&easy, &zero, &hard, &easy])[2]);
    }

    #[test]
    fn zero_and_what_is_not_finite_give_nan() {
        for entry in [0.0, f64::NAN, f64::INFINITY] {
            let mut z = Mat::zeros(3, 3);
            z[(1, 2)] = entry;
            assert!(of_four([&sample(3, 1), &z, &sample(3, 2), &z])[1].is_nan(), "{entry}");
        }
    }
}
