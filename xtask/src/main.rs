//! Project tasks: sweeps, their summaries and their ill-treatment, and benchmarks.

mod bench;
mod readme;
mod throughput;
mod torture;

use clap::{Parser, Subcommand};
use logitdist_cli::{exit_code, report, sweep};
use std::process::ExitCode;

/// Project tasks of logitdist.
///
/// Exit codes: 0 fine, 1 a bound was violated or a cell failed, 2 bad usage or input, 3 not finished.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Sweep(Box<sweep::Arguments>),
    Report(report::Arguments),
    Torture(torture::Arguments),
    Throughput(throughput::Arguments),
    Bench(bench::Arguments),
    Readme(readme::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Sweep(arguments) => sweep::run(*arguments),
        Task::Report(arguments) => report::run(&arguments),
        Task::Torture(arguments) => torture::run(&arguments),
        Task::Throughput(arguments) => throughput::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Readme(arguments) => readme::run(&arguments),
    };
    exit_code(result)
}
