//! Budgets: how close is close enough? The largest logit distance to a model at which a bound still certifies what is asked for.
//!
//! Each is the inverse of a bound, from the model alone: whatever model comes as close has it. Source: theory, "Budgets".

use super::agreement::{LinearProbe, on_embeddings, scores};
use super::cca::water_filling;
use super::divergence::largest_kl;
use crate::applicable::{Applicable, Reason};
use crate::error::Error;
use crate::model::Pair;
use crate::probability::{Margin, margins};
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::rows::ModelRows;
use crate::summary::{PairSummary, ProbabilityInputs};
use crate::tolerance::RELATIVE_TOLERANCE;
use std::f64::consts::SQRT_2;
use std::mem;

/// What budgets of a model are computed from.
#[derive(Debug, Clone)]
pub struct Budgets {
    /// The model beside itself.
    reduced: Reduced,
    /// Its two leading labels at every input.
    pub margins: Vec<Margin>,
    /// Its answers: the larger the margin, the dearer.
    pub answers: Decisions,
}

impl Budgets {
    /// Reduces a model: its factors, and one pass over its logits.
    ///
    /// # Errors
    /// [`Error::Option`] if labels are masked; [`Error::Unreadable`] if embeddings cannot be read.
    pub fn of(model: &dyn ModelRows) -> Result<Budgets, Error> {
        let pair = Pair::new(model, model)?;
        let summary = PairSummary::of(&pair, &ProbabilityInputs::None, &[])?;
        let reduced = Reduced::of(&summary);
        if let Some(masked) = reduced.masked() {
            return Err(Error::Option(format!("the model has no budget: {masked}")));
        }
        let margins = margins(&pair, &summary.labels)?;
        let answers = Decisions::of_gaps(margins.iter().map(|margin| (margin.gap, 1)));
        Ok(Budgets { reduced, margins, answers })
    }

    /// √E‖u‖², the size of the centred logits that a distance is set against.
    pub fn size(&self) -> f64 {
        self.reduced.a.logits.norm_l2()
    }

    /// r, the number of correlations that m_CCA is the mean of: the rank of the embeddings.
    pub fn rank(&self) -> usize {
        self.reduced.a.rank_embeddings()
    }

    /// The largest logit distance at which T3 certifies that m_CCA is at least `at_least`, in (0, 1], with any other model.
    ///
    /// The other may have a smaller rank: m_CCA is then a mean over fewer correlations, and those that are lost are paid for.
    /// Not applicable if the embeddings are constant, or vary in directions that the logits do not see: nothing is certified of these.
    pub fn m_cca(&self, at_least: f64) -> Applicable<f64> {
        m_cca_budget(&self.reduced.a, at_least)
    }

    /// What T3 certifies of m_CCA at a logit distance.
    pub fn m_cca_at(&self, distance: f64) -> Applicable<f64> {
        let spectrum = whole_spectrum(&self.reduced.a)?;
        Ok(water_filling(&spectrum, distance * distance).iter().sum::<f64>() / spectrum.len() as f64)
    }

    /// The decisions of a linear probe, of T17: those of its part in the range of G̃ᵀ, which is all that can be carried.
    ///
    /// # Errors
    /// [`Error::Option`] if the probe does not fit the model; [`Error::Unreadable`] if embeddings cannot be read.
    pub fn probe(&self, model: &dyn ModelRows, probe: &LinearProbe) -> Result<Decisions, Error> {
        probe.check(&self.reduced, Direction::Ab)?;
        let v = self.reduced.a.on_logits(&probe.weights);
        let squared_norm: f64 = v.iter().map(|v| v * v).sum();
        let scores = scores(model, &on_embeddings(&self.reduced.a, &v), probe.offset)?;
        // A probe that the logits do not see at all is a constant, which no distance changes.
        let cost =
            |score: &f64| if squared_norm > 0.0 { score * score / squared_norm } else { f64::INFINITY };
        Ok(Decisions::of(scores.iter().map(|score| (cost(score), 1)).collect()))
    }
}

