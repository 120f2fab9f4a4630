//! Every measure and every bound of a pair, under the tokens that name them.

use crate::applicable::{Applicable, Reason};
use crate::bound::{Bound, Certificate, certificate};
use crate::by_confidence::{Decile, deciles};
use crate::error::{Error, PartError};
use crate::label_side::LabelSide;
use crate::llv_sets::LlvSets;
use crate::measure::per_input::PerInput;
use crate::measure::table::{Measure, Step, Value};
use crate::model::Pair;
use crate::notes::{add, notes};
use crate::null::Nulls;
use crate::partial::PartialSummary;
use crate::probability::{Kept, MOST_EACH};
use crate::progress::{Stage, Watch};
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::resampled::Resampled;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::shifted::Shift;
use crate::streams::Streams;
use crate::summary::{PairSummary, ProbabilityInputs};
use crate::targets::targets_of;
use crate::uncertainty::Intervals;
use rand::{Rng, seq::index};
use rayon::prelude::*;
use std::ops::Index;
use std::sync::Arc;
use thiserror::Error as ThisError;

/// A number under its token.
pub type Scalar = (&'static str, Applicable<f64>);

/// A list of numbers under its token.
pub type List = (&'static str, Applicable<Vec<f64>>);

/// Every measure and bound of a pair. Which tokens there are depends on the settings alone, never on the pair.
///
/// `comparison["d_logit"]` is the number of a token; [`value`](Comparison::value) says instead why there is none.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Numbers, in the order of the table of measures.
    pub scalars: Vec<Scalar>,
    /// Lists: canonical correlations and spectra.
    pub lists: Vec<List>,
    /// Remarks on values that exist but need a word, by token: saturated correlations, the sets of d_LLV.
    pub notes: Vec<(&'static str, String)>,
    /// Bounds with a's spectrum and labels.
    pub bounds: Vec<Bound>,
    /// Bounds with b's spectrum and labels.
    pub bounds_ba: Vec<Bound>,
    /// The verdict with a's spectrum and labels.
    pub certificate: Certificate,
    /// The verdict with b's.
    pub certificate_ba: Certificate,
    /// The distances at each input, if the settings asked for them.
    pub per_input: Option<PerInput>,
    /// KL divergence and agreement by the first model's largest probability, the least sure first, if the settings asked for it.
    pub by_confidence: Option<Vec<Decile>>,
    /// How sure its numbers are, if the settings asked for intervals.
    pub intervals: Option<Intervals>,
    /// What unrelated inputs would show, if the settings asked for it and the embeddings of both models vary.
    pub nulls: Option<Nulls>,
    /// A shift of b's rows that makes the embeddings similar, if the settings look for one and they are not similar as given.
    pub shift: Option<Shift>,
    /// The reduced pair, for further questions such as [`probe_transfer`](crate::bound::probe_transfer) and
    /// [`label_geometry`](crate::measure::label_geometry::label_geometry).
    pub reduced: Reduced,
}

/// Why a comparison has no value of a token.
#[derive(Debug, Clone, PartialEq, ThisError)]
pub enum NoValue {
    /// The token is in no table, or names a list where a number is asked for, or the other way round.
    #[error("`{0}` is not the token of a {1}")]
    Unknown(String, &'static str),
    /// The settings left it out.
    #[error("{0} was not asked for: the settings leave it out")]
    LeftOut(String),
    /// It does not exist for this pair.
    #[error("{0} is not applicable: {1}")]
    NotApplicable(String, Reason),
}

impl Comparison {
    /// Adds a remark on a token, after the one that it may have.
    pub fn add_note(&mut self, token: &'static str, note: String) {
        add(&mut self.notes, token, note);
    }

    /// The number of a token, or the reason why it does not exist; `None` if the settings left it out.
    pub fn scalar(&self, token: &str) -> Option<&Applicable<f64>> {
        self.scalars.iter().find(|(t, _)| *t == token).map(|(_, value)| value)
    }

    /// The number of a token.
    ///
    /// # Errors
    /// [`NoValue`], which says why there is none.
    pub fn value(&self, token: &str) -> Result<f64, NoValue> {
        found(&self.scalars, token, false).copied()
    }

    /// The list of a token: `rho`, `spectrum_a` and the like.
    ///
    /// # Errors
    /// [`NoValue`], which says why there is none.
    pub fn list(&self, token: &str) -> Result<&[f64], NoValue> {
        found(&self.lists, token, true).map(Vec::as_slice)
    }

    /// The bounds of both directions, each with its direction.
    pub fn all_bounds(&self) -> impl Iterator<Item = (Direction, &Bound)> {
        self.bounds
            .iter()
            .map(|bound| (Direction::Ab, bound))
            .chain(self.bounds_ba.iter().map(|bound| (Direction::Ba, bound)))
    }

    /// Whether any bound, in either direction, is violated.
    pub fn any_violation(&self) -> bool {
        self.all_bounds().any(|(_, bound)| bound.is_violated())
    }
}

/// The value of a token among those of its kind.
fn found<'a, T>(
    values: &'a [(&'static str, Applicable<T>)],
    token: &str,
    is_list: bool,
) -> Result<&'a T, NoValue> {
    match values.iter().find(|(t, _)| *t == token) {
        Some((_, Ok(value))) => Ok(value),
        Some((_, Err(reason))) => Err(NoValue::NotApplicable(token.to_owned(), reason.clone())),
        None => Err(match crate::measure::table::measure(token) {
            Some((row, _)) if row.is_list() == is_list => NoValue::LeftOut(token.to_owned()),
            _ => NoValue::Unknown(token.to_owned(), if is_list { "list" } else { "number" }),
        }),
    }
}

