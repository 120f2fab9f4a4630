//! PLS-SVD dissimilarity of standardised columns.

use super::invariance::DISTRIBUTIONS;
use super::source::CLOSENESS;
use super::table::{Measure, Of, Part, Range, Same, Uncertainty, Unit, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::error::Side;
use logitdist_linalg::{Mat, MatRef, matmul_tn, singular_values};

const SHARE: Measure = Measure {
    formula: "1 − (1/M) Σ singular values of corr(Z, Z′)",
    source: CLOSENESS,
    of: Of::Pair,
    unit: Unit::One,
    range: Range::between(0.0, 1.0),
    same: Same::Zero("equal up to a rotation of standardised columns"),
    invariance: DISTRIBUTIONS,
    whose: Whose::Both,
    part: Part::Llv,
    uncertainty: Uncertainty::Never("it is of chosen labels and inputs"),
    ..Measure::DISSIMILARITY
};

pub(super) const ROWS: [Measure; 3] = [
    Measure {
        tokens: &["d_svd_embeddings"],
        name: "PLS-SVD dissimilarity over inputs",
        meaning: "PLS-SVD dissimilarity of M logit differences over inputs",
        value: Value::Number(|shared, _| shared.llv().d_svd_embeddings.clone()),
        ..SHARE
    },
    Measure {
        tokens: &["d_svd_unembeddings"],
        name: "PLS-SVD dissimilarity over labels",
        meaning: "PLS-SVD dissimilarity of M input differences over labels",
        value: Value::Number(|shared, _| shared.llv().d_svd_unembeddings.clone()),
        ..SHARE
    },
    Measure {
        tokens: &["d_fg"],
        name: "PLS-SVD dissimilarity",
        meaning: "Larger of the two PLS-SVD dissimilarities",
        formula: "max{d_svd_embeddings, d_svd_unembeddings}",
        headline: true,
        value: Value::Number(|shared, _| shared.llv().d_fg()),
        ..SHARE
    },
];

/// PLS-SVD dissimilarity of Z and Z′ (n×m each, columns centred), in [0, 1]; 0 = equal up to a rotation of standardised columns.
///
/// `d_SVD = 1 − (1/m) Σ singular values of corr(Z, Z′)`. A column without variation cannot be standardised: not
/// applicable, and `over` says over what. Source: Nielsen et al. 2025.
pub fn d_svd(z_a: MatRef<'_, f64>, z_b: MatRef<'_, f64>, over: &'static str) -> Applicable<f64> {
    let a = standardised(z_a, Side::A, over)?;
    let b = standardised(z_b, Side::B, over)?;
    if a == b {
        return Ok(0.0);
    }
    let nuclear: f64 = singular_values(matmul_tn(a.as_ref(), b.as_ref()).as_ref()).iter().sum();
    Ok((1.0 - nuclear / z_a.ncols() as f64).clamp(0.0, 1.0))
}

/// Columns divided by their norms.
fn standardised(z: MatRef<'_, f64>, side: Side, over: &'static str) -> Applicable<Mat<f64>> {
    let mut columns = z.to_owned();
    for index in 0..z.ncols() {
        let norm = z.col(index).norm_l2();
        if norm == 0.0 {
            return Err(Reason::ConstantDifference { side, index, over });
        }
        columns.col_mut(index).iter_mut().for_each(|x| *x /= norm);
    }
    Ok(columns)
}
