//! Many simplices of one dimension: the systems of equations behind d_rep.

use crate::blocked_lq::BlockedLq;
use crate::chunk::{dot, squared_distance};
use crate::four_simplices::{BLOCKED_FROM, FourSimplices};
use crate::lanes::LANES;
use crate::singular::{MIN_RECIPROCAL_CONDITION, smallest_singular_value};
use faer::Mat;

/// The most simplices that are evaluated together.
pub const SIMPLICES: usize = LANES;

/// Solves with simplices of one dimension, without allocating where it is under 128 and they are far from singular and of a usual scale.
///
/// A simplex has n + 1 vertices in n dimensions, each with a vector of further numbers. Its matrix A has the differences of the
/// vertices to the first as rows, and X those of the further numbers.
#[derive(Debug, Clone)]
pub struct Simplices {
    n: usize,
    solved: usize,
    four: Option<FourSimplices>,
    /// Made when one is first evaluated alone.
    one: Option<OneSimplex>,
}

/// Results for one well-conditioned simplex.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simplex {
    /// The smallest singular value of A, > 0.
    pub sigma_min: f64,
    /// `σ_min / ‖A‖_F`: between `1/√n` and 1 times the reciprocal condition `σ_min / σ_max`.
    pub reciprocal_condition: f64,
    /// ‖X‖²_F, all columns.
    pub squared_norm: f64,
    /// ‖A⁻¹ X‖²_F, the columns that are solved for.
    pub solved_squared_norm: f64,
}

impl Simplex {
    fn is_in_range(&self) -> bool {
        let squared_sigma = self.sigma_min * self.sigma_min;
        self.sigma_min.is_finite()
            && (self.squared_norm / squared_sigma).is_finite()
            && self.solved_squared_norm.is_finite()
    }
}

impl Simplices {
    /// For simplices of dimension `n` ≥ 1 of whose further numbers at a vertex the first `solved` are solved for.
    pub fn new(n: usize, solved: usize) -> Simplices {
        Simplices { n, solved, four: (n < BLOCKED_FROM).then(|| FourSimplices::new(n, solved)), one: None }
    }

    /// How many simplices of dimension `n` are best given together.
    pub fn together(n: usize) -> usize {
        if n < BLOCKED_FROM { SIMPLICES } else { 1 }
    }

    /// `count` simplices, 1 to [`SIMPLICES`]; `vertex(simplex, i)` is vertex i of one, 0 ≤ i ≤ n: n coordinates, and then its numbers.
    ///
    /// `None` if `σ_min / σ_max` is under [`MIN_RECIPROCAL_CONDITION`], if A, `‖X‖² / σ_min²` or `‖A⁻¹ X‖²` is beyond the floating-point range, or
    /// if there is no such simplex; squares that are too small for it are 0. The bits of one do not depend on the others.
    pub fn evaluate<'a>(
        &mut self,
        count: usize,
        vertex: impl Fn(usize, usize) -> &'a [f64],
    ) -> [Option<Simplex>; SIMPLICES] {
        assert!((1..=SIMPLICES).contains(&count), "1 to {SIMPLICES} simplices, not {count}");
        let Simplices { n, solved, four, one } = self;
        let mut alone = |s: usize| {
            let one = one.get_or_insert_with(|| OneSimplex::new(*n, *solved));
            one.evaluate(|i| vertex(s, i)).filter(Simplex::is_in_range)
        };
        let of_one = |s: usize| (s < count).then_some(s);
        let Some(four) = four else {
            return std::array::from_fn(|s| of_one(s).and_then(&mut alone));
        };
        // What is missing is filled up with the first.
        let found = four.evaluate(|s, i| vertex(of_one(s).unwrap_or(0), i));
        std::array::from_fn(|s| {
            let s = of_one(s)?;
            let sure = found[s].reciprocal_condition >= MIN_RECIPROCAL_CONDITION;
            if sure && found[s].is_in_range() { Some(found[s]) } else { alone(s) }
        })
    }
}

/// One simplex after another, of any dimension.
#[derive(Debug, Clone)]
pub(crate) struct OneSimplex {
    n: usize,
    lq: BlockedLq,
    /// Xᵀ, the columns of X that are solved for: a vertex is a column.
    solved: Mat<f64>,
}

