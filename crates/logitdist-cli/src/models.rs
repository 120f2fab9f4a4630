//! The two models of a command line.

use logitdist::{Error, ModelRows, Pair};
use logitdist_io::{ReadError, ReadOptions, Source, visible};

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

fn name(source: &Source) -> String {
    let (Source::Path(path) | Source::Files { embeddings: path, .. }) = source;
    visible(&path.display().to_string()).into_owned()
}
