//! Very small simplices, four at a time.
//!
//! A row of eight numbers is hardly a vector, and most of a small system's time goes to beginnings and ends. So four systems of one
//! size go side by side: every register holds the same entry of each.

use crate::lanes::{LANES, Lanes, PANEL, PanelRow, ZERO_ROW, change, change_where_larger, squared_norm};
use crate::simplices::Simplex;
use crate::squaring::Squaring;

/// Solves with simplices of one dimension, four at a time, without allocating. A and X are those of [`Simplices`](crate::Simplices).
#[derive(Debug, Clone)]
pub(crate) struct FourSimplices {
    n: usize,
    /// Columns of X that are solved for.
    solved: usize,
    /// A and then its factors, row by row; on the diagonal 1 / U_ii.
    factors: Vec<Lanes>,
    /// Row i of the factors is this row of A, a whole number.
    order: Vec<Lanes>,
    /// A⁻¹, its columns in the order of the factors, by panels of columns.
    inverse: Vec<PanelRow>,
    /// The columns of X that are solved for, and then A⁻¹ times them, by panels. What fills up the last panel is zero before a solve, and
    /// NaN after one with a singular matrix.
    right: Vec<PanelRow>,
    squaring: Squaring,
}

/// ‖A‖²_F where neither A⁻¹ nor its Gram matrix leaves the floating-point range, if A is not singular.
const SAFE: std::ops::Range<f64> = 1e-240..1e240;

impl FourSimplices {
    /// For simplices of dimension `n` ≥ 1 of whose further numbers the first `solved` are solved for.
    pub fn new(n: usize, solved: usize) -> FourSimplices {
        assert!(n > 0, "a simplex has a dimension");
        FourSimplices {
            n,
            solved,
            factors: vec![Lanes::ZERO; n * n],
            order: vec![Lanes::ZERO; n],
            inverse: vec![ZERO_ROW; n * n.div_ceil(PANEL)],
            right: vec![ZERO_ROW; n * solved.div_ceil(PANEL)],
            squaring: Squaring::new(n),
        }
    }

