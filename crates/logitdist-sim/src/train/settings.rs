//! The keys of a table `[train.NAME]`: what they may be, and the inputs that they choose.

use logitdist_train::{Activation, Compression, Dataset, Loss, Region, Splits, TrainError, TrainingSpec};
use serde::Deserialize;

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
    pub(super) teacher_epochs: usize,
    pub(super) loss: Second,
    pub(super) temperature: f64,
    pub(super) mix: f64,
    pub(super) part: Part,
    pub(super) per: Per,
    pub(super) bits: u32,
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
            teacher_epochs: DEFAULT_EPOCHS,
            loss: Second::Kl,
            temperature: 1.0,
            mix: 1.0,
            part: Part::Test,
            per: Per::Tensor,
            bits: 0,
            epoch: None,
            student: 0,
            teacher: 0,
        }
    }
}

pub(super) const DEFAULT_EPOCHS: usize = 100;
const DEEPEST: usize = 100;
const LONGEST: usize = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    Spirals,
    Radial,
    Digits,
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
    pub const KEYS: [&str; 27] = [
        "data",
        "points",
        "region",
        "classes",
        "inputs",
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
        "teacher_epochs",
        "loss",
        "temperature",
        "mix",
        "part",
        "per",
        "bits",
        "epoch",
        "student",
        "teacher",
    ];

    /// Checks everything but the ranges of the data, which [`splits`](TrainSettings::splits) checks.
    ///
    /// # Errors
    /// What is wrong, beginning with the key.
    pub fn check(&self) -> Result<(), String> {
        let of_other_data = [
            ("points", self.points.is_some(), Data::Spirals),
            ("region", self.region.is_some(), Data::Spirals),
            ("classes", self.classes.is_some(), Data::Radial),
            ("inputs", self.inputs.is_some(), Data::Radial),
        ];
        if let Some((key, _, data)) = of_other_data.iter().find(|(_, set, data)| *set && *data != self.data) {
            let (data, own) = (format!("{data:?}").to_lowercase(), format!("{:?}", self.data).to_lowercase());
            return Err(format!("{key} belongs to data = \"{data}\", and data is \"{own}\""));
        }
        if self.part == Part::HeldOut && self.region.unwrap_or_default() == Region::All {
            return Err(
                "part is held_out, and nothing is held out; region must be interpolation or extrapolation"
                    .into(),
            );
        }
        if !(self.bits == 0 || (2..=16).contains(&self.bits)) {
            return Err(format!("bits is {}; it must be from 2 to 16, or 0 for no rounding", self.bits));
        }
        if self.layers > DEEPEST {
            return Err(format!("layers is {}; it must be at most {DEEPEST}", self.layers));
        }
        for (key, epochs, least) in
            [("teacher_epochs", self.teacher_epochs, 1), ("epoch", self.epoch.unwrap_or(DEFAULT_EPOCHS), 0)]
        {
            if !(least..=LONGEST).contains(&epochs) {
                return Err(format!("{key} is {epochs}; it must be from {least} to {LONGEST}"));
            }
        }
        let teacher = self.network_of_teacher();
        teacher.check().map_err(|e| words(&e, "width", "dim"))?;
        self.training(Loss::CrossEntropy, self.teacher_epochs)
            .check()
            .map_err(|e| words(&e, "width", "dim"))?;
        let Some(loss) = self.loss.loss() else { return self.check_copy() };
        let spec = TrainingSpec { temperature: self.temperature, mix: self.mix, ..self.training(loss, 1) };
        spec.check()
            .and_then(|()| self.network_of_student().check())
            .map_err(|e| words(&e, "student_width", "student_dim"))
    }

    /// A copy has nothing that only a student could have.
    fn check_copy(&self) -> Result<(), String> {
        let set = [
            ("student_width", self.student_width.is_some()),
            ("student_dim", self.student_dim.is_some()),
            ("temperature", self.temperature != 1.0),
            ("mix", self.mix != 1.0),
            ("epoch", self.epoch.is_some()),
            ("student", self.student != 0),
        ];
        let key = set.iter().find(|(_, set)| *set).map(|(key, _)| key);
        key.map_or(Ok(()), |key| {
            Err(format!(
                "{key} is a student's, and with loss = \"copy\" the second network is the teacher itself"
            ))
        })
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

    /// How the second network is rounded, `None` if it is not.
    pub fn rounding(&self) -> Option<Compression> {
        let rounding = match self.per {
            Per::Tensor => Compression::RoundTensor(self.bits),
            Per::Row => Compression::RoundRow(self.bits),
        };
        (self.bits > 0).then_some(rounding)
    }
}

/// An error in the words of the config: it begins with the config's own key.
fn words(error: &TrainError, width: &str, dim: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> TrainSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_cannot_be_is_said_with_its_key() {
        assert_eq!(TrainSettings::default().check(), Ok(()));
        for (text, start) in [
            ("classes = 6", "classes belongs to data = \"radial\""),
            ("data = \"digits\"\npoints = 20", "points belongs to data = \"spirals\""),
            ("part = \"held_out\"", "part is held_out, and nothing is held out"),
            ("bits = 1", "bits is 1; it must be from 2 to 16"),
            ("layers = 101", "layers is 101"),
            ("width = 0", "width is 0; it must be from 1"),
            ("student_width = 0", "student_width is 0"),
            ("student_dim = 0", "student_dim is 0"),
            ("dropout = 1.0", "dropout is 1"),
            ("decay = 0.0", "decay is 0"),
            ("batch = 0", "batch is 0"),
            ("teacher_epochs = 0", "teacher_epochs is 0"),
            ("epoch = 1000001", "epoch is 1000001"),
            ("loss = \"l2\"\ntemperature = 2.0", "temperature is 2"),
            ("loss = \"copy\"\nepoch = 3", "epoch is a student's"),
            ("loss = \"cross_entropy\"\nmix = 0.5", "mix is 0.5"),
        ] {
            let error = settings(text).check().unwrap_err();
            assert!(error.starts_with(start), "{text}: {error}");
        }
        let error = settings("points = 3").splits(0, 0).unwrap_err();
        assert!(error.starts_with("points is 3; it must be from 16"), "{error}");
    }

    #[test]
    fn every_field_is_a_key() {
        let known: toml::Table =
            TrainSettings::KEYS.iter().map(|k| ((*k).to_owned(), toml::Value::Boolean(true))).collect();
        for (key, value) in known {
            let error =
                toml::Table::from_iter([(key.clone(), value)]).try_into::<TrainSettings>().unwrap_err();
            assert!(!error.to_string().contains("unknown field"), "{key}");
        }
        let error = toml::from_str::<TrainSettings>("nothing = 1").unwrap_err().to_string();
        assert_eq!(error.matches('`').count(), 2 * (TrainSettings::KEYS.len() + 1), "{error}");
    }
}