/// The budget of [`Budgets::m_cca`], of one model of a pair.
pub(crate) fn m_cca_budget(model: &ReducedModel, at_least: f64) -> Applicable<f64> {
    let spectrum = whole_spectrum(model)?;
    let rank = spectrum.len();
    let given_up = (1.0 - at_least) * rank as f64;
    let seen = model.rank_logits();
    if given_up + ROUNDED < (rank - seen) as f64 {
        return Err(Reason::Undetermined(format!(
            "at most {:.4} can be certified: the logits see {seen} of the {rank} directions of the embeddings",
            seen as f64 / rank as f64,
        )));
    }
    let part = given_up.fract();
    let mut rising = spectrum.iter().rev();
    let whole: f64 = rising.by_ref().take(given_up as usize).sum();
    // To lose a part p of a direction, ρ = 1 − p, takes the share 1 − ρ² of its variance.
    let last = rising.next().map_or(0.0, |sigma| part * (2.0 - part) * sigma);
    Ok((whole + last).sqrt())
}

/// The spectrum of the logits, with zeros for directions of the embeddings that they do not see; r entries.
fn whole_spectrum(model: &ReducedModel) -> Applicable<Vec<f64>> {
    let (rank, logits) = (model.rank_embeddings(), model.rank_logits());
    if rank == 0 {
        return Err(Reason::Constant { what: "embeddings", side: model.side });
    }
    if rank < logits {
        return Err(Reason::EmbeddingRank { side: model.side, rank, logits });
    }
    let mut spectrum = model.spectrum().to_vec();
    spectrum.resize(rank, 0.0);
    Ok(spectrum)
}

/// Why a budget of decisions has no limit.
pub const NO_LIMIT: &str = "no distance changes so many decisions";

/// What a whole number may differ by for rounding alone.
const ROUNDED: f64 = 1e-9;

/// Decisions at every input, and what it costs to change each, in units of N d_logit². Cheapest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Decisions {
    cheapest: usize,
    /// Inputs of one cost, the cheapest first.
    alike: Vec<Alike>,
}

/// Decisions that cost the same.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Alike {
    /// What each costs.
    cost: f64,
    /// How many decisions are cheaper, and what they cost together.
    before: (u64, f64),
    /// The same with these.
    with: (u64, f64),
}

impl Decisions {
    /// The answers of a model: each costs half the square of its gap, the largest minus the second largest logit.
    /// Each gap comes with how many inputs have it.
    pub(crate) fn of_gaps(gaps: impl IntoIterator<Item = (f64, u64)>) -> Decisions {
        Decisions::of(gaps.into_iter().map(|(gap, inputs)| (0.5 * gap * gap, inputs)).collect())
    }

    fn of(mut costs: Vec<(f64, u64)>) -> Decisions {
        let cheapest = (0..costs.len()).min_by(|&i, &j| costs[i].0.total_cmp(&costs[j].0)).unwrap_or(0);
        costs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut before = (0, 0.0);
        let alike = costs.into_iter().map(|(cost, inputs)| {
            let with = (before.0 + inputs, before.1 + cost * inputs as f64);
            Alike { cost, before: mem::replace(&mut before, with), with }
        });
        Decisions { cheapest, alike: alike.collect() }
    }

    /// How many there are.
    fn count(&self) -> u64 {
        self.alike.last().map_or(0, |last| last.with.0)
    }

    /// The input whose decision is lost first; of no meaning where several inputs were given together.
    pub fn cheapest(&self) -> usize {
        self.cheapest
    }

    /// The largest logit distance at which at least this share of the decisions, in (0, 1], stays; ∞ if no distance changes so many.
    ///
    /// It is less than what one decision too many costs, by what rounding may have taken.
    pub fn budget(&self, share: f64) -> f64 {
        let inputs = self.count();
        let may_change = (((1.0 - share) * inputs as f64 + ROUNDED) as u64).min(inputs - 1);
        let one = &self.alike[self.alike.partition_point(|alike| alike.with.0 <= may_change)];
        let too_many = one.before.1 + one.cost * (may_change + 1 - one.before.0) as f64;
        (too_many / inputs as f64).sqrt() * (1.0 - RELATIVE_TOLERANCE)
    }

