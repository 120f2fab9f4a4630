//! Canonical correlations between two representations.

use super::invariance::{Change, DISTRIBUTIONS};
use super::source::{CANONICAL, LOGIT_DISTANCE};
use super::table::{Measure, Of, Range, Same, Step, Uncertainty, Unit, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::error::Side;
use crate::reduced::Reduced;
use logitdist_linalg::{MatRef, matmul, matmul_tn, singular_values};

const FORMULA: &str = "(1/r) Σ ρᵢ, r the smaller rank";
const COSINES: &str = "cosines of the principal angles between the centred columns";
const MEAN: Measure =
    Measure { source: CANONICAL, headline: true, invariance: [Change::Affine; 2], ..Measure::SIMILARITY };
const LIST: Measure = Measure {
    formula: COSINES,
    source: CANONICAL,
    range: Range::between(0.0, 1.0).with("each"),
    invariance: [Change::Affine; 2],
    ..Measure::SIMILARITY
};

pub(super) const ROWS: [Measure; 6] = [
    Measure {
        tokens: &["m_cca"],
        name: "mean canonical correlation of the embeddings",
        meaning: "Mean canonical correlation of the embeddings f(x), f′(x)",
        formula: FORMULA,
        steps: &[Step::EmbeddingsCca],
        value: Value::Number(|shared, _| mean(shared.embeddings_cca())),
        note: |shared| saturated(shared.embeddings_cca(), "inputs"),
        ..MEAN
    },
    Measure {
        tokens: &["rho"],
        name: "canonical correlations of the embeddings",
        meaning: "Canonical correlations of the embeddings f(x), f′(x), largest first",
        steps: &[Step::EmbeddingsCca],
        value: Value::List(|shared, _| rho(shared.embeddings_cca())),
        ..LIST
    },
    Measure {
        tokens: &["m_cca_unembeddings"],
        name: "mean canonical correlation of the unembeddings",
        meaning: "Mean canonical correlation of the unembeddings g(y), g′(y)",
        formula: "(1/r) Σ ρᵢ, r the smaller rank; 1 for any models once a rank reaches K − 1 (saturated)",
        uncertainty: Uncertainty::Never("it is of the labels, and no inputs are in it"),
        steps: &[Step::UnembeddingsCca],
        value: Value::Number(|shared, _| mean(shared.unembeddings_cca())),
        note: |shared| saturated(shared.unembeddings_cca(), "labels"),
        ..MEAN
    },
    Measure {
        tokens: &["rho_unembeddings"],
        name: "canonical correlations of the unembeddings",
        meaning: "Canonical correlations of the unembeddings g(y), g′(y), largest first",
        steps: &[Step::UnembeddingsCca],
        value: Value::List(|shared, _| rho(shared.unembeddings_cca())),
        ..LIST
    },
    Measure {
        tokens: &["m_cca_logits"],
        whose: Whose::Nobodys,
        name: "mean canonical correlation of the logits",
        meaning: "Mean canonical correlation of the centred logits u(x), u′(x): of the distributions alone",
        formula: FORMULA,
        invariance: DISTRIBUTIONS,
        steps: &[Step::LogitsCca],
        value: Value::Number(|shared, _| mean(shared.logits_cca())),
        note: |shared| saturated(shared.logits_cca(), "inputs"),
        log_p: true,
        ..MEAN
    },
    Measure {
        tokens: &["rho_logits"],
        whose: Whose::Nobodys,
        name: "canonical correlations of the logits",
        meaning: "Canonical correlations of the centred logits u(x), u′(x), largest first",
        invariance: DISTRIBUTIONS,
        steps: &[Step::LogitsCca],
        value: Value::List(|shared, _| rho(shared.logits_cca())),
        log_p: true,
        ..LIST
    },
];

pub(super) const SPECTRUM: [Measure; 1] = [Measure {
    log_p: true,
    tokens: &["spectrum_a", "spectrum_b"],
    whose: Whose::Nobodys,
    name: "variances of the logits",
    meaning: "Eigenvalues σ of Cov(u) of model {a} above the tolerance, largest first",
    formula: "squared singular values of the centred logits / N",
    source: LOGIT_DISTANCE,
    of: Of::Models,
    unit: Unit::SquaredNats,
    range: Range::at_least(0.0).with("each above 0"),
    invariance: [Change::Coordinates, Change::Any],
    same: Same::Neither,
    value: Value::List(|shared, d| Ok(shared.model(d).spectrum().to_vec())),
    ..Measure::SIMILARITY
}];

fn mean(correlations: &Applicable<CanonicalCorrelations>) -> Applicable<f64> {
    correlations.as_ref().map(CanonicalCorrelations::mean).map_err(Clone::clone)
}

fn rho(correlations: &Applicable<CanonicalCorrelations>) -> Applicable<Vec<f64>> {
    correlations.as_ref().map(|c| c.rho.clone()).map_err(Clone::clone)
}

fn saturated(correlations: &Applicable<CanonicalCorrelations>, points: &str) -> Option<String> {
    correlations.as_ref().is_ok_and(|c| c.saturated).then(|| {
        format!(
            "saturated: a rank fills the whole space of centred {points}, so every correlation is 1 whatever the models"
        )
    })
}

/// Canonical correlations ρ_1 ≥ ρ_2 ≥ … ≥ ρ_r, r the smaller of the two ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct CanonicalCorrelations {
    /// ρ, each in [0, 1].
    pub rho: Vec<f64>,
    /// 1 − ρ², from the sines of the principal angles: relatively accurate where ρ rounds to 1.
    pub one_minus_rho_squared: Vec<f64>,
    /// Whether the correlations are 1 for want of room: one of the ranks fills the whole space.
    pub saturated: bool,
}

