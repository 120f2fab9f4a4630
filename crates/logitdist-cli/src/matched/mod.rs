//! Which labels and inputs of two model files are compared, and which of them belong together.

mod by_name;
mod choice;

pub use choice::Choice;

use anyhow::{Context, bail, ensure};
use by_name::{Named, Rows};
use logitdist_io::{Names, OpenedModel, ReadOptions, Source, read_mask, read_rows};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is asked for of labels and inputs.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which labels.
    pub labels: Choice,
    /// Files with the names of each model's labels.
    pub label_names: [Option<PathBuf>; 2],
    /// Which inputs.
    pub inputs: Choice,
    /// Files with the names of each model's inputs.
    pub input_names: [Option<PathBuf>; 2],
    /// The rows of the embeddings to begin with: a file, or the word for each model's own mask.
    pub rows: Option<PathBuf>,
    /// Whether inputs with an entry that is not finite are left out.
    pub drop_nonfinite: bool,
}

/// The word for `--rows` that means the array of this name in each file.
const OWN_MASK: &str = "mask";

/// The labels and inputs to compare: positions in each file, `None` for all in their order.
#[derive(Debug, Default)]
pub struct Matched {
    pub labels: [Option<Vec<usize>>; 2],
    pub inputs: [Option<Vec<usize>>; 2],
    /// What to say of them, under the token of their number.
    pub notes: Vec<(&'static str, String)>,
    /// What limits the result.
    pub limits: Vec<String>,
}

impl Matched {
    /// Adds to what is said of the labels.
    fn note_labels(&mut self, note: String) {
        match self.notes.iter_mut().find(|(token, _)| *token == "n_labels") {
            Some((_, said)) => *said = format!("{said}; {note}"),
            None => self.notes.push(("n_labels", note)),
        }
    }
}

/// A model's file, and what was opened of it.
pub struct Opened<'a> {
    pub source: &'a Source,
    pub options: &'a ReadOptions,
    pub model: &'a OpenedModel,
}

