//! Which models are compared, and which of their labels and inputs belong together.

use crate::compare::repeated_note;
use crate::matched::{Asked, Matched, Opened, Own, matched};
use crate::models::{name, no_pair};
use anyhow::{Context, bail, ensure};
use logitdist::Error;
use logitdist_io::{
    ArrayNames, FileModel, OpenedModel, ReadError, ReadOptions, Source, is_model_folder, models_in,
};
use logitdist_results::many::ModelName;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::canonicalize;
use std::path::{Path, PathBuf};

/// Models on the same inputs and labels, the reference first.
pub struct ManyModels<'a> {
    pub names: Vec<ModelName>,
    pub models: Vec<FileModel<'a>>,
    /// Positions of the inputs that were chosen in the reference's file; `None` for all in their order.
    pub inputs: Option<Vec<usize>>,
    /// What to say of them.
    pub notes: Vec<String>,
}

/// The models that paths stand for: a folder that is none for those in it. Without a reference (`all`) the first may be such a folder.
pub fn listed(paths: &[PathBuf], names: &ArrayNames, all: bool) -> anyhow::Result<Vec<PathBuf>> {
    let is_folder = |path: &Path| path.is_dir() && !is_model_folder(path, names);
    let [first, others @ ..] = paths else { bail!("no model is given") };
    ensure!(
        all || !is_folder(first),
        "{}: a folder of models cannot be the reference: give the reference first, or --all to compare each with each",
        first.display()
    );
    let mut found = Vec::new();
    let reference = if is_folder(first) {
        None
    } else {
        found.push(first.clone());
        canonicalize(first).ok()
    };
    let folders = if reference.is_some() { others } else { paths };
    for path in folders {
        if !is_folder(path) {
            found.push(path.clone());
            continue;
        }
        let models = models_in(path, names).with_context(|| format!("{}: cannot be read", path.display()))?;
        ensure!(
            !models.is_empty(),
            "{}: there are no models in the folder: .npz or .safetensors files, or folders with arrays or a checkpoint are needed",
            path.display()
        );
        let is_reference = |path: &PathBuf| reference.is_some() && canonicalize(path).ok() == reference;
        found.extend(models.into_iter().filter(|path| !is_reference(path)));
    }
    ensure!(
        found.len() > 1,
        "{} model is given; {} needed",
        found.len(),
        if all { "at least two are" } else { "a reference and at least one other are" }
    );
    Ok(found)
}

impl ManyModels<'static> {
    /// Opens all models and finds the labels and inputs that they have in common with the reference.
    pub fn open(
        paths: &[PathBuf],
        [of_reference, of_others]: &[ReadOptions; 2],
        asked: &Asked,
    ) -> anyhow::Result<ManyModels<'static>> {
        let options = |i: usize| if i == 0 { of_reference } else { of_others };
        let sources: Vec<Source> = paths.iter().cloned().map(Source::Path).collect();
        let opened: Vec<Result<OpenedModel<'static>, ReadError>> =
            sources.par_iter().enumerate().map(|(i, source)| OpenedModel::open(source, options(i))).collect();
        let opened = opened.into_iter().collect::<Result<Vec<OpenedModel<'static>>, ReadError>>()?;
        let names = names(&sources);
        let one = |i: usize| Opened { own: Own::File(&sources[i], options(i)), model: &opened[i] };
        let found: Vec<Matched> = (1..paths.len())
            .map(|i| matched([one(0), one(i)], asked).with_context(|| names[i].path.clone()))
            .collect::<anyhow::Result<_>>()?;
        let common = |counts: Vec<usize>,
                      rows: Vec<[Option<&[usize]>; 2]>,
                      error: fn(usize, usize) -> Error| {
            in_all(&counts, &rows).map_err(|problem| match problem {
                NotCommon::Lengths { other, a, b } => {
                    no_pair(&names[0].path, &names[other].path, error(a, b))
                }
                NotCommon::None => {
                    let what = if matches!(error(0, 0), Error::Labels { .. }) { "label" } else { "input" };
                    anyhow::anyhow!("no {what} is left that all models have")
                }
            })
        };
        let of = |rows: fn(&Matched) -> &[Option<Vec<usize>>; 2]| {
            found.iter().map(|found| rows(found).each_ref().map(Option::as_deref)).collect::<Vec<_>>()
        };
        let labels =
            common(opened.iter().map(OpenedModel::n_labels).collect(), of(|m| &m.labels), |a, b| {
                Error::Labels { a, b }
            })?;
        let inputs =
            common(opened.iter().map(OpenedModel::n_inputs).collect(), of(|m| &m.inputs), |a, b| {
                Error::Inputs { a, b }
            })?;
        let mut notes = said(&found, &names);
        let chosen = inputs[0].clone();
        let models = opened.into_par_iter().zip(labels.par_iter().zip(inputs));
        let models: Vec<Result<FileModel<'static>, ReadError>> =
            models.map(|(model, (labels, inputs))| model.chosen(labels.as_deref(), inputs)).collect();
        let mut models = models.into_iter().collect::<Result<Vec<FileModel<'static>>, ReadError>>()?;
        for i in 1..models.len() {
            let (before, rest) = models.split_at_mut(i);
            rest[0].share_labels(before);
        }
        notes.extend(twice(paths, &names));
        Ok(ManyModels { names, models, inputs: chosen, notes })
    }
}

