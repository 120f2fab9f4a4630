//! The `logitdist` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    logitdist_cli::main()
}
