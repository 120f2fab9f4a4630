//! How a network is trained.

use crate::error::{TrainError, require};
use crate::fingerprint::fingerprint;
use crate::loss::{Loss, Objective};
use serde::{Deserialize, Serialize};

/// Loss, optimiser and duration of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSpec {
    /// How long to train at most.
    pub duration: Duration,
    /// Inputs of a step; the last step of an epoch has what is left. Inputs are shuffled anew for every epoch.
    pub batch: usize,
    /// Adam's learning rate, before the schedule.
    pub learning_rate: f64,
    /// How the learning rate changes over epochs.
    pub schedule: Schedule,
    /// Adam's β₁ and β₂, in [0, 1).
    pub betas: (f64, f64),
    /// Adam's ε, from 1e-12 to 1.
    pub epsilon: f64,
    /// Stop after this many epochs without a smaller validation loss, and take the weights of the smallest; `None` trains to the end and
    /// takes the last.
    pub patience: Option<usize>,
    /// The loss.
    pub loss: Loss,
    /// τ of [`Loss::Kl`] and [`Loss::ReverseKl`], greater than 0; 1 for other losses.
    pub temperature: f64,
    /// In (0, 1]: the loss is `mix · loss + (1 − mix) · cross-entropy` with the labels; 1 for cross-entropy itself.
    pub mix: f64,
}

impl Default for TrainingSpec {
    /// 100 epochs of batches of 256 by Adam with a constant rate of 1e-3, cross-entropy.
    fn default() -> TrainingSpec {
        TrainingSpec {
            duration: Duration::Epochs(100),
            batch: 256,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            patience: None,
            loss: Loss::CrossEntropy,
            temperature: 1.0,
            mix: 1.0,
        }
    }
}

/// How long a training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "DurationKeys")]
pub enum Duration {
    /// This many passes over all inputs.
    Epochs(usize),
    /// This many steps; the last epoch may be cut short.
    Steps(usize),
}

/// What may be written for a duration, to say what is wrong with it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DurationKeys {
    epochs: Option<usize>,
    steps: Option<usize>,
}

impl TryFrom<DurationKeys> for Duration {
    type Error = &'static str;

    fn try_from(keys: DurationKeys) -> Result<Duration, &'static str> {
        match (keys.epochs, keys.steps) {
            (Some(epochs), None) => Ok(Duration::Epochs(epochs)),
            (None, Some(steps)) => Ok(Duration::Steps(steps)),
            _ => Err("`duration` must be either { epochs = n } or { steps = n }"),
        }
    }
}

/// Factor of the learning rate in epoch e = 1, 2, …
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "kind")]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// `e/w` in the first w epochs, then `decay^(e − w)`. Source: \[A\], decay 0.995.
    Decay {
        /// w, epochs of warm-up; may be 0.
        #[serde(default)]
        warm_up: usize,
        /// Factor per epoch, in (0, 1].
        #[serde(default = "paper_decay")]
        decay: f64,
    },
}

fn paper_decay() -> f64 {
    0.995
}

impl Schedule {
    /// The factor in an epoch, counted from 1.
    pub fn factor(self, epoch: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Decay { warm_up, .. } if epoch < warm_up => epoch as f64 / warm_up as f64,
            Schedule::Decay { warm_up, decay } => decay.powf((epoch - warm_up) as f64),
        }
    }
}

impl TrainingSpec {
    /// A name of 32 hexadecimal digits for this spec, different for any other.
    pub fn fingerprint(&self) -> String {
        fingerprint("training", self)
    }

