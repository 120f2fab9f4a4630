//! A model as Python gives it: arrays in memory, or a file.

use crate::array::{Array, Held, Rows};
use anyhow::{Context, bail};
use logitdist::{Error, Labels, Pair};
use logitdist_cli::matched::{Beside, Own};
use logitdist_io::{
    ArrayNames, FileModel, Fold, GivenArrays, INFLATION_LIMIT, LogitForm, Names, OpenedModel, ReadOptions,
    Source, Transpose,
};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A model that Python holds, and what its head does beside f·g + b.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Given<'py> {
    content: Content<'py>,
    /// What all logits are multiplied with.
    scale: f64,
    /// What they are bent to.
    softcap: Option<f64>,
    /// Whether embeddings, and unembeddings, are divided by their lengths.
    normalise: (bool, bool),
    zero_is_mask: bool,
}

/// Arrays, or a file.
#[derive(FromPyObject)]
pub enum Content<'py> {
    /// Embeddings N×M, unembeddings K×M, a bias of K entries or none, and what stands beside them.
    Arrays(GivenModel<'py>),
    /// Logits or what says as much, N×K.
    Logits(GivenLogits<'py>),
    /// A file with the options of the command.
    File(GivenFile),
}

/// Embeddings, unembeddings and bias.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct GivenModel<'py> {
    embeddings: Held<'py>,
    unembeddings: Held<'py>,
    bias: Option<PyReadonlyArray1<'py, f64>>,
    beside: GivenBeside,
}

/// Logits, and what they are.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct GivenLogits<'py> {
    logits: Held<'py>,
    form: String,
    beside: GivenBeside,
}

/// Names of labels and of inputs, and the rows that a mask keeps.
#[derive(FromPyObject)]
pub struct GivenBeside(Option<Vec<String>>, Option<Vec<String>>, Option<Vec<usize>>);

/// A file, and how it is read.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct GivenFile {
    path: PathBuf,
    names: Option<String>,
    transpose: (bool, bool),
    flatten: bool,
    find_head: bool,
    inflation_limit: Option<u64>,
}

/// What other threads may read while Python does other things.
pub struct Seen<'a> {
    content: SeenContent<'a>,
    options: ReadOptions,
    beside: Beside,
}

enum SeenContent<'a> {
    Model(Array<'a>, Array<'a>, Option<Vec<f64>>),
    Logits(Array<'a>, LogitForm),
    File(Source),
}

impl Given<'_> {
    /// The model called `name`, without what is Python's.
    ///
    /// # Errors
    /// Names that are none, or come twice.
    pub fn seen(&self, name: &str) -> anyhow::Result<Seen<'_>> {
        let fold = Fold {
            scale: self.scale,
            softcap: self.softcap,
            normalise_embeddings: self.normalise.0,
            normalise_unembeddings: self.normalise.1,
        };
        let options = ReadOptions { fold, zero_is_mask: self.zero_is_mask, ..ReadOptions::default() };
        Ok(match &self.content {
            Content::Arrays(GivenModel { embeddings, unembeddings, bias, beside }) => {
                let bias = bias.as_ref().map(|bias| bias.as_array().iter().copied().collect());
                let content = SeenContent::Model(embeddings.view(), unembeddings.view(), bias);
                Seen { content, options, beside: beside.of(name)? }
            }
            Content::Logits(GivenLogits { logits, form, beside }) => {
                let form = LogitForm::ALL.into_iter().find(|known| known.name() == form.as_str());
                let form = form.context("logits, log_probabilities or probabilities are needed")?;
                Seen { content: SeenContent::Logits(logits.view(), form), options, beside: beside.of(name)? }
            }
            Content::File(file) => {
                let names: Option<ArrayNames> = file.names.as_ref().map(|names| names.parse()).transpose()?;
                let (embeddings, unembeddings) = file.transpose;
                let options = ReadOptions {
                    names: names.unwrap_or_default(),
                    transpose: Transpose { embeddings, unembeddings },
                    flatten: file.flatten,
                    find_head: file.find_head,
                    inflation_limit: file.inflation_limit.unwrap_or(INFLATION_LIMIT),
                    ..options
                };
                let content = SeenContent::File(Source::Path(file.path.clone()));
                Seen { content, options, beside: Beside::default() }
            }
        })
    }
}

impl GivenBeside {
    fn of(&self, name: &str) -> anyhow::Result<Beside> {
        let GivenBeside(labels, inputs, mask) = self;
        let names = |names: &Option<Vec<String>>, what: &str| {
            names.clone().map(|names| Names::given(&format!("{name}: {what}"), names)).transpose()
        };
        Ok(Beside { labels: names(labels, "labels")?, inputs: names(inputs, "inputs")?, mask: mask.clone() })
    }
}

impl Seen<'_> {
    /// The model called `name`, whose reading ends when `stop` is set.
    ///
    /// # Errors
    /// Arrays that make no model, or a file that cannot be read.
    pub fn open<'s>(&'s self, name: &str, stop: &'s AtomicBool) -> anyhow::Result<OpenedModel<'s>> {
        let arrays = match &self.content {
            SeenContent::File(source) => return Ok(OpenedModel::open(source, &self.options)?),
            SeenContent::Model(f, g, bias) => GivenArrays::Model(Rows::of(f, stop), g.matrix(), bias.clone()),
            SeenContent::Logits(u, form) => GivenArrays::Logits(Rows::of(u, stop), *form),
        };
        Ok(OpenedModel::given(name, arrays, &self.options)?)
    }

    /// Where its own names and mask are.
    pub fn own(&self) -> Own<'_> {
        match &self.content {
            SeenContent::File(source) => Own::File(source, &self.options),
            _ => Own::Memory(&self.beside),
        }
    }
}

/// The labels of the model called `name`.
///
/// # Errors
/// What no model may have.
pub fn labels(name: &str, unembeddings: &Array<'_>, bias: Option<Vec<f64>>) -> anyhow::Result<Arc<Labels>> {
    let labels = Labels::new(unembeddings.matrix(), bias);
    Ok(Arc::new(labels.with_context(|| name.to_owned())?))
}

/// The pair of two models. An error names them.
///
/// # Errors
/// They have other numbers of inputs or of labels.
pub fn pair<'a>(a: &'a FileModel<'_>, b: &'a FileModel<'_>, names: [&str; 2]) -> anyhow::Result<Pair<'a>> {
    let [name_a, name_b] = names;
    match Pair::new(a, b) {
        Ok(pair) => Ok(pair),
        Err(Error::Inputs { a, b }) => bail!(
            "{name_a} has {a} inputs (rows of the embeddings) and {name_b} has {b}; a pair needs the same ones in the same order"
        ),
        Err(Error::Labels { a, b }) => bail!(
            "{name_a} has {a} labels (rows of the unembeddings) and {name_b} has {b}; a pair needs the same ones in the same order"
        ),
        Err(other) => Err(other.into()),
    }
}