    /// Four simplices; `vertex(simplex, i)` is vertex i of one, 0 ≤ i ≤ n: n coordinates and then the further numbers.
    ///
    /// The values of a simplex are to be trusted only if its reciprocal condition is at least
    /// [`MIN_RECIPROCAL_CONDITION`](crate::MIN_RECIPROCAL_CONDITION); else, also where it is NaN, A is singular, or near to it, or too large or
    /// small for this.
    pub fn evaluate<'a>(&mut self, vertex: impl Fn(usize, usize) -> &'a [f64]) -> [Simplex; LANES] {
        let first: [&[f64]; LANES] = std::array::from_fn(|l| vertex(l, 0));
        let of_matrix = self.set_matrix(&vertex, first);
        self.eliminate();
        let sigma_min = self.sigma_min();
        let unsolved = self.set_right(&vertex, first);
        let all = (squared_norm(&self.right) + unsolved).to_array();
        solve(&self.factors, self.n, &mut self.right, 0);
        let solved = squared_norm(&self.right).to_array();
        let (sigma_min, of_matrix) = (sigma_min.to_array(), of_matrix.to_array());
        let size = |l: usize| if SAFE.contains(&of_matrix[l]) { of_matrix[l].sqrt() } else { f64::NAN };
        std::array::from_fn(|l| Simplex {
            sigma_min: sigma_min[l],
            reciprocal_condition: sigma_min[l] / size(l),
            squared_norm: all[l],
            solved_squared_norm: solved[l],
        })
    }

    /// Writes A and returns its squared norm.
    fn set_matrix<'a>(
        &mut self,
        vertex: &impl Fn(usize, usize) -> &'a [f64],
        first: [&[f64]; LANES],
    ) -> Lanes {
        let n = self.n;
        let mut sum = Lanes::ZERO;
        for (i, row) in self.factors.chunks_exact_mut(n).enumerate() {
            self.order[i] = Lanes::splat(i as f64);
            let other = std::array::from_fn(|l| vertex(l, i + 1));
            for (entry, difference) in row.iter_mut().zip(differences(other, first)) {
                *entry = difference;
                sum = difference.mul_add(difference, sum);
            }
        }
        sum
    }

    /// Writes the rows of X in the order of the factors, and returns the squared norm of the columns that are not solved for.
    fn set_right<'a>(
        &mut self,
        vertex: &impl Fn(usize, usize) -> &'a [f64],
        first: [&[f64]; LANES],
    ) -> Lanes {
        let n = self.n;
        let mut sum = Lanes::ZERO;
        let first = first.map(|x| x[n..].split_at(self.solved));
        if let Some(last) = self.right.chunks_exact_mut(n).next_back() {
            last.fill(ZERO_ROW);
        }
        for i in 0..n {
            let row = self.order[i].to_array();
            let other: [_; LANES] =
                std::array::from_fn(|l| vertex(l, row[l] as usize + 1)[n..].split_at(self.solved));
            for (j, difference) in differences(other.map(|x| x.0), first.map(|x| x.0)).enumerate() {
                self.right[j / PANEL * n + i][j % PANEL] = difference;
            }
            for difference in differences(other.map(|x| x.1), first.map(|x| x.1)) {
                sum = difference.mul_add(difference, sum);
            }
        }
        sum
    }

    /// Gaussian elimination with the largest entry of each column as pivot: it rises to the top of its column by changes of two rows.
    fn eliminate(&mut self) {
        let n = self.n;
        for k in 0..n {
            let (top, below) = self.factors.split_at_mut((k + 1) * n);
            let top = &mut top[k * n..];
            let (upper, lower) = self.order.split_at_mut(k + 1);
            for (row, order) in below.chunks_exact_mut(n).zip(lower) {
                let larger = change_where_larger(top, row, k);
                change(larger, &mut upper[k], order);
            }
            let inverse = Lanes::ONE / top[k];
            top[k] = inverse;
            let pivots = &top[k + 1..];
            for row in below.chunks_exact_mut(n) {
                let factor = row[k] * inverse;
                row[k] = factor;
                for (x, pivot) in row[k + 1..].iter_mut().zip(pivots) {
                    *x = factor.mul_neg_add(*pivot, *x);
                }
            }
        }
    }

    /// σ_min = 1 / ‖A⁻¹‖₂. Singular values do not depend on the order of columns.
    fn sigma_min(&mut self) -> Lanes {
        let n = self.n;
        self.inverse.fill(ZERO_ROW);
        (0..n).for_each(|j| self.inverse[j / PANEL * n + j][j % PANEL] = Lanes::ONE);
        for (p, panel) in self.inverse.chunks_exact_mut(n).enumerate() {
            solve(&self.factors, n, panel, p * PANEL);
        }
        Lanes::ONE / self.squaring.largest_singular_values(&self.inverse, n)
    }
}

/// Replaces panels X of n rows, of which those before `zeros` are zero, by `U⁻¹ L⁻¹ X`.
fn solve(factors: &[Lanes], n: usize, x: &mut [PanelRow], zeros: usize) {
    for panel in x.chunks_exact_mut(n) {
        for i in zeros + 1..n {
            let (known, rest) = panel.split_at_mut(i);
            rest[0] = without(rest[0], &factors[i * n + zeros..i * n + i], &known[zeros..]);
        }
        for i in (0..n).rev() {
            let (rest, known) = panel.split_at_mut(i + 1);
            let row = without(rest[i], &factors[i * n + i + 1..(i + 1) * n], known);
            rest[i] = row.map(|x| x * factors[i * n + i]);
        }
    }
}

/// `b − Σ_k row_k known_k`.
#[inline(always)]
fn without(mut b: PanelRow, row: &[Lanes], known: &[PanelRow]) -> PanelRow {
    for (factor, known) in row.iter().zip(known) {
        for c in 0..PANEL {
            b[c] = factor.mul_neg_add(known[c], b[c]);
        }
    }
    b
}

