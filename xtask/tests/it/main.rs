//! Project tasks as a user runs them.

mod bench;
mod documents;
mod endings;
mod measurements;
mod refusals;
mod shipped;
mod sweeps;

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn xtask(arguments: &[&str]) -> Run {
    let output = Command::cargo_bin("xtask").unwrap().args(arguments).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs")
}

fn config(name: &str) -> String {
    configs().join(name).to_str().unwrap().to_owned()
}

/// Runs a config with further arguments into a folder of its own.
fn sweep(config: &str, more: &[&str]) -> (Run, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut arguments = vec!["sweep", config, "--out", out.to_str().unwrap()];
    arguments.extend(more);
    (xtask(&arguments), folder)
}

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join("out").join(file)).unwrap()
}

fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}