impl Index<&str> for Comparison {
    type Output = f64;

    /// The number of a token.
    ///
    /// # Panics
    /// If there is none, with the reason; [`value`](Comparison::value) returns it instead.
    fn index(&self, token: &str) -> &f64 {
        found(&self.scalars, token, false).unwrap_or_else(|reason| panic!("{reason}"))
    }
}

/// Compares two models: reduces the pair once and evaluates every measure and bound of the settings.
///
/// `rng` is drawn from four times, for the sample of inputs, the label subsets, the input sets of `d_llv_min` and the reorderings: each has
/// a stream of its own, so that what is left out changes nothing else.
///
/// # Errors
/// [`Error::Option`] if the settings ask for something the pair does not have; [`Error::Unreadable`] if embeddings that are not in
/// memory cannot be read.
pub fn compare(pair: &Pair<'_>, settings: &Settings, rng: &mut impl Rng) -> Result<Comparison, Error> {
    compare_watched(pair, settings, rng, &|_, _| ())
}

/// [`compare`], and `watch` is told how far it is.
///
/// # Errors
/// As [`compare`].
pub fn compare_watched(
    pair: &Pair<'_>,
    settings: &Settings,
    rng: &mut impl Rng,
    watch: Watch<'_>,
) -> Result<Comparison, Error> {
    let summary =
        |inputs: &ProbabilityInputs, kept: &Kept<'_>| PairSummary::watched(pair, inputs, kept, watch);
    compare_with(pair, summary, None, settings, rng, watch)
}