impl ManyModels<'_> {
    /// What to say of embeddings that are zero or come again, after they were read.
    pub fn repeated(&self) -> impl Iterator<Item = String> {
        self.names.iter().zip(&self.models).filter_map(|(name, model)| repeated_note(&name.short, model))
    }
}

/// Why there are no rows that all models have.
enum NotCommon {
    /// The reference and another model have other numbers of them.
    Lengths { other: usize, a: usize, b: usize },
    /// None is in all.
    None,
}

/// Rows of each model's file that are in all of them, in the reference's order: `rows` has those that the reference and each other model have
/// in common, `None` for all in their order.
fn in_all(counts: &[usize], rows: &[[Option<&[usize]>; 2]]) -> Result<Vec<Option<Vec<usize>>>, NotCommon> {
    for (other, [a, b]) in (1..).zip(rows) {
        let [a, b] = [a.map_or(counts[0], <[usize]>::len), b.map_or(counts[other], <[usize]>::len)];
        if a != b {
            return Err(NotCommon::Lengths { other, a, b });
        }
    }
    if rows.iter().all(|[a, _]| a.is_none()) {
        let others = rows.iter().map(|[_, b]| b.map(<[usize]>::to_vec));
        return Ok(std::iter::once(None).chain(others).collect());
    }
    let place = |rows: Option<&[usize]>, i: usize| rows.map_or(i, |rows| rows[i]);
    let partners: Vec<HashMap<usize, usize>> = rows
        .iter()
        .map(|[a, b]| {
            let count = a.map_or(counts[0], <[usize]>::len);
            (0..count).map(|i| (place(*a, i), place(*b, i))).collect()
        })
        .collect();
    let count = rows[0][0].map_or(counts[0], <[usize]>::len);
    let of_first = (0..count).map(|i| place(rows[0][0], i));
    let kept: Vec<usize> =
        of_first.filter(|row| partners.iter().all(|partner| partner.contains_key(row))).collect();
    if kept.is_empty() {
        return Err(NotCommon::None);
    }
    let others = partners.iter().map(|partner| Some(kept.iter().map(|row| partner[row]).collect()));
    let others: Vec<Option<Vec<usize>>> = others.collect();
    Ok(std::iter::once(Some(kept)).chain(others).collect())
}

/// What is said of labels and inputs, each once, with the model that it is said of.
fn said(found: &[Matched], names: &[ModelName]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (found, name) in found.iter().zip(&names[1..]) {
        let of_axes = found.notes.iter().map(|(token, note)| {
            let what = if *token == "n_labels" { "labels" } else { "inputs" };
            format!("{what}: {note}")
        });
        for note in of_axes.chain(found.limits.iter().cloned()) {
            notes.push(format!("{}: {note}", name.short));
        }
    }
    notes
}

