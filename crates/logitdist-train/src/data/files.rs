//! A user's features and labels.

use super::{Dataset, Splits, table};
use crate::error::{TrainError, require};
use crate::fingerprint::fingerprint;
use logitdist::Mat;
use logitdist_io::read_array;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Features and labels in files.
///
/// Features are N×D: an `.npy` array, the array `features` of an `.npz`, `.safetensors` or directory, or a `.csv` file with a line per input
/// and perhaps a header. Labels are N whole numbers from 0: likewise, the array being called `labels`. Both may be in one archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// File of the features.
    pub features: PathBuf,
    /// File of the labels.
    pub labels: PathBuf,
    /// K; if it is left out, one more than the largest label.
    #[serde(default)]
    pub n_labels: Option<usize>,
    /// Subtract each feature's mean over the inputs trained on and divide by its standard deviation; a constant one becomes 0.
    #[serde(default)]
    pub standardise: bool,
    /// Seed of the division into half, a quarter and a quarter of each class.
    #[serde(default)]
    pub seed: u64,
}

/// The contents of files, read and hashed once; they can be divided many times.
#[derive(Debug, Clone, PartialEq)]
pub struct FileData {
    data: Dataset,
    content: [String; 2],
}

/// More labels than this must be a mistake, such as a file of measurements.
const MOST_LABELS: usize = 100_000;

impl Files {
    /// Reads the files and divides the inputs.
    ///
    /// # Errors
    /// A file that cannot be read, with the line and column of what is wrong, or data that are no classification task.
    pub fn load(&self) -> Result<Splits, TrainError> {
        self.divide(&self.read_data()?)
    }

    /// Reads the files, to be divided by any seed and standardised or not.
    ///
    /// # Errors
    /// As [`load`](Files::load).
    pub fn read(&self) -> Result<FileData, TrainError> {
        Ok(FileData { data: self.read_data()?, content: self.content()? })
    }

    fn read_data(&self) -> Result<Dataset, TrainError> {
        let most = MOST_LABELS;
        if let Some(n) = self.n_labels {
            require((2..=most).contains(&n), "n_labels", n, format!("from 2 to {most}"))?;
        }
        let features = read(&self.features, "features")?;
        let labels = self.read_labels()?;
        let found = labels.iter().max().map_or(0, |largest| largest + 1);
        Dataset::new(features, labels, self.n_labels.unwrap_or(found)).map_err(|e| self.named(e))
    }

    fn divide(&self, data: &Dataset) -> Result<Splits, TrainError> {
        let splits = Splits::stratified(data, &mut ChaCha8Rng::seed_from_u64(self.seed));
        let splits = splits.map_err(|e| self.named(e))?;
        if self.standardise { standardised(&splits).map_err(|e| self.named(e)) } else { Ok(splits) }
    }

    /// An error about data with the names of their files.
    fn named(&self, error: TrainError) -> TrainError {
        match error {
            TrainError::Data(message) => TrainError::Data(format!(
                "{} and {}: {message}",
                self.features.display(),
                self.labels.display()
            )),
            other => other,
        }
    }

    fn read_labels(&self) -> Result<Vec<usize>, TrainError> {
        let path = &self.labels;
        let column = read(path, "labels")?;
        if column.ncols() != 1 {
            let found = format!("the labels have {} columns; one is needed", column.ncols());
            return Err(TrainError::file(path, None, found));
        }
        let label = |(i, &value): (usize, &f64)| {
            if value >= 0.0 && value < MOST_LABELS as f64 && value.fract() == 0.0 {
                return Ok(value as usize);
            }
            let last = self.n_labels.unwrap_or(MOST_LABELS) - 1;
            let message = format!(
                "the label of input {i} (counted from 0) is {value}; it must be a whole number from 0 to {last}"
            );
            Err(TrainError::file(path, None, message))
        };
        column.col_as_slice(0).iter().enumerate().map(label).collect()
    }

    /// A name for these data by the content of the files.
    pub(crate) fn fingerprint(&self) -> Result<String, TrainError> {
        Ok(self.fingerprint_of(&self.content()?))
    }

    fn fingerprint_of(&self, content: &[String; 2]) -> String {
        let Files { n_labels, standardise, seed, .. } = self;
        fingerprint("files", &(content, n_labels, standardise, seed))
    }

    /// Hashes of the contents of both files. A folder counts as its `.npy` file.
    fn content(&self) -> Result<[String; 2], TrainError> {
        let hash = |path: &Path, array: &str| {
            let path = if path.is_dir() { path.join(format!("{array}.npy")) } else { path.to_path_buf() };
            let mut hasher = blake3::Hasher::new();
            logitdist_io::open_file(&path)
                .and_then(|(file, _)| std::io::copy(&mut &file, &mut hasher))
                .map_err(|e| TrainError::file(&path, None, format!("cannot be read: {e}")))?;
            Ok::<_, TrainError>(hasher.finalize().to_hex().to_string())
        };
        Ok([hash(&self.features, "features")?, hash(&self.labels, "labels")?])
    }
}

impl FileData {
    /// The data, divided as `files` says. `files` must be the ones that were read.
    ///
    /// # Errors
    /// A label of fewer than 4 examples.
    pub fn divided(&self, files: &Files) -> Result<Splits, TrainError> {
        files.divide(&self.data)
    }

    /// [`DataSpec::fingerprint`](super::DataSpec::fingerprint) of `files`, by what was in them when they were read.
    pub fn fingerprint(&self, files: &Files) -> String {
        files.fingerprint_of(&self.content)
    }
}

/// A table or array by the file's extension.
fn read(path: &Path, array: &'static str) -> Result<Mat<f64>, TrainError> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return table::read(path);
    }
    Ok(read_array(path, array)?)
}

/// Each feature with mean 0 and standard deviation 1 over the inputs trained on.
fn standardised(splits: &Splits) -> Result<Splits, TrainError> {
    let moments: Vec<(f64, f64)> = splits
        .train
        .features()
        .col_iter()
        .map(|column| {
            let n = column.nrows() as f64;
            // Twice, so that rounding of a large mean does not pass for variance.
            let first = column.iter().sum::<f64>() / n;
            let mean = first + column.iter().map(|v| v - first).sum::<f64>() / n;
            let variance = column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
            (mean, variance.sqrt())
        })
        .collect();
    let scaled = |data: &Dataset| {
        let features = Mat::from_fn(data.n_inputs(), data.n_features(), |i, j| {
            let (mean, deviation) = moments[j];
            if deviation > 0.0 { (data.features()[(i, j)] - mean) / deviation } else { 0.0 }
        });
        Dataset::new(features, data.labels().to_vec(), data.n_labels())
    };
    Ok(Splits {
        train: scaled(&splits.train)?,
        validation: scaled(&splits.validation)?,
        test: scaled(&splits.test)?,
        held_out: None,
    })
}
