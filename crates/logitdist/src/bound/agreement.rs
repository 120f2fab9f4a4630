//! T16 and T17: how many decisions a logit distance can change, the cheapest first.

use super::{Bound, Side, Theorem};
use crate::error::Error;
use crate::measure::d_logit::d_logit;
use crate::measure::invariance::CARRIED;
use crate::measure::table::Part;
use crate::measure::whose::Whose;
use crate::model::Pair;
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::rows::ModelRows;
use crate::tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, ROUNDING};
use logitdist_linalg::Mat;

pub(super) const ROWS: [Theorem; 1] = [Theorem {
    token: "top1_from_logit",
    number: "T16",
    name: "agreement from margins",
    meaning: "Least share of inputs predicted alike, by the margins of one model's answers",
    statement: "top1_agreement ≥ 1 − k/N, k the most inputs of which the smallest gap²/2 sum to at most N d_logit², gap the largest minus the second largest logit",
    side: Side::AtLeast("top1_agreement"),
    equality: "the cheapest margins moved, E10",
    anchor: "t16",
    part: Part::Probability,
    evaluate: |theorem, shared, direction| {
        let costs =
            shared.gaps(direction).into_iter().map(|(gap, inputs)| (0.5 * gap * gap, inputs)).collect();
        let scale = shared.reduced.squared_scale();
        let value = shared.divergences().top1_agreement;
        Ok(kept(theorem, value, costs, shared.squared_distance(), scale))
    },
    ..Theorem::SHARPENED
}];

pub(super) const PROBE: [Theorem; 1] = [Theorem {
    token: "probe_agreement",
    number: "T17",
    name: "decisions of a carried probe",
    meaning: "Least share of inputs that a linear probe carried over decides as before",
    statement: "probe_kept ≥ 1 − k/N, k the most inputs of which the smallest (w·f + c)² sum to at most N ‖G̃⁺ᵀw‖² d_logit²; of w the part in the range of G̃ᵀ",
    needs: "a probe (w, c): `logitdist compare --probe`, or a sweep with a concept",
    side: Side::AtLeast("probe_kept"),
    equality: "the cheapest scores moved along the probe, E11",
    anchor: "t17",
    invariance: CARRIED,
    whose: Whose::Firsts,
    part: Part::Concept,
    ..Theorem::SHARPENED
}];

/// `value ≥ 1 − k/n`, k the most of n inputs that n times `budget` pays for when the inputs of `costs[i]` cost so much each. `squared_scale` is in the
/// units of the budget.
///
/// The budget is enlarged by what rounding of d² may have taken, so that a tie is not left out.
fn kept(
    theorem: &'static Theorem,
    value: f64,
    mut costs: Vec<(f64, u64)>,
    budget: f64,
    squared_scale: f64,
) -> Bound {
    let n: u64 = costs.iter().map(|(_, inputs)| inputs).sum();
    let enlarged =
        |absolute: f64| n as f64 * (budget * (1.0 + RELATIVE_TOLERANCE) + absolute * squared_scale);
    let tolerated = enlarged(ABSOLUTE_TOLERANCE);
    // Most inputs of models that are close cost more than all that there is.
    costs.retain(|&(cost, _)| cost <= tolerated);
    costs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let share = |budget: f64| 1.0 - paid(&costs, budget) as f64 / n as f64;
    Bound::at_least(theorem, value, share(enlarged(ROUNDING * ROUNDING)), share(tolerated))
}

/// How many inputs, whose costs rise, the budget pays for from the first on.
fn paid(costs: &[(f64, u64)], budget: f64) -> u64 {
    let (mut left, mut paid) = (budget, 0);
    for &(cost, inputs) in costs {
        let all = cost * inputs as f64;
        if all > left {
            return paid + ((left / cost) as u64).min(inputs - 1);
        }
        left -= all;
        paid += inputs;
    }
    paid
}