/// Differences of vectors, lane by lane, up to the shortest.
fn differences<'a>(x: [&'a [f64]; LANES], y: [&'a [f64]; LANES]) -> impl Iterator<Item = Lanes> + 'a {
    let lanes = |[a, b, c, d]: [&'a [f64]; LANES]| {
        a.iter().zip(b).zip(c).zip(d).map(|(((a, b), c), d)| Lanes::from([*a, *b, *c, *d]))
    };
    lanes(x).zip(lanes(y)).map(|(x, y)| x - y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MIN_RECIPROCAL_CONDITION;
    use crate::simplices::{OneSimplex, tests::vertices};
    use crate::squaring::LARGEST_SQUARED;

    fn scaled(mut vertices: Vec<Vec<f64>>, factor: f64) -> Vec<Vec<f64>> {
        vertices.iter_mut().flatten().for_each(|x| *x *= factor);
        vertices
    }

    fn alone(vertices: &[Vec<f64>], solved: usize) -> Option<Simplex> {
        let n = vertices.len() - 1;
        OneSimplex::new(n, solved).evaluate(|i| &vertices[i])
    }

    #[test]
    fn each_of_four_is_what_it_is_alone() {
        let mut regular = 0;
        for n in 1..=LARGEST_SQUARED {
            for (solved, further) in [(0, 0), (1, 1), (n + 1, 2 * n + 1), (n + 1, n + 1), (7, 30)] {
                let mut simplices = FourSimplices::new(n, solved);
                let four: [_; LANES] = std::array::from_fn(|l| vertices(5 * l + n + further, n, further));
                let found = simplices.evaluate(|l, i| &four[l][i]);
                for (found, vertices) in found.into_iter().zip(&four) {
                    let Some(expected) = alone(vertices, solved) else {
                        // The threshold is on another norm.
                        assert!(
                            found.reciprocal_condition.is_nan()
                                || found.reciprocal_condition < MIN_RECIPROCAL_CONDITION
                        );
                        continue;
                    };
                    regular += 1;
                    let tolerance = 1e-14 * n as f64 / expected.reciprocal_condition;
                    let near = |x: f64, y: f64| (x - y).abs() <= tolerance * y;
                    assert!(near(found.sigma_min, expected.sigma_min), "{n}: {found:?} {expected:?}");
                    assert!(near(found.reciprocal_condition, expected.reciprocal_condition));
                    assert!(near(found.squared_norm, expected.squared_norm), "{n}: {found:?} {expected:?}");
                    assert!(
                        near(found.solved_squared_norm, expected.solved_squared_norm),
                        "{n}: {found:?} {expected:?}"
                    );
                    let same = simplices.evaluate(|_, i| &vertices[i]);
                    assert_eq!(same, [found; LANES], "bits do not depend on the lane or the others");
                }
            }
        }
        assert!(regular > 200, "{regular}");
    }

    #[test]
    fn pivots_are_needed_and_taken() {
        // A has zeros on the diagonal, and the order in which rows rise differs from lane to lane.
        let four: [_; LANES] = std::array::from_fn(|l| {
            let row = |i: usize| {
                let mut row = vec![0.0; 9];
                if i > 0 {
                    row[(i * (l + 1)) % 5 % 4] = i as f64;
                    row[4..].iter_mut().enumerate().for_each(|(j, x)| *x = (i * i) as f64 + j as f64);
                }
                row
            };
            (0..=4).map(row).collect::<Vec<_>>()
        });
        let found = FourSimplices::new(4, 5).evaluate(|l, i| &four[l][i]);
        for (found, vertices) in found.into_iter().zip(&four) {
            let expected = alone(vertices, 5).expect("regular");
            assert!((found.sigma_min - 1.0).abs() < 1e-14);
            assert!((found.solved_squared_norm / expected.solved_squared_norm - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn what_is_singular_or_out_of_scale_cannot_be_trusted_and_harms_no_other() {
        let n = 6;
        let good = vertices(1, n, 3);
        let mut flat = good.clone();
        flat[3] = flat[2].clone();
        let mut simplices = FourSimplices::new(n, 3);
        let expected = simplices.evaluate(|_, i| &good[i])[0];
        let bad =
            [flat, scaled(good.clone(), 1e-130), scaled(good.clone(), 1e130), vec![vec![0.0; n + 3]; n + 1]];
        for bad in &bad {
            let found = simplices.evaluate(|l, i| if l == 2 { &good[i] } else { &bad[i] });
            assert_eq!(found[2], expected);
            let doubtful = found[1].reciprocal_condition;
            assert!(doubtful.is_nan() || doubtful < MIN_RECIPROCAL_CONDITION, "{doubtful}");
            assert_eq!(
                simplices.evaluate(|_, i| &good[i]),
                [expected; LANES],
                "nothing is left of the bad one"
            );
        }
        for scale in [1e-110, 1e-30, 1e30, 1e110] {
            let other = scaled(good.clone(), scale);
            let found = simplices.evaluate(|_, i| &other[i])[0];
            assert!((found.sigma_min / scale / expected.sigma_min - 1.0).abs() < 1e-13, "{scale}");
            assert!(
                (found.reciprocal_condition / expected.reciprocal_condition - 1.0).abs() < 1e-13,
                "{scale}"
            );
        }
    }
}
