//! Small simplices, four at a time.
//!
//! A row of a few numbers is hardly a vector, and most of a small system's time goes to beginnings and ends. So four systems of one
//! size go side by side: every register holds the same entry of each.

use crate::chunk::squared_distance;
use crate::four_lanczos::FourLanczos;
use crate::four_lq::FourLq;
use crate::lanes::{LANES, Lanes, PANEL, PanelRow, ZERO_ROW, squared_norm};
use crate::simplices::Simplex;
use crate::squaring::{LARGEST_SQUARED, Squaring};

/// From this dimension on four systems do not fit into a near cache, and blocked routines for one are faster.
pub(crate) const BLOCKED_FROM: usize = 128;

/// Solves with simplices of one dimension, four at a time, without allocating. A and X are those of [`Simplices`](crate::Simplices).
#[derive(Debug, Clone)]
pub(crate) struct FourSimplices {
    n: usize,
    /// Columns of X that are solved for.
    solved: usize,
    lq: FourLq,
    inverses: Inverses,
    /// The columns of X that are solved for, and then L⁻¹ times them, by panels. What fills up the last panel is zero before a solve, and
    /// NaN after one with a singular matrix.
    right: Vec<PanelRow>,
}

/// How the norm of L⁻¹ is found.
#[derive(Debug, Clone)]
enum Inverses {
    /// By squaring what is made: of very small triangles.
    Made { inverses: Vec<PanelRow>, squaring: Squaring },
    /// By solves with vectors.
    Solved(FourLanczos),
}

impl Inverses {
    /// `size ‖L⁻¹‖₂` of each.
    fn norms(&mut self, lq: &FourLq, size: Lanes) -> Lanes {
        match self {
            Inverses::Made { inverses, squaring } => {
                let n = lq.n();
                inverses.fill(ZERO_ROW);
                (0..n).for_each(|j| inverses[j / PANEL * n + j][j % PANEL] = Lanes::ONE);
                for (p, panel) in inverses.chunks_exact_mut(n).enumerate() {
                    lq.solve(panel, p * PANEL);
                }
                size * squaring.largest_singular_values(inverses, n)
            }
            Inverses::Solved(lanczos) => lanczos.largest_singular_values(lq, size),
        }
    }
}

/// ‖A‖²_F where squares of the entries of A that matter, and of an inverse that can be trusted, are in the floating-point range.
const SAFE: std::ops::Range<f64> = 1e-240..1e240;

impl FourSimplices {
    /// For simplices of dimension `n` ≥ 1 of whose further numbers the first `solved` are solved for.
    pub fn new(n: usize, solved: usize) -> FourSimplices {
        FourSimplices {
            n,
            solved,
            lq: FourLq::new(n),
            inverses: if n <= LARGEST_SQUARED {
                Inverses::Made { inverses: vec![ZERO_ROW; n * n.div_ceil(PANEL)], squaring: Squaring::new(n) }
            } else {
                Inverses::Solved(FourLanczos::new(n))
            },
            right: vec![ZERO_ROW; n * solved.div_ceil(PANEL)],
        }
    }

    /// Four simplices; `vertex(simplex, i)` is vertex i of one, 0 ≤ i ≤ n: n coordinates and then the further numbers.
    ///
    /// The values of a simplex are to be trusted only if its reciprocal condition is at least
    /// [`MIN_RECIPROCAL_CONDITION`](crate::MIN_RECIPROCAL_CONDITION); else, also where it is NaN, A is singular, or near to it, or too large or
    /// small for this.
    pub fn evaluate<'a>(&mut self, vertex: impl Fn(usize, usize) -> &'a [f64]) -> [Simplex; LANES] {
        let first: [&[f64]; LANES] = std::array::from_fn(|l| vertex(l, 0));
        let [of_matrix, unsolved] = self.set(&vertex, first);
        let all = (squared_norm(&self.right) + unsolved).to_array();
        let size = of_matrix.sqrt();
        self.lq.factor();
        let reciprocal_condition = Lanes::ONE / self.inverses.norms(&self.lq, size);
        self.lq.solve(&mut self.right, 0);
        let solved = squared_norm(&self.right).to_array();
        let [of_matrix, size, reciprocal] = [of_matrix, size, reciprocal_condition].map(Lanes::to_array);
        std::array::from_fn(|l| Simplex {
            sigma_min: size[l] * reciprocal[l],
            reciprocal_condition: if SAFE.contains(&of_matrix[l]) { reciprocal[l] } else { f64::NAN },
            squared_norm: all[l],
            solved_squared_norm: solved[l],
        })
    }

    /// Writes A and the columns of X that are solved for. Returns the squared norms of A and of the other columns.
    fn set<'a>(&mut self, vertex: &impl Fn(usize, usize) -> &'a [f64], first: [&[f64]; LANES]) -> [Lanes; 2] {
        let (n, solved) = (self.n, self.solved);
        let mut of_matrix = Lanes::ZERO;
        let mut unsolved = [0.0; LANES];
        self.lq.clear();
        if let Some(last) = self.right.chunks_exact_mut(n).next_back() {
            last.fill(ZERO_ROW);
        }
        for i in 0..n {
            let other: [_; LANES] = std::array::from_fn(|l| vertex(l, i + 1));
            let part = |from, to| (other.map(|x| &x[from..to]), first.map(|x| &x[from..to]));
            for_differences(part(0, n), |j, difference| {
                self.lq.set(i, j, difference);
                of_matrix = difference.mul_add(difference, of_matrix);
            });
            for_differences(part(n, n + solved), |j, difference| {
                self.right[j / PANEL * n + i][j % PANEL] = difference;
            });
            for (l, sum) in unsolved.iter_mut().enumerate() {
                *sum += squared_distance(&other[l][n + solved..], &first[l][n + solved..]);
            }
        }
        [of_matrix, Lanes::from(unsolved)]
    }
}

/// Differences of four vectors and four others, entry by entry.
#[inline(always)]
fn for_differences((x, y): ([&[f64]; LANES], [&[f64]; LANES]), mut take: impl FnMut(usize, Lanes)) {
    let (x, y) = (x.map(<[f64]>::as_chunks::<LANES>), y.map(<[f64]>::as_chunks::<LANES>));
    let fours = x.map(|x| x.0.len()).into_iter().min().unwrap_or(0);
    for i in 0..fours {
        let row = |l: usize| Lanes::new(x[l].0[i]) - Lanes::new(y[l].0[i]);
        let columns = Lanes::transpose([row(0), row(1), row(2), row(3)]);
        columns.into_iter().enumerate().for_each(|(c, difference)| take(LANES * i + c, difference));
    }
    for i in 0..x[0].1.len() {
        let difference = |l: usize| x[l].1[i] - y[l].1[i];
        take(LANES * fours + i, Lanes::from(std::array::from_fn::<f64, LANES, _>(difference)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MIN_RECIPROCAL_CONDITION;
    use crate::simplices::{OneSimplex, tests::vertices};

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
        for n in (1..=17).chain([30, 31, 50, 64, 127]) {
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
    fn zeros_on_the_diagonal_are_no_harm() {
        // They are in other places from lane to lane.
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
