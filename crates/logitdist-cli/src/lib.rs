//! The commands of `logitdist`; `cargo xtask` shares those for sweeps and reports, and Python what is said of a pair.

mod blame;
mod budget;
pub mod compare;
pub mod explain;
mod man;
pub mod matched;
pub mod matrix;
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
mod whole;
mod wrapped;

pub use parse::parse;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use logitdist_io::say;
use progress::Verbosity;
use std::ffi::OsString;
use std::process::ExitCode;

/// The version with the commit that it was built from, if it was built from one.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("LOGITDIST_COMMIT"));

/// When two models predict almost the same, are their representations almost the same?
#[derive(Parser)]
#[command(name = "logitdist", version, long_version = VERSION, after_long_help = compare::EXPORTING)]
struct CommandLine {
    /// Say nothing on standard error but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more of what is done, in lines.
    #[arg(short, long, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compare(Box<compare::Arguments>),
    Matrix(Box<matrix::Arguments>),
    Reduce(Box<reduce::Arguments>),
    Budget(Box<budget::Arguments>),
    Probe(probe::Arguments),
    Report(report::Arguments),
    /// Say what a token, a theorem (T5), a family (E3) or a column means, and where to read on. Without any, list all.
    Explain {
        /// For example m_cca d_rep_ab T5 slack level.
        tokens: Vec<String>,
        /// Text, or a JSON object with type, unit, range, meaning, which value means "the same", and the theorem.
        #[arg(long, value_enum, default_value_t)]
        format: explain::Format,
    },
    Sweep(Box<sweep::Arguments>),
    Train(train::Arguments),
    Distill(Box<train::distill::Arguments>),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page of the program or of a command, for `man -l -`.
    Man {
        /// For example compare, or sweep merge.
        command: Vec<String>,
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
    let CommandLine { quiet, verbose, command } = match parse(&line) {
        Ok(line) => line,
        Err(code) => return code,
    };
    match (quiet, verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
    .set();
    let result = threads::check_environment().and_then(|()| execute(command, &line));
    exit_code(result)
}

fn execute(command: Command, line: &[OsString]) -> anyhow::Result<ExitCode> {
    match command {
        Command::Compare(arguments) => compare::run(&arguments, line),
        Command::Matrix(arguments) => matrix::run(&arguments, line),
        Command::Reduce(arguments) => reduce::run(&arguments),
        Command::Budget(arguments) => budget::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Explain { tokens, format } => explain::run(&tokens, format),
        Command::Sweep(arguments) => sweep::run(*arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Distill(arguments) => train::distill::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "logitdist", &mut script);
            output::to_stdout(&script).map(|()| ExitCode::SUCCESS)
        }
        Command::Man { command } => {
            output::to_stdout(&man::page(CommandLine::command(), &command)?).map(|()| ExitCode::SUCCESS)
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
