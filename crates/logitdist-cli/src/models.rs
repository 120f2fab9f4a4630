//! The two models of a command line.

use crate::arguments::{Compare, Transposed};
use anyhow::{Context, bail};
use logitdist::{Error, ModelRows, Pair};
use logitdist_io::{FileModel, ReadOptions, Source, Transpose, open_model};

/// Two models that go together, and what to call them. Their embeddings stay in their files, or are in memory.
pub struct Models<M = FileModel> {
    pub a: M,
    pub b: M,
    pub name_a: String,
    pub name_b: String,
}

impl Models {
    /// Reads the labels of both models; their embeddings are read when they are needed.
    pub fn open(arguments: &Compare) -> anyhow::Result<Models> {
        let (source_a, source_b) = sources(arguments)?;
        let transpose = |arrays: &[Transposed]| Transpose {
            embeddings: arrays.contains(&Transposed::Embeddings),
            unembeddings: arrays.contains(&Transposed::Unembeddings),
        };
        let names_a = arguments.array_names.clone().unwrap_or_default();
        let options_a = ReadOptions { names: names_a.clone(), transpose: transpose(&arguments.transpose) };
        let options_b = ReadOptions {
            names: arguments.array_names_b.clone().unwrap_or(names_a),
            transpose: transpose(arguments.transpose_b.as_ref().unwrap_or(&arguments.transpose)),
        };
        let (a, b) = rayon::join(|| open_model(&source_a, &options_a), || open_model(&source_b, &options_b));
        let (a, b) = (a?, b?);
        let (name_a, name_b) = (name(&source_a), name(&source_b));
        let models = Models { a, b, name_a, name_b };
        models.pair()?;
        Ok(models)
    }
}

impl<M: ModelRows> Models<M> {
    /// The pair; an error says which file has how many of what.
    pub fn pair(&self) -> anyhow::Result<Pair<'_>> {
        Pair::new(&self.a, &self.b).map_err(|error| {
            let (what, a, b) = match error {
                Error::Inputs { a, b } => ("inputs (rows of the embeddings)", a, b),
                Error::Labels { a, b } => ("labels (rows of the unembeddings)", a, b),
                other => return other.into(),
            };
            anyhow::anyhow!(
                "{} has {a} {what} and {} has {b}; a pair needs the same ones in the same order",
                self.name_a,
                self.name_b
            )
        })
    }
}

/// Where each model is: a single-file form for a side leaves its MODEL out.
fn sources(arguments: &Compare) -> anyhow::Result<(Source, Source)> {
    let files = |f: &Option<_>, g: &Option<_>, bias: &Option<_>| {
        let (Some(embeddings), Some(unembeddings)) = (f, g) else { return None };
        Some(Source::Files {
            embeddings: Clone::clone(embeddings),
            unembeddings: Clone::clone(unembeddings),
            bias: Clone::clone(bias),
        })
    };
    let a = files(&arguments.embeddings_a, &arguments.unembeddings_a, &arguments.bias_a);
    let b = files(&arguments.embeddings_b, &arguments.unembeddings_b, &arguments.bias_b);
    let needed = usize::from(a.is_none()) + usize::from(b.is_none());
    if arguments.models.len() != needed {
        bail!(
            "{} model paths are given and {needed} needed: `logitdist compare A B`, where --embeddings-a and --unembeddings-a \
             stand for A, and --embeddings-b and --unembeddings-b for B",
            arguments.models.len()
        );
    }
    let mut paths = arguments.models.iter().cloned().map(Source::Path);
    let mut next = |files: Option<Source>| files.or_else(|| paths.next()).context("a model path is missing");
    Ok((next(a)?, next(b)?))
}

fn name(source: &Source) -> String {
    match source {
        Source::Path(path) | Source::Files { embeddings: path, .. } => path.display().to_string(),
    }
}
