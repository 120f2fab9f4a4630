//! The keys of a table `[train.NAME]`: what they may be, and the inputs that they choose.

use logitdist_train::{
    Activation, Compression, Concept, Dataset, FineTuneSpec, Frozen, Loss, Region, Splits, TrainError,
    TrainingSpec,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What shares one step of the grid that weights are rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// All weights of a layer.
    #[default]
    Tensor,
    /// The weights of one output of a layer.
    Row,
}

/// The parameters of a pair of trained networks; see configs/README.md for what each of them means.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainSettings {
    pub(super) data: Data,
    pub(super) points: Option<usize>,
    pub(super) region: Option<Region>,
    pub(super) classes: Option<usize>,
    pub(super) inputs: Option<usize>,
    pub(super) features: Option<PathBuf>,
    pub(super) labels: Option<PathBuf>,
    pub(super) width: usize,
    pub(super) layers: usize,
    pub(super) dim: usize,
    pub(super) student_width: Option<usize>,
    pub(super) student_dim: Option<usize>,
    pub(super) activation: Activation,
    pub(super) dropout: f64,
    pub(super) head: HeadKind,
    pub(super) batch: usize,
    pub(super) learning_rate: f64,
    pub(super) warm_up: usize,
    pub(super) decay: f64,
    pub(super) patience: Option<usize>,
    pub(super) teacher_epochs: usize,
    pub(super) loss: Second,
    pub(super) temperature: f64,
    pub(super) mix: f64,
    pub(super) part: Part,
    pub(super) per: Per,
    pub(super) bits: u32,
    pub(super) prune: f64,
    pub(super) rank: Option<usize>,
    pub(super) concept: Option<Concept>,
    pub(super) tune: Tune,
    pub(super) tune_epochs: usize,
    pub(super) epoch: Option<usize>,
    pub(super) student: usize,
    pub(super) teacher: usize,
}

impl Default for TrainSettings {
    fn default() -> TrainSettings {
        TrainSettings {
            data: Data::Spirals,
            points: None,
            region: None,
            classes: None,
            inputs: None,
            features: None,
            labels: None,
            width: 128,
            layers: 3,
            dim: 2,
            student_width: None,
            student_dim: None,
            activation: Activation::Relu,
            dropout: 0.0,
            head: HeadKind::Linear,
            batch: 256,
            learning_rate: 1e-3,
            warm_up: 0,
            decay: 1.0,
            patience: None,
            teacher_epochs: DEFAULT_EPOCHS,
            loss: Second::Kl,
            temperature: 1.0,
            mix: 1.0,
            part: Part::Test,
            per: Per::Tensor,
            bits: 0,
            prune: 0.0,
            rank: None,
            concept: None,
            tune: Tune::Head,
            tune_epochs: 0,
            epoch: None,
            student: 0,
            teacher: 0,
        }
    }
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

/// Where unembeddings come from: a matrix, or a second network as wide and deep as the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HeadKind {
    Linear,
    LinearWithBias,
    Network,
}

/// What the second network is: a student by its loss, a network trained on labels, or the teacher itself.
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

/// What is trained when a network is adapted to a second task: its new head alone, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tune {
    Head,
    Whole,
}

/// Which inputs the pair is compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Train,
    Test,
    HeldOut,
}

impl TrainSettings {
    /// The keys in the order of the grid, the fastest last.
    ///
    /// Cells that follow one another have different networks, so that no thread waits for a network that another one trains.
    pub const KEYS: [&str; 35] = [
        "data",
        "points",
        "region",
        "classes",
        "inputs",
        "features",
        "labels",
        "width",
        "layers",
        "dim",
        "student_width",
        "student_dim",
        "activation",
        "dropout",
        "head",
        "batch",
        "learning_rate",
        "warm_up",
        "decay",
        "patience",
        "teacher_epochs",
        "loss",
        "temperature",
        "mix",
        "part",
        "per",
        "bits",
        "prune",
        "rank",
        "concept",
        "tune",
        "tune_epochs",
        "epoch",
        "student",
        "teacher",
    ];

    /// The same with names of files relative to a folder.
    pub fn in_folder(mut self, folder: &Path) -> TrainSettings {
        for file in [&mut self.features, &mut self.labels].into_iter().flatten() {
            *file = folder.join(&*file);
        }
        self
    }

    /// The data of a replicate of a run, divided.
    ///
    /// # Errors
    /// A setting of the data that is outside its range.
    pub fn splits(&self, run: u64, replicate: usize) -> Result<Splits, String> {
        self.data_spec(run, replicate).load().map_err(|e| words(&e, "width", "dim"))
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

    /// How the second network is made smaller, `None` if it is not. At most one of the keys says so.
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

    /// The concept that is looked for, `None` if none is.
    pub fn concept(&self) -> Option<Concept> {
        self.concept
    }

    /// How both networks are adapted to telling where the concept holds, `None` if they are not.
    pub fn tuning(&self) -> Option<FineTuneSpec> {
        let frozen = match self.tune {
            Tune::Head => Frozen::Embedder,
            Tune::Whole => Frozen::Nothing,
        };
        let training = TrainingSpec { patience: None, ..self.training(Loss::CrossEntropy, self.tune_epochs) };
        (self.tune_epochs > 0).then_some(FineTuneSpec { frozen, training, ..FineTuneSpec::default() })
    }
}

/// An error in the words of the config: it begins with the config's own key.
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
