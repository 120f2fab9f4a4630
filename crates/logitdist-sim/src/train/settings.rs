//! The keys of a table `[train.NAME]`, and the recipes of the two networks that they ask for.

use super::rounding::Per;
use crate::cell::hash;
use logitdist_train::{
    Activation, DataSpec, Dataset, Digits, Duration, Head, Loss, NetworkSpec, Radial, Recipe, Region,
    Schedule, Spirals, Splits, TrainError, TrainingSpec,
};
use serde::Deserialize;

/// The parameters of a pair of trained networks; see configs/README.md for what each of them means.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainSettings {
    data: Data,
    points: Option<usize>,
    region: Option<Region>,
    classes: Option<usize>,
    inputs: Option<usize>,
    width: usize,
    layers: usize,
    dim: usize,
    student_width: Option<usize>,
    student_dim: Option<usize>,
    activation: Activation,
    dropout: f64,
    head: HeadKind,
    batch: usize,
    learning_rate: f64,
    warm_up: usize,
    decay: f64,
    teacher_epochs: usize,
    loss: Second,
    temperature: f64,
    mix: f64,
    part: Part,
    per: Per,
    bits: u32,
    epoch: Option<usize>,
    student: usize,
    teacher: usize,
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

const DEFAULT_EPOCHS: usize = 100;
const DEEPEST: usize = 100;
const LONGEST: usize = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Data {
    Spirals,
    Radial,
    Digits,
}

/// Where unembeddings come from: a matrix, or a second network as wide and deep as the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HeadKind {
    Linear,
    LinearWithBias,
    Network,
}

/// What the second network is: a student by its loss, a network trained on labels, or the teacher itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Second {
    Kl,
    ReverseKl,
    L1,
    L2,
    CentredL2,
    CrossEntropy,
    Copy,
}

impl Second {
    fn loss(self) -> Option<Loss> {
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
enum Part {
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
    pub fn rounding(&self) -> Option<(u32, Per)> {
        (self.bits > 0).then_some((self.bits, self.per))
    }

    /// Epochs of the teacher's training.
    pub fn teacher_epochs(&self) -> usize {
        self.teacher_epochs
    }

    /// Epochs of the second network's training.
    pub fn epochs(&self) -> usize {
        self.epoch.unwrap_or(DEFAULT_EPOCHS)
    }

    /// The recipe of the teacher. Its seed comes from the run's seed, the replicate and the teacher's number alone.
    pub fn teacher(&self, run: u64, replicate: usize) -> Recipe {
        Recipe {
            data: self.data_spec(run, replicate),
            network: self.network_of_teacher(),
            training: self.training(Loss::CrossEntropy, self.teacher_epochs),
            seed: hash(&format!("{run}\nteacher\n{}\n{replicate}", self.teacher)),
        }
    }

    /// The recipe of the second network, `None` if it is a copy of the teacher. A student's seed comes from its teacher's recipe and its own number, so that students by
    /// different losses start from the same weights; that of a network trained on labels does not come from the teacher.
    ///
    /// # Errors
    /// None for data that are generated or shipped.
    pub fn second(&self, run: u64, replicate: usize) -> Result<Option<Recipe>, TrainError> {
        let Some(loss) = self.loss.loss() else { return Ok(None) };
        let of = match loss {
            Loss::CrossEntropy => "no teacher".to_owned(),
            _ => self.teacher(run, replicate).fingerprint()?,
        };
        Ok(Some(Recipe {
            data: self.data_spec(run, replicate),
            network: self.network_of_student(),
            training: TrainingSpec {
                temperature: self.temperature,
                mix: self.mix,
                ..self.training(loss, self.epochs())
            },
            seed: hash(&format!("{run}\nstudent\n{of}\n{}\n{replicate}", self.student)),
        }))
    }

    fn data_spec(&self, run: u64, replicate: usize) -> DataSpec {
        let seed = hash(&format!("{run}\ndata\n{replicate}"));
        match self.data {
            Data::Spirals => {
                let default = Spirals::default();
                DataSpec::Spirals(Spirals {
                    points_per_arm: self.points.unwrap_or(default.points_per_arm),
                    region: self.region.unwrap_or(default.region),
                    seed,
                })
            }
            Data::Radial => {
                let default = Radial::default();
                DataSpec::Radial(Radial {
                    classes: self.classes.unwrap_or(default.classes),
                    inputs: self.inputs.unwrap_or(default.inputs),
                    seed,
                })
            }
            Data::Digits => DataSpec::Digits(Digits { seed }),
        }
    }

    fn network_of_teacher(&self) -> NetworkSpec {
        self.network(self.width, self.dim)
    }

    fn network_of_student(&self) -> NetworkSpec {
        self.network(self.student_width.unwrap_or(self.width), self.student_dim.unwrap_or(self.dim))
    }

    fn network(&self, width: usize, dim: usize) -> NetworkSpec {
        let hidden = vec![width; self.layers];
        NetworkSpec {
            dim,
            activation: self.activation,
            dropout: self.dropout,
            // [B]'s networks f and g both end without a bias.
            embedding_bias: self.head != HeadKind::Network,
            head: match self.head {
                HeadKind::Linear => Head::Linear { bias: false },
                HeadKind::LinearWithBias => Head::Linear { bias: true },
                HeadKind::Network => Head::Network { hidden: hidden.clone() },
            },
            hidden,
        }
    }

    fn training(&self, loss: Loss, epochs: usize) -> TrainingSpec {
        TrainingSpec {
            duration: Duration::Epochs(epochs),
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: match (self.warm_up, self.decay) {
                (0, 1.0) => Schedule::Constant,
                (warm_up, decay) => Schedule::Decay { warm_up, decay },
            },
            loss,
            ..TrainingSpec::default()
        }
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
    fn a_teacher_is_shared_by_all_that_is_not_its_own() {
        let teacher = |text: &str| settings(text).teacher(7, 0);
        let same =
            ["student = 4", "loss = \"l2\"", "epoch = 9", "student_dim = 1", "bits = 3", "temperature = 2.0"];
        for text in same {
            assert_eq!(teacher(text), teacher(""), "{text}");
        }
        for text in ["teacher = 1", "width = 5", "points = 30", "teacher_epochs = 3", "batch = 3"] {
            assert_ne!(teacher(text), teacher(""), "{text}");
        }
        assert_ne!(settings("").teacher(7, 1), teacher(""));
        assert_ne!(settings("").teacher(8, 0), teacher(""));
    }

    #[test]
    fn students_start_alike_and_differ_by_teacher_and_number() {
        let second = |text: &str| settings(text).second(7, 0).unwrap().unwrap();
        assert_eq!(second("loss = \"l2\"").seed, second("").seed);
        for text in ["student = 1", "teacher = 1", "width = 5"] {
            assert_ne!(second(text).seed, second("").seed, "{text}");
        }
        let independent = |text: &str| second(&format!("loss = \"cross_entropy\"\n{text}"));
        assert_eq!(independent("teacher = 1"), independent(""));
        assert_ne!(independent("student = 1"), independent(""));
        assert_eq!(settings("loss = \"copy\"").second(7, 0).unwrap(), None);
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