impl OneSimplex {
    pub fn new(n: usize, solved: usize) -> OneSimplex {
        OneSimplex { n, lq: BlockedLq::new(n), solved: Mat::zeros(solved, n) }
    }

    pub fn evaluate<'a>(&mut self, vertex: impl Fn(usize) -> &'a [f64]) -> Option<Simplex> {
        let n = self.n;
        let first = vertex(0);
        let row = |i: usize, row: &mut [f64]| {
            row.iter_mut().zip(vertex(i + 1)).zip(first).for_each(|((l, x), x0)| *l = x - x0);
        };
        let size = self.lq.factor(row);
        if !size.is_finite() {
            return None;
        }
        let known = if n < BLOCKED_FROM { None } else { self.known_condition(size) };
        let (sigma_min, reciprocal_condition) = match known {
            Some(reciprocal_condition) => (size * reciprocal_condition, reciprocal_condition),
            None => {
                let sigma_min = smallest_singular_value(n, row)?;
                (sigma_min, sigma_min / size)
            }
        };
        let mut squared_norm = 0.0;
        for i in 0..n {
            let (x, x0) = (&vertex(i + 1)[n..], &first[n..]);
            squared_norm += squared_distance(x, x0);
            let column = self.solved.col_as_slice_mut(i);
            let (x, x0) = (&x[..column.len()], &x0[..column.len()]);
            column.iter_mut().zip(x.iter().zip(x0)).for_each(|(d, (x, x0))| *d = x - x0);
        }
        self.lq.solve(self.solved.as_mut().transpose_mut());
        let squares = |i: usize| {
            let column = self.solved.col_as_slice(i);
            dot(column, column)
        };
        Some(Simplex {
            sigma_min,
            reciprocal_condition,
            squared_norm,
            solved_squared_norm: (0..n).map(squares).sum(),
        })
    }

    /// `σ_min / ‖A‖_F` by Lanczos' method, if that of the matrix factored last is far from singular. Small matrices come here where they are
    /// in doubt already, and a decomposition costs little.
    fn known_condition(&mut self, size: f64) -> Option<f64> {
        let found = self.lq.reciprocal_condition(size);
        // It is at most 1; what is beyond has left the floating-point range on its way.
        (MIN_RECIPROCAL_CONDITION..1.5).contains(&found).then_some(found)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::matmul;

    /// Vertices of some simplices, with `numbers` further numbers.
    pub(crate) fn vertices(simplex: usize, n: usize, numbers: usize) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| {
            (((i + simplex) * 37 + j * 101 + i * (j + simplex) * 13) as f64 * 0.618).sin()
        };
        (0..=n).map(|i| (0..n + numbers).map(|j| entry(i, j)).collect()).collect()
    }

    #[test]
    fn any_dimension_and_count_give_what_the_matrices_give() {
        for n in [1, 3, 16, 17, 40, 130] {
            let (solved, further) = (n + 1, 2);
            let all: Vec<_> = (0..SIMPLICES).map(|s| vertices(s, n, solved + further)).collect();
            let mut simplices = Simplices::new(n, solved);
            let together = simplices.evaluate(SIMPLICES, |s, i| &all[s][i]);
            for count in 1..SIMPLICES {
                let found = simplices.evaluate(count, |s, i| &all[s][i]);
                assert_eq!(found[..count], together[..count], "n = {n}: bits do not depend on the others");
                assert!(found[count..].iter().all(Option::is_none));
            }
            for (found, v) in together.into_iter().zip(&all) {
                let difference = |i: usize, j: usize| v[i + 1][j] - v[0][j];
                let a = Mat::from_fn(n, n, difference);
                let x = Mat::from_fn(n, solved, |i, j| difference(i, n + j));
                let s = crate::svd(a.as_ref());
                let condition = s.s[0] / s.s[n - 1];
                let Some(found) = found else {
                    assert!(condition > 0.99 / MIN_RECIPROCAL_CONDITION, "n = {n}: {condition:e}");
                    continue;
                };
                let rotated = matmul(s.u.transpose(), x.as_ref());
                let solution = Mat::from_fn(n, solved, |i, j| rotated[(i, j)] / s.s[i]);
                let near = |x: f64, y: f64| (x / y - 1.0).abs() < 1e-13 * n as f64 * condition;
                assert!(near(found.sigma_min, s.s[n - 1]), "n = {n}");
                assert!(near(found.solved_squared_norm, solution.squared_norm_l2()), "n = {n}");
                let rest: f64 = (0..n)
                    .map(|i| difference(i, n + solved).powi(2) + difference(i, n + solved + 1).powi(2))
                    .sum();
                assert!(near(found.squared_norm, x.squared_norm_l2() + rest), "n = {n}");
            }
        }
    }

    #[test]
    fn what_leaves_the_floating_point_range_is_none() {
        for tiny in [1e-170, 1e-200, 1e-309] {
            let vertices = [[0.0, 1.0], [tiny, 3.0]];
            let found = Simplices::new(1, 1).evaluate(1, |_, i| &vertices[i]);
            assert_eq!(found, [None; SIMPLICES], "{tiny}");
        }
        let vertices = [[0.0, 1.0], [1e-140, 3.0]];
        let found = Simplices::new(1, 1).evaluate(1, |_, i| &vertices[i])[0].unwrap();
        assert!((found.solved_squared_norm / 4e280 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn coordinates_that_are_not_finite_or_too_far_apart_are_none_and_harm_no_other() {
        for n in [1, 8, 20, 130] {
            let good = vertices(1, n, n + 1);
            let mut simplices = Simplices::new(n, n + 1);
            let expected = simplices.evaluate(1, |_, i| &good[i])[0];
            for [x, y] in [[f64::NAN, 0.0], [f64::INFINITY, 1.0], [-1.7e308, 1.7e308]] {
                let mut bad = good.clone();
                (bad[0][0], bad[1][0]) = (x, y);
                let found = simplices.evaluate(2, |s, i| if s == 0 { &bad[i] } else { &good[i] });
                assert_eq!(found[..2], [None, expected], "n = {n}, {x:e}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "range end index")]
    fn fewer_numbers_than_are_solved_for_are_a_mistake() {
        let vertices = vertices(1, 130, 3);
        Simplices::new(130, 4).evaluate(1, |_, i| &vertices[i]);
    }

    #[test]
    fn a_matrix_of_equal_numbers_is_none_and_leaves_nothing_behind() {
        for n in (2..60).chain([100, 127, 128, 140]) {
            let good = vertices(1, n, n + 1);
            let mut simplices = Simplices::new(n, n + 1);
            let mut of = |v: &[Vec<f64>]| simplices.evaluate(1, |_, i| &v[i])[0];
            let expected = of(&good);
            for size in [1.0, 3.0, 1e-160, 1e-310] {
                let mut equal = good.clone();
                equal[0].fill(0.0);
                equal[1..].iter_mut().for_each(|v| v[..n].fill(size));
                assert_eq!(of(&equal), None, "n = {n}, {size:e}");
                equal[1..].iter_mut().for_each(|v| v[n..].fill(0.0));
                assert_eq!(of(&equal), None, "n = {n}, {size:e}, without numbers");
                // Regular, but its inverse is beyond the floating-point range.
                let mut tiny = good.clone();
                tiny.iter_mut().for_each(|v| v[..n].iter_mut().for_each(|x| *x *= 1e-310));
                of(&tiny);
                assert_eq!(of(&good), expected, "n = {n}, {size:e}");
            }
        }
    }

    #[test]
    fn one_tiny_direction_is_none_whatever_there_is_to_solve() {
        for n in [2, 8, 17, 40, 130] {
            let mut v = vec![vec![0.0; n + 1]; n + 1];
            (0..n).for_each(|i| v[i + 1][i] = if i == n - 1 { 1e-160 } else { 1.0 });
            assert_eq!(Simplices::new(n, 1).evaluate(1, |_, i| &v[i])[0], None, "n = {n}");
        }
    }

    #[test]
    fn a_flat_simplex_is_none_beside_others_that_are_not() {
        for n in [4, 20] {
            let good = vertices(1, n, n + 1);
            let mut flat = good.clone();
            flat[2] = flat[1].clone();
            let mut simplices = Simplices::new(n, n + 1);
            let found = simplices.evaluate(3, |s, i| if s == 1 { &flat[i] } else { &good[i] });
            assert!(found[0].is_some() && found[1].is_none() && found[0] == found[2] && found[3].is_none());
            let next = simplices.evaluate(SIMPLICES, |_, i| &good[i]);
            assert_eq!(next, [found[0]; SIMPLICES], "nothing is left of the flat one");
        }
    }
}
