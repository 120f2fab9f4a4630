//! Which labels and inputs of two models are compared, and which of them belong together.

mod by_name;
mod choice;

pub use choice::Choice;

use anyhow::{Context, anyhow, bail, ensure};
use by_name::{Named, Rows};
use logitdist_io::{Names, OpenedModel, ReadOptions, Source, check_rows, read_mask, read_rows};
use logitdist_results::pair::PairNames;
use std::collections::HashSet;
use std::path::PathBuf;

/// What is asked for of labels and inputs.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which labels.
    pub labels: Choice,
    /// Where the names of each model's labels are.
    pub label_names: [NamesFrom; 2],
    /// Which inputs.
    pub inputs: Choice,
    /// Where the names of each model's inputs are.
    pub input_names: [NamesFrom; 2],
    /// The rows of the embeddings to begin with.
    pub rows: RowsFrom,
    /// Whether inputs with an entry that is not finite are left out.
    pub drop_nonfinite: bool,
}

/// Where names are.
#[derive(Debug, Clone, Default)]
pub enum NamesFrom {
    /// With the model, if it has any.
    #[default]
    Own,
    /// In a file of their own.
    File(PathBuf),
    /// In memory.
    Given(Names),
}

/// Which rows of the embeddings there are to begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RowsFrom {
    /// All.
    #[default]
    All,
    /// Those of each model's own mask.
    Own,
    /// Those that a file says.
    File(PathBuf),
    /// These.
    Given(Vec<usize>),
}

