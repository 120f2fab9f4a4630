//! Many simplices of one dimension: the systems of equations behind d_rep.

use crate::columns::Columns;
use crate::four_simplices::FourSimplices;
use crate::lanes::LANES;
use crate::lu::{LuSolver, MIN_RECIPROCAL_CONDITION};

/// Simplices that are evaluated together.
pub const SIMPLICES: usize = LANES;

/// Up to this dimension four at a time are faster than one after another.
const LARGEST_IN_LANES: usize = 16;

/// Solves with simplices of one dimension, without allocating.
///
/// A simplex has n + 1 vertices in n dimensions, each with a vector of further numbers. Its matrix A has the differences of the
/// vertices to the first as rows, and X those of the further numbers.
#[derive(Debug, Clone)]
pub struct Simplices {
    four: Option<FourSimplices>,
    one: OneSimplex,
}

/// What a simplex says whose matrix is far enough from singular.
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

impl Simplices {
    /// For simplices of dimension `n` ≥ 1 with `solved` numbers a vertex that are solved for and `further` that are not.
    pub fn new(n: usize, solved: usize, further: usize) -> Simplices {
        Simplices {
            four: (n <= LARGEST_IN_LANES).then(|| FourSimplices::new(n, solved)),
            one: OneSimplex::new(n, solved, further),
        }
    }

    /// `count` simplices, 1 to [`SIMPLICES`]; `vertex(simplex, i)` is vertex i of one, 0 ≤ i ≤ n: n coordinates, and then its numbers.
    ///
    /// `None` if `σ_min / σ_max` is under [`MIN_RECIPROCAL_CONDITION`], or there is no such simplex. The bits of one do not depend on the
    /// others.
    pub fn evaluate<'a>(
        &mut self,
        count: usize,
        vertex: impl Fn(usize, usize) -> &'a [f64],
    ) -> [Option<Simplex>; SIMPLICES] {
        assert!((1..=SIMPLICES).contains(&count), "1 to {SIMPLICES} simplices, not {count}");
        let Simplices { four, one } = self;
        let mut alone = |s: usize| one.evaluate(|i| vertex(s, i));
        let of_one = |s: usize| (s < count).then_some(s);
        let Some(four) = four else {
            return std::array::from_fn(|s| of_one(s).and_then(&mut alone));
        };
        // What is missing is filled up with the first.
        let found = four.evaluate(|s, i| vertex(of_one(s).unwrap_or(0), i));
        std::array::from_fn(|s| {
            let s = of_one(s)?;
            let sure = found[s].reciprocal_condition >= MIN_RECIPROCAL_CONDITION;
            if sure { Some(found[s]) } else { alone(s) }
        })
    }
}

/// One simplex after another, of any dimension.
#[derive(Debug, Clone)]
pub(crate) struct OneSimplex {
    n: usize,
    lu: LuSolver,
    solved: Columns,
    further: Columns,
}

impl OneSimplex {
    pub fn new(n: usize, solved: usize, further: usize) -> OneSimplex {
        OneSimplex {
            n,
            lu: LuSolver::new(n),
            solved: Columns::zeros(n, solved),
            further: Columns::zeros(n, further),
        }
    }

    pub fn evaluate<'a>(&mut self, vertex: impl Fn(usize) -> &'a [f64]) -> Option<Simplex> {
        let n = self.n;
        let first = vertex(0);
        let difference =
            |i: usize, from: usize| vertex(i + 1)[from..].iter().zip(&first[from..]).map(|(x, x0)| x - x0);
        let regular =
            self.lu.factor(|i, row| row.iter_mut().zip(difference(i, 0)).for_each(|(l, x)| *l = x))?;
        for i in 0..n {
            let solved = self.solved.cols();
            self.solved.set_row(i, difference(i, n).take(solved));
            self.further.set_row(i, difference(i, n + solved));
        }
        let squared_norm = self.solved.squared_norm() + self.further.squared_norm();
        self.lu.solve(&mut self.solved);
        Some(Simplex {
            sigma_min: regular.sigma_min,
            reciprocal_condition: regular.reciprocal_condition,
            squared_norm,
            solved_squared_norm: self.solved.squared_norm(),
        })
    }
}
