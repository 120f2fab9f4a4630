//! What a network is trained on: inputs, and for a student its teacher's logits on them.

use crate::data::Dataset;
use crate::error::TrainError;
use crate::network::Network;
use crate::spec::TrainingSpec;
use logitdist::{Mat, MatRef};

/// What to train on.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// Inputs to train on.
    pub train: &'a Dataset,
    /// Inputs to validate on: they decide when to stop.
    pub validation: Option<&'a Dataset>,
    /// A teacher's logits on both, for all losses but cross-entropy.
    pub teacher: Option<&'a TeacherLogits>,
}

/// A teacher's logits on the inputs of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TeacherLogits {
    /// N×K on the inputs trained on.
    pub train: Mat<f64>,
    /// N×K on those of the validation; needed if there are any.
    pub validation: Option<Mat<f64>>,
}

impl TeacherLogits {
    /// The logits of a network.
    ///
    /// # Errors
    /// The network takes inputs of another number of features.
    pub fn of(
        teacher: &Network,
        train: &Dataset,
        validation: Option<&Dataset>,
    ) -> Result<TeacherLogits, TrainError> {
        Ok(TeacherLogits {
            train: teacher.logits(train.features())?,
            validation: validation.map(|data| teacher.logits(data.features())).transpose()?,
        })
    }
}

impl Task<'_> {
    /// Checks that a network can be trained on these data.
    pub(crate) fn check(&self, network: &Network, training: &TrainingSpec) -> Result<(), TrainError> {
        let mismatch = |message: String| Err(TrainError::Mismatch(message));
        for data in std::iter::once(self.train).chain(self.validation) {
            let (found, needed) =
                ((data.n_features(), data.n_labels()), (network.n_features(), network.n_labels()));
            if found != needed {
                return mismatch(format!(
                    "the data have {} features and {} labels, and the network {} and {}",
                    found.0, found.1, needed.0, needed.1
                ));
            }
        }
        if training.patience.is_some() && self.validation.is_none() {
            return mismatch("`patience` needs inputs to validate on, and there are none".to_owned());
        }
        let teacher = match self.teacher {
            _ if !training.loss.needs_teacher() => return Ok(()),
            Some(teacher) => teacher,
            None => return mismatch("the loss compares with a teacher, and there is none".to_owned()),
        };
        let pairs = [
            ("train on", Some(self.train), Some(&teacher.train)),
            ("validate on", self.validation, teacher.validation.as_ref()),
        ];
        for (purpose, data, logits) in pairs {
            let Some(data) = data else { continue };
            let (n, k) = (data.n_inputs(), data.n_labels());
            let (rows, cols) = logits.map_or((0, k), |logits| (logits.nrows(), logits.ncols()));
            if cols != k {
                return mismatch(format!(
                    "the teacher has {cols} labels and the data {k}; a student needs a teacher of its own labels"
                ));
            }
            if rows != n {
                return mismatch(format!("there are {n} inputs to {purpose} and teacher's logits of {rows}"));
            }
        }
        Ok(())
    }
}

/// Inputs, labels and teacher's logits as f32, input after input.
pub(crate) struct Examples<'a> {
    pub(crate) features: Vec<f32>,
    pub(crate) labels: &'a [usize],
    pub(crate) teacher: Vec<f32>,
}

impl<'a> Examples<'a> {
    pub(crate) fn new(data: &'a Dataset, teacher: Option<MatRef<'_, f64>>) -> Examples<'a> {
        Examples {
            features: by_rows(data.features()),
            labels: data.labels(),
            teacher: teacher.map(by_rows).unwrap_or_default(),
        }
    }
}

fn by_rows(matrix: MatRef<'_, f64>) -> Vec<f32> {
    matrix.row_iter().flat_map(|row| row.iter().map(|&v| v as f32)).collect()
}