/// [`compare_watched`] of a pair whose inputs were reduced before, in one share or in several that were joined. The result is the same to the
/// last bit; rows are read again only for what a summary does not hold, such as intervals.
///
/// # Errors
/// As [`compare`]; [`Error::Parts`] if `reduced` is no whole, or one of another pair or other settings.
pub fn compare_reduced(
    pair: &Pair<'_>,
    reduced: PartialSummary,
    settings: &Settings,
    rng: &mut impl Rng,
    watch: Watch<'_>,
) -> Result<Comparison, Error> {
    let summary = |inputs: &ProbabilityInputs, kept: &Kept<'_>| {
        if kept.targets.is_some() || kept.confidence {
            let needed = "right answers and tenths by confidence need the inputs, and summaries were made without them: leave out one of the two";
            return Err(Error::Option(needed.into()));
        }
        if !reduced.is_of(pair)? {
            return Err(Error::Parts(PartError::Pair));
        }
        if !reduced.serves(inputs, kept.tracked, kept.precision) {
            return Err(Error::Parts(PartError::Options));
        }
        // Whoever read a part could not verify the whole file.
        pair.a().verify()?;
        pair.b().verify()?;
        let summary = reduced.into_summary(Arc::new(LabelSide::watched(pair, watch)))?;
        let probability = summary.probability.filter(|_| *inputs != ProbabilityInputs::None);
        let counted = probability.as_ref().is_some_and(|part| part.counted.is_some());
        if let Some(what) = settings.needs_each().filter(|_| counted) {
            return Err(Error::Option(format!(
                "{what} cannot be had from summaries of over {MOST_EACH} inputs, which only count values: leave them out, or reduce with a limit of inputs"
            )));
        }
        Ok(PairSummary { probability, ..summary })
    };
    compare_with(pair, summary, None, settings, rng, watch)
}

