//! Every measure and every bound of a pair, under the tokens that name them.

mod collected;
mod llv_sets;

use crate::applicable::Applicable;
use crate::bound::{self, Bound, Certificate};
use crate::error::Error;
use crate::measure::per_input::PerInput;
use crate::measure::subsets::Subsets;
use crate::measure::{d_rep, kl};
use crate::model::Pair;
use crate::probability::LogitPrecision;
use crate::progress::{Stage, Watch};
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::summary::{PairSummary, ProbabilityInputs};
use collected::Collected;
use llv_sets::LlvSets;
use rand::{Rng, seq::index};

/// What to compute. Logit distance, canonical correlations and least-squares alignment always are: they cost nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// KL divergence and its relatives (the only part whose cost grows with N·K).
    pub probability: bool,
    /// d_rep over label subsets.
    pub d_rep: bool,
    /// d_LLV and the PLS-SVD dissimilarities. Needs `probability`.
    pub llv: bool,
    /// Baselines of others: CKA, Procrustes, SVCCA, PWCCA, R².
    pub baselines: bool,
    /// Label subsets for d_rep.
    pub subsets: Subsets,
    /// Run the probability part on a random sample of this many inputs if there are more.
    pub inputs_limit: Option<usize>,
    /// Precision of the logits that the probability part is made of.
    pub logit_precision: LogitPrecision,
    /// Pivot label and set of labels for d_LLV; evenly spread ones if absent.
    pub llv_labels: Option<Vec<usize>>,
    /// Pivot input and set of inputs for d_LLV; evenly spread ones if absent.
    pub llv_inputs: Option<Vec<usize>>,
    /// Random input sets that `d_llv_min` is minimised over.
    pub llv_samples: usize,
    /// Keep the distances at each input as well. They cost two numbers an input more.
    pub per_input: bool,
}

impl Default for Settings {
    /// Every measure and bound, on all inputs; nothing input by input.
    fn default() -> Self {
        Settings {
            probability: true,
            d_rep: true,
            llv: true,
            baselines: true,
            subsets: Subsets::default(),
            inputs_limit: None,
            logit_precision: LogitPrecision::F64,
            llv_labels: None,
            llv_inputs: None,
            llv_samples: 10,
            per_input: false,
        }
    }
}

/// A number under its token.
pub type Scalar = (&'static str, Applicable<f64>);

/// A list of numbers under its token.
pub type List = (&'static str, Applicable<Vec<f64>>);

/// Every measure and bound of a pair. Which tokens there are depends on the settings alone, never on the pair.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Numbers, in the order in which they are reported.
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
    /// The reduced pair, for further questions such as [`bound::probe_transfer`] and
    /// [`label_geometry`](crate::measure::label_geometry::label_geometry).
    pub reduced: Reduced,
}

impl Comparison {
    /// The value of a token, `None` if the settings left it out.
    pub fn scalar(&self, token: &str) -> Option<&Applicable<f64>> {
        self.scalars.iter().find(|(t, _)| *t == token).map(|(_, value)| value)
    }

    /// Whether any bound, in either direction, is violated.
    pub fn any_violation(&self) -> bool {
        self.bounds.iter().chain(&self.bounds_ba).any(Bound::is_violated)
    }
}

/// Compares two models: reduces the pair once and evaluates every measure and bound of the settings.
///
/// `rng` serves the sample of inputs, the label subsets and the input sets of `d_llv_min`, in this order.
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
    if settings.llv && !settings.probability {
        return Err(Error::Option("d_LLV needs the probability part: ask for both or neither".into()));
    }
    let inputs = probability_inputs(pair, settings, rng)?;
    let sets = if settings.llv { Some(LlvSets::of(pair, settings)?) } else { None };
    let tracked = sets.as_ref().map_or(&[][..], |s| &s.tracked);
    let (summary, divergences) = if settings.per_input {
        PairSummary::keeping(
            pair,
            &inputs,
            tracked,
            settings.logit_precision,
            &|divergences| divergences,
            watch,
        )?
    } else {
        (
            PairSummary::keeping(pair, &inputs, tracked, settings.logit_precision, &|_| (), watch)?.0,
            Vec::new(),
        )
    };
    watch(Stage::Measures, 0);
    let reduced = Reduced::of(&summary);
    reduced.decompose();
    let probability = summary.probability;
    // What follows holds most matrices at a time, and the factors are no longer among them.
    drop((summary.inputs, summary.labels));
    let per_input =
        if settings.per_input { Some(PerInput::of(pair, &reduced, inputs, &divergences)?) } else { None };
    let (mut collected, baselines) = rayon::join(
        || {
            let mut collected = Collected::default();
            collected.sizes(&reduced);
            collected.geometry(&reduced);
            collected
        },
        || settings.baselines.then(|| Collected::of_baselines(&reduced)),
    );
    let of_direction = |direction| {
        let mut bounds = bound::cca_bounds(&reduced, direction);
        bounds.extend(bound::alignment_bounds(&reduced, direction));
        bounds
    };
    let (ab, ba) = rayon::join(|| of_direction(Direction::Ab), || of_direction(Direction::Ba));
    let mut bounds = [ab, ba];
    if settings.d_rep {
        let mut choose = |model: &ReducedModel| settings.subsets.choose(reduced.n_labels, model.dim, rng);
        let (chosen_ab, chosen_ba) = (choose(&reduced.a)?, choose(&reduced.b)?);
        let (ab, ba) = rayon::join(
            || d_rep::d_rep(&reduced, Direction::Ab, &chosen_ab),
            || d_rep::d_rep(&reduced, Direction::Ba, &chosen_ba),
        );
        for ((direction, value), bounds) in DIRECTIONS.into_iter().zip([ab, ba]).zip(&mut bounds) {
            collected.d_rep(direction, &value);
            bounds.extend(bound::d_rep_bounds(&reduced, direction, &value));
        }
    }
    if let Some(part) = &probability {
        collected.divergences(&kl::divergences(&part.sums), part.sums.n);
        if settings.logit_precision == LogitPrecision::F32 {
            collected.logit_error(part.sums.logit_error);
        }
        for (direction, bounds) in DIRECTIONS.into_iter().zip(&mut bounds) {
            bounds.extend(bound::kl_bounds(&reduced, direction, &part.sums));
        }
        if let Some(sets) = &sets {
            let (llv, d_fg) =
                sets.evaluate(pair, &reduced, &part.tracked, settings.llv_samples, rng, &mut collected)?;
            for bounds in &mut bounds {
                bounds.extend(bound::fg_bounds(&d_fg, &llv, sets.size()));
            }
        }
    }
    collected.scalars.extend(baselines.into_iter().flat_map(|baselines| baselines.scalars));
    let [bounds, bounds_ba] = bounds;
    Ok(Comparison {
        certificate: bound::certificate(&reduced, Direction::Ab, &bounds),
        certificate_ba: bound::certificate(&reduced, Direction::Ba, &bounds_ba),
        scalars: collected.scalars,
        lists: collected.lists,
        notes: collected.notes,
        bounds,
        bounds_ba,
        per_input,
        reduced,
    })
}

const DIRECTIONS: [Direction; 2] = [Direction::Ab, Direction::Ba];

/// The inputs of the probability part: all, or a sorted random sample.
fn probability_inputs(
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
