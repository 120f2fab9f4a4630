//! From words to a command line. What clap says in place of a command is printed here.

use crate::exit_code;
use crate::output::result_of_writing;
use clap::Parser;
use clap::error::Error;
use logitdist_io::{is_hidden, visible};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Reads a command line, the name of the program first.
///
/// # Errors
/// It asks for help or is wrong: that was said, and the exit code is how the program ends.
pub fn parse<P: Parser>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<P, ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    P::try_parse_from(&arguments).map_err(|error| told(&shown::<P>(error, &arguments)))
}

/// The error of the same command line with its control characters escaped, since clap quotes what it does not understand.
fn shown<P: Parser>(error: Error, arguments: &[OsString]) -> Error {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    if !texts.iter().any(|text| text.contains(is_hidden)) {
        return error;
    }
    P::try_parse_from(texts.iter().map(|text| visible(text).into_owned())).err().unwrap_or(error)
}

/// Prints a help text or an error of usage. A help text that cannot be printed is an error; an error that cannot be is dropped.
fn told(error: &Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(2);
    }
    let printed = printed.and_then(|()| std::io::stdout().flush());
    exit_code(result_of_writing(printed).map(|()| ExitCode::SUCCESS))
}
