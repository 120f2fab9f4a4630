//! What unrelated inputs would show: the measures of similarity with b's inputs in another order.

use crate::error::Error;
use crate::measure::baselines::SVCCA_VARIANCE;
use crate::measure::percentiles::percentiles;
use crate::model::Pair;
use crate::reduced::{Reduced, ReducedModel};
use crate::rows::ModelRows;
use crate::settings::Settings;
use logitdist_linalg::{Mat, MatRef, Svd, matmul, matmul_tn, singular_values, svd};
use rand::{Rng, RngExt, seq::SliceRandom};
use rayon::prelude::*;

/// The measures that have a null.
pub const REORDERED: [&str; 9] =
    ["m_cca", "cka", "cka_debiased", "procrustes", "svcca", "pwcca_ab", "pwcca_ba", "r2_ab", "r2_ba"];

/// Rows read at a time.
const BLOCK: usize = 512;

/// Autocorrelation of neighbouring inputs from which they count as dependent.
const DEPENDENT: f64 = 0.1;

/// How b's inputs were reordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reordering {
    /// Whole groups change places.
    Groups,
    /// All move on by as much, and those at the end come first: neighbours depend on each other.
    Shifts,
    /// Each goes anywhere.
    Free,
}

impl Reordering {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Reordering::Groups => "whole groups of b's inputs change places",
            Reordering::Shifts => "b's inputs are shifted, as neighbours depend on each other",
            Reordering::Free => "b's inputs change places freely",
        }
    }
}

/// What a measure shows for reordered inputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NullLaw {
    /// Its mean.
    pub mean: f64,
    /// What 95 % of the reorderings do not exceed in similarity.
    pub q95: f64,
    /// What 99 % do not exceed.
    pub q99: f64,
    /// Share of the reorderings, the given order among them, that are at least as similar.
    pub share: f64,
}

impl NullLaw {
    /// Mean, 95 % point, 99 % point and share, in the order of tables.
    pub fn numbers(&self) -> [f64; 4] {
        [self.mean, self.q95, self.q99, self.share]
    }
}

/// The nulls of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Nulls {
    /// How many reorderings there were.
    pub count: usize,
    /// How inputs were reordered.
    pub reordering: Reordering,
    /// The law of each of the similarities that exists.
    pub of: Vec<(&'static str, NullLaw)>,
}

impl Nulls {
    /// The law of a token.
    pub fn get(&self, token: &str) -> Option<&NullLaw> {
        self.of.iter().find(|(t, _)| *t == token).map(|(_, law)| law)
    }

    /// The nulls of a pair whose embeddings vary, in as many reorderings as the settings say. Memory: N (r + r′) numbers.
    pub(crate) fn of(
        pair: &Pair<'_>,
        reduced: &Reduced,
        settings: &Settings,
        rng: &mut impl Rng,
    ) -> Result<Nulls, Error> {
        let (a, b) = (Whitened::of(pair.a(), &reduced.a)?, Whitened::of(pair.b(), &reduced.b)?);
        let (inputs, count) = (reduced.n_inputs, settings.null);
        let (reordering, groups) = reordering(&a, &b, settings);
        let orders: Vec<Vec<usize>> = (0..count)
            .map(|_| match reordering {
                Reordering::Groups => in_groups(&groups, rng),
                Reordering::Shifts => {
                    let by = rng.random_range(1..inputs.max(2));
                    (0..inputs).map(|i| (i + by) % inputs).collect()
                }
                Reordering::Free => {
                    let mut order: Vec<usize> = (0..inputs).collect();
                    order.shuffle(rng);
                    order
                }
            })
            .collect();
        // The order of a's inputs in which whole groups follow each other.
        let plain: Vec<usize> = match reordering {
            Reordering::Groups => groups.concat(),
            _ => (0..inputs).collect(),
        };
        let given = similarities(&a, &b, &plain, &plain);
        let all: Vec<[f64; 9]> = orders.par_iter().map(|order| similarities(&a, &b, &plain, order)).collect();
        let law = |(place, token): (usize, &'static str)| {
            // Smaller is closer for the one distance among them.
            let sign = if token == "procrustes" { -1.0 } else { 1.0 };
            let values: Vec<f64> = all.iter().map(|of| sign * of[place]).collect();
            let value = sign * given[place];
            if !value.is_finite() || values.iter().any(|x| !x.is_finite()) {
                return None;
            }
            let above = values.iter().filter(|x| **x >= value - 1e-12 * value.abs()).count();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let [q95, q99] = percentiles(values, [0.95, 0.99]);
            let share = (above + 1) as f64 / (count + 1) as f64;
            Some((token, NullLaw { mean: sign * mean, q95: sign * q95, q99: sign * q99, share }))
        };
        Ok(Nulls { count, reordering, of: REORDERED.into_iter().enumerate().filter_map(law).collect() })
    }
}

