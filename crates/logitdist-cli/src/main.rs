//! The `logitdist` command: compare two models, make their report again, explain a token.

mod arguments;
mod command_line;
mod compare;
mod csv;
mod explain;
mod json;
mod models;
mod output;
mod report;
mod table;
mod verdict;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Report { folder } => report::again(&folder),
        Command::Explain { tokens } => explain::run(&tokens),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "logitdist", &mut script);
            output::to_stdout(&script).map(|()| ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
