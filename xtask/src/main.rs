//! Project tasks: sweeps, their summaries, ill-treatment of the program, and measurements of speed.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "measurements print as they go, on the machine of a developer"
)]

mod bench;
mod coverage;
mod fuzz;
mod many;
mod measure;
mod memory;
mod monkey;
mod mutants;
mod pair;
mod peers;
mod processor;
mod readme;
mod scaling;
mod streaming;
mod throughput;
mod torture;

use clap::{Parser, Subcommand};
use logitdist_cli::{exit_code, parse, report, sweep};
use std::ffi::OsString;
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
    Monkey(monkey::Arguments),
    Fuzz(fuzz::Arguments),
    Mutants(mutants::Arguments),
    /// The command `logitdist` itself, for the tasks that run it.
    #[command(hide = true, disable_help_flag = true)]
    Logitdist {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    Throughput(throughput::Arguments),
    Peers(peers::Arguments),
    Scaling(scaling::Arguments),
    #[command(hide = true)]
    Pair(pair::Arguments),
    #[command(hide = true)]
    Measure(measure::Arguments),
    Streaming(streaming::Arguments),
    Many(many::Arguments),
    Bench(bench::Arguments),
    Coverage(coverage::Arguments),
    Readme(readme::Arguments),
}

fn main() -> ExitCode {
    logitdist_linalg::refuse_older_processor();
    logitdist_linalg::keep_freed_memory();
    let task = match parse::<Arguments>(std::env::args_os()) {
        Ok(arguments) => arguments.task,
        Err(code) => return code,
    };
    let result = match task {
        Task::Sweep(arguments) => sweep::run(*arguments),
        Task::Report(arguments) => report::run(&arguments),
        Task::Torture(arguments) => torture::run(&arguments),
        Task::Monkey(arguments) => monkey::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Mutants(arguments) => mutants::run(&arguments),
        Task::Logitdist { words } => {
            return logitdist_cli::run(std::iter::once("logitdist".into()).chain(words));
        }
        Task::Throughput(arguments) => throughput::run(&arguments),
        Task::Peers(arguments) => peers::run(&arguments),
        Task::Scaling(arguments) => scaling::run(&arguments),
        Task::Pair(arguments) => pair::run(&arguments),
        Task::Measure(arguments) => measure::run(&arguments),
        Task::Streaming(arguments) => streaming::run(&arguments),
        Task::Many(arguments) => many::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Coverage(arguments) => coverage::run(&arguments),
        Task::Readme(arguments) => readme::run(&arguments),
    };
    exit_code(result)
}