impl CanonicalCorrelations {
    /// Mean canonical correlation `m_cca = (1/r) Σ ρᵢ`, in [0, 1]; 1 = linearly equivalent.
    pub fn mean(&self) -> f64 {
        self.rho.iter().sum::<f64>() / self.rho.len() as f64
    }
}

/// ρ of f(x), f′(x), inputs centred; its mean is `m_cca`. Invariant to f ↦ A f + c.
///
/// Not applicable if either model's embeddings are constant. Source: Björck & Golub 1973; Morcos et al. 2018.
pub fn embeddings(reduced: &Reduced) -> Applicable<CanonicalCorrelations> {
    let (a, b) = rayon::join(|| reduced.a.embeddings_basis(), || reduced.b.embeddings_basis());
    of_bases("embeddings", a.as_ref(), b.as_ref(), reduced.n_inputs)
}

/// ρ of g(y), g′(y), labels centred; its mean is `m_cca_unembeddings`. Saturated once a rank reaches K − 1.
pub fn unembeddings(reduced: &Reduced) -> Applicable<CanonicalCorrelations> {
    let (a, b) = rayon::join(|| reduced.a.unembeddings_svd(), || reduced.b.unembeddings_svd());
    of_bases("unembeddings", a.u.as_ref(), b.u.as_ref(), reduced.n_labels)
}

/// ρ of u(x), u′(x), inputs centred; its mean is `m_cca_logits`. A function of the two distributions alone.
pub fn logits(reduced: &Reduced) -> Applicable<CanonicalCorrelations> {
    let (a, b) = rayon::join(|| reduced.a.logits_basis(), || reduced.b.logits_basis());
    of_bases("logits", a.as_ref(), b.as_ref(), reduced.n_inputs)
}

fn of_bases(
    what: &'static str,
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    points: usize,
) -> Applicable<CanonicalCorrelations> {
    for (side, basis) in [(Side::A, a), (Side::B, b)] {
        if basis.ncols() == 0 {
            return Err(Reason::Constant { what, side });
        }
    }
    let saturated = a.ncols().max(b.ncols()) + 1 >= points;
    Ok(CanonicalCorrelations { saturated, ..between(a, b) })
}

/// Canonical correlations between two subspaces given by orthonormal columns (n×r_a, n×r_b, both non-empty).
///
/// Cosines are the singular values of Q_aᵀQ_b, sines those of the part of the smaller basis outside the other.
pub(super) fn between(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> CanonicalCorrelations {
    let (large, small) = if a.ncols() >= b.ncols() { (a, b) } else { (b, a) };
    let inside = matmul_tn(large, small);
    let outside = small - matmul(large, inside.as_ref());
    let (cosines, mut sines) =
        rayon::join(|| singular_values(inside.as_ref()), || singular_values(outside.as_ref()));
    sines.reverse();
    // Each from the one of sine and cosine that is small, where it has more digits.
    let (rho, one_minus_rho_squared) = cosines
        .iter()
        .zip(&sines)
        .map(|(c, s)| if s < c { ((1.0 - s * s).sqrt(), s * s) } else { (*c, 1.0 - c * c) })
        .unzip();
    CanonicalCorrelations { rho, one_minus_rho_squared, saturated: false }
}