    /// The share of the decisions that stays at a logit distance.
    pub fn kept_at(&self, distance: f64) -> f64 {
        let inputs = self.count() as f64;
        let paid_for = inputs * distance * distance;
        let next = self.alike.partition_point(|alike| alike.with.1 <= paid_for);
        let paid = self.alike.get(next).map_or(self.count(), |alike| {
            let some = ((paid_for - alike.before.1) / alike.cost) as u64;
            alike.before.0 + some.min(alike.with.0 - alike.before.0 - 1)
        });
        1.0 - paid as f64 / inputs
    }
}

/// The largest logit distance at which T15 certifies that the total variation distance is at most `at_most`, in [0, 1).
pub fn tv_budget(at_most: f64) -> f64 {
    2.0 * SQRT_2 * at_most.atanh()
}

/// The largest logit distance at which T10′ certifies that the KL divergence, of either model from the other, is at most `at_most` nats, ≥ 0.
///
/// The one root of `ψ(√2 d) = at_most`, by halving an interval: ψ(r) is between r²/16 and r²/8 up to r = 2, and over r/4 beyond.
pub fn kl_budget(at_most: f64) -> f64 {
    let (mut low, mut high) = (0.0, 4.0 * (at_most.sqrt() + at_most));
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return low;
        }
        if largest_kl(SQRT_2 * middle) <= at_most { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_of_divergences_are_inverses_of_their_bounds() {
        for at_most in [1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999] {
            let back = (SQRT_2 * tv_budget(at_most) / 4.0).tanh();
            assert!((back / at_most - 1.0).abs() < 1e-13, "{at_most}: {back}");
        }
        for at_most in [1e-12, 1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3] {
            let back = largest_kl(SQRT_2 * kl_budget(at_most));
            assert!((back / at_most - 1.0).abs() < 1e-12, "{at_most}: {back}");
        }
        assert_eq!([tv_budget(0.0), kl_budget(0.0)], [0.0; 2]);
    }

    #[test]
    fn the_cheapest_decisions_are_changed_first() {
        let decisions = Decisions::of(vec![(4.0, 1), (1.0, 1), (9.0, 1), (2.0, 1)]);
        assert_eq!(decisions.cheapest(), 1);
        for (share, wanted) in [(1.0, 1.0), (0.75, 3.0), (0.5, 7.0), (0.6, 3.0), (0.01, 16.0)] {
            let budget = decisions.budget(share);
            assert!((budget * budget * 4.0 / wanted - 1.0).abs() < 1e-8, "{share}: {budget}");
            assert!(decisions.kept_at(budget) >= share);
            assert!(decisions.kept_at(budget * (1.0 + 1e-8)) < share);
        }
    }

    #[test]
    fn decisions_that_are_counted_cost_what_each_of_them_costs() {
        let each = Decisions::of([0.5, 0.5, 0.5, 2.0, 2.0, 3.0].map(|cost| (cost, 1)).to_vec());
        let counted = Decisions::of(vec![(2.0, 2), (0.5, 3), (3.0, 1)]);
        for share in [0.01, 0.2, 0.34, 0.5, 0.51, 0.67, 0.84, 1.0] {
            assert!((each.budget(share) / counted.budget(share) - 1.0).abs() < 1e-14, "{share}");
        }
        for distance in [0.0, 0.2, 0.29, 0.3, 0.5, 0.7, 0.9, 1.1, 2.0] {
            assert_eq!(each.kept_at(distance), counted.kept_at(distance), "{distance}");
        }
    }

    #[test]
    fn rounding_changes_no_decision_more_than_there_are() {
        // A share of almost none of 4 inputs rounds to all of them; one stays.
        let decisions = Decisions::of(vec![(1.0, 4)]);
        assert_eq!(decisions.budget(1e-12), decisions.budget(0.01));
        // What is paid for is a little less than all seven cost, and over the dear ones' cost rounds to all five of them.
        let seven = Decisions::of(vec![(1e-3, 2), (0.7, 5)]);
        assert_eq!(seven.kept_at(0.7073087828421998), 1.0 - 6.0 / 7.0);
    }
}