    /// # Errors
    /// The setting that is outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let (Duration::Epochs(length) | Duration::Steps(length)) = self.duration;
        require((1..=LONGEST).contains(&length), "duration", length, format!("from 1 to {LONGEST}"))?;
        require(
            (1..=LARGEST_BATCH).contains(&self.batch),
            "batch",
            self.batch,
            format!("from 1 to {LARGEST_BATCH}"),
        )?;
        let rate = self.learning_rate;
        require(rate.is_finite() && rate > 0.0, "learning_rate", rate, "finite and greater than 0")?;
        for beta in [self.betas.0, self.betas.1] {
            require((0.0..1.0).contains(&beta), "betas", beta, "at least 0 and less than 1")?;
        }
        require((1e-12..=1.0).contains(&self.epsilon), "epsilon", self.epsilon, "from 1e-12 to 1")?;
        require(self.patience != Some(0), "patience", 0, "at least 1 epoch")?;
        if let Schedule::Decay { decay, .. } = self.schedule {
            require(decay > 0.0 && decay <= 1.0, "schedule.decay", decay, "greater than 0 and at most 1")?;
        }
        let temperature = self.temperature;
        if self.loss.has_temperature() {
            require((1e-3..=1e3).contains(&temperature), "temperature", temperature, "from 0.001 to 1000")?;
        } else {
            require(temperature == 1.0, "temperature", temperature, "1 for a loss without a temperature")?;
        }
        if self.loss.needs_teacher() {
            let needed = "greater than 0 and at most 1; without a teacher's part, the loss is cross_entropy";
            require(self.mix > 0.0 && self.mix <= 1.0, "mix", self.mix, needed)
        } else {
            require(self.mix == 1.0, "mix", self.mix, "1 for cross_entropy, which would be mixed with itself")
        }
    }

    pub(crate) fn objective(&self) -> Objective {
        Objective { loss: self.loss, temperature: self.temperature, mix: self.mix }
    }
}

const LONGEST: usize = 1_000_000_000;
const LARGEST_BATCH: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_warms_up_and_decays() {
        let schedule = Schedule::Decay { warm_up: 4, decay: 0.5 };
        let factors: Vec<f64> = (1..=6).map(|epoch| schedule.factor(epoch)).collect();
        assert_eq!(factors, [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]);
        assert_eq!(Schedule::Decay { warm_up: 0, decay: 0.5 }.factor(1), 0.5);
        assert_eq!(Schedule::Constant.factor(1000), 1.0);
    }

    #[test]
    fn a_setting_outside_its_range_is_named() {
        let d = TrainingSpec::default;
        assert!(d().check().is_ok());
        for (spec, start) in [
            (TrainingSpec { duration: Duration::Epochs(0), ..d() }, "`duration` is 0"),
            (TrainingSpec { batch: 0, ..d() }, "`batch` is 0"),
            (TrainingSpec { learning_rate: f64::NAN, ..d() }, "`learning_rate` is NaN"),
            (TrainingSpec { betas: (0.9, 1.0), ..d() }, "`betas` is 1"),
            (TrainingSpec { epsilon: 0.0, ..d() }, "`epsilon` is 0"),
            (TrainingSpec { patience: Some(0), ..d() }, "`patience` is 0"),
            (TrainingSpec { temperature: 2.0, ..d() }, "`temperature` is 2"),
            (TrainingSpec { loss: Loss::Kl, temperature: 0.0, ..d() }, "`temperature` is 0"),
            (TrainingSpec { loss: Loss::L2, mix: 0.0, ..d() }, "`mix` is 0"),
            (TrainingSpec { mix: 0.5, ..d() }, "`mix` is 0.5"),
            (
                TrainingSpec { schedule: Schedule::Decay { warm_up: 1, decay: 1.5 }, ..d() },
                "`schedule.decay` is 1.5",
            ),
        ] {
            let message = spec.check().unwrap_err().to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }

    #[test]
    fn a_fingerprint_is_stable_and_tells_specs_apart() {
        let spec = TrainingSpec::default();
        assert_eq!(spec.fingerprint(), "cb3cda46f67710dccf47bdfe02d10c52");
        assert_ne!(spec.fingerprint(), TrainingSpec { batch: 128, ..spec.clone() }.fingerprint());
    }
}
