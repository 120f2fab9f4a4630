//! What a terminal, a log or a pipe may do to a command: nothing.

#![cfg(unix)]

use crate::{Files, logitdist, program};
use logitdist_testing::{Run, run, wait};
use std::fs::{self, File};
use std::process::{Command, Stdio};

/// A file that is always full; not all systems have one.
fn full() -> Option<File> {
    fs::OpenOptions::new().write(true).open("/dev/full").ok()
}

/// A pipe that nobody reads.
fn abandoned() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

const SWEEP: &str = "question = \"q\"\nexpected = \"e\"\n[model]\ndim = 2\nlabels = 4\ninputs = 8\n[perturbation.independent]\n";

/// Command lines that end with each exit code and say something on standard error.
fn that_speak(files: &Files) -> Vec<(Command, i32)> {
    let (a, b) = (files.model("a.npz", 30, 6, 3), files.model_with_phase("b.npz", [30, 6, 3], 0.3));
    let digits: Vec<f64> = (0..30).map(|i| f64::from(i % 3)).collect();
    let labels = files.bytes("labels.npy", &logitdist_testing::npy_of("(30,)", &digits));
    let features: String = (0..40).map(|i| format!("{i},1\n")).collect();
    files.bytes("x.csv", features.as_bytes());
    files.bytes("y.csv", (0..40).map(|i| format!("{}\n", i % 2)).collect::<String>().as_bytes());
    let training = "[data]\nkind = \"files\"\nfeatures = \"x.csv\"\nlabels = \"y.csv\"\n[network]\nhidden = [3]\n[training]\nduration = { epochs = 1 }\n";
    let training = files.bytes("t.toml", training.as_bytes());
    let sweep = files.bytes("s.toml", SWEEP.as_bytes());
    let (out, late) = (files.path("out"), files.path("late"));
    let network = files.path("n.npz");
    let lines: Vec<(Vec<&str>, i32)> = vec![
        (vec!["probe", &a, &b, "--labels", &labels], 0),
        (vec!["train", &training, "--out", &network], 0),
        (vec!["sweep", &sweep, "--out", &out], 0),
        (vec!["sweep", &sweep, "--out", &late, "--time-limit", "1ns"], 3),
        (vec!["compare", &a, "nothing.npz"], 2),
        (vec!["compare", "--what"], 2),
        (vec!["compare", &a, &b, "--fail-if", "m_cca <= 1"], 4),
        (vec!["explain", "m_ca"], 2),
        (vec!["train"], 2),
    ];
    let command = |(line, code): (Vec<&str>, i32)| {
        let mut command = program();
        command.args(line);
        (command, code)
    };
    lines.into_iter().map(command).collect()
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_no_exit_code() {
    let all: [fn() -> Option<Stdio>; 2] = [|| full().map(Stdio::from), || Some(abandoned())];
    for lost in all {
        let files = Files::new();
        for (mut command, code) in that_speak(&files) {
            let Some(stderr) = lost() else { return };
            wait(command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap()).ended_with(code);
        }
    }
    // The same lines with a standard error that can be read say something, or nothing was tested.
    let files = Files::new();
    let said = that_speak(&files)
        .into_iter()
        .map(|(mut command, code)| usize::from(!run(&mut command).ended_with(code).stderr.is_empty()));
    assert_eq!(said.sum::<usize>(), 8, "a sweep that is done says nothing");
}

#[test]
fn a_standard_output_that_cannot_be_written_is_an_error() {
    for line in [
        &["--help"][..],
        &["--version"],
        &["help", "compare"],
        &["sweep", "merge", "-h"],
        &["explain"],
        &["completions", "bash"],
    ] {
        let to = |stdout: Stdio| -> Run {
            wait(program().args(line).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap())
        };
        if let Some(full) = full() {
            to(full.into()).refused(&["error: the result cannot be written to standard output"]);
        }
        // A reader that has seen enough is none.
        assert_eq!(to(abandoned()).ok().stderr, "", "{line:?}");
    }
}

#[test]
fn control_characters_of_names_are_shown_escaped() {
    let files = Files::new();
    let evil = "\u{1b}[2Jx\n\u{9b}31m.npz";
    let a = files.model(evil, 20, 5, 3);
    let shown = "\\u{1b}[2Jx\\n\\u{9b}31m.npz";
    let acts = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    for format in ["table", "csv"] {
        let stdout = logitdist(&["compare", &a, &a, "--format", format]).ok().stdout;
        assert!(stdout.contains(shown) && !acts(&stdout), "{stdout}");
    }
    let report = files.path("report");
    logitdist(&["compare", &a, &a, "--report", &report]).ok();
    let read = |name: &str| fs::read_to_string(format!("{report}/{name}")).unwrap();
    assert!(read("report.html").contains(shown));
    for name in ["report.html", "comparison.csv", "names.csv", "inputs.csv"] {
        assert!(!acts(&read(name)), "{name}");
    }
    let missing = files.path(&format!("no{evil}"));
    for line in [
        &["compare", &a, &missing][..],
        &["compare", &a, &a, "--out", &files.path(&format!("no/{evil}"))],
        &["compare", &a, &a, "--format", evil],
        &["compare", &format!("--{evil}")],
        &["explain", evil],
        &["sweep", &missing],
        &["sweep", "merge", &missing],
        &["train", &missing, "--out", "n.npz"],
        &["report", &missing],
    ] {
        let stderr = logitdist(line).refused(&[shown]).stderr;
        assert!(!acts(&stderr), "{line:?}: {stderr}");
    }
}

#[test]
fn colours_are_left_out_where_nobody_wants_them() {
    for line in [&["--help"][..], &["compare", "--what"]] {
        let said = |environment: &[(&str, &str)]| {
            let run = run(program().args(line).envs(environment.iter().copied()));
            run.stdout + &run.stderr
        };
        let forced = ("CLICOLOR_FORCE", "1");
        assert!(said(&[forced]).contains('\u{1b}'), "{line:?}");
        assert!(!said(&[forced, ("NO_COLOR", "1")]).contains('\u{1b}'), "{line:?}");
        assert!(!said(&[]).contains('\u{1b}'), "a pipe is no terminal: {line:?}");
    }
}
