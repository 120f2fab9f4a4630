//! `logitdist compare`, and what it says of a pair for other programs.

mod answer;
mod arguments;
mod command_line;
mod compared_pair;
mod gate;
mod json;
mod other_pair;
mod page;
mod probes;
mod sampling;
mod selected;
mod shown;
mod table;
mod verdict;

pub use arguments::{Arguments, EXPORTING, Transposed, parse_subsets};
pub use compared_pair::ComparedPair;
pub use page::{MOST_LABELS, Page};
pub use probes::read as read_probes;
pub use selected::{QUICK_INPUTS, selected};

use crate::models::{Models, open_other};
use crate::output::{Beside, Format, beside, to_stdout};
use crate::progress::Progress;
use anyhow::{Context, bail};
use arguments::Logits;
use command_line::command_line;
use logitdist::{LogitPrecision, Pair, Settings};
use logitdist_io::{FileModel, open_model, say};
use logitdist_results::pair::PairRun;
use sampling::{read_whole_numbers, wanted};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code if a gate was crossed.
const GATE_CROSSED: u8 = 4;

/// Runs the command, which was asked for by `line`: exit code 1 if a bound is violated, else 4 if a gate was crossed.
pub fn run(arguments: &Arguments, line: &[OsString]) -> anyhow::Result<ExitCode> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.map_or(0, usize::from))
        .build()
        .context("the threads cannot be started")?;
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
    settings.groups = numbers(&arguments.groups, "group")?;
    settings.targets = numbers(&arguments.targets, "target")?;
    let sources = arguments.sources()?;
    // Other models are written like those that they stand for.
    let [options_a, options_b] = sources.each_ref().map(|(_, options)| options.clone());
    let models = Models::read(sources, open_model)?;
    let against = arguments.against.as_deref().map(|path| open_other(path, &options_b)).transpose()?;
    let floor = arguments.floor.as_deref().map(|path| open_other(path, &options_a)).transpose()?;
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
        seed: arguments.seed,
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
    let compared = ComparedPair::of(&pair, &settings, intervals, run, probes, &watch)?;
    let name = |other: &Option<(String, FileModel)>| other.as_ref().map(|(name, _)| name.clone());
    let others = [name(&against).zip(pair_against), name(&floor).zip(pair_floor)];
    let compared = compared.beside(others, &settings)?;
    let is_selection = arguments.quick || !arguments.only.is_empty();
    Ok(ComparedPair { gates, is_selection, ..compared })
}

/// The pair of the first model and another one, if there is another.
fn with_a<'a>(
    models: &'a Models<FileModel>,
    other: &'a Option<(String, FileModel)>,
) -> anyhow::Result<Option<Pair<'a>>> {
    other.as_ref().map(|(name, model)| models.pair_with(name, model)).transpose()
}

/// What the command line asks for; whether blocks of inputs are left out follows from the pair.
fn settings(arguments: &Arguments) -> Settings {
    Settings {
        subsets: arguments.subsets.unwrap_or_default(),
        inputs_limit: arguments
            .inputs_limit
            .map(|n| usize::try_from(n).unwrap_or(usize::MAX))
            .or(arguments.quick.then_some(QUICK_INPUTS)),
        logit_precision: match arguments.logits {
            Logits::F64 => LogitPrecision::F64,
            Logits::F32 => LogitPrecision::F32,
        },
        llv_labels: arguments.llv_labels.clone(),
        llv_inputs: arguments.llv_inputs.clone(),
        per_input: arguments.report.is_some(),
        held_out: false,
        blocks: arguments.blocks,
        null: arguments.null,
        by_confidence: arguments.by_confidence,
        shifts: true,
        ..Settings::default()
    }
}

/// How many rows a comparison is told of in all: labels, inputs, and inputs that are seen a second time.
pub fn rows_to_see(pair: &Pair<'_>, settings: &Settings) -> usize {
    let again = settings.inputs_limit.map_or(pair.n_inputs(), |limit| limit.min(pair.n_inputs()));
    pair.n_labels() + pair.n_inputs() + again
}