/// One model's centred embeddings over the inputs as U S Vᵀ.
pub(crate) struct Whitened {
    /// U, N×r, orthonormal columns, the strongest direction first.
    scores: Mat<f64>,
    /// S, of Frobenius norm 1.
    sizes: Vec<f64>,
    v: Mat<f64>,
    /// ‖f(x) − f̄‖² at each input, of mean 1.
    lengths: Vec<f64>,
}

impl Whitened {
    pub fn of(model: &dyn ModelRows, reduced: &ReducedModel) -> Result<Whitened, Error> {
        let Svd { s, v, .. } = reduced.embeddings_svd();
        let (inputs, dim) = (model.n_inputs(), model.dim());
        // Coordinates are those of means over the inputs.
        let scale = (inputs as f64).sqrt();
        let coefficients = Mat::from_fn(dim, s.len(), |i, j| v[(i, j)] / (scale * s[j]));
        let means: Vec<f64> = (0..dim).map(|j| reduced.constant * reduced.embeddings[(0, j)]).collect();
        let norm = s.iter().map(|s| s * s).sum::<f64>().sqrt();
        let mut scores = Mat::zeros(inputs, s.len());
        let mut lengths = Vec::with_capacity(inputs);
        for start in (0..inputs).step_by(BLOCK) {
            let count = BLOCK.min(inputs - start);
            let mut rows = Mat::zeros(count, dim);
            model.read(start, rows.as_mut())?;
            for (j, mean) in means.iter().enumerate() {
                rows.col_as_slice_mut(j).iter_mut().for_each(|x| *x -= mean);
            }
            lengths.extend(rows.row_iter().map(|row| row.squared_norm_l2() / (norm * norm)));
            scores.as_mut().subrows_mut(start, count).copy_from(matmul(rows.as_ref(), coefficients.as_ref()));
        }
        Ok(Whitened { scores, sizes: s.iter().map(|s| s / norm).collect(), v: v.clone(), lengths })
    }

    /// Orthonormal columns over the inputs, N×r.
    pub fn scores(&self) -> MatRef<'_, f64> {
        self.scores.as_ref()
    }

    /// The scores in another order of the inputs.
    fn ordered(&self, order: &[usize]) -> Mat<f64> {
        Mat::from_fn(order.len(), self.scores.ncols(), |i, j| self.scores[(order[i], j)])
    }

    /// The fewest directions that hold the variance that SVCCA keeps.
    fn principal(&self) -> usize {
        let mut held = 0.0;
        let enough = |s: &f64| {
            held += s * s;
            held >= SVCCA_VARIANCE
        };
        self.sizes.iter().position(enough).map_or(self.sizes.len(), |at| at + 1)
    }
}

