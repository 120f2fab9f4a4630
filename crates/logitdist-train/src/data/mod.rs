//! Inputs with labels: generated, shipped, or a user's.

mod digits;
mod files;
mod radial;
mod spirals;
mod table;

pub use digits::{DIGITS_CITATION, Digits};
pub use files::{FileData, Files};
pub use radial::Radial;
pub use spirals::{Region, Spirals};

use crate::error::TrainError;
use crate::fingerprint::fingerprint;
use logitdist::{Mat, MatRef};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// N inputs of D features each, and a label of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    features: Mat<f64>,
    labels: Vec<usize>,
    n_labels: usize,
}

impl Dataset {
    /// Inputs (N×D, a row each) with labels from 0 to `n_labels` − 1.
    ///
    /// # Errors
    /// No input or feature, another number of labels than of inputs, fewer than 2 labels, a label outside the range, a label that no
    /// input has, an entry that is not finite, or features that are all constant.
    pub fn new(features: Mat<f64>, labels: Vec<usize>, n_labels: usize) -> Result<Dataset, TrainError> {
        let error = |message: String| Err(TrainError::Data(message));
        let (n, d) = features.shape();
        if n == 0 || d == 0 {
            return error(format!("the features are {n}×{d}; at least one input and one feature are needed"));
        }
        if labels.len() != n {
            return error(format!(
                "there are {n} inputs (rows of the features) and {} labels; a label for each input is needed",
                labels.len()
            ));
        }
        if n_labels < 2 {
            return error(format!("there is {n_labels} class; at least 2 are needed"));
        }
        if let Some(i) = labels.iter().position(|&y| y >= n_labels) {
            return error(format!(
                "the label of input {i} is {}; it must be from 0 to {}",
                labels[i],
                n_labels - 1
            ));
        }
        let mut seen = vec![false; n_labels];
        labels.iter().for_each(|&y| seen[y] = true);
        if let Some(y) = seen.iter().position(|&seen| !seen) {
            return error(format!(
                "no input has label {y}; every label from 0 to {} needs an example",
                n_labels - 1
            ));
        }
        for i in 0..n {
            for j in 0..d {
                if !features[(i, j)].is_finite() {
                    return error(format!(
                        "feature {j} of input {i} (both counted from 0) is {}; every entry must be finite",
                        features[(i, j)]
                    ));
                }
            }
        }
        let data = Dataset { features, labels, n_labels };
        let constant = data.constant_features();
        if constant.len() == d {
            return error(format!(
                "every feature ({}) is constant over the {n} inputs; nothing can be learnt from them",
                columns(&constant)
            ));
        }
        Ok(data)
    }

    /// Features, N×D.
    pub fn features(&self) -> MatRef<'_, f64> {
        self.features.as_ref()
    }

    /// Labels, N.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// K, the number of labels.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// N, the number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.features.nrows()
    }

    /// D, the number of features.
    pub fn n_features(&self) -> usize {
        self.features.ncols()
    }

    /// Features that have one value at all inputs, in order.
    pub fn constant_features(&self) -> Vec<usize> {
        let columns = self.features.col_iter().enumerate();
        columns.filter(|(_, column)| column.iter().all(|v| *v == column[0])).map(|(j, _)| j).collect()
    }

    /// Other labels of the same inputs.
    ///
    /// # Errors
    /// As [`new`](Dataset::new).
    pub fn relabelled(&self, labels: Vec<usize>, n_labels: usize) -> Result<Dataset, TrainError> {
        Dataset::new(self.features.clone(), labels, n_labels)
    }

    /// The inputs at these places, in this order, each of them at most N − 1.
    ///
    /// # Errors
    /// As [`new`](Dataset::new): in particular if a label has no example there.
    pub fn subset(&self, inputs: &[usize]) -> Result<Dataset, TrainError> {
        let features = Mat::from_fn(inputs.len(), self.n_features(), |i, j| self.features[(inputs[i], j)]);
        Dataset::new(features, inputs.iter().map(|&i| self.labels[i]).collect(), self.n_labels)
    }
}

