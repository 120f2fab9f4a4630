//! The mean canonical correlation of directions that were fitted on other inputs.

use super::invariance::Change;
use super::table::{Measure, Part, Range, Uncertainty, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::leave_out::LeaveOut;
use crate::reduced::Reduced;
use logitdist_linalg::{Mat, Svd, matmul, matmul_tn, svd};

pub(super) const ROWS: [Measure; 1] = [Measure {
    tokens: &["m_cca_cv"],
    name: "m_cca on inputs held out",
    meaning: "Mean canonical correlation on inputs that the directions were not fitted on",
    formula: "directions from all blocks of inputs but one, correlations on that one; products and squares of each pair of directions \
              are summed over the blocks",
    source: "this project",
    range: Range::between(-1.0, 1.0).with("under m_cca on average; about 0 for unrelated models"),
    invariance: [Change::Affine; 2],
    whose: Whose::Nobodys,
    part: Part::HeldOut,
    headline: true,
    uncertainty: Uncertainty::HeldOut,
    value: Value::Number(|shared, _| shared.held_out().clone()),
    ..Measure::SIMILARITY
}];

/// Whether directions can be fitted without a block: 19/20 of the inputs have to be r + r′ + 2 at least.
pub(crate) fn applies(reduced: &Reduced) -> Applicable<()> {
    reduced.embeddings_vary()?;
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
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeldOut {
    /// As many pairs of directions as the smaller rank.
    pub pairs: usize,
    /// For each block the sums of each pair of directions.
    pub blocks: Vec<Vec<PairSums>>,
}

/// Over the inputs of a block: the product of both scores of a pair of directions, and their squares.
pub(crate) type PairSums = [f64; 3];

impl HeldOut {
    /// `m_cca_cv`.
    pub fn value(&self) -> f64 {
        self.over(|_| true)
    }

    /// The same without the scores of a block.
    pub fn without(&self, block: usize) -> f64 {
        self.over(|other| other != block)
    }

    fn over(&self, counts: impl Fn(usize) -> bool) -> f64 {
        let correlation = |j: usize| {
            let mut total = [0.0; 3];
            for (_, sums) in self.blocks.iter().enumerate().filter(|(block, _)| counts(*block)) {
                // A direction that varies within one block only is not found without it.
                let of_pair = sums.get(j).copied().unwrap_or_default();
                total.iter_mut().zip(of_pair).for_each(|(total, x)| *total += x);
            }
            let [products, squares, squares_other] = total;
            let size = squares.sqrt() * squares_other.sqrt();
            if size > 0.0 { (products / size).clamp(-1.0, 1.0) } else { 0.0 }
        };
        (0..self.pairs).map(correlation).sum::<f64>() / self.pairs as f64
    }
}

/// The sums of a block for each pair of directions fitted on the other inputs, `rest`.
pub(crate) fn scores(rest: &Reduced, left_out: &LeaveOut, block: usize) -> Vec<PairSums> {
    let (a, b) = (rest.a.embeddings_svd(), rest.b.embeddings_svd());
    let Svd { u, v, .. } = svd(matmul_tn(a.u.as_ref(), b.u.as_ref()).as_ref());
    // Coefficients of f whose scores are orthonormal over the other inputs, turned into the canonical directions. Coordinates are those of
    // means, and blocks weigh by sums.
    let size = (rest.n_inputs as f64).sqrt();
    let coefficients = |own: &Svd, turned: &Mat<f64>| {
        let scaled = Mat::from_fn(turned.nrows(), turned.ncols(), |i, j| turned[(i, j)] / (size * own.s[i]));
        matmul(own.v.as_ref(), scaled.as_ref())
    };
    let [f, f_other] = left_out.around_means(block, rest);
    let scores = matmul(f.as_ref(), coefficients(a, &u).as_ref());
    let others = matmul(f_other.as_ref(), coefficients(b, &v).as_ref());
    let sums = scores.col_iter().zip(others.col_iter()).map(|(x, y)| {
        let products = x.iter().zip(y.iter()).map(|(x, y)| x * y).sum();
        [products, x.squared_norm_l2(), y.squared_norm_l2()]
    });
    sums.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_is_of_the_sums_over_blocks() {
        let blocks = vec![
            vec![[2.0, 1.0, 4.0], [0.5, 1.0, 1.0]],
            // Without this block, the second direction is not found.
            vec![[-2.0, 4.0, 1.0]],
            vec![[3.0, 4.0, 4.0], [0.5, 1.0, 1.0]],
        ];
        let own = HeldOut { pairs: 2, blocks };
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got}, not {want}");
        close(own.value(), (3.0 / 9.0 + 1.0 / 2.0) / 2.0);
        close(own.without(0), (1.0 / 40f64.sqrt() + 0.5) / 2.0);
        close(own.without(1), (5.0 / 40f64.sqrt() + 0.5) / 2.0);
        close(own.without(2), (0.0 + 0.5) / 2.0);
        let still = HeldOut { pairs: 1, blocks: vec![vec![[0.0, 0.0, 4.0]]] };
        assert_eq!(still.value(), 0.0);
    }
}