/// How inputs are to be reordered, and the groups if whole ones are.
fn reordering(a: &Whitened, b: &Whitened, settings: &Settings) -> (Reordering, Vec<Vec<usize>>) {
    if let Some(groups) = &settings.groups {
        return (Reordering::Groups, crate::leave_out::members(groups));
    }
    let cross = matmul_tn(a.scores.as_ref(), b.scores.as_ref());
    let Svd { u, v, .. } = svd(cross.as_ref());
    // The leading canonical variate of each model.
    let variate = |of: &Whitened, turned: MatRef<'_, f64>| {
        let scores = matmul(of.scores.as_ref(), turned.get(.., ..1));
        let x = scores.col_as_slice(0);
        let products: f64 = x.windows(2).map(|pair| pair[0] * pair[1]).sum();
        products / x.iter().map(|x| x * x).sum::<f64>()
    };
    let dependent = [variate(a, u.as_ref()), variate(b, v.as_ref())].into_iter().fold(0.0, f64::max);
    let reordering = if dependent > DEPENDENT { Reordering::Shifts } else { Reordering::Free };
    (reordering, Vec::new())
}

/// The inputs with whole groups in a random order.
fn in_groups(groups: &[Vec<usize>], rng: &mut impl Rng) -> Vec<usize> {
    let mut places: Vec<usize> = (0..groups.len()).collect();
    places.shuffle(rng);
    places.into_iter().flat_map(|place| groups[place].clone()).collect()
}

/// The values of [`REORDERED`] with both models' inputs in these orders.
fn similarities(a: &Whitened, b: &Whitened, order_a: &[usize], order_b: &[usize]) -> [f64; 9] {
    let cross = matmul_tn(a.ordered(order_a).as_ref(), b.ordered(order_b).as_ref());
    let Svd { u, s: rho, v } = svd(cross.as_ref());
    let mean = |values: &[f64]| values.iter().map(|x| x.min(1.0)).sum::<f64>() / values.len() as f64;
    // XᵀY in the bases of both V.
    let scaled = Mat::from_fn(cross.nrows(), cross.ncols(), |i, j| a.sizes[i] * cross[(i, j)] * b.sizes[j]);
    let own = |of: &Whitened| of.sizes.iter().map(|s| s.powi(4)).sum::<f64>();
    let gram = scaled.squared_norm_l2();
    let nuclear: f64 = singular_values(scaled.as_ref()).iter().sum();
    let kept = cross.get(..a.principal(), ..b.principal());
    let products: f64 = order_a.iter().zip(order_b).map(|(i, j)| a.lengths[*i] * b.lengths[*j]).sum();
    let squares = |of: &Whitened| of.lengths.iter().map(|x| x * x).sum::<f64>();
    let n = order_a.len() as f64;
    // Lengths have the sum n, since those of X have the sum 1 in means.
    let hsic = |gram: f64, products: f64| {
        n * n * gram - products + n * n / ((n - 1.0) * (n - 2.0)) - 2.0 / (n - 2.0) * products
    };
    let debiased = hsic(gram, products) / (hsic(own(a), squares(a)) * hsic(own(b), squares(b))).sqrt();
    let pwcca = |of: &Whitened, turned: &Mat<f64>| {
        let projections = Mat::from_fn(turned.ncols(), of.sizes.len(), |i, j| turned[(j, i)] * of.sizes[j]);
        let projections = matmul(projections.as_ref(), of.v.transpose());
        let weights: Vec<f64> = projections.row_iter().map(|row| row.iter().map(|x| x.abs()).sum()).collect();
        let weighted: f64 = weights.iter().zip(&rho).map(|(weight, rho)| weight * rho.min(1.0)).sum();
        weighted / weights.iter().sum::<f64>()
    };
    let r2 = |rows: bool| {
        let explained = |i: usize, s: &f64| {
            let along = if rows { cross.row(i).squared_norm_l2() } else { cross.col(i).squared_norm_l2() };
            s * s * along.min(1.0)
        };
        let of = if rows { a } else { b };
        of.sizes.iter().enumerate().map(|(i, s)| explained(i, s)).sum::<f64>()
    };
    [
        mean(&rho),
        gram / (own(a) * own(b)).sqrt(),
        if n < 4.0 { f64::NAN } else { debiased },
        (2.0 - 2.0 * nuclear).max(0.0),
        mean(&singular_values(kept)),
        pwcca(a, &u),
        pwcca(b, &v),
        r2(true),
        r2(false),
    ]
}
