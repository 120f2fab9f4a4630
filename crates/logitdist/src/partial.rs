//! A share of the reduction of a pair: what one of several machines does.
//!
//! The inputs are cut into blocks that depend on the shapes alone, and blocks are merged along a fixed tree. A share holds what became of
//! some blocks, merged as far as they are neighbours in the tree. All shares together give the summary of one run, to the last bit.

use crate::comparison::{llv_sets, probability_inputs};
use crate::error::Error;
use crate::factor::Factor;
use crate::inputs::InputSide;
use crate::labels::LabelSide;
use crate::model::Pair;
use crate::near::Frame;
use crate::probability::{LogitPrecision, ProbabilityPart};
use crate::progress::{Stage, Watch};
use crate::rows::rows_of;
use crate::settings::Settings;
use crate::share::Share;
use crate::summary::{PairSummary, ProbabilityInputs};
use crate::tree::{JoinError, Subtrees};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thiserror::Error as ThisError;

/// What some blocks of inputs leave of a pair, without its labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartialSummary {
    /// N, of the whole.
    n_inputs: usize,
    /// [`fingerprint`] of the pair.
    fingerprint: u64,
    frame: Frame,
    factors: Subtrees<Factor>,
    inputs: ProbabilityInputs,
    tracked: Vec<usize>,
    precision: LogitPrecision,
    probabilities: Option<Subtrees<ProbabilityPart>>,
}

/// Why shares do not make a summary.
#[derive(Debug, Clone, PartialEq, ThisError)]
pub enum PartError {
    /// They are of other models, or of the same with other inputs.
    #[error("they are parts of different pairs of models")]
    Pair,
    /// They were made with other options.
    #[error(
        "they were made with other options: the same --seed, --inputs-limit, --logits and --llv-labels are needed"
    )]
    Options,
    /// Some are missing, or doubled.
    #[error(transparent)]
    Join(#[from] JoinError),
}

impl PartialSummary {
    /// Reduces a share of the inputs of a pair, whose labels were reduced before. `settings` and `rng` are those of the comparison that is
    /// to be made.
    ///
    /// Only the rows of the share are read, and the first 128.
    ///
    /// # Errors
    /// As [`compare`](crate::compare).
    pub fn of(
        pair: &Pair<'_>,
        labels: &LabelSide,
        settings: &Settings,
        share: Share,
        rng: &mut impl Rng,
        watch: Watch<'_>,
    ) -> Result<PartialSummary, Error> {
        let inputs = probability_inputs(pair, settings, rng)?;
        let tracked = llv_sets(pair, settings)?.map_or_else(Vec::new, |sets| sets.tracked);
        let (frame, factors) = InputSide::subtrees(pair, share, watch)?;
        if share.is_whole() {
            pair.a().finish_reading()?;
            pair.b().finish_reading()?;
        }
        let precision = settings.logit_precision;
        let probabilities = inputs
            .of(pair.n_inputs())
            .map(|chosen| {
                watch(Stage::Probability, 0);
                ProbabilityPart::subtrees(pair, labels, &chosen, &tracked, (precision, share), watch)
            })
            .transpose()?;
        let (n_inputs, fingerprint) = (pair.n_inputs(), fingerprint(pair)?);
        Ok(PartialSummary {
            n_inputs,
            fingerprint,
            frame,
            factors,
            inputs,
            tracked,
            precision,
            probabilities,
        })
    }

    /// N, the inputs of the whole that this is a share of.
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// Whether it is the whole.
    pub fn is_whole(&self) -> bool {
        self.factors.is_whole() && self.probabilities.as_ref().is_none_or(Subtrees::is_whole)
    }

    /// The share that has both.
    ///
    /// # Errors
    /// They are not shares of one whole, or have inputs in common.
    pub fn join(self, other: PartialSummary) -> Result<PartialSummary, PartError> {
        let of = |part: &PartialSummary| (part.n_inputs, part.fingerprint, part.frame.clone());
        if of(&self) != of(&other) {
            return Err(PartError::Pair);
        }
        if !self.was_asked_for(&other.inputs, &other.tracked, other.precision) {
            return Err(PartError::Options);
        }
        let factors = self.factors.join(other.factors, |a, b| a.merge(&b))?;
        let probabilities = match (self.probabilities, other.probabilities) {
            (Some(a), Some(b)) => Some(a.join(b, ProbabilityPart::followed_by)?),
            _ => None,
        };
        Ok(PartialSummary { factors, probabilities, ..self })
    }

    /// The summary of the whole.
    ///
    /// # Errors
    /// Inputs are missing.
    pub fn into_summary(self, labels: Arc<LabelSide>) -> Result<PairSummary, PartError> {
        let factor = self.factors.into_whole()?.expect("at least one input");
        let probability = self.probabilities.map(Subtrees::into_whole).transpose()?.flatten();
        let inputs = InputSide { frame: self.frame, factor };
        Ok(PairSummary { labels, inputs, tracked: self.tracked, probability })
    }

    /// Whether it is of the inputs of this pair, as far as the first of them tell.
    pub(crate) fn is_of(&self, pair: &Pair<'_>) -> Result<bool, Error> {
        Ok(self.n_inputs == pair.n_inputs() && self.fingerprint == fingerprint(pair)?)
    }

    /// Whether a comparison would ask for the same.
    pub(crate) fn was_asked_for(
        &self,
        inputs: &ProbabilityInputs,
        tracked: &[usize],
        precision: LogitPrecision,
    ) -> bool {
        self.inputs == *inputs && self.tracked == tracked && self.precision == precision
    }
}

/// Inputs that tell one pair from another.
const FIRST_INPUTS: usize = 16;

/// A number that other embeddings do not have: FNV-1a of the first inputs of both models.
fn fingerprint(pair: &Pair<'_>) -> Result<u64, Error> {
    let first: Vec<usize> = (0..pair.n_inputs().min(FIRST_INPUTS)).collect();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for model in [pair.a(), pair.b()] {
        let rows = rows_of(model, &first)?;
        for x in rows.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<f64>>()) {
            hash = (hash ^ x.to_bits()).wrapping_mul(0x100_0000_01b3);
        }
    }
    Ok(hash)
}