/// A linear probe w·f(x) + c of the first model of a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProbe {
    /// w, a weight for each dimension.
    pub weights: Vec<f64>,
    /// c.
    pub offset: f64,
}

impl LinearProbe {
    /// Whether w and c are finite, and w of the dimension of the first model of a direction.
    pub(super) fn check(&self, reduced: &Reduced, direction: Direction) -> Result<(), Error> {
        super::certificate::check_probe(reduced, direction, &self.weights)?;
        if self.offset.is_finite() {
            return Ok(());
        }
        Err(Error::Option(format!("the probe's offset is {}; it must be finite", self.offset)))
    }
}

/// The weights on embeddings of what v reads of the centred logits: `G̃ᵀv`.
pub(super) fn on_embeddings(model: &ReducedModel, v: &[f64]) -> Vec<f64> {
    model.unembeddings.col_iter().map(|g| g.iter().zip(v).map(|(g, v)| g * v).sum()).collect()
}

/// T17 for one probe: on how many inputs it decides, once carried over, as it does on its own model.
///
/// Only the part of w in the range of G̃ᵀ is carried, and it is that part which decides on either model. A score of at least 0 is one
/// decision, a score under 0 the other. Two passes over the embeddings' rows, N numbers in memory.
///
/// # Errors
/// [`Error::Option`] if w does not have M finite entries or c is not finite; [`Error::Unreadable`] if embeddings cannot be read.
pub fn probe_agreement(
    pair: &Pair<'_>,
    reduced: &Reduced,
    direction: Direction,
    probe: &LinearProbe,
) -> Result<Bound, Error> {
    probe.check(reduced, direction)?;
    let (model, other) = reduced.models(direction);
    let v = model.on_logits(&probe.weights);
    let shift: f64 = v.iter().zip(other.bias.iter().zip(&model.bias)).map(|(v, (b, a))| v * (b - a)).sum();
    let (first, second) = match direction {
        Direction::Ab => (pair.a(), pair.b()),
        Direction::Ba => (pair.b(), pair.a()),
    };
    let own = scores(first, &on_embeddings(model, &v), probe.offset)?;
    let carried = scores(second, &on_embeddings(other, &v), probe.offset + shift)?;
    Ok(probe_agreement_of_scores(reduced, direction, &probe.weights, &own, &carried))
}

/// T17 from the scores of the determined part of the probe w on its own model, and of the carried probe on the other.
pub fn probe_agreement_of_scores(
    reduced: &Reduced,
    direction: Direction,
    w: &[f64],
    own: &[f64],
    carried: &[f64],
) -> Bound {
    let (model, _) = reduced.models(direction);
    let squared_norm: f64 = model.on_logits(w).iter().map(|v| v * v).sum();
    let alike = own.iter().zip(carried).filter(|(a, b)| (**a >= 0.0) == (**b >= 0.0)).count();
    kept(
        &PROBE[0],
        alike as f64 / own.len() as f64,
        own.iter().map(|score| (score * score, 1)).collect(),
        squared_norm * d_logit(reduced).powi(2),
        squared_norm * reduced.squared_scale(),
    )
}

/// Rows in memory at a time.
const BLOCK: usize = 512;

