//! What the distributions leave behind, where they were computed elsewhere, such as on a graphics processor.

use super::tile::{self, FIRST_INPUTS};
use super::{AtTarget, InputDivergences, ProbabilityPart, ProbabilitySums};
use crate::error::Error;
use crate::factor::Factor;
use crate::label_side::LabelSide;
use crate::labels::Labels;
use crate::model::Pair;
use logitdist_linalg::Mat;

/// What was computed of the distributions at one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GivenInput {
    /// Its divergences.
    pub divergences: InputDivergences,
    /// log min p, over labels and both models.
    pub log_tau: f64,
    /// ½ V_min(x) and ½ V_max(x)/(1 − TV(x)): see [`ProbabilitySums::kl_lower`].
    pub kl_between: [f64; 2],
    /// Largest minus second largest logit of each model.
    pub gaps: [f64; 2],
}

impl ProbabilityPart {
    /// The part of inputs whose divergences were computed elsewhere. `smallest` has the smallest probability of each label over them and
    /// both models; `at_targets` an entry for each, or none at all; `logit_error` is the largest error of a logit that is known.
    ///
    /// # Errors
    /// [`Error::Option`] for a number that cannot be, or lists of other lengths.
    pub fn of_given(
        labels: &LabelSide,
        inputs: &[GivenInput],
        smallest: Vec<f64>,
        at_targets: Vec<Option<AtTarget>>,
        logit_error: f64,
    ) -> Result<ProbabilityPart, Error> {
        let (labels_found, labels_needed) = (smallest.len(), labels.a.bias.len());
        let are_targets = at_targets.is_empty() || at_targets.len() == inputs.len();
        if inputs.is_empty() || labels_found != labels_needed || !are_targets {
            return Err(Error::Option(format!(
                "there are probabilities of {} inputs, {} right answers and {labels_found} labels; at least one input, a right answer for each or none, and {labels_needed} labels are needed",
                inputs.len(),
                at_targets.len()
            )));
        }
        let mut sums = ProbabilitySums { logit_error, ..ProbabilitySums::none() };
        let mut at_inputs = Vec::with_capacity(inputs.len());
        let masks = &labels.masks;
        for (i, input) in inputs.iter().enumerate() {
            let GivenInput { mut divergences, log_tau, kl_between, gaps } = *input;
            let InputDivergences { kl_ab, kl_ba, js, tv, hellinger, squared_logit_distance, .. } =
                divergences;
            let numbers =
                [kl_ab, kl_ba, js, tv, hellinger, squared_logit_distance, -log_tau, gaps[0], gaps[1]];
            let numbers = numbers.into_iter().chain(kl_between);
            if let Some(wrong) = numbers.into_iter().find(|x| x.is_nan() || *x < 0.0) {
                return Err(Error::Option(format!(
                    "a number of input {i} is {wrong}; divergences, gaps and −log τ are at least 0"
                )));
            }
            // A label of probability 0 in one model has some in the other, at every input.
            divergences.kl_ab = if masks.only_b.is_empty() { kl_ab } else { f64::INFINITY };
            divergences.kl_ba = if masks.only_a.is_empty() { kl_ba } else { f64::INFINITY };
            sums.add_divergences(&divergences, log_tau, kl_between);
            at_inputs.push(divergences);
        }
        Ok(ProbabilityPart {
            sums,
            at_inputs,
            at_targets,
            confidence: Vec::new(),
            gaps: [0, 1].map(|model| inputs.iter().map(|input| input.gaps[model]).collect()),
            counted: None,
            smallest,
            tracked: Factor::of_block(Mat::full(inputs.len(), 1, 1.0).as_ref()),
            near: false,
        })
    }
}

/// Whether the models of a pair are so near that differences of logits are to be products of differences, as far as the labels and the
/// first inputs tell.
pub(crate) fn are_near(pair: &Pair<'_>, labels: [&Labels; 2]) -> Result<bool, Error> {
    let first: Vec<usize> = (0..pair.n_inputs().min(FIRST_INPUTS)).collect();
    tile::are_near(pair, labels, &first)
}