/// Finds the labels and inputs that two models have in common, in the way that is asked for.
///
/// # Errors
/// Names that cannot be read or do not fit; models whose names differ; positions that there are not.
pub fn matched(models: [Opened<'_>; 2], asked: &Asked) -> anyhow::Result<Matched> {
    let mut found = Matched::default();
    let counts = [0, 1].map(|m| models[m].model.n_labels());
    let names = axis_names(&LABELS, &models, counts, &asked.labels, &asked.label_names)?;
    let rows = chosen(&LABELS, counts.map(|count| (0..count).collect()), names, &asked.labels)?;
    if let Some(Rows { a, b, note }) = rows {
        let rows = [a, b];
        if rows.iter().zip(counts).any(|(rows, count)| rows.len() < count) {
            found.limits.push(format!(
                "{} labels are compared, of {} in a's file and {} in b's: probabilities are those given that the label is one of them",
                rows[0].len(), counts[0], counts[1]
            ));
        }
        found.notes.extend(note.map(|note| ("n_labels", note)));
        found.labels = without_identity(rows, counts);
    }
    for (model, name) in models.iter().zip(["a", "b"]) {
        if let Some(head) = model.model.found_head() {
            found.note_labels(format!("{name}'s last layer is {head}"));
        }
    }
    let counts = [0, 1].map(|m| models[m].model.n_inputs());
    let names = axis_names(&INPUTS, &models, counts, &asked.inputs, &asked.input_names)?;
    let mut notes = Vec::new();
    let kept = kept_rows(&models, counts, asked, names.iter().all(Option::is_some))?;
    if asked.rows.is_some() {
        notes.push(format!(
            "{} of a's {} rows and {} of b's {}, by --rows",
            kept[0].len(),
            counts[0],
            kept[1].len(),
            counts[1]
        ));
    }
    let untouched = || kept[0].len() == counts[0] && kept[1].len() == counts[1] && asked.rows.is_none();
    let rows = match chosen(&INPUTS, kept.clone(), names, &asked.inputs)? {
        Some(Rows { a, b, note }) => {
            notes.extend(note);
            Some([a, b])
        }
        None if untouched() => None,
        None => Some(kept),
    };
    let rows = if asked.drop_nonfinite {
        let rows = rows.unwrap_or_else(|| counts.map(|count| (0..count).collect()));
        Some(finite(&models, rows, &mut notes)?)
    } else {
        rows
    };
    if let Some(rows) = rows {
        found.inputs = without_identity(rows, counts);
    }
    if !notes.is_empty() {
        found.notes.push(("n_inputs", notes.join("; ")));
    }
    Ok(found)
}

/// Labels or inputs: what they are called in messages, options and archives.
struct Axis {
    what: &'static str,
    names_option: &'static str,
    array: fn(&ReadOptions) -> Option<&String>,
}

const LABELS: Axis =
    Axis { what: "labels", names_option: "--label-names", array: |options| options.names.labels.as_ref() };

const INPUTS: Axis =
    Axis { what: "inputs", names_option: "--input-names", array: |options| options.names.inputs.as_ref() };

/// The names of each model's labels or inputs, if they matter and there are any.
fn axis_names(
    axis: &Axis,
    models: &[Opened<'_>; 2],
    counts: [usize; 2],
    choice: &Choice,
    files: &[Option<PathBuf>; 2],
) -> anyhow::Result<[Option<Names>; 2]> {
    let of = |m: usize| -> anyhow::Result<Option<Names>> {
        let Opened { source, options, .. } = &models[m];
        let names = match (&files[m], source) {
            (Some(file), _) => Some(Names::of_file(file)?),
            (None, Source::Path(path)) => {
                let named = (axis.array)(options);
                let array = named.map_or(axis.what, String::as_str);
                let found = Names::in_archive(path, array, options.inflation_limit)?;
                ensure!(
                    found.is_some() || named.is_none(),
                    "{}: there is no array `{array}`, which --array-names asks for",
                    path.display()
                );
                found
            }
            _ => None,
        };
        Ok(names.map(|names| names.for_rows(counts[m], axis.what)).transpose()?)
    };
    if *choice == Choice::Order {
        return Ok([None, None]);
    }
    Ok([of(0)?, of(1)?])
}

/// The rows of each file that belong together, and what to say of them; `None` for all of them in their order.
fn chosen(
    axis: &Axis,
    mut kept: [Vec<usize>; 2],
    names: [Option<Names>; 2],
    choice: &Choice,
) -> anyhow::Result<Option<Rows>> {
    let what = axis.what;
    let mut notes = Vec::new();
    let mut at = |kept: &mut [Vec<usize>; 2], of: &dyn Fn(usize) -> anyhow::Result<Vec<usize>>| {
        let counts = [kept[0].len(), kept[1].len()];
        for (m, model) in ["a", "b"].into_iter().enumerate() {
            let places = of(counts[m]).with_context(|| format!("--{what}, of model {model}"))?;
            kept[m] = places.into_iter().map(|i| kept[m][i]).collect();
        }
        notes.push(format!(
            "{} of a's {} and {} of b's {} by position",
            kept[0].len(),
            counts[0],
            kept[1].len(),
            counts[1]
        ));
        anyhow::Ok(())
    };
    let mut list = None;
    match choice {
        Choice::At(positions) => at(&mut kept, &|count| positions.of(count))?,
        Choice::Listed(file) if names.iter().all(Option::is_some) => list = Some(Names::of_file(file)?),
        Choice::Listed(file) => at(&mut kept, &|count| Ok(read_rows(file, count)?))?,
        _ => {}
    }
    let [Some(a), Some(b)] = &names else {
        if *choice == Choice::Common {
            bail!(
                "--{what} common needs the names of both models' {what}: an array `{what}` in each file, or {}-a and {}-b",
                axis.names_option,
                axis.names_option
            );
        }
        if let Some(model) = names.iter().position(Option::is_some) {
            notes.push(format!("only {}'s file has their names: compared in their order", ["a", "b"][model]));
        }
        let changed = matches!(choice, Choice::At(_) | Choice::Listed(_));
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        let [a, b] = kept;
        return Ok((changed || note.is_some()).then_some(Rows { a, b, note }));
    };
    let named = |kept: &[usize], names: &Names| -> Named {
        kept.iter().map(|&row| (row, names.as_slice()[row].clone())).collect()
    };
    let (a, b) = (named(&kept[0], a), named(&kept[1], b));
    let found = match (choice, list) {
        (Choice::Common, _) => by_name::common(what, &a, &b),
        (_, Some(list)) => by_name::listed_rows(what, list.as_slice(), &a, &b),
        _ => by_name::matched(what, &a, &b),
    };
    let Rows { a, b, note } = found.map_err(anyhow::Error::msg)?;
    notes.extend(note);
    Ok(Some(Rows { a, b, note: (!notes.is_empty()).then(|| notes.join("; ")) }))
}

/// The rows of each file to begin with.
fn kept_rows(
    models: &[Opened<'_>; 2],
    counts: [usize; 2],
    asked: &Asked,
    are_named: bool,
) -> anyhow::Result<[Vec<usize>; 2]> {
    let Some(rows) = &asked.rows else { return Ok(counts.map(|count| (0..count).collect())) };
    let is_own = rows == Path::new(OWN_MASK);
    let of = |m: usize| -> anyhow::Result<Vec<usize>> {
        let Opened { source, options, .. } = &models[m];
        let kept = match source {
            Source::Path(path) if is_own => {
                read_mask(path, &options.names.mask, counts[m], options.inflation_limit)?
            }
            _ if is_own => bail!(
                "--rows mask needs a model file with an array `mask`; --rows FILE names a mask in a file of its own"
            ),
            _ => read_rows(rows, counts[m])?,
        };
        ensure!(!kept.is_empty(), "--rows keeps no row of model {}; at least one is needed", ["a", "b"][m]);
        Ok(kept)
    };
    let kept = [of(0)?, of(1)?];
    ensure!(
        kept[0] == kept[1] || are_named || asked.inputs == Choice::Order,
        "the masks of a and b keep other rows ({} and {}), so that it is not known which belong together: give the inputs names \
         ({}-a and -b), the same mask to both (--rows FILE), or --inputs order",
        kept[0].len(),
        kept[1].len(),
        INPUTS.names_option
    );
    Ok(kept)
}

/// The rows at which both models have finite entries alone.
fn finite(
    models: &[Opened<'_>; 2],
    [a, b]: [Vec<usize>; 2],
    notes: &mut Vec<String>,
) -> anyhow::Result<[Vec<usize>; 2]> {
    // Other numbers of inputs are refused with the shapes, later.
    if a.len() != b.len() {
        return Ok([a, b]);
    }
    let bad = |m: usize| -> anyhow::Result<HashSet<usize>> {
        Ok(models[m].model.inputs_not_finite()?.into_iter().collect())
    };
    let (bad_a, bad_b) = (bad(0)?, bad(1)?);
    let is_kept = |(x, y): &(&usize, &usize)| !bad_a.contains(x) && !bad_b.contains(y);
    let (kept_a, kept_b): (Vec<usize>, Vec<usize>) = a.iter().zip(&b).filter(is_kept).unzip();
    ensure!(!kept_a.is_empty(), "every input has an embedding that is not finite: none is left");
    if kept_a.len() < a.len() {
        let count =
            |rows: &[usize], bad: &HashSet<usize>| rows.iter().filter(|row| bad.contains(row)).count();
        notes.push(format!(
            "{} of {} dropped, because an embedding is not finite ({} in a, {} in b)",
            a.len() - kept_a.len(),
            a.len(),
            count(&a, &bad_a),
            count(&b, &bad_b)
        ));
    }
    Ok([kept_a, kept_b])
}

/// `None` in place of all rows in their order, which are read faster.
fn without_identity(rows: [Vec<usize>; 2], counts: [usize; 2]) -> [Option<Vec<usize>>; 2] {
    let [a, b] = rows;
    let unless = |rows: Vec<usize>, count: usize| {
        let is_all = rows.len() == count && rows.iter().enumerate().all(|(i, row)| i == *row);
        (!is_all).then_some(rows)
    };
    [unless(a, counts[0]), unless(b, counts[1])]
}
