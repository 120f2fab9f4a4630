//! Checks the keys of a table `[train.NAME]`. Each message begins with the key.

use super::settings::{DEFAULT_EPOCHS, Data, Part, TrainSettings, words};
use logitdist_train::{Loss, Region, TrainingSpec};

const DEEPEST: usize = 100;
const LONGEST: usize = 1_000_000;

impl TrainSettings {
    /// Checks everything without making data or networks.
    ///
    /// # Errors
    /// What is wrong, beginning with the key.
    pub fn check(&self) -> Result<(), String> {
        let of_other_data = [
            ("points", self.points.is_some(), Data::Spirals),
            ("region", self.region.is_some(), Data::Spirals),
            ("classes", self.classes.is_some(), Data::Radial),
            ("inputs", self.inputs.is_some(), Data::Radial),
            ("features", self.features.is_some(), Data::Files),
            ("labels", self.labels.is_some(), Data::Files),
            ("concept", self.concept.is_some(), Data::Digits),
        ];
        if let Some((key, _, data)) = of_other_data.iter().find(|(_, set, data)| *set && *data != self.data) {
            let (data, own) = (format!("{data:?}").to_lowercase(), format!("{:?}", self.data).to_lowercase());
            return Err(format!("{key} belongs to data = \"{data}\", and data is \"{own}\""));
        }
        if self.data == Data::Files && (self.features.is_none() || self.labels.is_none()) {
            return Err("data is files, which needs both keys features and labels".into());
        }
        if self.part == Part::HeldOut && self.region.unwrap_or_default() == Region::All {
            return Err(
                "part is held_out, and nothing is held out; region must be interpolation or extrapolation"
                    .into(),
            );
        }
        self.data_spec(0, 0).check().map_err(|e| words(&e, "width", "dim"))?;
        self.check_compression()?;
        if self.tune_epochs > 0 && self.concept.is_none() {
            return Err(format!(
                "tune_epochs is {}, and there is no task to adapt to; it needs the key concept",
                self.tune_epochs
            ));
        }
        if self.layers > DEEPEST {
            return Err(format!("layers is {}; it must be at most {DEEPEST}", self.layers));
        }
        for (key, epochs, least) in [
            ("teacher_epochs", self.teacher_epochs, 1),
            ("epoch", self.epoch.unwrap_or(DEFAULT_EPOCHS), 0),
            ("tune_epochs", self.tune_epochs, 0),
        ] {
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

    fn check_compression(&self) -> Result<(), String> {
        let active = [
            ("bits", self.bits > 0, self.bits.to_string()),
            ("prune", self.prune != 0.0, self.prune.to_string()),
            ("rank", self.rank.is_some(), self.rank.unwrap_or_default().to_string()),
        ];
        let active: Vec<_> = active.into_iter().filter(|(_, active, _)| *active).collect();
        if let [(key, _, value), (other, _, of_other), ..] = &active[..] {
            return Err(format!(
                "{key} is {value} and {other} is {of_other}; a network is made smaller in one way at most"
            ));
        }
        if !(self.bits == 0 || (2..=16).contains(&self.bits)) {
            return Err(format!("bits is {}; it must be from 2 to 16, or 0 for no rounding", self.bits));
        }
        if !(0.0..1.0).contains(&self.prune) {
            return Err(format!("prune is {}; it must be at least 0 and less than 1", self.prune));
        }
        if self.rank == Some(0) {
            return Err("rank is 0; it must be at least 1".into());
        }
        Ok(())
    }

    /// A copy of the teacher has no settings of a student.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_train::{Compression, Duration, Frozen};

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
            ("points = 3", "points is 3; it must be from 16"),
            ("data = \"radial\"\nclasses = 1", "classes is 1; it must be from 2"),
            ("data = \"radial\"\ninputs = 79", "inputs is 79; it must be from 80"),
            ("bits = 1", "bits is 1; it must be from 2 to 16"),
            ("prune = 1.0", "prune is 1; it must be at least 0 and less than 1"),
            ("prune = -0.5", "prune is -0.5"),
            ("prune = nan", "prune is NaN"),
            ("rank = 0", "rank is 0; it must be at least 1"),
            ("bits = 4\nprune = 0.5", "bits is 4 and prune is 0.5; a network is made smaller in one way"),
            ("bits = 4\nrank = 2", "bits is 4 and rank is 2"),
            ("prune = 0.25\nrank = 2", "prune is 0.25 and rank is 2"),
            ("concept = \"odd\"", "concept belongs to data = \"digits\", and data is \"spirals\""),
            ("data = \"digits\"\ntune_epochs = 3", "tune_epochs is 3, and there is no task to adapt to"),
            ("data = \"digits\"\nconcept = \"odd\"\ntune_epochs = 1000001", "tune_epochs is 1000001"),
            ("features = \"x.npy\"", "features belongs to data = \"files\", and data is \"spirals\""),
            (
                "data = \"files\"\nlabels = \"y.npy\"",
                "data is files, which needs both keys features and labels",
            ),
            ("patience = 0", "patience is 0; it must be at least 1 epoch"),
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
    }

    #[test]
    fn a_network_is_made_smaller_as_the_key_says() {
        let compression = |text: &str| settings(text).compression();
        assert_eq!(compression(""), None);
        assert_eq!(compression("bits = 4\nper = \"row\""), Some(Compression::RoundRow(4)));
        assert_eq!(compression("prune = 0.5\nper = \"row\""), Some(Compression::Prune(0.5)));
        assert_eq!(compression("rank = 3\nbits = 0\nprune = 0.0"), Some(Compression::LowRank(3)));
    }

    #[test]
    fn adapting_is_training_as_before_but_on_labels_and_to_its_end() {
        let tuning = |text: &str| {
            settings(&format!("data = \"digits\"\nconcept = \"odd\"\npatience = 3\nbatch = 9\n{text}"))
                .tuning()
        };
        assert_eq!(tuning(""), None);
        let head = tuning("tune_epochs = 7\nloss = \"l2\"").unwrap();
        let TrainingSpec { duration, batch, patience, loss, .. } = head.training;
        assert_eq!((duration, batch, patience, loss), (Duration::Epochs(7), 9, None, Loss::CrossEntropy));
        assert_eq!((head.frozen, head.head_bias), (Frozen::Embedder, true));
        assert_eq!(tuning("tune_epochs = 7\ntune = \"whole\"").unwrap().frozen, Frozen::Nothing);
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
