//! A trained network adapted to other labels of the same inputs.

use crate::data::Splits;
use crate::error::TrainError;
use crate::network::Network;
use crate::pass::Frozen;
use crate::spec::TrainingSpec;
use crate::task::Task;
use crate::train::{Observer, Trained, train_from};
use serde::{Deserialize, Serialize};

/// How a network is adapted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FineTuneSpec {
    /// Whether the embedder is trained too.
    pub frozen: Frozen,
    /// Whether the new linear head has a bias.
    pub head_bias: bool,
    /// How to train on the labels of the second task; the loss is cross-entropy.
    pub training: TrainingSpec,
}

impl Default for FineTuneSpec {
    /// A new head with bias on a frozen embedder.
    fn default() -> FineTuneSpec {
        FineTuneSpec { frozen: Frozen::Embedder, head_bias: true, training: TrainingSpec::default() }
    }
}

/// A network adapted to a second task.
#[derive(Debug, Clone, PartialEq)]
pub struct FineTuned {
    /// The adapted network, with the second task's labels.
    pub trained: Trained,
    /// Its accuracy on the second task's test inputs, in [0, 1].
    pub accuracy: f64,
}

/// Gives a network a new linear head for the labels of `second` and trains it, with or without its embedder.
///
/// # Errors
/// A loss that needs a teacher, and as [`train_from`].
pub fn fine_tune(
    network: &Network,
    spec: &FineTuneSpec,
    second: &Splits,
    seed: u64,
    observer: &mut dyn Observer,
) -> Result<FineTuned, TrainError> {
    let start = network.with_new_head(spec.head_bias, second.train.n_labels(), seed)?;
    let task = Task { train: &second.train, validation: Some(&second.validation), teacher: None };
    let trained = train_from(start, &spec.training, &task, spec.frozen, seed, observer)?;
    let accuracy = trained.network.accuracy(&second.test)?;
    Ok(FineTuned { trained, accuracy })
}
