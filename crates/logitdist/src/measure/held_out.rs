//! The mean canonical correlation of directions that were fitted on other inputs.

use super::invariance::Change;
use super::table::{Measure, Part, Range, Same, Value};
use crate::applicable::{Applicable, Reason};
use crate::leave_out::LeaveOut;
use crate::reduced::Reduced;
use crate::summary::PairSummary;
use logitdist_linalg::{Mat, Svd, matmul, matmul_tn, svd};
use rayon::prelude::*;

pub(super) const ROWS: [Measure; 1] = [Measure {
    tokens: &["m_cca_cv"],
    name: "m_cca on inputs held out",
    meaning: "Mean canonical correlation on inputs that the directions were not fitted on",
    formula: "directions from all blocks of inputs but one, correlations on that one; products and squares of each pair of directions \
              are summed over the blocks",
    source: "this project",
    range: Range::between(-1.0, 1.0).with("under m_cca on average; about 0 for unrelated models"),
    same: Same::One("linearly equivalent"),
    invariance: [Change::Affine; 2],
    part: Part::HeldOut,
    headline: true,
    value: Value::Number(|shared, _| shared.held_out().clone()),
    ..Measure::SIMILARITY
}];

/// Whether directions can be fitted without a block: 19/20 of the inputs have to be r + r′ + 2 at least.
pub(crate) fn applies(reduced: &Reduced) -> Applicable<()> {
    for model in [&reduced.a, &reduced.b] {
        if model.rank_embeddings() == 0 {
            return Err(Reason::Constant { what: "embeddings", side: model.side });
        }
    }
    let needed = (20 * (reduced.a.rank_embeddings() + reduced.b.rank_embeddings() + 2)).div_ceil(19);
    if reduced.n_inputs < needed {
        return Err(Reason::Inputs { inputs: reduced.n_inputs, needed });
    }
    Ok(())
}

/// Mean canonical correlation on held out inputs (`m_cca_cv`), in [−1, 1]; 1 = linearly equivalent.
///
/// For each block of inputs, canonical directions are fitted on all others, and both models' scores are centred by the means of the others.
/// For the j-th pair of directions products and squares of the scores are summed over all blocks; `m_cca_cv` is the mean over j of
/// their correlations, for as many pairs as the smaller rank. It is biased downwards where `m_cca` is biased upwards.
/// Not applicable if 19/20 of the inputs are fewer than r + r′ + 2. Source: theory §4c.
pub(crate) fn m_cca_cv(whole: &Reduced, summary: &PairSummary, left_out: &LeaveOut) -> Applicable<f64> {
    applies(whole)?;
    let pairs = whole.a.rank_embeddings().min(whole.b.rank_embeddings());
    let sums: Vec<Vec<[f64; 3]>> =
        (0..left_out.len()).into_par_iter().map(|block| scores(summary, left_out, block)).collect();
    let correlation = |j: usize| {
        let mut total = [0.0; 3];
        for sums in sums.iter().filter_map(|block| block.get(j)) {
            total.iter_mut().zip(sums).for_each(|(total, x)| *total += x);
        }
        let [products, squares, squares_other] = total;
        let size = squares.sqrt() * squares_other.sqrt();
        if size > 0.0 { (products / size).clamp(-1.0, 1.0) } else { 0.0 }
    };
    Ok((0..pairs).map(correlation).sum::<f64>() / pairs as f64)
}

/// For each pair of directions fitted on all inputs but a block: the sum over the block of the product of both scores, and of their squares.
fn scores(summary: &PairSummary, left_out: &LeaveOut, block: usize) -> Vec<[f64; 3]> {
    let rest = Reduced::of(&left_out.without(summary, block));
    let (a, b) = (rest.a.embeddings_svd(), rest.b.embeddings_svd());
    let Svd { u, v, .. } = svd(matmul_tn(a.u.as_ref(), b.u.as_ref()).as_ref());
    // Coefficients of f whose scores are orthonormal over the other inputs, turned into the canonical directions. Coordinates are those of
    // means, and blocks weigh by sums.
    let size = (rest.n_inputs as f64).sqrt();
    let coefficients = |own: &Svd, turned: &Mat<f64>| {
        let scaled = Mat::from_fn(turned.nrows(), turned.ncols(), |i, j| turned[(i, j)] / (size * own.s[i]));
        matmul(own.v.as_ref(), scaled.as_ref())
    };
    let [f, f_other] = left_out.around_means(block, &rest);
    let scores = matmul(f.as_ref(), coefficients(a, &u).as_ref());
    let others = matmul(f_other.as_ref(), coefficients(b, &v).as_ref());
    let sums = scores.col_iter().zip(others.col_iter()).map(|(x, y)| {
        let products = x.iter().zip(y.iter()).map(|(x, y)| x * y).sum();
        [products, x.squared_norm_l2(), y.squared_norm_l2()]
    });
    sums.collect()
}
