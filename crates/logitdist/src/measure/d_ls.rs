//! Least-squares alignment.

use super::table::{Measure, Value};
use crate::applicable::{Applicable, Reason};
use crate::reduced::{Direction, Reduced};
use logitdist_linalg::{Mat, matmul};

pub(super) const ROWS: [Measure; 1] = [Measure {
    tokens: &["d_ls_ab", "d_ls_ba"],
    name: "least-squares alignment error",
    meaning: "Least-squares alignment error of model {b} carried onto {a}: d_rep without label subsets",
    formula: "√(E‖G̃⁺(u − u′)‖²)",
    source: "this project",
    headline: true,
    value: Value::Number(|shared, d| d_ls(&shared.reduced, d)),
    ..Measure::DISSIMILARITY
}];

/// Least-squares alignment of the other model onto the first of the direction (`d_ls_ab`, `d_ls_ba`), ≥ 0; 0 = equal up to
/// a linear map.
///
/// `d_LS = √(E‖G̃⁺Δ‖²)`, which is `E‖f − G̃⁺G̃′f′ − G̃⁺(b̃′ − b̃)‖²` when G̃ has full column rank, and otherwise the part of f
/// that the distribution determines. In the units of f. Not applicable if G̃ = 0. Source: theory §4.
pub fn d_ls(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    Ok(alignment_error(reduced, direction)?.norm_l2())
}

/// The part of it that varies over the inputs, `√(tr Cov(G̃⁺Δ))`: what is left with the best constant.
pub fn d_ls_centred(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    Ok(alignment_error(reduced, direction)?.get(.., 1..).norm_l2())
}

/// `G̃⁺Δ` in the coordinates of G̃'s left singular vectors divided by its singular values, rank×p. The first column holds its mean.
fn alignment_error(reduced: &Reduced, direction: Direction) -> Applicable<Mat<f64>> {
    let (model, _) = reduced.models(direction);
    if model.rank_unembeddings() == 0 {
        return Err(Reason::Constant { what: "unembeddings", side: model.side });
    }
    let svd = model.unembeddings_svd();
    let mut error = matmul(svd.u.transpose(), reduced.delta.transpose());
    for (i, s) in svd.s.iter().enumerate() {
        error.row_mut(i).iter_mut().for_each(|x| *x /= s);
    }
    Ok(error)
}
