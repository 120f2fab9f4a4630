//! Summaries of pairs in files: shares of the work of several machines, joined again.

use crate::output::{Beside, beside};
use anyhow::{Context, bail, ensure};
use logitdist::{LabelSide, Labels, LogitPrecision, Pair, PairSummary, PartialSummary, merge_summaries};
use logitdist_io::{SavedSummary, labels_hash, open_file, summary_from_bytes, summary_to_bytes};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the summaries of a command line come to.
pub enum Reduction {
    /// All inputs of the files, as one run has them.
    Whole(Box<PartialSummary>),
    /// Inputs of several files, or of batches, in the order in which they are given, and the precision of their logits.
    InOrder(Box<PairSummary>, LogitPrecision),
}

fn read(path: &Path) -> anyhow::Result<SavedSummary> {
    let cannot = || format!("{}: the summary cannot be read", path.display());
    let (mut file, _) = open_file(path).with_context(cannot)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(cannot)?;
    summary_from_bytes(&bytes).with_context(|| path.display().to_string())
}

/// The share that has both; `path` is where the second is from.
fn joined(
    before: Option<PartialSummary>,
    part: PartialSummary,
    path: &Path,
) -> anyhow::Result<PartialSummary> {
    match before {
        None => Ok(part),
        Some(before) => before.join(part).with_context(|| path.display().to_string()),
    }
}

/// Joins shares of one pair into a bigger one.
pub fn join(paths: &[PathBuf]) -> anyhow::Result<([u8; 32], PartialSummary)> {
    let mut all = None;
    let mut own = None;
    for path in paths {
        let (labels, part) = match read(path)? {
            SavedSummary::Share { labels, own: [None, None], rows_from: None, part } => (labels, part),
            SavedSummary::Share { .. } => bail!(
                "{}: it is of files of their own: give it to `logitdist compare --summaries` as it is",
                path.display()
            ),
            SavedSummary::Batches(_) => bail!(
                "{}: it holds batches that Python has seen; shares of `logitdist reduce --part` join",
                path.display()
            ),
        };
        ensure!(
            *own.get_or_insert(labels) == labels,
            "{}: it is a share of models with other labels",
            path.display()
        );
        all = Some(joined(all, *part, path)?);
    }
    own.zip(all).context("no summary is given")
}

/// Joins all summaries of a comparison, and checks that they are of the labels of the pair. Shares of one pair join as they are read.
pub fn reduction(paths: &[PathBuf], pair: &Pair<'_>) -> anyhow::Result<Reduction> {
    let (a, b) = (pair.a().labels(), pair.b().labels());
    let own = labels_hash(&a, &b);
    let mut share: Option<PartialSummary> = None;
    // Shares of other files than those given, or batches, have no place of their own among the inputs.
    let mut others: Vec<(&PathBuf, SavedSummary)> = Vec::new();
    for path in paths {
        let summary = read(path)?;
        let fits = match &summary {
            SavedSummary::Share { labels, own: [None, None], .. } => *labels == own,
            SavedSummary::Share { labels, own: [of_a, of_b], .. } => {
                let (of_a, of_b) = (of_a.as_deref().unwrap_or(&a), of_b.as_deref().unwrap_or(&b));
                is_of(of_a, &a) && is_of(of_b, &b) && *labels == labels_hash(of_a, of_b)
            }
            SavedSummary::Batches(summary) => is_of(&summary.labels.a, &a) && is_of(&summary.labels.b, &b),
        };
        ensure!(fits, "{}: it is a summary of models with other labels than those given", path.display());
        match summary {
            SavedSummary::Share { part, own: [None, None], rows_from: None | Some(0), .. }
                if !part.is_whole() || (paths.len() == 1 && part.n_inputs() == pair.n_inputs()) =>
            {
                share = Some(joined(share, *part, path)?);
            }
            other => others.push((path, other)),
        }
    }
    let Some(mut share) = share else { return in_order(placed(others)?, pair) };
    // One of several shares has all inputs, if they are fewer than one machine has to do.
    for (path, other) in others {
        let SavedSummary::Share { part, own: [None, None], .. } = other else {
            bail!(
                "{}: it is of files of their own, or of batches that Python has seen, and another summary has a share",
                path.display()
            )
        };
        share = joined(Some(share), *part, path)?;
    }
    Ok(Reduction::Whole(Box::new(share)))
}