/// The comparison of what `summary` gives. `known` is the first model in other pairs.
pub(crate) fn compare_with(
    pair: &Pair<'_>,
    summary: impl FnOnce(&ProbabilityInputs, &Kept<'_>) -> Result<PairSummary, Error>,
    known: Option<&ReducedModel>,
    settings: &Settings,
    rng: &mut impl Rng,
    watch: Watch<'_>,
) -> Result<Comparison, Error> {
    if let Some(groups) = settings.groups.as_ref().filter(|groups| groups.len() != pair.n_inputs()) {
        return Err(Error::Option(format!(
            "there are {} groups and {} inputs; a group for each input is needed",
            groups.len(),
            pair.n_inputs()
        )));
    }
    let alone = [pair.a(), pair.b()].into_iter().zip(["a", "b"]).find(|(model, _)| !model.has_embeddings());
    if let Some((_, name)) = alone.filter(|_| settings.null > 0) {
        return Err(Error::Option(format!(
            "reorderings of the inputs need the embeddings of both models, and model {name} is given by its logits alone"
        )));
    }
    let settings = &settings.narrowed();
    let mut streams = Streams::of(rng);
    let inputs = probability_inputs(pair, settings, &mut streams.inputs)?;
    let sets = llv_sets(pair, settings)?;
    let tracked = sets.as_ref().map_or(&[][..], |s| &s.tracked);
    let targets = targets(pair, settings)?;
    let kept = Kept {
        tracked,
        targets: targets.as_deref(),
        confidence: settings.by_confidence,
        counted: inputs.are_counted(pair.n_inputs()) && settings.needs_each().is_none(),
        precision: settings.logit_precision,
    };
    let summary = summary(&inputs, &kept)?;
    watch(Stage::Measures, 0);
    let mut reduced = Reduced::of(&summary);
    known.iter().for_each(|known| reduced.know(known));
    let subsets =
        settings.d_rep.then(|| settings.subsets.both_ways(&reduced, &mut streams.subsets)).transpose()?;
    let resampled = Resampled::of(pair, &summary, &reduced, &inputs, subsets.as_ref(), settings)?;
    let probability = summary.probability;
    // What follows holds most matrices at a time, and the factors are no longer among them.
    drop((summary.inputs, summary.labels));
    let by_confidence = probability.as_ref().filter(|_| settings.by_confidence).map(deciles);
    let per_input = if settings.per_input {
        let divergences = probability.as_ref().map_or(&[][..], |part| &part.at_inputs);
        Some(PerInput::of(pair, &reduced, inputs, divergences)?)
    } else {
        None
    };
    let sets = sets.as_ref().map(|sets| (sets, pair));
    let steps = settings.steps();
    let asked_for = (settings, &steps[..]);
    let shared = Shared::of(reduced, probability, subsets.as_ref(), sets, asked_for, &mut streams.llv)?;
    let mut shared = shared.with_held_out(resampled.held_out());
    let nulls = nulls(pair, &shared, settings, &mut streams.null)?;
    let intervals = resampled.intervals(&mut shared, nulls.as_ref(), settings);
    let has_m_cca = steps.contains(&Step::EmbeddingsCca);
    let m_cca = has_m_cca.then(|| shared.embeddings_cca().as_ref().ok()).flatten();
    let has_embeddings = pair.a().has_embeddings() && pair.b().has_embeddings();
    let shift = match m_cca.filter(|_| settings.shifts && has_embeddings) {
        Some(correlations) => Shift::of(pair, &shared.reduced, correlations.mean())?,
        None => None,
    };
    Ok(Comparison { by_confidence, shift, intervals, nulls, ..evaluated(shared, settings, per_input) })
}

/// The right label of each input, if there are any.
pub(crate) fn targets(pair: &Pair<'_>, settings: &Settings) -> Result<Option<Vec<Option<usize>>>, Error> {
    let of = |given: &Vec<i64>| targets_of(given, pair.n_inputs(), pair.n_labels());
    settings.targets.as_ref().map(of).transpose()
}

/// What b's inputs in another order show, if that was asked for and the embeddings vary.
fn nulls(
    pair: &Pair<'_>,
    shared: &Shared,
    settings: &Settings,
    rng: &mut impl Rng,
) -> Result<Option<Nulls>, Error> {
    if settings.null == 0 || shared.reduced.embeddings_vary().is_err() {
        return Ok(None);
    }
    Nulls::of(pair, &shared.reduced, settings, rng).map(Some)
}

/// Every measure and bound of the settings, from what was left of a pair: its inputs may have been seen part by part.
///
/// `rng` serves the label subsets.
///
/// # Errors
/// [`Error::Option`] if the settings ask for what a summary does not have: d_LLV and the distances at each input, or probabilities and
/// right answers that it was made without. Whatever right answers the settings have, those of the summary are looked at.
pub fn compare_summary(
    summary: PairSummary,
    settings: &Settings,
    rng: &mut impl Rng,
) -> Result<Comparison, Error> {
    let settings = &settings.narrowed();
    let answers = summary.probability.as_ref().is_some_and(|part| !part.at_targets.is_empty());
    let of_inputs = settings.per_input || settings.by_confidence || (settings.targets.is_some() && !answers);
    if settings.llv || of_inputs || settings.held_out || settings.intervals || settings.null > 0 {
        let needed = "d_LLV, what is kept of each input, right answers, intervals, what is held out and the null need the models, and a summary has none: leave them out";
        return Err(Error::Option(needed.into()));
    }
    if settings.probability && summary.probability.is_none() {
        return Err(Error::Option("the summary was made without probabilities: leave them out".into()));
    }
    let reduced = Reduced::of(&summary);
    let probability = summary.probability.filter(|_| settings.probability);
    drop((summary.inputs, summary.labels));
    let mut streams = Streams::of(rng);
    let subsets =
        settings.d_rep.then(|| settings.subsets.both_ways(&reduced, &mut streams.subsets)).transpose()?;
    let asked_for = (settings, &settings.steps()[..]);
    let shared = Shared::of(reduced, probability, subsets.as_ref(), None, asked_for, &mut streams.llv)?;
    Ok(evaluated(shared, settings, None))
}

/// Dimensions from which rows are worth a task each.
const WIDE: usize = 32;

/// How a number is computed.
type Number = fn(&Shared, Direction) -> Applicable<f64>;

/// The rows of both tables that the settings ask for.
fn evaluated(shared: Shared, settings: &Settings, per_input: Option<PerInput>) -> Comparison {
    let unknown = shared.reduced.unknown_directions();
    let lacking = |row: &Measure, d: Direction| {
        let lacking = shared.reduced.lacking(row.log_p, row.whose, d);
        lacking.or_else(|| unknown.clone().filter(|_| row.needs_directions()))
    };
    let (mut numbers, mut lists) = (Vec::new(), Vec::new());
    for (token, row, direction) in settings.measures() {
        match row.value {
            Value::Number(of) => numbers.push((token, row, of, direction)),
            Value::List(of) => {
                lists.push((token, lacking(row, direction).map_or_else(|| of(&shared, direction), Err)));
            }
            Value::Elsewhere => {}
        }
    }
    let directed: Vec<_> = settings.directed_bounds().collect();
    let number =
        |row: &Measure, of: Number, d: Direction| lacking(row, d).map_or_else(|| of(&shared, d), Err);
    // A task for each row would take longer than the rows of small models.
    let in_tasks = shared.reduced.a.dim.max(shared.reduced.b.dim) >= WIDE;
    let (scalars, mut bounds): (Vec<Scalar>, Vec<Bound>) = if in_tasks {
        rayon::join(
            || numbers.par_iter().map(|(token, row, of, d)| (*token, number(row, *of, *d))).collect(),
            || directed.par_iter().map(|(theorem, d)| theorem.of(&shared, *d)).collect(),
        )
    } else {
        (
            numbers.iter().map(|(token, row, of, d)| (*token, number(row, *of, *d))).collect(),
            directed.iter().map(|(theorem, d)| theorem.of(&shared, *d)).collect(),
        )
    };
    let bounds_ba = bounds.split_off(bounds.len() / 2);
    Comparison {
        notes: notes(&shared, settings, |row| lacking(row, Direction::Ab).is_none()),
        certificate: certified(&shared.reduced, Direction::Ab, &bounds),
        certificate_ba: certified(&shared.reduced, Direction::Ba, &bounds_ba),
        scalars,
        lists,
        bounds,
        bounds_ba,
        per_input,
        by_confidence: None,
        intervals: None,
        nulls: None,
        shift: None,
        reduced: shared.reduced,
    }
}

/// The certificate of a direction; without bounds it is not made.
fn certified(reduced: &Reduced, direction: Direction, bounds: &[Bound]) -> Certificate {
    if bounds.is_empty() { Certificate::left_out() } else { certificate(reduced, direction, bounds) }
}

/// The sets of d_LLV, if it was asked for. Refuses parts without the probability part that they need.
pub(crate) fn llv_sets(pair: &Pair<'_>, settings: &Settings) -> Result<Option<LlvSets>, Error> {
    if settings.llv && !settings.probability {
        return Err(Error::Option("d_LLV needs the probability part: ask for both or neither".into()));
    }
    if settings.budget && !settings.probability {
        return Err(Error::Option("budgets need the probability part: ask for both or neither".into()));
    }
    // Without embeddings there is no dimension for the sets to have.
    let wanted = settings.llv && pair.a().has_embeddings() && pair.b().has_embeddings();
    wanted.then(|| LlvSets::of(pair, settings)).transpose()
}

/// The inputs of the probability part: all, or a sorted random sample.
pub(crate) fn probability_inputs(
    pair: &Pair<'_>,
    settings: &Settings,
    rng: &mut impl Rng,
) -> Result<ProbabilityInputs, Error> {
    match settings.inputs_limit {
        _ if !settings.probability => Ok(ProbabilityInputs::None),
        Some(0) => Err(Error::Option("the inputs limit is 0; at least 1 input is needed".into())),
        Some(limit) if limit < pair.n_inputs() => {
            let mut sample = index::sample(rng, pair.n_inputs(), limit).into_vec();
            sample.sort_unstable();
            Ok(ProbabilityInputs::These(sample))
        }
        _ => Ok(ProbabilityInputs::All),
    }
}
