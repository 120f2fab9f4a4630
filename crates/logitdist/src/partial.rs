//! A share of the reduction of a pair: what one of several machines does.
//!
//! The inputs are cut into blocks that depend on the shapes alone, and blocks are merged along a fixed tree. A share holds what became of
//! some blocks, merged as far as they are neighbours in the tree. All shares together give the summary of one run, to the last bit.

use crate::comparison::{llv_sets, probability_inputs};
use crate::error::{Error, PartError};
use crate::factor::Factor;
use crate::inputs::InputSide;
use crate::label_side::LabelSide;
use crate::model::{Pair, SMALLEST_SCALE};
use crate::near::Frame;
use crate::probability::{Kept, LogitPrecision, ProbabilityPart};
use crate::progress::{Stage, Watch};
use crate::rows::{ModelRows, logits_of, rows_of};
use crate::settings::Settings;
use crate::share::Share;
use crate::streams::Streams;
use crate::summary::{PairSummary, ProbabilityInputs};
use crate::tree::{JoinError, Subtrees};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What some blocks of inputs leave of a pair, without its labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartialSummary {
    /// N, of the whole.
    n_inputs: usize,
    /// [`fingerprints`] of both models.
    fingerprints: [u64; 2],
    frame: Frame,
    factors: Subtrees<Factor>,
    sample: Sample,
    tracked: Vec<usize>,
    precision: LogitPrecision,
    probabilities: Option<Subtrees<ProbabilityPart>>,
}

/// Which inputs have probabilities: enough to tell one choice from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Sample {
    None,
    All,
    /// How many, and a hash of their indices.
    Chosen(usize, u64),
}

impl Sample {
    fn of(inputs: &ProbabilityInputs) -> Sample {
        match inputs {
            ProbabilityInputs::None => Sample::None,
            ProbabilityInputs::All => Sample::All,
            ProbabilityInputs::These(chosen) => {
                Sample::Chosen(chosen.len(), fnv(chosen.iter().map(|&input| input as u64)))
            }
        }
    }
}

