//! What the measures and bounds of a pair are computed from, each part of it once.

use crate::applicable::{Applicable, Reason};
use crate::bound::contrasts::{Contrast, contrasts};
use crate::error::Error;
use crate::llv_sets::{LlvSets, LlvValues};
use crate::measure::cca::{self, CanonicalCorrelations};
use crate::measure::d_rep::{self, DRep};
use crate::measure::kl::{Divergences, divergences};
use crate::measure::percentiles::{LEVELS, Percentiles, percentiles};
use crate::measure::subsets::ChosenSubsets;
use crate::measure::table::Step;
use crate::measure::targets::TargetValues;
use crate::measure::whose::Whose;
use crate::model::Pair;
use crate::probability::{AtTarget, InputDivergences, LogitPrecision, ProbabilityPart, ProbabilitySums};
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::selection::Selection;
use crate::settings::Settings;
use rand::Rng;

/// A reduced pair with everything that more than one measure or bound asks for.
///
/// The parts are made here, on all threads, before the first measure: a measure that waited for another thread's part could
/// wait for itself.
#[derive(Debug)]
pub struct Shared {
    /// The pair in coordinates.
    pub reduced: Reduced,
    correlations: Correlations,
    d_rep: Option<[Applicable<DRep>; 2]>,
    contrasts: Option<Vec<Contrast>>,
    held_out: Option<Applicable<f64>>,
    probability: Option<(ProbabilityPart, Divergences)>,
    percentiles: Option<Percentiles>,
    targets: Option<TargetValues>,
    pub(crate) precision: LogitPrecision,
    llv: Option<LlvValues>,
}

/// What is wrong if a row asks for a step that it does not name.
const UNDECLARED: &str = "a row that needs a step says so in `steps`";

/// Canonical correlations of what the rows of the settings need.
#[derive(Debug)]
struct Correlations {
    embeddings: Option<Applicable<CanonicalCorrelations>>,
    unembeddings: Option<Applicable<CanonicalCorrelations>>,
    logits: Option<Applicable<CanonicalCorrelations>>,
}

impl Correlations {
    fn of(reduced: &Reduced, steps: &[Step]) -> Correlations {
        let of = |step, correlations: fn(&Reduced) -> Applicable<CanonicalCorrelations>| {
            steps.contains(&step).then(|| correlations(reduced))
        };
        let (embeddings, (unembeddings, logits)) = rayon::join(
            || of(Step::EmbeddingsCca, cca::embeddings),
            || {
                rayon::join(
                    || of(Step::UnembeddingsCca, unembeddings_cca),
                    || of(Step::LogitsCca, cca::logits),
                )
            },
        );
        Correlations { embeddings, unembeddings, logits }
    }
}

/// Decompositions that nearly all rows need, at once; where only some are asked for, each makes its own.
fn decompose(reduced: &Reduced, settings: &Settings) {
    if settings.selection == Selection::All {
        reduced.decompose();
    }
}

