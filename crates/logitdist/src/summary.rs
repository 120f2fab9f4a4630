//! A pair reduced to small matrices, in a form that merges over inputs.

use crate::error::Error;
use crate::inputs::InputSide;
use crate::label_side::LabelSide;
use crate::labels::Labels;
use crate::model::Pair;
use crate::probability::{Kept, MOST_EACH, ProbabilityPart};
use crate::progress::{Stage, Watch};
use crate::targets::targets_of;
use crate::tree::merge_tree;
use crate::united::{United, united};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Everything about a pair that measures and bounds need, without its N inputs.
///
/// Summaries of the same models on different inputs merge; block size and merge tree are fixed, so a result does not
/// depend on the number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairSummary {
    /// The label side, the same in all summaries that merge.
    #[serde(with = "crate::serial::shared")]
    pub labels: Arc<LabelSide>,
    /// The input side: the factor of both embeddings.
    pub inputs: InputSide,
    /// Labels whose log-probabilities the probability part tracks.
    pub tracked: Vec<usize>,
    /// Sums over p(·|x) and p′(·|x), if asked for.
    pub probability: Option<ProbabilityPart>,
}

/// On which inputs the probability part runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProbabilityInputs {
    /// On none: KL and its relatives are not computed.
    None,
    /// On all.
    #[default]
    All,
    /// On these, by index.
    These(Vec<usize>),
}

impl ProbabilityInputs {
    /// How many they are, of `count` inputs in all.
    pub(crate) fn len(&self, count: usize) -> usize {
        match self {
            ProbabilityInputs::None => 0,
            ProbabilityInputs::All => count,
            ProbabilityInputs::These(chosen) => chosen.len(),
        }
    }

    /// Whether they are so many, of `count` inputs in all, that values at them are counted.
    pub(crate) fn are_counted(&self, count: usize) -> bool {
        self.len(count) > MOST_EACH
    }

    /// Some of them, by their places.
    pub(crate) fn at(&self, places: Range<usize>) -> Cow<'_, [usize]> {
        match self {
            ProbabilityInputs::None => Cow::default(),
            ProbabilityInputs::All => places.collect(),
            ProbabilityInputs::These(chosen) => (&chosen[places]).into(),
        }
    }
}

impl PairSummary {
    /// Reduces a pair: one pass over the inputs in blocks, in parallel, and the labels likewise.
    ///
    /// `tracked` names labels whose log-probabilities enter `d_llv`; it may be empty. Each thread holds at most 2048 rows at a
    /// time; of inputs, only their divergences are kept.
    ///
    /// # Errors
    /// [`Error::Option`] for a label or an input that the pair does not have, or an empty choice of inputs;
    /// [`Error::Unreadable`] if a model's embeddings cannot be read.
    pub fn of(
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        tracked: &[usize],
    ) -> Result<PairSummary, Error> {
        let counted = probability.are_counted(pair.n_inputs());
        PairSummary::watched(pair, probability, &Kept { tracked, counted, ..Kept::default() }, &|_, _| ())
    }

    /// The summary of inputs of two models whose labels were reduced before: what [`of`](PairSummary::of) gives, without reducing the
    /// labels once more. `targets` are the right labels of all inputs, if right answers are to be looked at, and
    /// [`NO_TARGET`](crate::NO_TARGET) where there is none.
    ///
    /// # Errors
    /// As [`of`](PairSummary::of); [`Error::Merge`] if `labels` are those of other models; [`Error::Option`] for wrong targets.
    pub fn of_inputs(
        pair: &Pair<'_>,
        labels: &Arc<LabelSide>,
        probability: &ProbabilityInputs,
        tracked: &[usize],
        targets: Option<&[i64]>,
    ) -> Result<PairSummary, Error> {
        let is_of = |own: &Arc<Labels>, given: Arc<Labels>| Arc::ptr_eq(own, &given) || *own == given;
        if !is_of(&labels.a, pair.a().labels()) || !is_of(&labels.b, pair.b().labels()) {
            return Err(Error::Merge);
        }
        let targets =
            targets.map(|targets| targets_of(targets, pair.n_inputs(), pair.n_labels())).transpose()?;
        let reduced = || Arc::clone(labels);
        let counted = probability.are_counted(pair.n_inputs());
        let kept = Kept { tracked, targets: targets.as_deref(), counted, ..Kept::default() };
        PairSummary::beside(reduced, pair, probability, &kept, &|_, _| ())
    }

