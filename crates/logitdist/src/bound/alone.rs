//! One bound on a pair, without the rest of a comparison.

use super::{Bound, Theorem};
use crate::error::Error;
use crate::llv_sets::LlvSets;
use crate::measure::table::Part;
use crate::model::Pair;
use crate::probability::LogitPrecision;
use crate::reduced::{Direction, Reduced};
use crate::selection::Selection;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::streams::Streams;
use crate::summary::{PairSummary, ProbabilityInputs};
use rand::Rng;

/// A bound on a pair: what [`compare`](crate::compare) says about it, on all inputs, without what other bounds need.
///
/// `subsets`, `llv_labels`, `llv_inputs` and `llv_samples` are those of the settings. `rng` serves as in `compare`.
///
/// # Errors
/// [`Error::Option`] if the settings ask for something the pair does not have, or if the bound needs more than a pair;
/// [`Error::Unreadable`] if embeddings that are not in memory cannot be read.
pub fn evaluate(
    pair: &Pair<'_>,
    theorem: &'static Theorem,
    direction: Direction,
    settings: &Settings,
    rng: &mut impl Rng,
) -> Result<Bound, Error> {
    let settings = Settings {
        selection: Selection::Only(vec![theorem.token]),
        probability: matches!(theorem.part, Part::Probability | Part::Llv),
        d_rep: theorem.part == Part::DRep,
        llv: theorem.part == Part::Llv,
        baselines: theorem.part == Part::Baselines,
        inputs_limit: None,
        logit_precision: LogitPrecision::F64,
        per_input: false,
        ..settings.clone()
    };
    if !settings.asks_for(theorem.part) {
        return Err(Error::Option(format!("{} needs more than a pair of models", theorem.token)));
    }
    let inputs = if settings.probability { ProbabilityInputs::All } else { ProbabilityInputs::None };
    let sets = if settings.llv { Some(LlvSets::of(pair, &settings)?) } else { None };
    let tracked = sets.as_ref().map_or(&[][..], |s| &s.tracked);
    let summary = PairSummary::of(pair, &inputs, tracked)?;
    let reduced = Reduced::of(&summary);
    let sets = sets.as_ref().map(|sets| (sets, pair));
    let mut streams = Streams::of(rng);
    let subsets =
        settings.d_rep.then(|| settings.subsets.both_ways(&reduced, &mut streams.subsets)).transpose()?;
    let asked_for = (&settings, theorem.steps);
    let shared =
        Shared::of(reduced, summary.probability, subsets.as_ref(), sets, asked_for, &mut streams.llv)?;
    Ok(theorem.of(&shared, direction))
}
