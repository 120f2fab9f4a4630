//! `logitdist compare`, and what it says of a pair for other programs.

mod answer;
mod arguments;
mod command_line;
mod compared_pair;
mod gate;
mod given;
mod heads;
mod json;
mod page;
mod probes;
mod reducing;
mod sampling;
mod shown;
mod single;
mod table;
mod verdict;
mod which;

pub use arguments::{Arguments, EXPORTING, parse_subsets};
pub use compared_pair::ComparedPair;
pub use given::{Given, Transposed};
pub use page::{MOST_LABELS, Page};
pub use probes::read as read_probes;
pub use reducing::Reducing;

use crate::matched::Matched;
use crate::models::Models;
use crate::output::{Beside, Format, beside, to_stdout};
use crate::progress::Progress;
use crate::saved::{Reduction, reduction};
use anyhow::Context;
use command_line::command_line;
use logitdist::{Pair, Settings};
use logitdist_io::{FileModel, RepeatedRows, say};
use logitdist_results::pair::PairRun;
use sampling::{read_groups, wanted};
use std::ffi::OsString;
use std::process::ExitCode;

/// Exit code if a gate was crossed.
const GATE_CROSSED: u8 = 4;

/// Runs the command, which was asked for by `line`: exit code 1 if a bound is violated, else 4 if a gate was crossed.
pub fn run(arguments: &Arguments, line: &[OsString]) -> anyhow::Result<ExitCode> {
    let pool = arguments.reducing.pool()?;
    // Outputs that cannot be should not cost a comparison.
    arguments.claim_outputs()?;
    let page = arguments.report.as_deref().map(Page::begin).transpose()?;
    let result = pool.install(|| evaluate(arguments, command_line(line)))?;
    let text = match arguments.format {
        Format::Table => result.to_table(arguments.bounds),
        Format::Json => result.to_json(),
        Format::Csv => result.results().to_csv(),
    };
    // All is written before anything is replaced: a command that fails leaves what was there.
    page.as_ref().map(|page| page.write(&result)).transpose()?;
    let out = arguments.out.as_ref().map(|path| beside(path, text.as_bytes())).transpose()?;
    if out.is_none() {
        to_stdout(text.as_bytes())?;
    }
    page.map(Page::finish).transpose()?;
    out.map(Beside::finish).transpose()?;
    let violated = result.violated();
    if violated.is_empty() {
        let crossed = gate::crossed(&result.gates, &result.comparison);
        crossed.iter().for_each(|line| say(format_args!("{line}")));
        return Ok(if crossed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(GATE_CROSSED) });
    }
    say(format_args!(
        "error: violated: {}; a proof or this program is wrong, please report it with the two files",
        violated.join(", ")
    ));
    Ok(ExitCode::from(1))
}

fn evaluate(arguments: &Arguments, command: String) -> anyhow::Result<ComparedPair> {
    // Before anything is read: a wrong gate should not cost a comparison.
    let mut settings = settings(arguments);
    let gates = gate::of(arguments, &settings)?;
    let groups = arguments.groups.as_deref().map(read_groups).transpose()?;
    let (models, matched) = Models::matched(arguments.given.sources()?, &arguments.given.which.asked())?;
    settings.groups = groups.map(|groups| groups_of(groups, &matched)).transpose()?;
    // Read before anything is computed: a wrong path should not cost a comparison.
    let probes = arguments
        .probe
        .as_ref()
        .map(|path| Ok::<_, anyhow::Error>((path, probes::read(path, arguments.probe_offset)?)))
        .transpose()?;
    let run = PairRun {
        model_a: models.name_a.clone(),
        model_b: models.name_b.clone(),
        seed: arguments.reducing.seed,
        version: env!("CARGO_PKG_VERSION").into(),
        command,
    };
    let pair = models.pair()?;
    let intervals = wanted(arguments, gate::need_resampling(&gates))?;
    let progress = Progress::new(rows_to_see(&pair, &settings));
    let watch = |stage, rows| progress.watch(stage, rows);
    let probes = probes.as_ref().map(|(path, probes)| (path.display().to_string(), probes));
    let probes = probes.as_ref().map(|(name, probes)| (name.as_str(), probes.as_slice()));
    let reduction = match arguments.summaries.as_slice() {
        [] => None,
        paths => Some(reduction(paths, &pair)?),
    };
    let mut compared = match reduction {
        Some(Reduction::InOrder(summary)) => {
            ComparedPair::of_summary(*summary, &settings, intervals, run, probes)?
        }
        Some(Reduction::Whole(part)) => {
            ComparedPair::of(&pair, Some(*part), &settings, intervals, run, probes, &watch)?
        }
        None => ComparedPair::of(&pair, None, &settings, intervals, run, probes, &watch)?,
    };
    let repeated = [("a", &models.a), ("b", &models.b)].map(|(name, model)| repeated_note(name, model));
    compared.add_notes(matched.notes, repeated.into_iter().flatten(), matched.limits);
    Ok(ComparedPair { gates, ..compared })
}

/// The groups of the inputs that were chosen, from those of the rows of a's file.
fn groups_of(groups: Vec<i64>, matched: &Matched) -> anyhow::Result<Vec<i64>> {
    let Some(rows) = &matched.inputs[0] else { return Ok(groups) };
    let count = groups.len();
    let of = |&row: &usize| {
        groups.get(row).copied().with_context(|| {
            format!("--groups has {count} groups and a's file more rows; a group for each row of a's file is needed")
        })
    };
    rows.iter().map(of).collect()
}

/// What to say of embeddings that are zero or come again, if they are more than a twentieth.
fn repeated_note(name: &str, model: &FileModel) -> Option<String> {
    let RepeatedRows { read, zero, repeated } = model.repeated_rows();
    let is_much = |count: usize| 20 * count > read;
    let said: Vec<String> = [(zero, "exactly zero"), (repeated, "exactly the same as an earlier one")]
        .into_iter()
        .filter(|(count, _)| is_much(*count))
        .map(|(count, how)| format!("{count} of {name}'s {read} rows are {how}"))
        .collect();
    (!said.is_empty()).then(|| format!("{}; if that is padding, --rows leaves it out", said.join(", and ")))
}

/// What the command line asks for; whether blocks of inputs are left out follows from the pair.
fn settings(arguments: &Arguments) -> Settings {
    Settings {
        subsets: arguments.subsets.unwrap_or_default(),
        llv_inputs: arguments.llv_inputs.clone(),
        per_input: arguments.report.is_some(),
        held_out: false,
        blocks: arguments.blocks,
        null: arguments.null,
        ..arguments.reducing.settings()
    }
}

/// How many rows a comparison is told of in all: labels, inputs, and inputs that are seen a second time.
pub fn rows_to_see(pair: &Pair<'_>, settings: &Settings) -> usize {
    let again = settings.inputs_limit.map_or(pair.n_inputs(), |limit| limit.min(pair.n_inputs()));
    pair.n_labels() + pair.n_inputs() + again
}