/// The summaries in the order of their inputs, if they know where they begin, and else as they are given.
fn placed(mut saved: Vec<(&PathBuf, SavedSummary)>) -> anyhow::Result<Vec<(&PathBuf, SavedSummary)>> {
    // Where it begins, and how many inputs it has.
    let place = |(_, summary): &(&PathBuf, SavedSummary)| match summary {
        SavedSummary::Share { rows_from: Some(from), part, .. } => Some((*from, part.n_inputs() as u64)),
        _ => None,
    };
    let with: Vec<&Path> =
        saved.iter().filter(|one| place(one).is_some()).map(|(path, _)| path.as_path()).collect();
    let without = saved.iter().find(|one| place(one).is_none()).map(|(path, _)| path);
    match (with.first(), without) {
        (None, _) => return Ok(saved),
        (Some(with), Some(without)) => bail!(
            "{} says where its inputs begin, and {} does not: reduce all with --rows-from, or none",
            with.display(),
            without.display()
        ),
        (Some(_), None) => saved.sort_by_key(place),
    }
    let mut end = 0;
    for one in &saved {
        let (path, (from, count)) = (one.0.display(), place(one).expect("all have one"));
        ensure!(
            from <= end,
            "{path}: it begins with input {from}, and inputs {end} to {} are missing",
            from - 1
        );
        ensure!(
            from == end,
            "{path}: it begins with input {from}, and those up to {} were there before",
            end - 1
        );
        end = from.checked_add(count).with_context(|| format!("{path}: its inputs have no numbers"))?;
    }
    Ok(saved)
}

fn in_order(saved: Vec<(&PathBuf, SavedSummary)>, pair: &Pair<'_>) -> anyhow::Result<Reduction> {
    for (i, (path, summary)) in saved.iter().enumerate() {
        for (other_path, other) in &saved[..i] {
            let both = || format!("{} and {}", other_path.display(), path.display());
            match (summary, other) {
                (SavedSummary::Share { part, .. }, SavedSummary::Share { part: other, .. }) => {
                    part.follows(other).with_context(both)?;
                }
                _ => ensure!(summary != other, "{}: they are of the same inputs", both()),
            }
        }
    }
    let labels = Arc::new(LabelSide::of(pair));
    let precision = saved.iter().find_map(|(_, summary)| match summary {
        SavedSummary::Share { part, .. } => Some(part.precision()),
        SavedSummary::Batches(_) => None,
    });
    let summaries = saved.into_iter().map(|(path, summary)| match summary {
        SavedSummary::Batches(summary) => Ok(*summary),
        SavedSummary::Share { part, own, .. } => {
            let of_part = match own {
                [None, None] => Arc::clone(&labels),
                [a, b] => {
                    let a = a.map_or_else(|| Arc::clone(&labels.a), |own| Arc::new(*own));
                    let b = b.map_or_else(|| Arc::clone(&labels.b), |own| Arc::new(*own));
                    Arc::new(LabelSide::of_labels(&a, &b, &|_, _| ()))
                }
            };
            part.into_summary(of_part).with_context(|| path.display().to_string())
        }
    });
    let summaries = summaries.collect::<anyhow::Result<Vec<PairSummary>>>()?;
    let summary = merge_summaries(&summaries)?.context("no summary is given")?;
    Ok(Reduction::InOrder(Box::new(summary), precision.unwrap_or_default()))
}

/// Whether labels of a summary can be those of a model. Of logits alone each part finds directions of its own, and no more is known than
/// which labels there are.
fn is_of(own: &Labels, model: &Labels) -> bool {
    *own == *model || (own.alone.is_some() && model.alone.is_some() && own.are_alike(model))
}

/// Writes a summary beside its place.
pub fn write(path: &Path, summary: &SavedSummary) -> anyhow::Result<Beside> {
    beside(path, &summary_to_bytes(summary))
}