    /// The summary, with all that is to be kept, and `watch` is told how far it is.
    pub(crate) fn watched(
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        kept: &Kept<'_>,
        watch: Watch<'_>,
    ) -> Result<PairSummary, Error> {
        let labels = || Arc::new(LabelSide::watched(pair, watch));
        PairSummary::beside(labels, pair, probability, kept, watch)
    }

    fn beside(
        labels: impl FnOnce() -> Arc<LabelSide> + Send,
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        kept: &Kept<'_>,
        watch: Watch<'_>,
    ) -> Result<PairSummary, Error> {
        check_indices("tracked label", kept.tracked, pair.n_labels())?;
        if let ProbabilityInputs::These(chosen) = probability {
            check_indices("input", chosen, pair.n_inputs())?;
            if chosen.is_empty() {
                return Err(Error::Option("the probability part needs at least one input".into()));
            }
        }
        // Side by side, so that threads that one of them has no more work for find some in the other.
        let (labels, inputs) = rayon::join(labels, || InputSide::watched(pair, watch));
        let inputs = inputs?;
        let probability = (*probability != ProbabilityInputs::None)
            .then(|| {
                watch(Stage::Probability, 0);
                ProbabilityPart::watched(pair, &labels, probability, kept, watch)
            })
            .transpose()?;
        Ok(PairSummary { inputs, probability, tracked: kept.tracked.to_vec(), labels })
    }

    /// The summary over the inputs of `self` followed by those of `other`. Of models that are given by their logits, each may have found
    /// directions of its own: then both are written in those of both.
    ///
    /// # Errors
    /// [`Error::Merge`] if the two are not of the same models and tracked labels, or only one has a probability part.
    pub fn merge(&self, other: &PairSummary) -> Result<PairSummary, Error> {
        if self.tracked != other.tracked {
            return Err(Error::Merge);
        }
        let probability = match (&self.probability, &other.probability) {
            (Some(a), Some(b)) => Some(a.merge(b).counted_if_many()),
            (None, None) => None,
            _ => return Err(Error::Merge),
        };
        let (labels, inputs) = match self.labels.joined(&other.labels) {
            Some(labels) => (labels, self.inputs.merge(&other.inputs)),
            None => {
                let United { labels, inputs: [own, others] } = united(self, other).ok_or(Error::Merge)?;
                (labels, own.merge(&others))
            }
        };
        let counts = [self, other].map(|summary| summary.inputs.factor.rows());
        let rounded = |of: &Arc<Labels>, own: &Labels, others: &Labels| {
            of.rounded([(own, counts[0]), (others, counts[1])])
        };
        let a = rounded(&labels.a, &self.labels.a, &other.labels.a);
        let b = rounded(&labels.b, &self.labels.b, &other.labels.b);
        let labels = labels.with_labels(a, b);
        Ok(PairSummary { labels, inputs, tracked: self.tracked.clone(), probability })
    }
}

fn check_indices(what: &str, indices: &[usize], count: usize) -> Result<(), Error> {
    match indices.iter().find(|&&i| i >= count) {
        Some(i) => {
            Err(Error::Option(format!("{what} {i} does not exist: there are {count}, counted from 0")))
        }
        None => Ok(()),
    }
}

/// Merges summaries in their given order along the fixed tree. `None` for none.
///
/// # Errors
/// As [`PairSummary::merge`].
pub fn merge_summaries(summaries: &[PairSummary]) -> Result<Option<PairSummary>, Error> {
    merge_tree(summaries.len(), &|i| Ok(summaries[i].clone()), &|a: Result<PairSummary, Error>, b| {
        a?.merge(&b?)
    })
    .transpose()
}
