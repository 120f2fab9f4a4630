//! The recipes and seeds of the two networks of a pair. No seed comes from the cell, so cells share networks.

use super::settings::{DEFAULT_EPOCHS, Data, HeadKind, TrainSettings};
use crate::coordinates::hash;
use logitdist_train::{
    DataSpec, Digits, Duration, Files, Head, Loss, NetworkSpec, Radial, Recipe, Schedule, Spirals,
    TrainingSpec,
};
use std::path::PathBuf;

/// Files as data. Every sweep reads them in this one way, so that it trains on what it hashed.
pub fn files(features: PathBuf, labels: PathBuf, seed: u64) -> Files {
    Files { features, labels, n_labels: None, standardise: false, seed }
}

impl TrainSettings {
    /// Number of epochs of the second network.
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

    /// The recipe of the second network; `None` if it is a copy of the teacher. `data` is the fingerprint of the data of both.
    ///
    /// A student's seed comes from its teacher's recipe and its own number. So students by different losses start from the same weights.
    /// The seed of a network trained on labels does not depend on the teacher.
    pub fn second(&self, run: u64, replicate: usize, data: &str) -> Option<Recipe> {
        let loss = self.loss.loss()?;
        let of = match loss {
            Loss::CrossEntropy => "no teacher".to_owned(),
            _ => self.teacher(run, replicate).fingerprint_of(data),
        };
        Some(Recipe {
            data: self.data_spec(run, replicate),
            network: self.network_of_student(),
            training: TrainingSpec {
                temperature: self.temperature,
                mix: self.mix,
                ..self.training(loss, self.epochs())
            },
            seed: hash(&format!("{run}\nstudent\n{of}\n{}\n{replicate}", self.student)),
        })
    }

    pub(super) fn data_spec(&self, run: u64, replicate: usize) -> DataSpec {
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
            Data::Files => DataSpec::Files(self.files(seed).expect("settings that were checked name both")),
        }
    }

    /// The files of the data, with the seed that divides them; `None` if the data are generated or shipped.
    pub fn files(&self, seed: u64) -> Option<Files> {
        let (features, labels) = (self.features.clone()?, self.labels.clone()?);
        Some(files(features, labels, seed))
    }

    pub(super) fn network_of_teacher(&self) -> NetworkSpec {
        self.network(self.width, self.dim)
    }

    pub(super) fn network_of_student(&self) -> NetworkSpec {
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

    pub(super) fn training(&self, loss: Loss, epochs: usize) -> TrainingSpec {
        TrainingSpec {
            duration: Duration::Epochs(epochs),
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: match (self.warm_up, self.decay) {
                (0, 1.0) => Schedule::Constant,
                (warm_up, decay) => Schedule::Decay { warm_up, decay },
            },
            patience: self.patience,
            loss,
            ..TrainingSpec::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> TrainSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_teacher_is_shared_by_all_that_is_not_its_own() {
        let teacher = |text: &str| settings(text).teacher(7, 0);
        let same = [
            "student = 4",
            "loss = \"l2\"",
            "epoch = 9",
            "student_dim = 1",
            "bits = 3",
            "prune = 0.5",
            "rank = 1",
            "tune = \"whole\"",
            "temperature = 2.0",
        ];
        for text in same {
            assert_eq!(teacher(text), teacher(""), "{text}");
        }
        for text in
            ["teacher = 1", "width = 5", "points = 30", "teacher_epochs = 3", "batch = 3", "patience = 3"]
        {
            assert_ne!(teacher(text), teacher(""), "{text}");
        }
        assert_ne!(settings("").teacher(7, 1), teacher(""));
        assert_ne!(settings("").teacher(8, 0), teacher(""));
    }

    #[test]
    fn students_start_alike_and_differ_by_teacher_and_number() {
        let second = |text: &str| settings(text).second(7, 0, "data").unwrap();
        assert_eq!(second("loss = \"l2\"").seed, second("").seed);
        for text in ["student = 1", "teacher = 1", "width = 5"] {
            assert_ne!(second(text).seed, second("").seed, "{text}");
        }
        let independent = |text: &str| second(&format!("loss = \"cross_entropy\"\n{text}"));
        assert_eq!(independent("teacher = 1"), independent(""));
        assert_ne!(independent("student = 1"), independent(""));
        assert_eq!(settings("loss = \"copy\"").second(7, 0, "data"), None);
    }
}
