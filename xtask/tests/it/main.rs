//! Project tasks as a user runs them.

mod bench;
mod documents;
mod endings;
mod measurements;
mod refusals;
mod shipped;
mod sweeps;

use logitdist_testing::{Run, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
}

fn xtask(arguments: &[&str]) -> Run {
    run(program().args(arguments))
}

fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs")
}

fn config(name: &str) -> String {
    configs().join(name).to_str().unwrap().to_owned()
}

/// Runs a config with further arguments into a folder of its own, to the end and without a violation.
fn sweep(config: &str, more: &[&str]) -> (Run, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut arguments = vec!["sweep", config, "--out", out.to_str().unwrap()];
    arguments.extend(more);
    (xtask(&arguments).ok(), folder)
}

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join("out").join(file)).unwrap()
}
