//! Logits through a pipe: they say what those of a file say, and are read once.

#![cfg(unix)]

use crate::{Files, json, logitdist, program};
use logitdist_testing::{npy_of, wait};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

fn logits(inputs: usize, phase: f64) -> Vec<u8> {
    let logit = |at: usize| ((at % 11) as f64 * 0.7 + (at / 7) as f64 + phase).sin();
    let entries: Vec<f64> = (0..inputs * 7).map(logit).collect();
    npy_of(&format!("({inputs}, 7)"), &entries)
}

fn without_names(mut value: Value) -> Value {
    let object = value.as_object_mut().unwrap();
    ["model_a", "model_b"].into_iter().for_each(|key| drop(object.remove(key)));
    value
}

/// Runs a comparison with these bytes as its standard input.
fn run(arguments: &[&str], input: &[u8]) -> logitdist_testing::Run {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses an input need not read all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    wait(child)
}

#[test]
fn logits_through_standard_input_and_named_pipes_say_what_those_of_files_say() {
    let files = Files::new();
    let [a, b] = [("a.npy", 0.1), ("b.npy", 0.4)].map(|(name, phase)| files.bytes(name, &logits(60, phase)));
    let expected = json(logitdist(&["compare", "--logits-a", &a, "--logits-b", &b, "--format", "json"]));
    let piped = run(&["compare", "--logits-a", "-", "--logits-b", &b, "--format", "json"], &logits(60, 0.1));
    assert_eq!(without_names(json(piped)), without_names(expected.clone()));
    let pipe = files.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (written, bytes) = (pipe.clone(), logits(60, 0.4));
    let writer =
        thread::spawn(move || OpenOptions::new().write(true).open(written).unwrap().write_all(&bytes));
    let found = json(logitdist(&["compare", "--logits-a", &a, "--logits-b", &pipe, "--format", "json"]));
    writer.join().unwrap().unwrap();
    assert_eq!(without_names(found), without_names(expected));
}

#[test]
fn what_comes_through_a_pipe_is_not_believed() {
    let files = Files::new();
    let b = files.bytes("b.npy", &logits(60, 0.4));
    let arguments = ["compare", "--logits-a", "-", "--logits-b", &b];
    let whole = logits(60, 0.1);
    run(&arguments, &whole[..whole.len() - 1])
        .refused(&["-: the header claims 3360 bytes of data and there are 3359"]);
    run(&arguments, &[&whole[..], &[0]].concat()).refused(&["claims 3360 bytes of data and there are 3361"]);
    run(&arguments, &whole[..40]).refused(&["what comes through the pipe ends inside it"]);
    run(&arguments, b"").refused(&["the file is empty"]);
    run(&arguments, b"PK\x03\x04 and more").refused(&["this is a zip archive"]);
    run(&arguments, &npy_of("(1152921504606846976, 16)", &[]))
        .refused(&["the header claims over 2^64 bytes"]);
    run(&arguments, &npy_of("(1152921504606846976, 1)", &[]))
        .refused(&["claims 9223372036854775808 bytes of data and there are 0"]);
    run(&["compare", "--logits-a", "-", "--logits-b", "-"], &whole).refused(&["can be read once"]);
    run(&["compare", "--logits-a", "-", "--logits-b", &b], &logits(59, 0.1))
        .refused(&["has 59 inputs", "has 60"]);
    // A folder without room is named.
    let mut command = program();
    command.env("TMPDIR", files.path("none")).args(arguments).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(&whole);
    wait(child).refused(&["cannot be kept in", "TMPDIR"]);
    assert_eq!(fs::read_dir(files.path("")).unwrap().count(), 1);
}
