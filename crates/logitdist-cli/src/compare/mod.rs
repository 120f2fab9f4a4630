//! `logitdist compare`, and what it says of a pair for other programs.

mod answer;
mod arguments;
mod chosen;
mod command_line;
mod compared_pair;
mod gate;
mod given;
mod heads;
mod json;
mod other_pair;
mod page;
mod probes;
mod reducing;
mod sampling;
mod selected;
mod shown;
mod single;
mod table;
mod top_lists;
mod verdict;
mod which;

pub(crate) use arguments::parse_blocks;
pub use arguments::{Arguments, EXPORTING, parse_subsets};
pub use chosen::{groups_of, repeated_note, targets_of};
pub(crate) use command_line::command_line;
pub use compared_pair::ComparedPair;
pub use given::{Given, Reading, Transposed};
pub use page::{MOST_LABELS, Page};
pub use probes::read as read_probes;
pub use reducing::Reducing;
pub(crate) use sampling::{Sampling, read_whole_numbers};
pub use selected::{QUICK_INPUTS, selected};
pub(crate) use shown::rounded;

use crate::models::{Models, open_other};
use crate::output::{Beside, Format, beside, to_stdout};
use crate::progress::Progress;
use crate::saved::{Reduction, reduction};
use anyhow::bail;
use logitdist::{Pair, Settings};
use logitdist_io::{FileModel, say};
use logitdist_results::pair::PairRun;
use sampling::wanted;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code if a gate was crossed.
const GATE_CROSSED: u8 = 4;

/// Runs the command, which was asked for by `line`: exit code 1 if a bound is violated, else 4 if a gate was crossed.
pub fn run(arguments: &Arguments, line: &[OsString]) -> anyhow::Result<ExitCode> {
    let pool = arguments.reducing.pool()?;
    // Outputs that cannot be should not cost a comparison.
    arguments.claim_outputs()?;
    if let Some(lists) = top_lists::compared(arguments, &command_line(line))? {
        let text = lists.text(arguments.format);
        match &arguments.out {
            Some(path) => beside(path, text.as_bytes())?.finish()?,
            None => to_stdout(text.as_bytes())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
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
        let crossed = gate::crossed(&result);
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
    // Read later; until then, that there will be right answers is enough.
    settings.targets = arguments.targets.is_some().then(Vec::new);
    let gates = gate::of(arguments, &settings)?;
    let of_gates = gate::tokens(&gates);
    settings.selection = selected(&arguments.only, &arguments.skip, arguments.quick, &of_gates)?;
    if arguments.report.is_some() && !settings.selection.has("d_logit") {
        bail!("--skip leaves out d_logit, which a page needs: leave out --report or keep it");
    }
    let numbers =
        |path: &Option<PathBuf>, what| path.as_deref().map(|path| read_whole_numbers(path, what)).transpose();
    let (groups, targets) = (numbers(&arguments.groups, "group")?, numbers(&arguments.targets, "target")?);
    let sources = arguments.given.sources()?;
    // Other models are written like those that they stand for.
    let [options_a, options_b] = sources.each_ref().map(|(_, options)| options.clone());
    let (models, matched) = Models::matched(sources, &arguments.given.reading.which.asked())?;
    settings.groups = groups.map(|groups| groups_of(groups, &matched)).transpose()?;
    settings.targets = targets.map(|targets| targets_of(targets, &matched)).transpose()?;
    let other = |path: &Option<PathBuf>, options, m: usize| {
        let labels = matched.labels[m].as_deref();
        path.as_deref().map(|path| open_other(path, options, labels, matched.inputs[m].clone())).transpose()
    };
    let (against, floor) =
        (other(&arguments.against, &options_b, 1)?, other(&arguments.floor, &options_a, 0)?);
    let [pair_against, pair_floor] = [with_a(&models, &against)?, with_a(&models, &floor)?];
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
    let by_name = arguments.only.iter().any(|token| token == "m_cca_cv").then_some("--only");
    let intervals = wanted(arguments, gate::need_resampling(&gates).then_some("a gate").or(by_name))?;
    let progress = Progress::new(rows_to_see(&pair, &settings));
    let watch = |stage, rows| progress.watch(stage, rows);
    let probes = probes.as_ref().map(|(path, probes)| (path.display().to_string(), probes));
    let probes = probes.as_ref().map(|(name, probes)| (name.as_str(), probes.as_slice()));
    let reduction = match arguments.summaries.as_slice() {
        [] => None,
        paths => Some(reduction(paths, &pair)?),
    };
    let name = |other: &Option<(String, FileModel<'_>)>| other.as_ref().map(|(name, _)| name.clone());
    let others = [name(&against).zip(pair_against), name(&floor).zip(pair_floor)];
    let compared = match reduction {
        Some(Reduction::InOrder(summary, precision)) => {
            arguments.check_without_inputs()?;
            let settings = Settings { logit_precision: precision, ..settings.clone() };
            ComparedPair::of_summary(*summary, &settings, run)?
        }
        Some(Reduction::Whole(part)) => {
            ComparedPair::of(&pair, Some(*part), &settings, intervals, run, probes, &watch)?
        }
        None => ComparedPair::of(&pair, None, &settings, intervals, run, probes, &watch)?,
    };
    let mut compared = compared.beside(others, &settings)?;
    let repeated = [("a", &models.a), ("b", &models.b)].map(|(name, model)| repeated_note(name, model));
    compared.add_notes(matched.notes, repeated.into_iter().flatten(), matched.limits);
    let is_selection = arguments.quick || !arguments.only.is_empty();
    Ok(ComparedPair { gates, is_selection, names: matched.names, ..compared })
}

/// The pair of the first model and another one, if there is another.
fn with_a<'a>(
    models: &'a Models<FileModel<'a>>,
    other: &'a Option<(String, FileModel<'a>)>,
) -> anyhow::Result<Option<Pair<'a>>> {
    other.as_ref().map(|(name, model)| models.pair_with(name, model)).transpose()
}

/// What the command line asks for; whether blocks of inputs are left out follows from the pair.
fn settings(arguments: &Arguments) -> Settings {
    Settings {
        subsets: arguments.subsets.unwrap_or_default(),
        inputs_limit: arguments.reducing.settings().inputs_limit.or(arguments.quick.then_some(QUICK_INPUTS)),
        llv_inputs: arguments.llv_inputs.clone(),
        per_input: arguments.report.is_some(),
        held_out: false,
        blocks: arguments.blocks,
        null: arguments.null,
        by_confidence: arguments.by_confidence,
        shifts: true,
        ..arguments.reducing.settings()
    }
}

/// How many rows a comparison is told of in all: labels, inputs, and inputs that are seen a second time.
pub fn rows_to_see(pair: &Pair<'_>, settings: &Settings) -> usize {
    let again = settings.inputs_limit.map_or(pair.n_inputs(), |limit| limit.min(pair.n_inputs()));
    pair.n_labels() + pair.n_inputs() + again
}
