//! `cargo xtask measure`: one pair compared part by part, in a process of its own so that its memory is its own.

use crate::memory::peak_mb;
use crate::pair::{SEED, Size, inputs, streams};
use anyhow::{Context, ensure};
use logitdist::measure::{cca, d_logit, d_rep, kl};
use logitdist::{
    Direction, Model, Pair, PairSummary, ProbabilityInputs, ProbabilityPart, Reduced, Settings, compare,
};
use logitdist_io::{ReadOptions, Source, read_model};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Read a pair and compare it, and print the time of every part, the peak of memory and the values.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    size: Size,
    /// Folder of the pair.
    #[arg(long)]
    folder: PathBuf,
    /// Number of threads.
    #[arg(long)]
    threads: usize,
    /// Repeat a part that takes less than so many seconds until they are spent.
    #[arg(long)]
    repeat_for: f64,
    /// Time a comparison with everything in it, too.
    #[arg(long)]
    everything: bool,
}

/// What a process measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Values by token.
    pub values: BTreeMap<String, f64>,
    /// Median seconds of every part.
    pub seconds: BTreeMap<String, f64>,
    /// Peak of memory.
    pub peak_mb: f64,
}

/// The part of reading both files.
pub const READ: &str = "read";
/// The part of both factors: one pass over inputs and labels.
pub const REDUCE: &str = "reduce";
/// The part of small matrices: orthonormal coordinates, logit distance and canonical correlations.
pub const SMALL: &str = "small";
/// The part of KL divergence and its relatives.
pub const PROBABILITY: &str = "probability";
/// The part of d_rep in both directions.
pub const D_REP: &str = "d_rep";
/// All parts, in their order.
pub const PARTS: [&str; 5] = [READ, REDUCE, SMALL, PROBABILITY, D_REP];
/// What a part is called in pictures.
pub fn in_words(part: &str) -> &str {
    match part {
        READ => "reading both files",
        REDUCE => "reduction to factors",
        SMALL => "small matrices",
        PROBABILITY => "probabilities",
        D_REP => "identifiability dissimilarity",
        other => other,
    }
}

/// A whole comparison of what was read: every measure, every bound.
pub const EVERYTHING: &str = "everything";

/// How a process is to measure.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Number of threads.
    pub threads: usize,
    /// Seconds for the repetitions of a part.
    pub repeat_for: f64,
    /// Whether to time a comparison with everything in it.
    pub everything: bool,
}

/// Measures a pair in a process of its own.
///
/// # Errors
/// The process fails; the message is what it said.
pub fn in_process(size: &Size, folder: &Path, how: How) -> anyhow::Result<Measured> {
    let mut command = Command::new(std::env::current_exe().context("this program cannot be found")?);
    command.arg("measure").args(size.arguments()).arg("--folder").arg(folder);
    command.args(["--threads", &how.threads.to_string(), "--repeat-for", &how.repeat_for.to_string()]);
    command.args(how.everything.then_some("--everything"));
    let output = command.output()?;
    ensure!(output.status.success(), "a comparison fails: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("a comparison did not print what it measured")
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    let measured = pool.install(|| measure(arguments))?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(ExitCode::SUCCESS)
}

fn measure(arguments: &Arguments) -> anyhow::Result<Measured> {
    let Arguments { size, folder, repeat_for, .. } = arguments;
    let mut seconds = BTreeMap::new();
    let mut values = BTreeMap::new();
    let read = |name: &str| read_model(&Source::Path(folder.join(name)), &ReadOptions::default());
    let (took, models) = timed(*repeat_for, || Ok::<_, anyhow::Error>([read("a.npz")?, read("b.npz")?]))?;
    seconds.insert(READ.to_owned(), took);
    let [a, b]: [Model; 2] = models;
    let pair = Pair::new(&a, &b)?;

    let (took, summary) = timed(*repeat_for, || PairSummary::of(&pair, &ProbabilityInputs::None, &[]))?;
    seconds.insert(REDUCE.to_owned(), took);
    let (took, (reduced, d_logit, m_cca)) = timed(*repeat_for, || {
        let reduced = Reduced::of(&summary);
        let (d_logit, m_cca) = (d_logit::d_logit(&reduced), cca::embeddings(&reduced)?.mean());
        Ok::<_, logitdist::Reason>((reduced, d_logit, m_cca))
    })
    .map_err(|reason| anyhow::anyhow!("m_cca: {reason}"))?;
    seconds.insert(SMALL.to_owned(), took);
    values.extend([("d_logit".to_owned(), d_logit), ("m_cca".to_owned(), m_cca)]);

    let mut streams = streams();
    let inputs = ProbabilityInputs::These(inputs(size, &mut streams.inputs));
    let (took, d) = timed(*repeat_for, || {
        let part = ProbabilityPart::of(&pair, &summary.labels, &inputs, &[])?;
        Ok::<_, anyhow::Error>(kl::divergences(&part.sums))
    })?;
    seconds.insert(PROBABILITY.to_owned(), took);
    for (token, value) in [
        ("kl_ab", d.kl_ab),
        ("kl_ba", d.kl_ba),
        ("js", d.js),
        ("tv", d.tv),
        ("hellinger", d.hellinger),
        ("top1_agreement", d.top1_agreement),
    ] {
        values.insert(token.to_owned(), value);
    }

    // Nobody's time has the drawing of the subsets in it: peers are given them.
    let mut choose = || size.subsets().choose(size.labels, size.dim, &mut streams.subsets);
    let chosen = [(Direction::Ab, choose()?), (Direction::Ba, choose()?)];
    let (took, both) = timed(*repeat_for, || {
        // As a comparison does.
        let [ab, ba] = &chosen;
        let (ab, ba) =
            rayon::join(|| d_rep::d_rep(&reduced, ab.0, &ab.1), || d_rep::d_rep(&reduced, ba.0, &ba.1));
        Ok::<_, logitdist::Reason>([ab?, ba?])
    })
    .map_err(|reason| anyhow::anyhow!("d_rep: {reason}"))?;
    seconds.insert(D_REP.to_owned(), took);
    for (value, direction) in both.iter().zip(["ab", "ba"]) {
        values.insert(format!("d_rep_{direction}"), value.d_rep);
        values.insert(format!("n_subsets_{direction}"), value.used as f64);
    }

    if arguments.everything {
        let settings = Settings {
            subsets: size.subsets(),
            inputs_limit: Some(size.inputs_limit),
            ..Settings::default()
        };
        let compare = || compare(&pair, &settings, &mut ChaCha8Rng::seed_from_u64(SEED));
        let (took, _) = timed(*repeat_for, compare)?;
        seconds.insert(EVERYTHING.to_owned(), took);
    }
    Ok(Measured { values, seconds, peak_mb: peak_mb()? })
}

/// Most repetitions of a part.
const MOST_RUNS: usize = 200;

/// The median time of a part and its result. The first run warms up, unless it alone takes the seconds for repetitions.
fn timed<T, E>(repeat_for: f64, part: impl Fn() -> Result<T, E>) -> Result<(f64, T), E> {
    let once = || {
        let start = Instant::now();
        let result = part()?;
        Ok((start.elapsed().as_secs_f64(), result))
    };
    let (first, mut result) = once()?;
    if first > repeat_for {
        return Ok((first, result));
    }
    let (mut times, mut spent) = (Vec::new(), first);
    while times.is_empty() || (spent < repeat_for && times.len() < MOST_RUNS) {
        // What there was goes first, so that memory holds one result and not two.
        drop(result);
        let (took, again) = once()?;
        (spent, result) = (spent + took, again);
        times.push(took);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], result))
}