/// `column 3`, `columns 0, 1, 2`, at most ten of them.
fn columns(list: &[usize]) -> String {
    let shown: Vec<String> = list.iter().take(10).map(usize::to_string).collect();
    let more = if list.len() > 10 { format!(" and {} more", list.len() - 10) } else { String::new() };
    format!("column{} {}{more}", if list.len() == 1 { "" } else { "s" }, shown.join(", "))
}

/// Inputs to train on, to validate on and to test on, and those of a region that training never sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Splits {
    /// Half of each class.
    pub train: Dataset,
    /// A quarter of each class.
    pub validation: Dataset,
    /// The rest.
    pub test: Dataset,
    /// Inputs outside the region that the other three are from.
    pub held_out: Option<Dataset>,
}

impl Splits {
    /// Divides each class at random: half, a quarter, the rest; at least one example of each in each part. Inputs keep their order.
    ///
    /// # Errors
    /// A class of fewer than 4 examples.
    pub fn stratified(data: &Dataset, rng: &mut ChaCha8Rng) -> Result<Splits, TrainError> {
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for y in 0..data.n_labels {
            let mut examples: Vec<usize> = (0..data.n_inputs()).filter(|&i| data.labels[i] == y).collect();
            let n = examples.len();
            if n < 4 {
                return Err(TrainError::Data(format!(
                    "label {y} has {n} examples; at least 4 are needed, for two to train on, one to validate and one to test"
                )));
            }
            shuffle(&mut examples, rng);
            let (train, rest) = examples.split_at(n / 2);
            let (validation, test) = rest.split_at(n / 4);
            for (part, examples) in parts.iter_mut().zip([train, validation, test]) {
                part.extend(examples);
            }
        }
        let [train, validation, test] = parts.map(|mut part| {
            part.sort_unstable();
            data.subset(&part)
        });
        Ok(Splits { train: train?, validation: validation?, test: test?, held_out: None })
    }
}

impl Splits {
    /// A second task on the same inputs: the label of each is `of` its label, from 0 to `n_labels` − 1.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn relabelled(&self, n_labels: usize, of: impl Fn(usize) -> usize) -> Result<Splits, TrainError> {
        let part = |data: &Dataset| data.relabelled(data.labels.iter().map(|&y| of(y)).collect(), n_labels);
        Ok(Splits {
            train: part(&self.train)?,
            validation: part(&self.validation)?,
            test: part(&self.test)?,
            held_out: self.held_out.as_ref().map(part).transpose()?,
        })
    }
}

/// Fisher and Yates' shuffle.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, rng.random_range(0..=i));
    }
}

/// Where inputs and labels come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DataSpec {
    /// Seven classes on the arms of a spiral.
    Spirals(Spirals),
    /// Sectors of the plane.
    Radial(Radial),
    /// Handwritten digits of 8×8 pixels.
    Digits(Digits),
    /// A user's files.
    Files(Files),
}

impl DataSpec {
    /// Checks the settings of generated data without making them. What a user's files hold is not asked.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        match self {
            DataSpec::Spirals(spirals) => spirals.check(),
            DataSpec::Radial(radial) => radial.check(),
            DataSpec::Digits(_) | DataSpec::Files(_) => Ok(()),
        }
    }

    /// Generates or reads the data and divides them.
    ///
    /// # Errors
    /// A setting outside its range, a file that cannot be read, or data that are no classification task.
    pub fn load(&self) -> Result<Splits, TrainError> {
        match self {
            DataSpec::Spirals(spirals) => spirals.load(),
            DataSpec::Radial(radial) => radial.load(),
            DataSpec::Digits(digits) => digits.load(),
            DataSpec::Files(files) => files.load(),
        }
    }

    /// A name of 32 hexadecimal digits for these data; other data have another one. For files it follows from their content, not their names.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn fingerprint(&self) -> Result<String, TrainError> {
        match self {
            DataSpec::Files(files) => files.fingerprint(),
            _ => Ok(fingerprint("data", self)),
        }
    }
}
