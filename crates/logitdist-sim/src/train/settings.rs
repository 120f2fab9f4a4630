//! The settings of a table `[train.NAME]`, and the inputs that they choose.

use logitdist_train::{
    Activation, Compression, Concept, Dataset, FineTuneSpec, Frozen, Loss, Region, Splits, TrainError,
    TrainingSpec,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Which weights are rounded to one grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// All weights of a layer.
    #[default]
    Tensor,
    /// The weights of one output of a layer.
    Row,
}

/// Defines the settings from a list of keys, their types and their defaults.
macro_rules! settings {
    ($($key:ident: $type:ty = $default:expr,)*) => {
        /// The parameters of a pair of trained networks. docs/configs.md explains each.
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct TrainSettings {
            $(pub(super) $key: $type,)*
        }

        impl Default for TrainSettings {
            fn default() -> TrainSettings {
                TrainSettings { $($key: $default,)* }
            }
        }

        impl TrainSettings {
            /// The keys in the order of the grid, the fastest last.
            pub const KEYS: &[&str] = &[$(stringify!($key),)*];
        }
    };
}

// Neighbouring cells have different networks in this order. So a thread rarely waits for a network that another one trains.
settings! {
    data: Data = Data::Spirals,
    points: Option<usize> = None,
    region: Option<Region> = None,
    classes: Option<usize> = None,
    inputs: Option<usize> = None,
    features: Option<PathBuf> = None,
    labels: Option<PathBuf> = None,
    width: usize = 128,
    layers: usize = 3,
    dim: usize = 2,
    student_width: Option<usize> = None,
    student_dim: Option<usize> = None,
    activation: Activation = Activation::Relu,
    dropout: f64 = 0.0,
    head: HeadKind = HeadKind::Linear,
    batch: usize = 256,
    learning_rate: f64 = 1e-3,
    warm_up: usize = 0,
    decay: f64 = 1.0,
    patience: Option<usize> = None,
    teacher_epochs: usize = DEFAULT_EPOCHS,
    loss: Second = Second::Kl,
    temperature: f64 = 1.0,
    mix: f64 = 1.0,
    part: Part = Part::Test,
    per: Per = Per::Tensor,
    bits: u32 = 0,
    prune: f64 = 0.0,
    rank: Option<usize> = None,
    concept: Option<Concept> = None,
    tune: Tune = Tune::Head,
    tune_epochs: usize = 0,
    epoch: Option<usize> = None,
    student: usize = 0,
    teacher: usize = 0,
}

pub(super) const DEFAULT_EPOCHS: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    Spirals,
    Radial,
    Digits,
    Files,
}

/// Where unembeddings come from: a matrix, or a second network of the same width and depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HeadKind {
    Linear,
    LinearWithBias,
    Network,
}

/// The second network: a student by its loss, a network trained on labels, or a copy of the teacher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Second {
    Kl,
    ReverseKl,
    L1,
    L2,
    CentredL2,
    CrossEntropy,
    Copy,
}

impl Second {
    pub(super) fn loss(self) -> Option<Loss> {
        Some(match self {
            Second::Kl => Loss::Kl,
            Second::ReverseKl => Loss::ReverseKl,
            Second::L1 => Loss::L1,
            Second::L2 => Loss::L2,
            Second::CentredL2 => Loss::CentredL2,
            Second::CrossEntropy => Loss::CrossEntropy,
            Second::Copy => return None,
        })
    }
}

/// What is trained for a second task: the new head alone, or the whole network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tune {
    Head,
    Whole,
}

/// The inputs that the pair is compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Train,
    Test,
    HeldOut,
}

impl TrainSettings {
    /// The same settings, with names of files relative to a folder.
    pub fn in_folder(mut self, folder: &Path) -> TrainSettings {
        for file in [&mut self.features, &mut self.labels].into_iter().flatten() {
            *file = folder.join(&*file);
        }
        self
    }

    /// The inputs that the pair is compared on.
    ///
    /// # Errors
    /// Nothing is held out.
    pub fn part<'a>(&self, splits: &'a Splits) -> Result<&'a Dataset, String> {
        match self.part {
            Part::Train => Ok(&splits.train),
            Part::Test => Ok(&splits.test),
            Part::HeldOut => {
                splits.held_out.as_ref().ok_or_else(|| "part is held_out, and nothing is held out".into())
            }
        }
    }

    /// How the second network is compressed, if it is. At most one of the keys says so.
    pub fn compression(&self) -> Option<Compression> {
        match (self.bits, self.rank) {
            (0, Some(rank)) => Some(Compression::LowRank(rank)),
            (0, None) => (self.prune > 0.0).then_some(Compression::Prune(self.prune)),
            (bits, _) => Some(match self.per {
                Per::Tensor => Compression::RoundTensor(bits),
                Per::Row => Compression::RoundRow(bits),
            }),
        }
    }

    /// How both networks are adapted to recognise the concept, if they are.
    pub fn tuning(&self) -> Option<FineTuneSpec> {
        let frozen = match self.tune {
            Tune::Head => Frozen::Embedder,
            Tune::Whole => Frozen::Nothing,
        };
        let training = TrainingSpec { patience: None, ..self.training(Loss::CrossEntropy, self.tune_epochs) };
        (self.tune_epochs > 0).then_some(FineTuneSpec { frozen, training, ..FineTuneSpec::default() })
    }
}

/// An error that begins with the key of the config. `width` and `dim` are the keys of the network.
pub(super) fn words(error: &TrainError, width: &str, dim: &str) -> String {
    let TrainError::Setting { key, value, needed } = error else { return error.to_string() };
    let key = match *key {
        "hidden" | "head.hidden" => width,
        "dim" => dim,
        "schedule.decay" => "decay",
        "points_per_arm" => "points",
        key => key,
    };
    format!("{key} is {value}; it must be {needed}")
}
