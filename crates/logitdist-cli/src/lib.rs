//! The commands of `logitdist`; `cargo xtask` shares those for sweeps and reports.

mod arguments;
mod command_line;
mod compare;
mod csv;
mod explain;
mod json;
mod models;
mod output;
mod pair_report;
mod probe;
mod progress;
pub mod report;
pub mod sweep;
mod table;
mod train;
mod verdict;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    logitdist_linalg::keep_freed_memory();
    run(std::env::args_os())
}

/// Runs a command line, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let result = match Arguments::parse_from(arguments).command {
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Explain { tokens } => explain::run(&tokens),
        Command::Sweep(arguments) => sweep::run(*arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Distill(arguments) => train::distill::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "logitdist", &mut script);
            output::to_stdout(&script).map(|()| ExitCode::SUCCESS)
        }
    };
    exit_code(result)
}

/// The exit code of a command; an error is printed and makes it 2.
pub fn exit_code(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
