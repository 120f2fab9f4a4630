//! The command as a user runs it.

use assert_cmd::Command;
use logitdist::{Mat, Model};
use logitdist_io::write_npz;
use serde_json::Value;
use std::path::{Path, PathBuf};

#[path = "it/probe.rs"]
mod probe;
#[path = "it/report.rs"]
mod report;
#[path = "it/train.rs"]
mod train;

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

#[test]
fn json_has_the_expected_values_of_every_fixture_pair() {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    for entry in &entries {
        let (a, b) = (entry["a"].as_str().unwrap(), entry["b"].as_str().unwrap());
        let got = json(&compare(&format!("{a}.npz"), &format!("{b}.npz"), &["--format", "json"]));
        let equivalent = b.ends_with("equivalent");
        let close = |token: &str, got: &Value, want: &Value| {
            let (got, want) =
                (got.as_f64().unwrap_or_else(|| panic!("{b}: {token}: {got}")), want.as_f64().unwrap());
            let relative = if token.starts_with("d_rep") { 1e-6 } else { 1e-9 };
            let absolute = if equivalent { 1e-10 } else { 0.0 };
            assert!((got - want).abs() <= relative * want.abs() + absolute, "{a} {b}: {token} {got} {want}");
        };
        for (token, want) in entry["expected"].as_object().unwrap() {
            match want {
                Value::Number(_) => close(token, &got[token], want),
                Value::Array(list) => {
                    assert_eq!(got[token].as_array().unwrap().len(), list.len(), "{token}");
                    list.iter().zip(got[token].as_array().unwrap()).for_each(|(w, g)| close(token, g, w));
                }
                _ => {
                    for (token, sides) in want.as_object().unwrap() {
                        for (side, want) in sides.as_object().unwrap() {
                            close(token, &got["bounds"][token][side], want);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_not_applicable_is_null_with_its_reason() {
    let got = json(&compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &["--format", "json"]));
    assert_eq!(got["d_rep_ab"], Value::Null);
    assert_eq!(got["reasons"]["d_rep_ab"], "10 labels; at least 17 are needed");
    assert_eq!(
        (&got["n_subsets"], &got["reasons"]["n_subsets"]),
        (&Value::Null, &got["reasons"]["d_rep_ab"])
    );
    assert_eq!(got["bounds"]["m_cca_sharp"]["status"], "not_applicable");
    assert!(
        got["bounds"]["m_cca_sharp"]["reason"].as_str().unwrap().contains("rank 9, under the dimension 16")
    );
    assert_eq!(got["bounds"]["m_cca_sharp"]["bound"], Value::Null);
    assert_eq!(got["bounds"]["cca_spectral"]["holds"], true);
    assert!(got["notes"]["m_cca_unembeddings"].as_str().unwrap().contains("saturated"));
    assert_eq!(got["certificate"]["m_cca"]["at_least"], Value::Null);
    assert!(got["certificate"]["m_cca_logits"]["at_least"].as_f64().unwrap() >= 0.0);
    let table = compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &[]);
    assert!(table.stdout.contains("n/a [1]") && table.stdout.contains("[1] 10 labels"), "{}", table.stdout);
}

#[test]
fn csv_has_a_line_per_number() {
    let run = compare("digits-m4-a.npz", "digits-m4-b.npz", &["--format", "csv"]);
    assert_eq!(run.code, 0);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["section", "token", "side", "value", "reason"]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let find = |section: &str, token: &str, side: &str| {
        let found = records.iter().find(|r| &r[0] == section && &r[1] == token && &r[2] == side);
        found.unwrap_or_else(|| panic!("{section} {token} {side}"))[3].parse::<f64>().unwrap()
    };
    assert!((find("measure", "d_logit", "") - 12.547932024214127).abs() < 1e-9);
    assert!((find("measure", "rho", "1") - 0.9564357216006711).abs() < 1e-9);
    assert!((find("bounds", "m_cca_sharp", "bound") - 0.11212774314164753).abs() < 1e-9);
}

#[test]
fn csv_has_the_run_the_verdict_and_the_probes_too() {
    let files = Files::new();
    let probe = files.bytes("w.npy", &npy("(1, 4)", &[1.0, 0.0, -1.0, 2.0]));
    let more = |format| ["--probe", &probe, "--seed", "7", "--format", format].map(str::to_owned);
    let run = |format| {
        let more = more(format);
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        compare("digits-m4-a.npz", "digits-m4-b.npz", &more)
    };
    let (csv, json) = (run("csv").stdout, json(&run("json")));
    for line in [
        "run,seed,,7,".to_owned(),
        format!("probe,error,0,{:?},", json["probes"][0]["error"].as_f64().unwrap()),
        format!(
            "certificate,m_cca,m_cca_two_spectra,{:?},",
            json["certificate"]["m_cca"]["at_least"].as_f64().unwrap()
        ),
        format!(
            "certificate_ba,probe_cost,,{:?},",
            json["certificate_ba"]["probe_cost"]["at_most"].as_f64().unwrap()
        ),
    ] {
        assert!(csv.lines().any(|l| l == line), "{line} is not in\n{csv}");
    }
    assert!(json["probes"][0]["error"].as_f64() <= json["probes"][0]["certified"].as_f64());
}

#[test]
fn the_table_fits_into_a_hundred_columns() {
    let pairs =
        [("digits-m16-relu.npz", "digits-m16-tanh.npz"), ("digits-m8-a.npz", "digits-m8-a-equivalent.npz")];
    for (a, b) in pairs {
        let run = compare(a, b, &["--inputs-limit", "100", "--subsets", "2x3"]);
        for line in run.stdout.lines().filter(|l| !l.ends_with(".npz")) {
            assert!(line.chars().count() <= 100 && line == line.trim_end(), "{line}");
        }
    }
}

#[test]
fn arrays_of_one_model_alone_can_be_transposed() {
    let files = Files::new();
    let values: Vec<f64> = (0..40).map(|i| (i as f64).sin()).collect();
    let exchanged: Vec<f64> = (0..40).map(|i| values[i % 20 * 2 + i / 20]).collect();
    let f = files.bytes("f.npy", &npy("(20, 2)", &values));
    let f_transposed = files.bytes("ft.npy", &npy("(2, 20)", &exchanged));
    let g = files.bytes("g.npy", &npy("(4, 2)", &values[..8]));
    let distance = |a: &str, b: &str, more: &[&str]| {
        let mut arguments = vec![
            "compare",
            "--embeddings-a",
            a,
            "--unembeddings-a",
            &g,
            "--embeddings-b",
            b,
            "--unembeddings-b",
            &g,
        ];
        arguments.extend(["--format", "json"]);
        arguments.extend(more);
        json(&logitdist(&arguments))["d_logit"].as_f64().unwrap()
    };
    assert!(distance(&f_transposed, &f, &["--transpose", "embeddings", "--transpose-b", "none"]) < 1e-12);
    assert!(distance(&f, &f_transposed, &["--transpose-b", "embeddings"]) < 1e-12);
}

#[cfg(unix)]
#[test]
fn out_writes_through_links_and_into_pipes_without_replacing_them() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let files = Files::new();
    let (target, link, pipe) = (files.path("target.json"), files.path("link.json"), files.path("pipe"));
    std::fs::write(&target, "old").unwrap();
    symlink(&target, &link).unwrap();
    let out =
        |path: &str| compare("digits-m4-a.npz", "digits-m4-b.npz", &["--format", "json", "--out", path]);
    assert_eq!(out(&link).code, 0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let written = std::fs::read_to_string(&target).unwrap();
    assert!(written.starts_with('{'), "{written}");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(out(&pipe).code, 0);
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), written);
}

#[test]
fn swapping_the_models_swaps_the_directions() {
    let ab = json(&compare("digits-m8-a.npz", "digits-m4-a.npz", &["--format", "json"]));
    let ba = json(&compare("digits-m4-a.npz", "digits-m8-a.npz", &["--format", "json"]));
    for (x, y) in [("kl_ab", "kl_ba"), ("d_ls_ab", "d_ls_ba"), ("d_rep_ab", "d_rep_ba"), ("dim_a", "dim_b")] {
        let (x, y) = (ab[x].as_f64().unwrap(), ba[y].as_f64().unwrap());
        assert!((x - y).abs() < 1e-9 * x.abs(), "{x} {y}");
    }
    let lhs = |c: &Value, bounds: &str| c[bounds]["compression_floor"]["lhs"].as_f64().unwrap();
    assert!((lhs(&ab, "bounds") - lhs(&ba, "bounds_ba")).abs() < 1e-9);
    assert!(lhs(&ab, "bounds") > 0.0);
}

#[test]
fn the_same_command_prints_the_same_bytes_at_any_number_of_threads() {
    let with = |threads: &str, seed: &str| {
        let more = [
            "--format",
            "json",
            "--subsets",
            "3x4",
            "--inputs-limit",
            "300",
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        compare("digits-m4-a.npz", "digits-m4-b.npz", &more).stdout
    };
    assert_eq!(with("1", "5"), with("2", "5"));
    assert_ne!(with("1", "5"), with("1", "6"));
    let sampled: Value = serde_json::from_str(&with("1", "5")).unwrap();
    assert_eq!(
        (&sampled["n_subsets"], &sampled["n_inputs_probability"]),
        (&Value::from(12), &Value::from(300))
    );
    let table = compare("digits-m4-a.npz", "digits-m4-b.npz", &["--inputs-limit", "300"]).stdout;
    assert!(table.contains(" ± "), "{table}");
}

#[test]
fn single_files_stand_for_a_model_and_a_result_can_go_to_a_file() {
    let files = Files::new();
    let embeddings: Vec<f64> = (0..40).map(|i| (i as f64).sin()).collect();
    let unembeddings: Vec<f64> = (0..8).map(|i| (i as f64).cos()).collect();
    let f = files.bytes("f.npy", &npy("(20, 2)", &embeddings));
    let g = files.bytes("g.npy", &npy("(4, 2)", &unembeddings));
    let bias = files.bytes("b.npy", &npy("(4,)", &[0.0, 0.1, 0.2, 0.3]));
    let probe = files.bytes("w.npy", &npy("(2, 2)", &[1.0, 0.0, 0.0, 1.0]));
    let out = files.path("out.json");
    let run = logitdist(&[
        "compare",
        "--embeddings-a",
        &f,
        "--unembeddings-a",
        &g,
        "--embeddings-b",
        &f,
        "--unembeddings-b",
        &g,
        "--bias-b",
        &bias,
        "--format",
        "json",
        "--out",
        &out,
        "--probe",
        &probe,
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let result: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert!(result["d_logit"].as_f64().unwrap() > 0.0);
    assert_eq!(result["probes"].as_array().unwrap().len(), 2);
    let leftovers = std::fs::read_dir(files.folder.path()).unwrap().count();
    assert_eq!(leftovers, 5, "a temporary file is left");
}

#[test]
fn bad_usage_and_input_have_one_clear_message_and_exit_code_2() {
    let files = Files::new();
    let a = files.model("a.npz", 30, 6, 3);
    let fewer_inputs = files.model("inputs.npz", 29, 6, 3);
    let fewer_labels = files.model("labels.npz", 30, 5, 3);
    let truncated = files.bytes("cut.npz", &std::fs::read(&a).unwrap()[..200]);
    let nan = files.bytes("nan.npy", &npy("(2, 2)", &[1.0, 2.0, f64::NAN, 4.0]));
    let good = files.bytes("good.npy", &npy("(2, 2)", &[1.0, 2.0, 3.0, 4.0]));
    let probe = files.bytes("probe.npy", &npy("(1, 4)", &[1.0; 4]));
    let missing = files.path("missing.npz");
    let nowhere = files.path("no/such/folder/out.json");
    std::fs::create_dir(files.path("empty")).unwrap();
    let empty = files.path("empty");
    let table: &[(&[&str], &[&str])] = &[
        (&["compare", &a, &missing], &["missing.npz"]),
        (&["compare", &a, &fewer_inputs], &["30 inputs", "29", "inputs.npz"]),
        (&["compare", &a, &fewer_labels], &["6 labels", "5", "labels.npz"]),
        (&["compare", &a, &truncated], &["cut.npz"]),
        (&["compare", &a, &empty], &["empty", "no .npy file"]),
        (&["compare", &a, &good], &["good.npy", "--embeddings-a"]),
        (&["compare", &a], &["1 model paths are given and 2 needed"]),
        (&["compare", &a, &a, &a], &["unexpected value"]),
        (
            // Shapes are compared before entries are read, so B has to fit.
            &[
                "compare",
                "--embeddings-a",
                &nan,
                "--unembeddings-a",
                &good,
                "--embeddings-b",
                &good,
                "--unembeddings-b",
                &good,
            ],
            &["nan.npy", "row 1, column 0", "NaN"],
        ),
        (&["compare", "--embeddings-a", &good, &a], &["--unembeddings-a"]),
        (&["compare", &a, &a, "--array-names", "embeddings=h"], &["`h`", "embeddings"]),
        (&["compare", &a, &a, "--array-names", "h"], &["h"]),
        (&["compare", &a, &a, "--transpose", "unembeddings"], &["a.npz"]),
        (&["compare", &a, &a, "--transpose", "bias"], &["bias"]),
        (&["compare", &a, &a, "--subsets", "0x3"], &["PIVOTSxSETS"]),
        (&["compare", &a, &a, "--subsets", "many"], &["PIVOTSxSETS"]),
        (&["compare", &a, &a, "--subsets", "999999x999999"], &["999999x999999", "at most"]),
        (&["compare", &a, &a, "--inputs-limit", "0"], &["0"]),
        (&["compare", &a, &a, "--threads", "0"], &["0"]),
        (&["compare", &a, &a, "--llv-labels", "0,0"], &["[0, 0]", "different"]),
        (&["compare", &a, &a, "--llv-inputs", "0,77"], &["[0, 77]", "below 30"]),
        (&["compare", &a, &a, "--probe", &probe], &["probe.npy", "4 entries", "needs 3"]),
        (&["compare", &a, &a, "--probe", &missing], &["missing.npz"]),
        (&["compare", &a, &a, "--out", &nowhere], &["out.json"]),
        (&["compare", &a, &a, "--out", &empty], &["empty", "cannot be written"]),
        (&["compare", &a, &a, "--format", "xml"], &["xml"]),
        (&["explain", "m_ca"], &["no token `m_ca`", "did you mean `m_cca`"]),
        (&["frobnicate"], &["frobnicate"]),
    ];
    for (arguments, needed) in table {
        let run = logitdist(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(
            run.stderr.contains("error: ") && !run.stderr.contains("panicked"),
            "{arguments:?}: {}",
            run.stderr
        );
        for text in *needed {
            assert!(run.stderr.contains(text), "{arguments:?} does not say {text}: {}", run.stderr);
        }
    }
}

#[test]
fn every_token_is_explained_and_listed() {
    let list = logitdist(&["explain"]);
    let both = logitdist(&["explain", "d_rep"]).stdout;
    assert!(both.contains("d_rep_ab") && both.contains("d_rep_ba"), "{both}");
    assert_eq!(list.code, 0);
    for entry in logitdist::glossary::glossary() {
        assert!(list.stdout.contains(&format!("  {} ", entry.token)), "{}", entry.token);
        let run = logitdist(&["explain", entry.token]);
        assert!(run.code == 0 && run.stdout.contains(entry.meaning), "{}", entry.token);
    }
}

#[test]
fn help_teaches_and_shells_can_complete() {
    let help = logitdist(&["compare", "--help"]).stdout;
    for text in ["numpy.savez", "Exit codes", "--inputs-limit", "Where to look first"] {
        assert!(help.contains(text), "{text}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(logitdist(&["completions", shell]).stdout.contains("compare"), "{shell}");
    }
}

#[test]
fn the_readme_shows_what_is_printed_today() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = "crates/logitdist/tests/fixtures";
    let run = Command::cargo_bin("logitdist")
        .unwrap()
        .current_dir(&root)
        .args(["compare", &format!("{folder}/digits-m8-a.npz"), &format!("{folder}/digits-m8-b.npz")])
        .output()
        .unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    // The README leaves the second table of bounds and the sets of d_llv out.
    let shown: Vec<&str> = printed
        .split("\n\n")
        .filter(|part| !part.starts_with("Bounds, with b") && !part.starts_with("d_llv"))
        .collect();
    assert!(readme.contains(shown.join("\n\n").trim_end()), "the README needs:\n{}", shown.join("\n\n"));
}
