//! The two models of a command line.

use crate::matched::{Asked, Matched, Opened, Own, matched};
use logitdist::{Error, ModelRows, Pair};
use logitdist_io::{FileModel, OpenedModel, ReadError, ReadOptions, Source, visible};
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
        Pair::new(&self.a, other).map_err(|error| no_pair(&self.name_a, name, error))
    }
}

/// Why two models of these names are no pair: which file has how many of what.
pub fn no_pair(name_a: &str, name_b: &str, error: Error) -> anyhow::Error {
    let (what, rows, a, b) = match error {
        Error::Inputs { a, b } => ("inputs", "embeddings", a, b),
        Error::Labels { a, b } => ("labels", "unembeddings", a, b),
        other => return other.into(),
    };
    anyhow::anyhow!(
        "{name_a} has {a} {what} (rows of the {rows}) and {name_b} has {b}; a pair needs the same ones in the same order: `logitdist compare` \
         takes some of them by --{what} 0:{} or --{what} FILE, and by --{what} common those of the same names",
        a.min(b)
    )
}

/// Another model beside those of a command line, with the labels and inputs that were chosen of the one that it stands for, and its name as
/// it may be shown.
pub fn open_other(
    path: &Path,
    options: &ReadOptions,
    labels: Option<&[usize]>,
    inputs: Option<Vec<usize>>,
) -> Result<(String, FileModel<'static>), ReadError> {
    let source = Source::Path(path.into());
    Ok((name(&source), OpenedModel::open(&source, options)?.chosen(labels, inputs)?))
}

impl Models<FileModel<'static>> {
    /// Opens both models and finds the labels and inputs that they have in common.
    pub fn matched(
        sources: [(Source, ReadOptions); 2],
        asked: &Asked,
    ) -> anyhow::Result<(Models<FileModel<'static>>, Matched)> {
        Self::matched_as(sources, asked, |model| model)
    }

    /// The same of models whose files are a part of a larger whole, where directions of logits are found that others are added to.
    pub fn matched_part(
        sources: [(Source, ReadOptions); 2],
        asked: &Asked,
    ) -> anyhow::Result<(Models<FileModel<'static>>, Matched)> {
        Self::matched_as(sources, asked, |model| model.as_batch(None))
    }

    fn matched_as(
        [(source_a, options_a), (source_b, options_b)]: [(Source, ReadOptions); 2],
        asked: &Asked,
        of_opened: impl Fn(OpenedModel<'static>) -> OpenedModel<'static> + Sync,
    ) -> anyhow::Result<(Models<FileModel<'static>>, Matched)> {
        let open = |source, options| OpenedModel::open(source, options).map(&of_opened);
        let (a, b) = rayon::join(|| open(&source_a, &options_a), || open(&source_b, &options_b));
        let (a, b) = (a?, b?);
        let opened = [
            Opened { own: Own::File(&source_a, &options_a), model: &a },
            Opened { own: Own::File(&source_b, &options_b), model: &b },
        ];
        let found = matched(opened, asked)?;
        let of = |model: OpenedModel<'static>, m: usize| {
            model.chosen(found.labels[m].as_deref(), found.inputs[m].clone())
        };
        let (a, b) = rayon::join(|| of(a, 0), || of(b, 1));
        let models = Models { a: a?, b: b?, name_a: name(&source_a), name_b: name(&source_b) };
        models.pair()?;
        Ok((models, found))
    }
}

/// The name of a model as it may be shown.
pub fn name(source: &Source) -> String {
    let (Source::Path(path) | Source::Files { embeddings: path, .. } | Source::Logits(path, _)) = source;
    visible(&path.display().to_string()).into_owned()
}
