//! `cargo xtask many`: what one model against ten others costs, in comparisons one by one of the same pairs with the same measures.

use crate::streaming::processor_seconds;
use anyhow::ensure;
use logitdist::{Mat, Model, ModelRows, Pair, Selection, Settings, compare, compare_many};
use logitdist_cli::matrix::usual;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::process::ExitCode;

/// Compare one model with ten others at once and one by one, and say how many single comparisons all at once cost.
///
/// The shape is that of a language model at half of its size in each direction: the parts of a comparison have the same weights. Costs are
/// seconds of all processors. Both compute what `logitdist matrix` computes unless it is told, without intervals. Exit code 1 if ten others with the reference's head
/// cost as much as four comparisons, or with heads of their own as much as seven.
#[derive(clap::Args)]
pub struct Arguments {
    /// Inputs, N.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Labels, K.
    #[arg(long, default_value_t = 25_000, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,
    /// Dimension of all models, M.
    #[arg(long, default_value_t = 384, value_parser = clap::value_parser!(u32).range(1..))]
    dim: u32,
    /// Inputs of the probability part.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..))]
    inputs_limit: u32,
    /// Other models.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=16))]
    others: u16,
    /// Single comparisons that are timed, half of them before and half of them after all at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    single: u16,
    /// Threads [default: all processors].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// What ten others may cost at most, in single comparisons: with the reference's head, and with heads of their own.
const GOALS: [f64; 2] = [4.0, 7.0];

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let threads = arguments.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let [n, k, m] = [arguments.n, arguments.k, arguments.dim].map(|x| x as usize);
    println!(
        "N = {n}, K = {k}, M = {m}, KL on {} inputs, {} threads",
        arguments.inputs_limit,
        pool.current_num_threads()
    );
    let selection = Selection::only(usual().iter().map(String::as_str)).map_err(anyhow::Error::msg)?;
    let settings = Settings {
        selection,
        held_out: false,
        inputs_limit: Some(arguments.inputs_limit as usize),
        ..Settings::default()
    };
    let mut is_met = true;
    for (shared, goal) in [true, false].into_iter().zip(GOALS) {
        let cost = pool.install(|| cost(arguments, &settings, shared))?;
        let heads = if shared { "the reference's head" } else { "heads of their own" };
        let others = arguments.others;
        println!(
            "{others} others with {heads}: {:.2} s, a comparison {:.2} s, that is {:.2} comparisons (goal for ten: under {goal})",
            cost[0],
            cost[1],
            cost[0] / cost[1]
        );
        is_met &= cost[0] < goal * cost[1];
    }
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Seconds of all others at once, and of one of them alone on average.
fn cost(arguments: &Arguments, settings: &Settings, shared: bool) -> anyhow::Result<[f64; 2]> {
    let [n, k, m] = [arguments.n, arguments.k, arguments.dim].map(|x| x as usize);
    let first = model([n, k, m], 0, 0)?;
    let others = (1..=u64::from(arguments.others)).map(|i| model([n, k, m], i, if shared { 0 } else { i }));
    let others: Vec<Model> = others.collect::<anyhow::Result<_>>()?;
    let rng = || ChaCha8Rng::seed_from_u64(0);
    let one = |i: u16| -> anyhow::Result<(f64, f64)> {
        let other = &others[usize::from(i % arguments.others)];
        let pair = Pair::new(&first, other)?;
        let (seconds, comparison) = cost_of(|| compare(&pair, settings, &mut rng()))?;
        Ok((seconds, comparison?["d_logit"]))
    };
    let half = arguments.single.div_ceil(2);
    let mut single: Vec<(f64, f64)> = (0..half).map(one).collect::<anyhow::Result<_>>()?;
    let rows: Vec<&dyn ModelRows> = others.iter().map(|other| other as &dyn ModelRows).collect();
    let mut found = Vec::new();
    let each = |_, comparison: logitdist::Comparison| found.push(comparison["d_logit"]);
    let (all, done) = cost_of(|| compare_many(&first, &rows, settings, rng, &|_, _| (), each))?;
    done?;
    single.extend((half..arguments.single).map(one).collect::<anyhow::Result<Vec<_>>>()?);
    for (i, (_, d_logit)) in single.iter().enumerate() {
        let own = found[i % found.len()];
        ensure!((own - d_logit).abs() <= 1e-12 * d_logit, "d_logit is {own} at once and {d_logit} alone");
    }
    Ok([all, single.iter().map(|(seconds, _)| seconds).sum::<f64>() / single.len() as f64])
}

/// Entries without structure, another model for other seeds.
fn model([n, k, m]: [usize; 3], embeddings: u64, head: u64) -> anyhow::Result<Model> {
    let array = |rows: usize, seed: u64| {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed + 1);
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        Mat::from_fn(rows, m, |_, _| next())
    };
    Ok(Model::new(array(n, 2 * embeddings), array(k, 2 * head + 1), None)?)
}

/// Seconds of all processors that something takes, whatever else they do meanwhile; and what comes of it.
fn cost_of<T>(of: impl FnOnce() -> T) -> anyhow::Result<(f64, T)> {
    let start = processor_seconds()?;
    let result = of();
    Ok((processor_seconds()? - start, result))
}
