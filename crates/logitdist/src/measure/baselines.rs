//! Measures of similarity that others use, for comparison. All on centred embeddings.

use super::invariance::Change;
use super::table::{Measure, Of, Part, Range, Same, Section, Uncertainty, Unit, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::measure::cca;
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::tolerance::ABSOLUTE_TOLERANCE;
use logitdist_linalg::{Mat, MatRef, Svd, matmul, matmul_tn, singular_values, svd};

const SIMILARITY: Measure = Measure {
    section: Section::Baseline,
    part: Part::Baselines,
    headline: true,
    invariance: [Change::Similarity; 2],
    ..Measure::SIMILARITY
};

pub(super) const CKA: [Measure; 2] = [
    Measure {
        tokens: &["cka"],
        name: "linear CKA",
        meaning: "Linear CKA of the embeddings",
        formula: "‖XᵀY‖²/(‖XᵀX‖ ‖YᵀY‖), columns centred",
        source: "Kornblith et al. 2019",
        same: Same::One("equal up to rotation and scale"),
        value: Value::Number(|shared, _| cka(&shared.reduced)),
        ..SIMILARITY
    },
    Measure {
        tokens: &["cka_debiased"],
        name: "linear CKA, debiased",
        meaning: "Linear CKA with the unbiased estimator of HSIC",
        formula: "HSIC₁(K, L)/√(HSIC₁(K, K) HSIC₁(L, L))",
        source: "Song et al. 2012; Nguyen et al. 2021",
        range: Range::at_most(1.0).with("about 0 for independent embeddings"),
        same: Same::One("equal up to rotation and scale"),
        value: Value::Number(|shared, _| cka_debiased(&shared.reduced)),
        ..SIMILARITY
    },
];

pub(super) const PROCRUSTES: [Measure; 1] = [Measure {
    tokens: &["procrustes"],
    name: "orthogonal Procrustes distance",
    meaning: "Squared orthogonal Procrustes distance",
    formula: "2 − 2‖XᵀY‖_*, X and Y centred, of Frobenius norm 1",
    source: "Ding et al. 2021",
    range: Range::between(0.0, 2.0),
    same: Same::Zero("equal up to rotation and scale"),
    uncertainty: Uncertainty::Log,
    value: Value::Number(|shared, _| procrustes(&shared.reduced)),
    ..SIMILARITY
}];

pub(super) const SVCCA: [Measure; 1] = [Measure {
    tokens: &["svcca"],
    name: "SVCCA",
    meaning: "SVCCA: canonical correlations of the strongest principal directions",
    formula: "mean ρ of the principal directions holding 99 % of each variance",
    source: "Raghu et al. 2017",
    value: Value::Number(|shared, _| svcca(&shared.reduced)),
    ..SIMILARITY
}];

pub(super) const PWCCA: [Measure; 1] = [Measure {
    tokens: &["pwcca_ab", "pwcca_ba"],
    name: "projection-weighted CCA",
    meaning: "Projection-weighted CCA, weights from model {a}",
    formula: "Σ αᵢρᵢ/Σ αᵢ over the first r directions, r the smaller rank, αᵢ = Σⱼ |hᵢ·xⱼ|, h the canonical variates",
    range: Range::between(0.0, 1.0).with("equal ρ leave their variates, and so the weights, undetermined"),
    source: "Morcos et al. 2018",
    of: Of::Directions,
    invariance: [Change::Scaling, Change::Affine],
    value: Value::Number(|shared, d| pwcca(&shared.reduced, d)),
    ..SIMILARITY
}];

pub(super) const R2: [Measure; 1] = [Measure {
    tokens: &["r2_ab", "r2_ba"],
    name: "variance explained by regression",
    meaning: "Share of the variance of {a}'s embeddings that a linear regression on {b}'s explains",
    formula: "1 − residual variance/total variance",
    of: Of::Directions,
    unit: Unit::Share,
    same: Same::One("a linear function of the other"),
    invariance: [Change::Similarity, Change::Affine],
    whose: Whose::Firsts,
    value: Value::Number(|shared, d| r2(&shared.reduced, d)),
    ..SIMILARITY
}];

/// Share of the variance that SVCCA keeps of each representation.
pub(crate) const SVCCA_VARIANCE: f64 = 0.99;

/// Linear CKA, in [0, 1]; 1 = equal up to rotation and scale.
///
/// `cka = ‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖)`. Not applicable to constant embeddings. Source: Kornblith et al. 2019.
pub fn cka(reduced: &Reduced) -> Applicable<f64> {
    let (x, y) = normalised(reduced)?;
    if are_equal(&x, &y) {
        return Ok(1.0);
    }
    let cross = matmul_tn(x.as_ref(), y.as_ref()).squared_norm_l2();
    let own = |m: &Mat<f64>| matmul_tn(m.as_ref(), m.as_ref()).norm_l2();
    Ok(cross / (own(&x) * own(&y)))
}

/// Linear CKA with the unbiased estimator of HSIC, at most 1; near 0 (of either sign) for independent embeddings.
///
/// `HSIC₁ = [tr K̃L̃ + 1ᵀK̃1 1ᵀL̃1 / ((n−1)(n−2)) − 2/(n−2) 1ᵀK̃L̃1] / (n(n−3))`, K̃ a kernel matrix with its diagonal set to 0. It does
/// not change when the inputs are centred, and then row i of K̃ sums to −‖x_i‖², so sums of squared lengths are all it needs.
/// Not applicable with fewer than 4 inputs, or where a model's own HSIC is 0, as for the corners of a simplex.
/// Source: Song et al. 2012; Nguyen et al. 2021.
pub fn cka_debiased(reduced: &Reduced) -> Applicable<f64> {
    if reduced.n_inputs < 4 {
        return Err(Reason::Inputs { inputs: reduced.n_inputs, needed: 4 });
    }
    let (x, y) = normalised(reduced)?;
    let (k, l) = (centred_squared_lengths(&reduced.a), centred_squared_lengths(&reduced.b));
    let n = reduced.n_inputs as f64;
    // All in sums over inputs: a dot product of coordinates is a mean, so it is multiplied by n.
    let hsic = |gram: f64, k: &[f64], l: &[f64]| {
        let products: f64 = n * k.iter().zip(l).map(|(a, b)| a * b).sum::<f64>();
        let totals = n * k[0] * n * l[0];
        n * n * gram - products + totals / ((n - 1.0) * (n - 2.0)) - 2.0 / (n - 2.0) * products
    };
    let gram = |a: &Mat<f64>, b: &Mat<f64>| matmul_tn(a.as_ref(), b.as_ref()).squared_norm_l2();
    let (gram_a, gram_b) = (gram(&x, &x), gram(&y, &y));
    let (own_a, own_b) = (hsic(gram_a, &k, &k), hsic(gram_b, &l, &l));
    if is_rounding(own_a, gram_a, n) || is_rounding(own_b, gram_b, n) {
        return Err(Reason::Undetermined(format!(
            "the unbiased HSIC of a model with itself is 0 at {} inputs",
            reduced.n_inputs
        )));
    }
    if are_equal(&x, &y) {
        return Ok(1.0);
    }
    Ok(hsic(gram(&x, &y), &k, &l) / (own_a.sqrt() * own_b.sqrt()))
}

/// Whether an unbiased HSIC of a model with itself, a sum of squares, is what rounding leaves of n² times its Gram matrix: of the corners of
/// a simplex nothing else is left.
fn is_rounding(own: f64, gram: f64, n: f64) -> bool {
    own <= ABSOLUTE_TOLERANCE * n * n * gram
}

/// Coordinates of ‖x_i − x̄‖² over the inputs, x scaled to total variance 1.
fn centred_squared_lengths(model: &ReducedModel) -> Vec<f64> {
    let variance = model.centred_embeddings().squared_norm_l2();
    model.squared_lengths.iter().map(|length| length / variance).collect()
}

/// Orthogonal Procrustes distance (squared), in [0, 2]; 0 = equal up to rotation and scale.
///
/// `procrustes = 2 − 2‖XᵀY‖_*`, X and Y scaled to Frobenius norm 1. Source: Ding et al. 2021.
pub fn procrustes(reduced: &Reduced) -> Applicable<f64> {
    let (x, y) = normalised(reduced)?;
    if are_equal(&x, &y) {
        return Ok(0.0);
    }
    let nuclear: f64 = singular_values(matmul_tn(x.as_ref(), y.as_ref()).as_ref()).iter().sum();
    Ok((2.0 - 2.0 * nuclear).max(0.0))
}

/// SVCCA: mean canonical correlation of the principal directions holding 99 % of each variance, in [0, 1].
///
/// The fewest directions that hold the share are kept. Source: Raghu et al. 2017.
pub fn svcca(reduced: &Reduced) -> Applicable<f64> {
    let (x, y) = normalised(reduced)?;
    let kept = |m: &Mat<f64>| {
        let Svd { u, s, .. } = svd(m.as_ref());
        let (mut held, mut count) = (0.0, 0);
        // The variance is 1 in all.
        while held < SVCCA_VARIANCE {
            held += s[count] * s[count];
            count += 1;
        }
        u.get(.., ..count).to_owned()
    };
    let (x, y) = rayon::join(|| kept(&x), || kept(&y));
    Ok(cca::between(x.as_ref(), y.as_ref()).mean())
}

/// Projection-weighted CCA, weights from the first model of the direction (`pwcca_ab`, `pwcca_ba`), in [0, 1].
///
/// `pwcca = Σ α_i ρ_i / Σ α_i`, `α_i = Σ_j |h_i · x_j|`, h_i the unit canonical variates and x_j the columns of that model's centred
/// embeddings. Source: Morcos et al. 2018.
pub fn pwcca(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    let (x, y) = normalised(reduced)?;
    if are_equal(&x, &y) {
        return Ok(1.0);
    }
    let (model, other) = reduced.models(direction);
    let basis = model.embeddings_basis().as_ref();
    let cross = matmul_tn(basis, other.embeddings_basis().as_ref());
    let Svd { u, s, .. } = svd(cross.as_ref());
    let variates = matmul(basis, u.as_ref());
    let projections = matmul_tn(variates.as_ref(), model.centred_embeddings());
    let (mut weighted, mut total) = (0.0, 0.0);
    for (i, rho) in s.iter().enumerate() {
        let alpha: f64 = projections.row(i).iter().map(|x| x.abs()).sum();
        weighted += alpha * rho.min(1.0);
        total += alpha;
    }
    Ok(weighted / total)
}

/// Share of the variance of the first model's embeddings that a linear regression on the other's explains (`r2_ab`,
/// `r2_ba`), in [0, 1].
///
/// `r2 = 1 − residual / total variance` of f regressed on f′ with intercept.
pub fn r2(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    normalised(reduced)?;
    let (model, other) = reduced.models(direction);
    let (x, basis) = (model.centred_embeddings(), other.embeddings_basis().as_ref());
    // From what is left, which has its digits where it is little.
    let left = (x - matmul(basis, matmul_tn(basis, x).as_ref())).norm_l2() / x.norm_l2();
    Ok((1.0 - left * left).max(0.0))
}

/// Whether two models have the same embeddings: then every similarity is 1, whatever rounding makes of it.
fn are_equal(x: &Mat<f64>, y: &Mat<f64>) -> bool {
    x.shape() == y.shape() && x == y
}

/// Both centred embeddings in coordinates, scaled to Frobenius norm 1.
fn normalised(reduced: &Reduced) -> Applicable<(Mat<f64>, Mat<f64>)> {
    let one = |model: &ReducedModel| {
        if model.rank_embeddings() == 0 {
            return Err(Reason::Constant { what: "embeddings", side: model.side });
        }
        let x: MatRef<'_, f64> = model.centred_embeddings();
        let norm = x.norm_l2();
        Ok(Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] / norm))
    };
    Ok((one(&reduced.a)?, one(&reduced.b)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_in_a_million_million_is_rounding() {
        for (gram, n) in [(0.5, 10.0), (1e-3, 1e4)] {
            let whole = n * n * gram;
            let found = [-1e-12, 0.9e-12, 1.1e-12, 1e-3].map(|part| is_rounding(part * whole, gram, n));
            assert_eq!(found, [true, true, false, false]);
        }
    }
}