/// w·f(x) + c at every input.
pub(super) fn scores(model: &dyn ModelRows, weights: &[f64], offset: f64) -> Result<Vec<f64>, Error> {
    let mut scores = Vec::with_capacity(model.n_inputs());
    for start in (0..model.n_inputs()).step_by(BLOCK) {
        let mut rows = Mat::zeros(BLOCK.min(model.n_inputs() - start), model.dim());
        model.read(start, rows.as_mut())?;
        scores.extend(
            rows.row_iter().map(|row| row.iter().zip(weights).map(|(f, w)| f * w).sum::<f64>() + offset),
        );
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::super::Statement;
    use super::*;
    use crate::model::Model;
    use crate::summary::{PairSummary, ProbabilityInputs};

    #[test]
    fn the_cheapest_are_paid_first_and_a_tie_is_paid() {
        for costs in [
            &[(0.0, 1), (0.0, 1), (1.0, 1), (2.0, 1), (4.0, 1)][..],
            &[(0.0, 2), (1.0, 1), (2.0, 1), (4.0, 1)],
        ] {
            assert_eq!([0.0, 3.0, 6.9].map(|budget| paid(costs, budget)), [2, 4, 4]);
        }
        assert_eq!(
            [0.9, 3.0, 5.5, 6.0, 9.0].map(|budget| paid(&[(1.0, 4), (2.0, 1)], budget)),
            [0, 3, 4, 5, 5]
        );
        assert_eq!(paid(&[], 1.0), 0);
    }

    #[test]
    fn an_agreement_that_the_margins_rule_out_is_a_violation() {
        let costs = || vec![(1.0, 1), (4.0, 1), (0.25, 1), (9.0, 1)];
        let bound = |value: f64, budget: f64| kept(&ROWS[0], value, costs(), budget, 1e-6);
        assert!(bound(0.5, 0.3).is_violated(), "a budget of 1.2 pays for one of four");
        assert!(!bound(0.75, 0.3).is_violated());
        assert!(!bound(0.5, 1.25 / 4.0).is_violated(), "two cost 1.25");
        assert!(bound(0.0, 100.0).reason().unwrap().contains("not positive"));
    }

    #[test]
    fn a_cost_that_all_inputs_together_exceed_is_not_paid_for_all() {
        // 3.9 / 1.3 rounds to 3, and 3 × 1.3 to more than 3.9.
        assert_eq!(paid(&[(1.3, 3), (5.0, 2)], 3.9), 2);
    }

    fn certified(bound: Bound) -> f64 {
        match bound.statement {
            Some(Statement::AtLeast { bound, .. }) => bound,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rounding_pays_for_little_more_than_the_budget() {
        let bound =
            |cost: f64, value: f64, scale: f64| kept(&ROWS[0], value, vec![(cost, 1), (9.0, 1)], 0.0, scale);
        // Of two inputs at scale 1 the certificate pays for 2e-28, and the check for 2e-12.
        assert_eq!(certified(bound(1e-20, 1.0, 1.0)), 1.0);
        assert_eq!(certified(bound(1e-28, 1.0, 1.0)), 0.5);
        assert!(!bound(1e-12, 0.5, 1.0).is_violated() && bound(1e-11, 0.5, 1.0).is_violated());
        assert!(!bound(1e-10, 0.5, 1e2).is_violated() && bound(1e-14, 0.5, 1e-4).is_violated());
    }

    #[test]
    fn rounding_of_scores_is_of_the_size_of_the_probe_and_of_the_logits() {
        let embeddings = Mat::from_fn(4, 1, |i, _| [1e3, -1e3, 2e3, -2e3][i]);
        let unembeddings = Mat::from_fn(2, 1, |y, _| [0.5, -0.5][y]);
        let model = Model::new(embeddings, unembeddings, None).unwrap();
        let summary = PairSummary::of(&Pair::new(&model, &model).unwrap(), &ProbabilityInputs::None, &[]);
        let reduced = Reduced::of(&summary.unwrap());
        // ‖G̃⁺ᵀw‖² = 2w², and E‖u‖² + E‖u′‖² = 2.5e6: four inputs, 1e-28 of each.
        let certified_of = |w: f64, score: f64| {
            let own = [score, 1e3, -1e3, 1e3];
            certified(probe_agreement_of_scores(&reduced, Direction::Ab, &[w], &own, &own))
        };
        let scale = reduced.squared_scale();
        for w in [1e-6, 1.0, 1e6] {
            let pays_for = (4.0 * 1e-28 * 2.0 * w * w * scale).sqrt();
            assert_eq!([0.9, 1.1].map(|part| certified_of(w, part * pays_for)), [0.75, 1.0], "{w}");
        }
    }
}
