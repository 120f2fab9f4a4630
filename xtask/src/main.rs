//! Project tasks: sweeps and their summaries.

mod readme;
mod report;
mod sweep;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Project tasks of logitdist.
///
/// Exit codes: 0 fine, 1 a bound was violated, 2 bad usage or input.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Sweep(sweep::Arguments),
    Report(report::Arguments),
    Readme(readme::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Sweep(arguments) => sweep::run(arguments),
        Task::Report(arguments) => report::run(&arguments),
        Task::Readme(arguments) => readme::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
