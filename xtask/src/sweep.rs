//! `cargo xtask sweep`: runs a config.

use logitdist_sim::{SweepOptions, describe, sweep};
use std::path::PathBuf;
use std::process::ExitCode;

/// Run the grid of a config: draw every pair, measure it, evaluate every bound, write CSV.
///
/// Leaves rows.csv (a row per cell: parameters and every measure), bounds.csv (a row per cell, direction and bound),
/// summary.csv (tightness per bound and axis value), config.toml and manifest.json in results/NAME, or in the folder of --out.
#[derive(clap::Args)]
pub struct Arguments {
    /// The config, for example configs/quickstart.toml; configs/README.md lists its keys.
    config: PathBuf,
    /// Folder of the results [default: results/ and the config's name].
    #[arg(long)]
    out: Option<PathBuf>,
    /// Number of threads [default: all processors]. The CSV does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Override a key of the config, for example `--set replicates=2` or `--set "model.dim=[4,8]"`. May be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Print question, axes and number of cells, and run nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the task: exit code 1 if a bound is violated.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let options = SweepOptions {
        config: arguments.config,
        overrides: arguments.overrides,
        out: arguments.out,
        threads: arguments.threads.map(usize::from),
    };
    if arguments.dry_run {
        print!("{}", describe(&options)?);
        return Ok(ExitCode::SUCCESS);
    }
    let outcome = sweep(&options)?;
    print!("{}", outcome.summary.to_table());
    let counts = &outcome.counts;
    println!(
        "\n{} cells ({} not applicable), {} bounds, {} violated, in {:.1} s; results in {}",
        counts.cells,
        counts.cells_not_applicable,
        counts.bounds,
        counts.violations,
        outcome.seconds,
        outcome.out.display()
    );
    if counts.violations == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    for violation in &outcome.violations {
        eprintln!("violated: {violation}");
    }
    eprintln!("error: {} bounds are violated: a proof or this program is wrong", counts.violations);
    Ok(ExitCode::from(1))
}