/// Files that are named more than once.
fn twice(paths: &[PathBuf], names: &[ModelName]) -> Vec<String> {
    let files: Vec<Option<PathBuf>> = paths.iter().map(|path| canonicalize(path).ok()).collect();
    let again = |i: usize| (0..i).find(|&j| files[i].is_some() && files[i] == files[j]);
    let note = |i| again(i).map(|j| format!("{} and {} are the same file", names[j].short, names[i].short));
    (1..paths.len()).filter_map(note).collect()
}

/// The names of models: in short the last part of each path, and as much before it as tells them apart.
fn names(sources: &[Source]) -> Vec<ModelName> {
    let paths: Vec<String> = sources.iter().map(name).collect();
    let shortened = |parts: usize| -> Vec<String> {
        let short = |path: &String| {
            let ending = Path::new(path).extension().and_then(OsStr::to_str).unwrap_or_default();
            let is_format = ["npz", "safetensors"].contains(&ending);
            let path = if is_format { Path::new(path).with_extension("") } else { path.into() };
            let all: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            all[all.len().saturating_sub(parts)..].join("/")
        };
        paths.iter().map(short).collect()
    };
    // One file that is given twice has one name.
    let is_apart = |names: &[String]| {
        let mut named: HashMap<&String, &String> = HashMap::new();
        names.iter().zip(&paths).all(|(name, path)| *named.entry(name).or_insert(path) == path)
    };
    let short = (1..=2).map(shortened).find(|names| is_apart(names)).unwrap_or_else(|| paths.clone());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut numbered = |short: String| {
        let count = seen.entry(short.clone()).or_insert(0);
        *count += 1;
        if *count > 1 { format!("{short} ({count})") } else { short }
    };
    paths
        .iter()
        .zip(short)
        .map(|(path, short)| ModelName { path: path.clone(), short: numbered(short) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_that_all_models_have() {
        let found = in_all(&[5, 4, 5], &[[Some(&[0, 2, 4]), Some(&[3, 1, 0])], [Some(&[4, 2, 1]), None]]);
        assert!(matches!(found, Err(NotCommon::Lengths { other: 2, a: 3, b: 5 })));
        let found = in_all(&[5, 4, 3], &[[Some(&[0, 2, 4]), Some(&[3, 1, 0])], [Some(&[4, 2, 1]), None]]);
        let found = found.ok().unwrap();
        assert_eq!(found, [Some(vec![2, 4]), Some(vec![1, 0]), Some(vec![1, 0])]);
        let all = in_all(&[3, 3, 3], &[[None, None], [None, Some(&[2, 1, 0])]]).ok().unwrap();
        assert_eq!(all, [None, None, Some(vec![2, 1, 0])]);
        let none = in_all(&[3, 3, 3], &[[Some(&[0]), Some(&[0])], [Some(&[1]), Some(&[1])]]);
        assert!(matches!(none, Err(NotCommon::None)));
    }

    #[test]
    fn names_are_as_short_as_tells_them_apart() {
        let of = |paths: &[&str]| -> Vec<String> {
            let sources: Vec<Source> = paths.iter().map(|path| Source::Path(path.into())).collect();
            names(&sources).into_iter().map(|name| name.short).collect()
        };
        assert_eq!(of(&["x/a.npz", "x/b.npz"]), ["a", "b"]);
        assert_eq!(of(&["x/1/model.npz", "x/2/model.npz"]), ["1/model", "2/model"]);
        assert_eq!(of(&["a.npz", "b.npz", "a.npz"]), ["a", "b", "a (2)"]);
        assert_eq!(of(&["x/1/z/a.npz", "x/2/z/a.npz"]), ["x/1/z/a.npz", "x/2/z/a.npz"]);
        assert_eq!(of(&["step-0.5", "step-1.0"]), ["step-0.5", "step-1.0"]);
    }
}
