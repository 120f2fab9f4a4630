//! The two models of a command line.

use logitdist::{Error, ModelRows, Pair};
use logitdist_io::{FileModel, ReadError, ReadOptions, Source, open_model, visible};
use std::path::Path;

/// Two models of one set of inputs and labels, and their names as they may be shown. Embeddings are in memory or stay in their files.
pub struct Models<M> {
    pub a: M,
    pub b: M,
    pub name_a: String,
    pub name_b: String,
}

impl<M: ModelRows + Send> Models<M> {
    /// Reads both models by `read`.
    pub fn read(
        [(source_a, options_a), (source_b, options_b)]: [(Source, ReadOptions); 2],
        read: impl Fn(&Source, &ReadOptions) -> Result<M, ReadError> + Sync,
    ) -> anyhow::Result<Models<M>> {
        let (a, b) = rayon::join(|| read(&source_a, &options_a), || read(&source_b, &options_b));
        let models = Models { a: a?, b: b?, name_a: name(&source_a), name_b: name(&source_b) };
        models.pair()?;
        Ok(models)
    }

    /// The pair; an error says which file has how many of what.
    pub fn pair(&self) -> anyhow::Result<Pair<'_>> {
        self.pair_with(&self.name_b, &self.b)
    }

    /// The first model and another one of a name.
    pub fn pair_with<'a>(&'a self, name: &str, other: &'a M) -> anyhow::Result<Pair<'a>> {
        Pair::new(&self.a, other).map_err(|error| {
            let (what, a, b) = match error {
                Error::Inputs { a, b } => ("inputs (rows of the embeddings)", a, b),
                Error::Labels { a, b } => ("labels (rows of the unembeddings)", a, b),
                other => return other.into(),
            };
            anyhow::anyhow!(
                "{} has {a} {what} and {name} has {b}; a pair needs the same ones in the same order",
                self.name_a
            )
        })
    }
}

/// Another model beside those of a command line, with its name as it may be shown.
pub fn open_other(path: &Path, options: &ReadOptions) -> Result<(String, FileModel), ReadError> {
    let source = Source::Path(path.into());
    Ok((name(&source), open_model(&source, options)?))
}

fn name(source: &Source) -> String {
    let (Source::Path(path) | Source::Files { embeddings: path, .. }) = source;
    visible(&path.display().to_string()).into_owned()
}
