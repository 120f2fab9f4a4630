//! The command as a user runs it.

use assert_cmd::Command;
use logitdist::{Mat, Model};
use logitdist_io::write_npz;
use serde_json::Value;
use std::path::{Path, PathBuf};

mod compare;
mod model_files;
mod probe;
mod report;
mod train;
mod usage;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../logitdist/tests/fixtures").join(name)
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn logitdist(arguments: &[&str]) -> Run {
    let output = Command::cargo_bin("logitdist").unwrap().args(arguments).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn compare(a: &str, b: &str, more: &[&str]) -> Run {
    let (a, b) = (fixture(a), fixture(b));
    let mut arguments = vec!["compare", a.to_str().unwrap(), b.to_str().unwrap()];
    arguments.extend(more);
    logitdist(&arguments)
}

fn json(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
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
        let wave = |rows, cols, phase: f64| {
            Mat::from_fn(rows, cols, |i: usize, j: usize| ((7 * i + 3 * j + i * j) as f64 + phase).sin())
        };
        let model = Model::new(wave(inputs, dim, 0.1), wave(labels, dim, 0.5), None).unwrap();
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

/// An .npy file of f64 in C order.
fn npy(shape: &str, values: &[f64]) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    values.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    bytes
}