impl Shared {
    /// All parts that the settings ask for, with the steps that their rows need; sets of d_LLV come with the models. `rng` serves the
    /// input sets of `d_llv_min`.
    pub(crate) fn of(
        reduced: Reduced,
        probability: Option<ProbabilityPart>,
        subsets: Option<&[ChosenSubsets; 2]>,
        sets: Option<(&LlvSets, &Pair<'_>)>,
        (settings, steps): (&Settings, &[Step]),
        rng: &mut impl Rng,
    ) -> Result<Shared, Error> {
        let reduced = reduced.with_streamed(probability.as_ref().map(|part| &part.sums));
        decompose(&reduced, settings);
        let (correlations, contrasts) = rayon::join(
            || Correlations::of(&reduced, steps),
            || steps.contains(&Step::Contrasts).then(|| contrasts(&reduced)),
        );
        let d_rep = subsets.map(|chosen| d_rep_both_ways(&reduced, chosen));
        let llv = match (&probability, sets) {
            (Some(part), Some((sets, pair))) => {
                Some(sets.evaluate(pair, &reduced, part, settings.llv_samples, rng)?)
            }
            _ => None,
        };
        let percentiles = probability.as_ref().map(percentiles_of);
        let of_targets = |part: &ProbabilityPart| TargetValues::of(part.at_targets.iter().flatten());
        let targets = probability.as_ref().filter(|_| settings.targets.is_some()).map(of_targets);
        let probability = probability.map(|part| {
            let divergences = divergences(&part.sums);
            (part, divergences)
        });
        Ok(Shared {
            reduced,
            correlations,
            d_rep,
            contrasts,
            held_out: None,
            probability,
            percentiles,
            targets,
            precision: settings.logit_precision,
            llv,
        })
    }

    /// The same with `m_cca_cv`, if it was asked for.
    pub(crate) fn with_held_out(self, held_out: Option<Applicable<f64>>) -> Shared {
        Shared { held_out, ..self }
    }

    /// What the measures need that follow the inputs: the pair without some of them, and the sums over the others.
    pub(crate) fn of_some_inputs(
        reduced: Reduced,
        probability: Option<ProbabilityPart>,
        targets: Option<TargetValues>,
        subsets: Option<&[ChosenSubsets; 2]>,
        settings: &Settings,
    ) -> Shared {
        let reduced = reduced.with_streamed(probability.as_ref().map(|part| &part.sums));
        decompose(&reduced, settings);
        let steps = settings.steps();
        Shared {
            correlations: Correlations::of(&reduced, &steps),
            d_rep: subsets.map(|chosen| d_rep_both_ways(&reduced, chosen)),
            contrasts: steps.contains(&Step::Contrasts).then(|| contrasts(&reduced)),
            held_out: None,
            probability: probability.map(|part| {
                let divergences = divergences(&part.sums);
                (part, divergences)
            }),
            percentiles: None,
            targets,
            precision: settings.logit_precision,
            llv: None,
            reduced,
        }
    }

    /// The same with d_rep over other subsets, while `look` looks at it.
    pub(crate) fn over_subsets<T>(
        &mut self,
        subsets: &[ChosenSubsets; 2],
        look: impl FnOnce(&Shared) -> T,
    ) -> T {
        let own = self.d_rep.replace(d_rep_both_ways(&self.reduced, subsets));
        let seen = look(self);
        self.d_rep = own;
        seen
    }

    /// The first model of a direction: a for ab, b for ba.
    pub fn model(&self, direction: Direction) -> &ReducedModel {
        self.reduced.models(direction).0
    }

    /// Canonical correlations of f(x), f′(x). Asked for only by rows that name the step, as are the next two and the contrasts.
    pub fn embeddings_cca(&self) -> &Applicable<CanonicalCorrelations> {
        self.correlations.embeddings.as_ref().expect(UNDECLARED)
    }

    /// Canonical correlations of g(y), g′(y).
    pub fn unembeddings_cca(&self) -> &Applicable<CanonicalCorrelations> {
        self.correlations.unembeddings.as_ref().expect(UNDECLARED)
    }

    /// Canonical correlations of u(x), u′(x).
    pub fn logits_cca(&self) -> &Applicable<CanonicalCorrelations> {
        self.correlations.logits.as_ref().expect(UNDECLARED)
    }

    /// d_rep of a direction. Asked for only by rows of its part.
    pub fn d_rep(&self, direction: Direction) -> Result<&DRep, Reason> {
        let [ab, ba] = self.d_rep.as_ref().expect("the settings ask for d_rep");
        let of = match direction {
            Direction::Ab => ab,
            Direction::Ba => ba,
        };
        of.as_ref().map_err(Clone::clone)
    }

    /// Both models' logits through the matrices of T19.
    pub(crate) fn contrasts(&self) -> &[Contrast] {
        self.contrasts.as_ref().expect(UNDECLARED)
    }

    /// Sums over p(·|x) and p′(·|x). Asked for only by rows of the probability part, as are the next four.
    pub fn sums(&self) -> &ProbabilitySums {
        &self.probability().0.sums
    }

    /// KL divergence and its relatives.
    pub fn divergences(&self) -> &Divergences {
        &self.probability().1
    }

    /// Percentiles over the inputs of the probability part.
    pub fn percentiles(&self) -> &Percentiles {
        self.percentiles.as_ref().expect("the settings ask for probabilities")
    }

    /// What both models make of the right answers. Asked for only by rows of their part, as is the next.
    pub(crate) fn targets(&self) -> &TargetValues {
        self.targets.as_ref().expect("the settings have right answers")
    }

    /// The same at each input that has a right answer.
    pub(crate) fn at_targets(&self) -> impl Iterator<Item = &AtTarget> {
        self.probability().0.at_targets.iter().flatten()
    }

    /// `m_cca_cv`. Asked for only by rows of its part.
    pub fn held_out(&self) -> &Applicable<f64> {
        self.held_out.as_ref().expect("the settings ask for inputs held out")
    }

    /// d_logit² over the inputs of the probability part.
    pub fn squared_distance(&self) -> f64 {
        self.sums().squared_logit_distance / self.sums().n as f64
    }

    /// Largest minus second largest logit of the first model of a direction, at each input of the probability part, and 1; of very many
    /// inputs from below, and at how many.
    pub fn gaps(&self, direction: Direction) -> Vec<(f64, u64)> {
        let part = &self.probability().0;
        match direction {
            Direction::Ab => part.gaps_of(0),
            Direction::Ba => part.gaps_of(1),
        }
    }

    /// The smallest probability of each label over the inputs of the probability part and both models.
    pub fn smallest_probabilities(&self) -> &[f64] {
        &self.probability().0.smallest
    }

    fn probability(&self) -> &(ProbabilityPart, Divergences) {
        self.probability.as_ref().expect("the settings ask for probabilities")
    }

    /// d_LLV and the PLS-SVD dissimilarities. Asked for only by rows of their part.
    pub fn llv(&self) -> &LlvValues {
        self.llv.as_ref().expect("the settings ask for d_LLV")
    }
}

/// Identities that stand for unembeddings are not worth comparing.
fn unembeddings_cca(reduced: &Reduced) -> Applicable<CanonicalCorrelations> {
    match reduced.lacking(false, Whose::Both, Direction::Ab) {
        Some(reason) => Err(reason),
        None => cca::unembeddings(reduced),
    }
}

fn percentiles_of(part: &ProbabilityPart) -> Percentiles {
    if let Some(counted) = &part.counted {
        return counted.percentiles();
    }
    let of =
        |value: fn(&InputDivergences) -> f64| percentiles(part.at_inputs.iter().map(value).collect(), LEVELS);
    Percentiles {
        kl_ab: of(|input| input.kl_ab),
        kl_ba: of(|input| input.kl_ba),
        d_logit: of(InputDivergences::d_logit),
    }
}

fn d_rep_both_ways(reduced: &Reduced, [ab, ba]: &[ChosenSubsets; 2]) -> [Applicable<DRep>; 2] {
    let (ab, ba) =
        rayon::join(|| d_rep::d_rep(reduced, Direction::Ab, ab), || d_rep::d_rep(reduced, Direction::Ba, ba));
    [ab, ba]
}
