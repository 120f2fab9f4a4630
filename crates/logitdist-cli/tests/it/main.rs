//! The command as a user runs it.

use logitdist::{Mat, Model};
use logitdist_io::write_npz;
use logitdist_testing::{Run, run};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

mod answer;
mod beside;
mod budget;
mod checkpoints;
mod compare;
mod endless;
mod explain;
mod gates;
mod labels_and_inputs;
mod logits;
mod matrix;
mod model_files;
mod outputs;
mod piped;
mod probe;
mod processor;
mod reduce;
mod report;
mod right_answers;
mod selections;
mod terminal;
mod top_lists;
mod train;
mod usage;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../logitdist/tests/fixtures").join(name)
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_logitdist"))
}

fn logitdist(arguments: &[&str]) -> Run {
    run(program().args(arguments))
}

fn compare(a: &str, b: &str, more: &[&str]) -> Run {
    let (a, b) = (fixture(a), fixture(b));
    let mut arguments = vec!["compare", a.to_str().unwrap(), b.to_str().unwrap()];
    arguments.extend(more);
    logitdist(&arguments)
}

fn json(run: Run) -> Value {
    serde_json::from_str(&run.ok().stdout).unwrap()
}

/// Model files made for a test, in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Files {
        Files { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn model(&self, name: &str, inputs: usize, labels: usize, dim: usize) -> String {
        self.model_with_phase(name, [inputs, labels, dim], 0.1)
    }

    /// Models of other phases are others.
    fn model_with_phase(&self, name: &str, [inputs, labels, dim]: [usize; 3], phase: f64) -> String {
        let wave = |rows, cols, phase: f64| {
            Mat::from_fn(rows, cols, |i: usize, j: usize| ((7 * i + 3 * j + i * j) as f64 + phase).sin())
        };
        let model = Model::new(wave(inputs, dim, phase), wave(labels, dim, 0.4 + phase), None).unwrap();
        let path = self.path(name);
        write_npz(Path::new(&path), &model).unwrap();
        path
    }

    fn bytes(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
