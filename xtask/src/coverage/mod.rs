//! `cargo xtask coverage`: how often the 95 % intervals hold the value of all inputs, by kind of interval and of inputs.

mod draw;
mod report;

use anyhow::Context;
use draw::{Dependence, GROUP, Law};
use logitdist::measure::chance::chance_limit;
use logitdist::{
    Comparison, Direction, Interval, Intervals, Pair, Selection, Settings, Statement, compare, theorem,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// Draw pairs with known population values and count how often the intervals hold them.
#[derive(clap::Args)]
pub struct Arguments {
    /// Draws of each kind of inputs.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    draws: u32,
    /// Inputs at most: larger cells are left out.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    most_inputs: u32,
    /// Where coverage.csv and README.md go.
    #[arg(long, value_name = "DIR", default_value = "results/coverage")]
    out: PathBuf,
}

/// What is looked at: each kind of interval, and more than one measure of most.
const TOKENS: [&str; 13] = [
    "d_logit",
    "kl_ab",
    "tv",
    "d_ls_ab",
    "kl_ab_median",
    "kl_ab_q90",
    "kl_ab_q99",
    "top1_agreement",
    "top5_overlap",
    "m_cca",
    "cka",
    "r2_ab",
    "m_cca_cv",
];

/// Sides of bounds that are looked at: the bound, and the side as comparisons name it.
const SIDES: [(&str, &str); 3] =
    [("kl_from_logit_sharp", "rhs"), ("m_cca_two_spectra", "bound"), ("top1_from_logit", "bound")];

/// Inputs that the population values are read off, unless they are known exactly.
const POPULATION: usize = 400_000;

/// What was counted of a measure in a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Draws with an interval, and those of them that hold the value of all inputs.
    given: usize,
    held: usize,
    /// The same of intervals without a mark.
    plain: usize,
    plain_held: usize,
}

/// A cell and what was counted.
struct Cell {
    law: Law,
    draws: usize,
    counts: Vec<Count>,
    /// Draws whose m_cca is beyond what unrelated models hardly ever exceed.
    beyond_chance: usize,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let draws = arguments.draws as usize;
    let laws = laws().into_iter().filter(|law| law.inputs <= arguments.most_inputs as usize);
    let mut cells = Vec::new();
    for (place, law) in laws.enumerate() {
        let start = std::time::Instant::now();
        cells.push(counted(place as u64, law, draws)?);
        println!("{} in {:.0} s", report::words(&law), start.elapsed().as_secs_f64());
        // Whatever ends it, what was counted is there.
        report::write(&arguments.out, &cells)
            .with_context(|| format!("{}: cannot be written", arguments.out.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One setting after the other is changed, from inputs that nothing is wrong with.
fn laws() -> Vec<Law> {
    let plain = Law { inputs: 1000, dim: 8, rho: 0.9, heavy: false, dependence: Dependence::Independent };
    let mut laws = vec![plain];
    laws.extend([100, 300, 4000, 10_000].map(|inputs| Law { inputs, ..plain }));
    laws.extend([2, 32, 64].map(|dim| Law { dim, ..plain }));
    laws.extend([0.0, 0.1, 0.5, 0.99].map(|rho| Law { rho, ..plain }));
    laws.extend([100, 1000].map(|inputs| Law { inputs, heavy: true, ..plain }));
    for dependence in [Dependence::Grouped, Dependence::Autocorrelated] {
        laws.extend([1000, 4000].map(|inputs| Law { inputs, dependence, ..plain }));
    }
    // Nothing but chance, for the limit of chance.
    for (inputs, dim) in [(50, 2), (100, 8), (300, 32)] {
        laws.push(Law { inputs, dim, rho: 0.0, ..plain });
    }
    laws
}

fn settings(law: &Law) -> Settings {
    let groups = (0..law.inputs).map(|input| (input / GROUP) as i64).collect();
    Settings {
        selection: Selection::only(TOKENS.into_iter().chain(SIDES.map(|(bound, _)| bound)))
            .expect("they are in the tables"),
        intervals: true,
        groups: (law.dependence == Dependence::Grouped).then_some(groups),
        ..Settings::default()
    }
}

fn compared(law: &Law, settings: &Settings, seed: u64) -> anyhow::Result<Comparison> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let [a, b] = law.pair(&mut rng);
    Ok(compare(&Pair::new(&a, &b)?, settings, &mut rng)?)
}

/// The value of each measure over all inputs.
fn population(law: &Law, seed: u64) -> anyhow::Result<Vec<f64>> {
    let all = Law { inputs: POPULATION, dependence: Dependence::Independent, ..*law };
    let settings = Settings { intervals: false, held_out: false, ..settings(&all) };
    let comparison = compared(&all, &settings, seed)?;
    let value = |token: &str| match token {
        "m_cca" | "m_cca_cv" => Ok(law.rho),
        _ => comparison.value(token),
    };
    let of_side = |(token, side): (&str, &str)| {
        let (_, bound) = comparison.all_bounds().find(|(_, bound)| bound.theorem.token == token)?;
        match bound.statement? {
            Statement::AtMost { lhs, rhs } => Some(if side == "lhs" { lhs } else { rhs }),
            Statement::AtLeast { bound, .. } => Some(bound),
        }
    };
    let mut values = TOKENS.into_iter().map(value).collect::<Result<Vec<f64>, _>>()?;
    // A bound that does not exist has no interval that could hold it.
    values.extend(SIDES.map(|side| of_side(side).unwrap_or(f64::NAN)));
    Ok(values)
}

/// The interval of a measure or of a side, if it has one; in the order of the population values.
fn found(intervals: &Intervals) -> impl Iterator<Item = Option<&Interval>> {
    let of_measure = |token: &str| intervals.get(token)?.as_ref().ok();
    let of_side = |(token, side): (&str, &str)| {
        let own = intervals.of_bound(theorem(token)?, Direction::Ab)?;
        own.sides[usize::from(side == "rhs")].as_ref().ok()
    };
    TOKENS.into_iter().map(of_measure).chain(SIDES.into_iter().map(of_side))
}

fn counted(place: u64, law: Law, draws: usize) -> anyhow::Result<Cell> {
    let truth = population(&law, place << 32)?;
    let settings = settings(&law);
    let draw = |draw: usize| -> anyhow::Result<(Vec<Count>, bool)> {
        let comparison = compared(&law, &settings, (place << 32) + 1 + draw as u64)?;
        let intervals = comparison.intervals.as_ref().context("intervals were asked for")?;
        let count = |(found, truth): (Option<&Interval>, &f64)| {
            let Some(found) = found else { return Count::default() };
            let held = usize::from((found.low..=found.high).contains(truth));
            let plain = usize::from(found.marked.is_none());
            Count { given: 1, held, plain, plain_held: plain * held }
        };
        let limit = chance_limit(law.dim, law.dim, law.inputs);
        let beyond = comparison.value("m_cca")? > limit;
        Ok((found(intervals).zip(&truth).map(count).collect(), beyond))
    };
    let all: Vec<anyhow::Result<(Vec<Count>, bool)>> = (0..draws).into_par_iter().map(draw).collect();
    let mut cell =
        Cell { law, draws, counts: vec![Count::default(); TOKENS.len() + SIDES.len()], beyond_chance: 0 };
    for one in all {
        let (counts, beyond) = one?;
        cell.beyond_chance += usize::from(beyond);
        for (sum, count) in cell.counts.iter_mut().zip(counts) {
            sum.given += count.given;
            sum.held += count.held;
            sum.plain += count.plain;
            sum.plain_held += count.plain_held;
        }
    }
    Ok(cell)
}
