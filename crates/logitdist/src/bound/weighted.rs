//! T18 and T18′: the KL divergence as a logit distance in which a label counts by its probability.

use super::cca::{CcaSide, mean_over_rank};
use super::table::{NOT_KEPT, SMALLEST};
use super::{Bound, Side, Theorem};
use crate::applicable::{Applicable, Reason};
use crate::factor::Factor;
use crate::measure::table::{Part, Step};
use crate::reduced::Direction;
use crate::shared::Shared;
use crate::tolerance::Scale;
use logitdist_linalg::{MatMut, matmul_nt, singular_values};
use std::convert::Infallible;

const BOTH_SIDES: &str = "any pair as the difference of the logits vanishes, E12";

pub(super) const ROWS: [Theorem; 3] = [
    Theorem {
        token: "kl_weighted_lower",
        number: "T18",
        name: "KL as a weighted distance, from below",
        family: "KL as a weighted distance",
        meaning: "KL divergence is at least a logit distance whose labels count by their smaller probability",
        statement: "½ E V_min ≤ d_KL, V_π = Σ π (D − D̄_π)², D = log p − log p′, π = min(p, p′)",
        equality: BOTH_SIDES,
        anchor: "t18",
        part: Part::Probability,
        unsure: [NOT_KEPT, ""],
        evaluate: |theorem, shared, direction| {
            let kl = shared.divergences().kl(direction);
            Ok(Bound::at_most(theorem, shared.sums().kl_lower / shared.sums().n as f64, kl, scale(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "kl_weighted_upper",
        number: "T18",
        name: "KL as a weighted distance, from above",
        family: "KL as a weighted distance",
        meaning: "KL divergence is at most a logit distance whose labels count by their larger probability",
        statement: "d_KL ≤ ½ E[V_max/(1 − TV)], V_π = Σ π (D − D̄_π)², D = log p − log p′, π = max(p, p′)",
        equality: BOTH_SIDES,
        left: "kl_ab",
        anchor: "t18",
        part: Part::Probability,
        unsure: ["", NOT_KEPT],
        evaluate: |theorem, shared, direction| {
            let kl = shared.divergences().kl(direction);
            Ok(Bound::at_most(theorem, kl, shared.sums().kl_upper / shared.sums().n as f64, scale(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "m_cca_from_kl",
        number: "T18′",
        name: "by the KL divergence",
        meaning: "Lower bound on m_CCA from the KL divergence, labels counting by their smallest probability",
        statement: "m_CCA ≥ m_cca_sharp's bound for Hu and 2 d_KL in place of d̄², H = diag(√τ_y)(I − 1τᵀ/Στ), τ_y = min over inputs and both models of p(y|x)",
        needs: "the probabilities of every input; no direction of the embeddings dropped as rounding",
        side: Side::AtLeast("m_cca"),
        anchor: "t18prime",
        part: Part::Probability,
        steps: &[Step::EmbeddingsCca],
        unsure: [SMALLEST, ""],
        evaluate: from_kl,
        ..Theorem::SHARPENED
    },
];

fn scale(shared: &Shared) -> Scale {
    Scale::Squared(shared.reduced.squared_scale())
}

/// T18′.
fn from_kl(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let (seen, needed) = (shared.sums().n, shared.reduced.n_inputs);
    if seen < needed {
        return Err(Reason::Inputs { inputs: seen, needed });
    }
    let (value, rank) = mean_over_rank(shared)?;
    let budget = 2.0 * shared.divergences().kl(direction);
    let weights = shared.smallest_probabilities();
    let heaviest = weights.iter().copied().fold(0.0, f64::max);
    let total: f64 = CcaSide::of(&shared.reduced, direction).spectrum.iter().sum();
    if budget >= heaviest * total {
        // ‖Hu‖² ≤ max τ_y ‖u‖²: the budget pays for every direction, and H need not be looked at.
        return Ok(Bound::at_least(theorem, value, 0.0, 0.0));
    }
    let spectrum = weighted_spectrum(shared, direction, weights, heaviest);
    let side = weighted_side(&spectrum, budget, heaviest, shared.reduced.squared_scale());
    Ok(side.sharp(theorem, value, rank))
}

/// The side of Hu. Rounding errors of the logits count as much as the heaviest label.
fn weighted_side(spectrum: &[f64], budget: f64, heaviest: f64, squared_scale: f64) -> CcaSide<'_> {
    CcaSide { spectrum, other_spectrum: &[], budget, squared_scale: heaviest * squared_scale }
}

/// Eigenvalues of Cov(Hu), largest first, from the factor of HG̃.
///
/// Labels whose weight is rounding beside the heaviest are left out: theirs may be taken as 0, as the theorem holds for any smaller τ.
fn weighted_spectrum(shared: &Shared, direction: Direction, weights: &[f64], heaviest: f64) -> Vec<f64> {
    let (labels, _) = shared.reduced.labels(direction);
    let counted: Vec<usize> =
        (0..weights.len()).filter(|&y| weights[y] > heaviest * f64::EPSILON * f64::EPSILON).collect();
    let (g, sum) = (&labels.unembeddings, counted.iter().map(|&y| weights[y]).sum::<f64>());
    let means: Vec<f64> =
        (0..g.ncols()).map(|j| counted.iter().map(|&y| weights[y] * g[(y, j)]).sum::<f64>() / sum).collect();
    let fill = |start: usize, mut piece: MatMut<'_, f64>| {
        for (j, mean) in means.iter().enumerate() {
            for (i, &y) in counted[start..start + piece.nrows()].iter().enumerate() {
                piece[(i, j)] = weights[y].sqrt() * (g[(y, j)] - mean);
            }
        }
        Ok::<_, Infallible>(())
    };
    let Ok(factor) = Factor::of_rows(counted.len(), g.ncols(), fill);
    let seen = matmul_nt(shared.model(direction).centred_embeddings(), factor.r());
    singular_values(seen.as_ref()).iter().map(|s| s * s).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_of_weighted_logits_is_as_small_as_their_weights() {
        let side = weighted_side(&[1e-9], 0.0, 1e-9, 1.0);
        assert!(side.sharp(&ROWS[2], 0.9999, 1).is_violated(), "1e-21 of 1e-9 may be lost, not 1e-12");
        assert!(!weighted_side(&[1e-9], 0.0, 1e-9, 1e6).sharp(&ROWS[2], 1.0 - 1e-7, 1).is_violated());
    }
}