impl PartialSummary {
    /// Reduces a share of the inputs of a pair, whose labels were reduced before. `settings` and `rng` are those of the comparison that is
    /// to be made.
    ///
    /// Only the rows of the share are read, the first 128 inputs and sampled inputs, and 64 that are spread over all.
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
        let settings = &settings.narrowed();
        let inputs = probability_inputs(pair, settings, &mut Streams::of(rng).inputs)?;
        let tracked = llv_sets(pair, settings)?.map_or_else(Vec::new, |sets| sets.tracked);
        let (frame, factors) = InputSide::subtrees(pair, share, watch)?;
        if share.is_whole() {
            pair.a().finish_reading()?;
            pair.b().finish_reading()?;
        }
        let precision = settings.logit_precision;
        let probabilities = (inputs != ProbabilityInputs::None)
            .then(|| {
                watch(Stage::Probability, 0);
                let counted = inputs.are_counted(pair.n_inputs());
                let kept = Kept { tracked: &tracked, counted, precision, ..Kept::default() };
                ProbabilityPart::subtrees(pair, labels, &inputs, &kept, share, watch)
            })
            .transpose()?;
        Ok(PartialSummary {
            n_inputs: pair.n_inputs(),
            fingerprints: fingerprints(pair)?,
            frame,
            factors,
            sample: Sample::of(&inputs),
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
        if self.pair() != other.pair() {
            return Err(PartError::Pair);
        }
        if self.asked() != other.asked() {
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
    /// Inputs are missing, or the embeddings are so small that their powers underflow.
    pub fn into_summary(self, labels: Arc<LabelSide>) -> Result<PairSummary, Error> {
        let join = |error: JoinError| Error::Parts(error.into());
        let factor = self.factors.into_whole().map_err(join)?.expect("at least one input");
        let probability = self.probabilities.map(Subtrees::into_whole).transpose().map_err(join)?.flatten();
        let inputs = InputSide { frame: self.frame, factor };
        check_scale(&inputs, labels.a.means.len())?;
        Ok(PairSummary { labels, inputs, tracked: self.tracked, probability })
    }

    /// Whether the inputs of both can be those of one comparison, one file after the other: all inputs of different files, reduced with
    /// the same options.
    ///
    /// # Errors
    /// Why not.
    pub fn follows(&self, other: &PartialSummary) -> Result<(), PartError> {
        let sampled = [self.sample, other.sample].iter().any(|sample| matches!(sample, Sample::Chosen(..)));
        if sampled {
            return Err(PartError::Sample);
        }
        if self.asked() != other.asked() {
            return Err(PartError::Options);
        }
        if self.fingerprints.iter().any(|fingerprint| other.fingerprints.contains(fingerprint)) {
            return Err(PartError::Same);
        }
        Ok(())
    }

    /// Precision of the logits that it was made with.
    pub fn precision(&self) -> LogitPrecision {
        self.precision
    }

    /// Whether it is of the inputs of this pair, as far as the first of them tell.
    pub(crate) fn is_of(&self, pair: &Pair<'_>) -> Result<bool, Error> {
        Ok(self.n_inputs == pair.n_inputs() && self.fingerprints == fingerprints(pair)?)
    }

    /// What tells its pair from others.
    fn pair(&self) -> (usize, [u64; 2], &Frame) {
        (self.n_inputs, self.fingerprints, &self.frame)
    }

    /// What was asked for.
    fn asked(&self) -> (Sample, &[usize], LogitPrecision) {
        (self.sample, &self.tracked, self.precision)
    }

    /// Whether it has what a comparison asks for. One that asks for no probabilities, or tracks no labels, takes any.
    pub(crate) fn serves(
        &self,
        inputs: &ProbabilityInputs,
        tracked: &[usize],
        precision: LogitPrecision,
    ) -> bool {
        let (sample, own_tracked, own_precision) = self.asked();
        let probabilities = *inputs == ProbabilityInputs::None
            || (sample == Sample::of(inputs) && own_precision == precision);
        probabilities && (tracked.is_empty() || own_tracked == tracked)
    }
}

/// Inputs that tell one model from another.
const LOOKED_AT: usize = 64;

/// For each model a number that other embeddings do not have, as far as inputs spread evenly over all tell.
fn fingerprints(pair: &Pair<'_>) -> Result<[u64; 2], Error> {
    let (count, last) = (pair.n_inputs().min(LOOKED_AT), pair.n_inputs() - 1);
    let spread = |i: usize| (i as u128 * last as u128 / (count as u128 - 1).max(1)) as usize;
    let inputs: Vec<usize> = (0..count).map(spread).collect();
    let of = |model: &dyn ModelRows| {
        // Embeddings that stand for logits depend on the directions that were found.
        let rows = match model.has_logits_beside() {
            true => logits_of(model, &inputs)?,
            false => rows_of(model, &inputs)?,
        };
        Ok(fnv(rows.col_iter().flat_map(|column| column.iter().map(|x| x.to_bits()))))
    };
    Ok([of(pair.a())?, of(pair.b())?])
}

/// FNV-1a, over words.
fn fnv(words: impl Iterator<Item = u64>) -> u64 {
    words
        .fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x100_0000_01b3).rotate_left(29))
}

/// What [`ModelRows::finish_reading`] looks at, from the factor: no machine has seen all rows.
pub(crate) fn check_scale(inputs: &InputSide, dim_a: usize) -> Result<(), Error> {
    let r = inputs.factor.r();
    let per_input = 1.0 / (inputs.factor.rows() as f64).sqrt();
    let size = |j: usize| r.col(1 + j).norm_max() * per_input;
    let twins = inputs.frame.twins();
    let of_a = (0..dim_a).map(size).fold(0.0, f64::max);
    let of_b = (0..twins.len()).filter(|&j| !twins[j]).map(|j| size(dim_a + j)).fold(0.0, f64::max);
    match [of_a, of_b].into_iter().find(|&size| size > 0.0 && size < SMALLEST_SCALE) {
        Some(largest) => Err(Error::Scale { array: "embeddings", largest }),
        None => Ok(()),
    }
}
