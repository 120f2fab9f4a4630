//! `logitdist compare`.

mod arguments;
mod command_line;
mod compared_pair;
mod json;
mod page;
mod probes;
mod table;
mod verdict;

pub use arguments::{Arguments, EXPORTING, Transposed};
pub use probes::read as read_probes;

use crate::models::Models;
use crate::output::{Beside, Format, beside, to_stdout};
use crate::progress::Progress;
use anyhow::Context;
use arguments::Logits;
use command_line::command_line;
use compared_pair::ComparedPair;
use logitdist::{Comparison, LogitPrecision, Pair, Settings, compare_watched};
use logitdist_io::{open_model, say};
use logitdist_results::number::short;
use logitdist_results::pair::PairRun;
use page::Page;
use probes::CarriedProbe;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::process::ExitCode;

/// Runs the command: exit code 1 if a bound is violated.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.map_or(0, usize::from))
        .build()
        .context("the threads cannot be started")?;
    // Outputs that cannot be should not cost a comparison.
    arguments.claim_outputs()?;
    let page = arguments.report.as_deref().map(Page::begin).transpose()?;
    let result = pool.install(|| evaluate(arguments))?;
    let text = match arguments.format {
        Format::Table => table::render(&result),
        Format::Json => json::render(&result),
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
    let comparison = &result.comparison;
    let violated = comparison.all_bounds().filter(|(_, bound)| bound.is_violated());
    let of_probes = result.probes.iter().map(|probe| &probe.agreement).filter(|bound| bound.is_violated());
    let violated: Vec<&str> =
        violated.map(|(_, bound)| bound).chain(of_probes).map(|bound| bound.theorem.token).collect();
    if violated.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "error: violated: {}; a proof or this program is wrong, please report it with the two files",
        violated.join(", ")
    ));
    Ok(ExitCode::from(1))
}

fn evaluate(arguments: &Arguments) -> anyhow::Result<ComparedPair> {
    let models = Models::read(arguments.sources()?, open_model)?;
    // Read before anything is computed: a wrong path should not cost a comparison.
    let probes = arguments
        .probe
        .as_ref()
        .map(|path| Ok::<_, anyhow::Error>((path, probes::read(path, arguments.probe_offset)?)))
        .transpose()?;
    let settings = Settings {
        subsets: arguments.subsets.unwrap_or_default(),
        inputs_limit: arguments.inputs_limit.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
        logit_precision: match arguments.logits {
            Logits::F64 => LogitPrecision::F64,
            Logits::F32 => LogitPrecision::F32,
        },
        llv_labels: arguments.llv_labels.clone(),
        llv_inputs: arguments.llv_inputs.clone(),
        per_input: arguments.report.is_some(),
        ..Settings::default()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
    let pair = models.pair()?;
    let progress =
        Progress::new(pair.n_labels() + pair.n_inputs() + inputs_of_probabilities(&pair, &settings));
    let watch = |stage, rows| progress.watch(stage, rows);
    let mut comparison = compare_watched(&pair, &settings, &mut rng, &watch)?;
    comparison.notes.extend(lost_digits(&comparison));
    drop(progress);
    let probes = probes.map_or(Ok(Vec::new()), |(path, probes)| {
        let carried = |(i, probe)| {
            CarriedProbe::of(&pair, &comparison.reduced, probe)
                .with_context(|| format!("{}: row {i}", path.display()))
        };
        probes.iter().enumerate().map(carried).collect::<anyhow::Result<_>>()
    })?;
    Ok(ComparedPair {
        run: PairRun {
            model_a: models.name_a,
            model_b: models.name_b,
            seed: arguments.seed,
            version: env!("CARGO_PKG_VERSION").into(),
            command: command_line(),
        },
        comparison,
        probes,
    })
}

/// A note where rounding of logits alone changes probabilities by more than a millionth of themselves.
///
/// −log τ is how far the logits of an input are apart at most, and a logit z in f64 is uncertain by ε|z|, a probability relatively by as much.
fn lost_digits(comparison: &Comparison) -> Option<(&'static str, String)> {
    const TOO_COARSE: f64 = 1e-6;
    let apart = -comparison.scalar("log_tau")?.as_ref().ok()?;
    let rounding = f64::EPSILON * apart;
    (rounding > TOO_COARSE).then(|| {
        let note = format!(
            "logits of one input are up to {} apart, so that rounding alone changes probabilities by up to {} of themselves; so few digits of kl, jeffreys, js, tv, hellinger and d_llv mean anything",
            short(apart),
            short(rounding)
        );
        ("log_tau", note)
    })
}

/// Inputs that are seen a second time.
fn inputs_of_probabilities(pair: &Pair<'_>, settings: &Settings) -> usize {
    settings.inputs_limit.map_or(pair.n_inputs(), |limit| limit.min(pair.n_inputs()))
}
