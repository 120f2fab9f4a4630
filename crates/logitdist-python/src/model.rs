//! A model as Python gives it: arrays in memory, or a file.

use crate::array::{Array, Held};
use anyhow::Context;
use logitdist::{Error, Labels, MatMut, ModelRows, Pair, SMALLEST_SCALE};
use logitdist_io::{ArrayNames, FileModel, ReadOptions, Source, Transpose, open_model};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A model that Python holds.
#[derive(FromPyObject)]
pub enum Given<'py> {
    /// Embeddings N×M, unembeddings K×M, and a bias of K entries or none.
    Arrays(Held<'py>, Held<'py>, Option<PyReadonlyArray1<'py, f64>>),
    /// A file, the names of its arrays as the command takes them, and whether the embeddings and the unembeddings are transposed.
    File(PathBuf, Option<String>, bool, bool),
}

/// What other threads may read while Python does other things.
pub enum Seen<'a> {
    Arrays(Array<'a>, Array<'a>, Option<Vec<f64>>),
    File(Source, ReadOptions),
}

impl Given<'_> {
    /// The model without what is Python's.
    ///
    /// # Errors
    /// Names that are none.
    pub fn seen(&self) -> anyhow::Result<Seen<'_>> {
        Ok(match self {
            Given::Arrays(f, g, bias) => {
                let bias = bias.as_ref().map(|bias| bias.as_array().iter().copied().collect());
                Seen::Arrays(f.view(), g.view(), bias)
            }
            Given::File(path, names, embeddings, unembeddings) => {
                let names: Option<ArrayNames> = names.as_ref().map(|names| names.parse()).transpose()?;
                let transpose = Transpose { embeddings: *embeddings, unembeddings: *unembeddings };
                let names = names.unwrap_or_default();
                let options = ReadOptions { names, transpose, ..ReadOptions::default() };
                Seen::File(Source::Path(path.clone()), options)
            }
        })
    }
}

impl Seen<'_> {
    /// The model called `name`, whose reading ends when `stop` is set.
    ///
    /// # Errors
    /// What no model may have, or a file that cannot be read.
    pub fn open<'s>(&'s self, name: &'s str, stop: &'s AtomicBool) -> anyhow::Result<Opened<'s>> {
        Ok(match self {
            Seen::Arrays(embeddings, g, bias) => {
                let labels = labels(name, g, bias.clone())?;
                Opened::Arrays(ArrayModel::new(name, embeddings.reborrow(), labels, stop)?)
            }
            Seen::File(source, options) => Opened::File(Box::new(open_model(source, options)?)),
        })
    }
}

/// The labels of the model called `name`.
///
/// # Errors
/// What no model may have.
pub fn labels(name: &str, unembeddings: &Array<'_>, bias: Option<Vec<f64>>) -> anyhow::Result<Arc<Labels>> {
    let labels = unembeddings.matrix("unembeddings").and_then(|g| Labels::new(g, bias));
    Ok(Arc::new(labels.with_context(|| name.to_owned())?))
}

/// A model that can be compared.
#[derive(Debug)]
pub enum Opened<'a> {
    Arrays(ArrayModel<'a>),
    File(Box<FileModel>),
}

impl Opened<'_> {
    /// What a comparison reads.
    pub fn rows(&self) -> &dyn ModelRows {
        match self {
            Opened::Arrays(model) => model,
            Opened::File(model) => &**model,
        }
    }
}

/// The pair of two models. An error names them.
pub fn pair<'a>(a: &'a Opened<'_>, b: &'a Opened<'_>, names: [&str; 2]) -> anyhow::Result<Pair<'a>> {
    Pair::new(a.rows(), b.rows()).map_err(|error| {
        let (what, of_a, of_b) = match error {
            Error::Inputs { a, b } => ("inputs (rows of the embeddings)", a, b),
            Error::Labels { a, b } => ("labels (rows of the unembeddings)", a, b),
            other => return other.into(),
        };
        let [a, b] = names;
        anyhow::anyhow!(
            "{a} has {of_a} {what} and {b} has {of_b}; a pair needs the same ones in the same order"
        )
    })
}

/// A model whose embeddings stay in the array that Python holds.
#[derive(Debug)]
pub struct ArrayModel<'a> {
    name: &'a str,
    embeddings: Array<'a>,
    labels: Arc<Labels>,
    /// The largest magnitude read, as bits: for numbers ≥ 0, bits are ordered as the numbers are.
    largest: AtomicU64,
    stop: &'a AtomicBool,
}

impl<'a> ArrayModel<'a> {
    /// The model called `name` with these labels, whose reading ends when `stop` is set.
    ///
    /// # Errors
    /// Embeddings without rows, or of another dimension than the labels.
    pub fn new(
        name: &'a str,
        embeddings: Array<'a>,
        labels: Arc<Labels>,
        stop: &'a AtomicBool,
    ) -> anyhow::Result<ArrayModel<'a>> {
        let ((rows, cols), unembeddings) = (embeddings.shape(), labels.unembeddings.ncols());
        let checked = match (rows, cols) {
            (0, _) | (_, 0) => Err(Error::Empty { array: "embeddings", rows, cols }),
            _ if cols != unembeddings => Err(Error::Dimension { embeddings: cols, unembeddings }),
            _ => Ok(ArrayModel { name, embeddings, labels, largest: AtomicU64::new(0), stop }),
        };
        checked.with_context(|| name.to_owned())
    }

    fn error(&self, error: &Error) -> Error {
        Error::Unreadable(format!("{}: {error}", self.name))
    }
}

impl ModelRows for ArrayModel<'_> {
    fn n_inputs(&self) -> usize {
        self.embeddings.shape().0
    }

    fn n_labels(&self) -> usize {
        self.labels.bias.len()
    }

    fn dim(&self) -> usize {
        self.embeddings.shape().1
    }

    fn labels(&self) -> Arc<Labels> {
        Arc::clone(&self.labels)
    }

    fn read(&self, start: usize, rows: MatMut<'_, f64>) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Unreadable("interrupted".into()));
        }
        let largest = self.embeddings.read("embeddings", start, rows).map_err(|error| self.error(&error))?;
        self.largest.fetch_max(largest.to_bits(), Ordering::Relaxed);
        Ok(())
    }

    fn finish_reading(&self) -> Result<(), Error> {
        let largest = f64::from_bits(self.largest.load(Ordering::Relaxed));
        if largest > 0.0 && largest < SMALLEST_SCALE {
            return Err(self.error(&Error::Scale { array: "embeddings", largest }));
        }
        Ok(())
    }
}