/// The labels and inputs to compare: positions in each file, `None` for all in their order.
#[derive(Debug, Default)]
pub struct Matched {
    /// Positions of the labels of each.
    pub labels: [Option<Vec<usize>>; 2],
    /// Positions of the inputs of each.
    pub inputs: [Option<Vec<usize>>; 2],
    /// What to say of them, under the token of their number.
    pub notes: Vec<(&'static str, String)>,
    /// What limits the result.
    pub limits: Vec<String>,
    /// What the compared labels and inputs are called, of those that have names.
    pub names: PairNames,
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

/// What was opened of a model, and what stands beside it.
#[derive(Debug)]
pub struct Opened<'a, 'm> {
    /// Where its own names and mask are.
    pub own: Own<'a>,
    /// The model.
    pub model: &'a OpenedModel<'m>,
}

/// Where a model's own names and mask are.
#[derive(Debug)]
pub enum Own<'a> {
    /// In its file.
    File(&'a Source, &'a ReadOptions),
    /// In memory.
    Memory(&'a Beside),
}

/// What stands in memory beside a model.
#[derive(Debug, Default)]
pub struct Beside {
    /// Names of its labels.
    pub labels: Option<Names>,
    /// Names of its inputs.
    pub inputs: Option<Names>,
    /// Rows that its mask keeps.
    pub mask: Option<Vec<usize>>,
}

/// Finds the labels and inputs that two models have in common, in the way that is asked for.
///
/// # Errors
/// Names that cannot be read or do not fit; models whose names differ; positions that there are not.
pub fn matched(models: [Opened<'_, '_>; 2], asked: &Asked) -> anyhow::Result<Matched> {
    let mut found = Matched::default();
    let counts = [0, 1].map(|m| models[m].model.n_labels());
    let names = axis_names(&LABELS, &models, counts, &asked.labels, &asked.label_names)?;
    let rows = chosen(&LABELS, counts.map(|count| (0..count).collect()), &names, &asked.labels)?;
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
    let label_names = names_of(&names, &found.labels);
    let counts = [0, 1].map(|m| models[m].model.n_inputs());
    let names = axis_names(&INPUTS, &models, counts, &asked.inputs, &asked.input_names)?;
    let mut notes = Vec::new();
    let kept = kept_rows(&models, counts, asked, names.iter().all(Option::is_some))?;
    let are_all = asked.rows == RowsFrom::All;
    if !are_all {
        notes.push(format!(
            "{} of a's {} rows and {} of b's {}, by --rows",
            kept[0].len(),
            counts[0],
            kept[1].len(),
            counts[1]
        ));
    }
    let untouched = || kept[0].len() == counts[0] && kept[1].len() == counts[1] && are_all;
    let rows = match chosen(&INPUTS, kept.clone(), &names, &asked.inputs)? {
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
    found.names = PairNames::new(label_names, names_of(&names, &found.inputs));
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
    beside: fn(&Beside) -> Option<&Names>,
}

const LABELS: Axis = Axis {
    what: "labels",
    names_option: "--label-names",
    array: |options| options.names.labels.as_ref(),
    beside: |beside| beside.labels.as_ref(),
};

const INPUTS: Axis = Axis {
    what: "inputs",
    names_option: "--input-names",
    array: |options| options.names.inputs.as_ref(),
    beside: |beside| beside.inputs.as_ref(),
};

/// The names of each model's labels or inputs, if they matter and there are any.
fn axis_names(
    axis: &Axis,
    models: &[Opened<'_, '_>; 2],
    counts: [usize; 2],
    choice: &Choice,
    from: &[NamesFrom; 2],
) -> anyhow::Result<[Option<Names>; 2]> {
    let of = |m: usize| -> anyhow::Result<Option<Names>> {
        let names = match (&from[m], &models[m].own) {
            (NamesFrom::Given(names), _) => Some(names.clone()),
            (NamesFrom::File(file), _) => Some(Names::of_file(file)?),
            (NamesFrom::Own, Own::File(Source::Path(path), options)) => {
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
            (NamesFrom::Own, Own::File(..)) => None,
            (NamesFrom::Own, Own::Memory(beside)) => (axis.beside)(beside).cloned(),
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
    names: &[Option<Names>; 2],
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
        Choice::Rows(rows) => at(&mut kept, &|count| {
            check_rows(rows, count).map_err(anyhow::Error::msg)?;
            Ok(rows.clone())
        })?,
        Choice::Named(given) => {
            ensure!(
                names.iter().all(Option::is_some),
                "{what} are chosen by name, and only models with names of their {what} have them"
            );
            list = Some(Names::given(what, given.clone())?);
        }
        Choice::Listed(file) if names.iter().all(Option::is_some) => list = Some(Names::of_file(file)?),
        Choice::Listed(file) => at(&mut kept, &|count| Ok(read_rows(file, count)?))?,
        _ => {}
    }
    let [Some(a), Some(b)] = names else {
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
        let changed = matches!(choice, Choice::At(_) | Choice::Rows(_) | Choice::Listed(_));
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

/// Names in the order of what is compared: the first model's, or else the second's.
fn names_of(names: &[Option<Names>; 2], rows: &[Option<Vec<usize>>; 2]) -> Vec<Option<String>> {
    let of = |(names, rows): (&Option<Names>, &Option<Vec<usize>>)| {
        let names = names.as_ref()?.as_slice();
        Some(match rows {
            Some(rows) => rows.iter().map(|&row| names[row].clone()).collect(),
            None => names.to_vec(),
        })
    };
    names.iter().zip(rows).find_map(of).unwrap_or_default()
}

/// The rows of each model to begin with.
fn kept_rows(
    models: &[Opened<'_, '_>; 2],
    counts: [usize; 2],
    asked: &Asked,
    are_named: bool,
) -> anyhow::Result<[Vec<usize>; 2]> {
    if asked.rows == RowsFrom::All {
        return Ok(counts.map(|count| (0..count).collect()));
    }
    let of = |m: usize| -> anyhow::Result<Vec<usize>> {
        let name = ["a", "b"][m];
        let kept = match (&asked.rows, &models[m].own) {
            (RowsFrom::All, _) => (0..counts[m]).collect(),
            (RowsFrom::Own, Own::File(Source::Path(path), options)) => {
                read_mask(path, &options.names.mask, counts[m], options.inflation_limit)?
            }
            (RowsFrom::Own, Own::File(..)) => bail!(
                "--rows mask needs a model file with an array `mask`; --rows FILE names a mask in a file of its own"
            ),
            (RowsFrom::Own, Own::Memory(beside)) => beside
                .mask
                .clone()
                .with_context(|| format!("{name} has no array `mask`, which the rows ask for"))?,
            (RowsFrom::File(rows), _) => read_rows(rows, counts[m])?,
            (RowsFrom::Given(rows), _) => {
                check_rows(rows, counts[m]).map_err(|error| anyhow!("the rows of model {name}: {error}"))?;
                rows.clone()
            }
        };
        ensure!(!kept.is_empty(), "--rows keeps no row of model {name}; at least one is needed");
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
    models: &[Opened<'_, '_>; 2],
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
