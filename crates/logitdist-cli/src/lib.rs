//! The commands of `logitdist`; `cargo xtask` shares those for sweeps and reports, and Python what is said of a pair.

mod budget;
pub mod compare;
pub mod explain;
mod models;
mod output;
mod parse;
mod probe;
mod progress;
mod reduce;
pub mod report;
mod saved;
pub mod sweep;
mod threads;
mod train;

pub use parse::parse;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use logitdist_io::say;
use std::ffi::OsString;
use std::process::ExitCode;

/// When two models predict almost the same, are their representations almost the same?
#[derive(Parser)]
#[command(name = "logitdist", version, after_long_help = compare::EXPORTING)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compare(Box<compare::Arguments>),
    Reduce(Box<reduce::Arguments>),
    Budget(Box<budget::Arguments>),
    Probe(probe::Arguments),
    Report(report::Arguments),
    /// Say what a token, a theorem (T5), a family (E3) or a column means, and where to read on. Without any, list all.
    Explain {
        /// For example m_cca d_rep_ab T5 slack level.
        tokens: Vec<String>,
    },
    Sweep(Box<sweep::Arguments>),
    Train(train::Arguments),
    Distill(Box<train::distill::Arguments>),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    logitdist_linalg::refuse_older_processor();
    logitdist_linalg::keep_freed_memory();
    run(std::env::args_os())
}

/// Runs a command line, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let line: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let command = match parse::<CommandLine>(&line) {
        Ok(line) => line.command,
        Err(code) => return code,
    };
    let result = threads::check_environment().and_then(|()| execute(command, &line));
    exit_code(result)
}

fn execute(command: Command, line: &[OsString]) -> anyhow::Result<ExitCode> {
    match command {
        Command::Compare(arguments) => compare::run(&arguments, line),
        Command::Reduce(arguments) => reduce::run(&arguments),
        Command::Budget(arguments) => budget::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Explain { tokens } => explain::run(&tokens),
        Command::Sweep(arguments) => sweep::run(*arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Distill(arguments) => train::distill::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "logitdist", &mut script);
            output::to_stdout(&script).map(|()| ExitCode::SUCCESS)
        }
    }
}

/// The exit code of a command; an error is printed and makes it 2.
pub fn exit_code(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        say(format_args!("error: {error:#}"));
        ExitCode::from(2)
    })
}
