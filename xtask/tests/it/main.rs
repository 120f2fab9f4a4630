//! Sweeps as a user runs them.

mod bench;
mod endings;
mod measurements;

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

#[test]
fn results_are_the_same_bytes_at_any_number_of_threads() {
    let small = ["--set", "replicates=1", "--set", "model.dim=[2,4]", "--threads"];
    let run = |threads: &str| {
        let (run, folder) = sweep(&config("quickstart.toml"), &[&small[..], &[threads]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        ["rows.csv", "bounds.csv", "summary.csv", "config.toml"].map(|file| read(&folder, file))
    };
    let one = run("1");
    assert_eq!(one, run("2"));
    assert_eq!(one, run("7"));
    let rows = records(&one[0]);
    assert_eq!(rows.len(), 48);
    assert!(rows.iter().all(|row| row["status"] == "ok"), "{}", one[0]);
    let bounds = records(&one[1]);
    assert_eq!(bounds.len(), 48 * 34);
    assert!(bounds.iter().all(|bound| bound["holds"] != "false"));
}

#[test]
fn adding_values_to_an_axis_leaves_the_other_cells_as_they_were() {
    let base = ["--set", "replicates=2", "--set", "model.inputs=64"];
    let rows = |dims: &str| {
        let dims = format!("model.dim={dims}");
        let (run, folder) = sweep(&config("quickstart.toml"), &[&base[..], &["--set", &dims]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        read(&folder, "rows.csv").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (few, more) = (rows("[2]"), rows("[3, 2]"));
    assert!(more.len() > few.len());
    assert!(few.iter().all(|row| more.contains(row)));
}

#[test]
fn the_config_of_a_run_gives_the_run_again() {
    let (first, folder) =
        sweep(&config("compression.toml"), &["--set", "replicates=1", "--set", "model.dim=8"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let written = folder.path().join("out/config.toml");
    let (second, again) = sweep(written.to_str().unwrap(), &[]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    for file in ["rows.csv", "bounds.csv", "summary.csv", "config.toml"] {
        assert_eq!(read(&folder, file), read(&again, file), "{file}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&read(&folder, "manifest.json")).unwrap();
    assert_eq!(manifest["counts"]["violations"], 0);
    assert_eq!(manifest["seed"], 20260222);
    assert_eq!(manifest["counts"]["cells"], records(&read(&folder, "rows.csv")).len());
}

#[test]
fn every_shipped_config_runs_on_a_small_grid_without_a_violation() {
    let smaller: &[(&str, &[&str])] = &[
        ("quickstart.toml", &["model.dim=3"]),
        ("dimension.toml", &["model.dim=[2,9]", "model.labels=12", "model.inputs=64"]),
        ("labels.toml", &["model.labels=[4,5,20]", "model.inputs=64"]),
        ("spectrum.toml", &["model.inputs=64", "model.dim=5", "model.labels=9"]),
        ("samples.toml", &["model.inputs=[4,12,30]", "model.dim=[2,10]", "model.labels=12"]),
        ("extremal.toml", &[]),
        ("counterexamples.toml", &["family.permuted_clusters.cluster_size=20"]),
        ("compression.toml", &["model.dim=8", "model.inputs=64", "model.labels=12"]),
        (
            "distillation.toml",
            &[
                "train.everywhere.dim=2",
                "train.everywhere.points=20",
                "train.everywhere.teacher_epochs=3",
                "train.everywhere.epoch=[1,2]",
                "train.everywhere.student=0",
                "train.everywhere.teacher=0",
                "train.held_out.points=20",
                "train.held_out.teacher_epochs=3",
                "train.held_out.epoch=2",
                "train.held_out.student=0",
                "train.held_out.teacher=0",
            ],
        ),
        (
            "width.toml",
            &[
                "train.apart.width=[8,16]",
                "train.apart.inputs=400",
                "train.apart.teacher_epochs=2",
                "train.apart.epoch=2",
                "train.apart.student=0",
                "train.apart.teacher=[0,1]",
            ],
        ),
        (
            "digits.toml",
            &[
                "train.digits.dim=8",
                "train.digits.width=16",
                "train.digits.teacher_epochs=2",
                "train.digits.epoch=[1,2]",
                "train.digits.student=0",
                "train.digits.teacher=0",
                "train.concepts.dim=8",
                "train.concepts.width=16",
                "train.concepts.teacher_epochs=2",
                "train.concepts.tune_epochs=1",
                "train.concepts.epoch=2",
                "train.concepts.student=0",
                "train.concepts.teacher=0",
            ],
        ),
        (
            "quantisation.toml",
            &[
                "train.spirals.points=20",
                "train.spirals.teacher_epochs=2",
                "train.spirals.teacher=0",
                "train.digits.width=16",
                "train.digits.teacher_epochs=2",
                "train.digits.teacher=0",
            ],
        ),
        (
            "training-path.toml",
            &[
                "train.path.inputs=1200",
                "train.path.width=16",
                "train.path.teacher_epochs=2",
                "train.path.epoch=[0,1,2]",
                "train.path.student=0",
                "train.path.teacher=0",
            ],
        ),
    ];
    let shipped = fs::read_dir(configs()).unwrap();
    let shipped = shipped.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "toml"));
    assert_eq!(shipped.count(), smaller.len());
    for (name, overrides) in smaller {
        let mut arguments = vec!["--set", "replicates=1"];
        for text in *overrides {
            arguments.extend(["--set", text]);
        }
        // spectrum's step needs four leading directions at least, and a dimension above them.
        let (run, folder) = sweep(&config(name), &arguments);
        assert_eq!(run.code, 0, "{name}: {}{}", run.stdout, run.stderr);
        assert!(!records(&read(&folder, "rows.csv")).is_empty(), "{name}");
    }
}

#[test]
fn extremal_pairs_attain_the_bounds_they_are_for() {
    let (run, folder) = sweep(&config("extremal.toml"), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bounds = records(&read(&folder, "bounds.csv"));
    let of = |source: &str, bound: &str| {
        let found =
            bounds.iter().filter(|b| b["source"] == source && b["bound"] == bound && b["direction"] == "ab");
        found.cloned().collect::<Vec<_>>()
    };
    for (source, bound) in [
        ("shrinkage_noise", "cca_spectral"),
        ("coupled_spectra", "cca_two_spectra"),
        ("weakest_direction", "d_ls"),
        ("weakest_direction", "probe_transfer"),
    ] {
        let found = of(source, bound);
        assert!(!found.is_empty(), "{source} {bound}");
        for b in found {
            assert!(b["tightness"].parse::<f64>().unwrap() > 1.0 - 1e-9, "{b:?}");
        }
    }
    for (source, bound) in [("rare_labels", "logit_from_kl"), ("even_labels", "kl_from_logit")] {
        let limit = of(source, bound).into_iter().filter(|b| b["epsilon"] == "0.0001").collect::<Vec<_>>();
        assert!(!limit.is_empty(), "{source}");
        for b in limit {
            assert!(b["tightness"].parse::<f64>().unwrap() > 0.999, "{b:?}");
        }
    }
    // Water-filled correlations make the lower bound on m_CCA an equality.
    let attained = of("shrinkage_noise", "m_cca_sharp");
    assert!(attained.iter().any(|b| b["slack"].parse::<f64>().is_ok_and(|s| s.abs() < 1e-7)), "{attained:?}");
}

#[test]
fn counterexamples_have_the_published_numbers() {
    let (run, folder) = sweep(&config("counterexamples.toml"), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = records(&read(&folder, "rows.csv"));
    let number = |row: &BTreeMap<String, String>, token: &str| row[token].parse::<f64>().unwrap();
    let published = [
        ("1", 0.7875),
        ("2", 1.057),
        ("3", 0.887),
        ("5", 0.382),
        ("10", 0.0197),
        ("15", 7.6e-4),
        ("18", 1.0e-4),
        ("20", 3e-5),
    ];
    for (gamma, kl) in published {
        for row in rows.iter().filter(|r| r["source"] == "permuted_clusters" && r["gamma"] == gamma) {
            assert!((number(row, "kl_ab") / kl - 1.0).abs() < 0.15, "γ = {gamma}: {}", row["kl_ab"]);
            assert!(number(row, "m_cca") < 0.003, "γ = {gamma}");
            assert!((number(row, "llv_min_t1") - 1.317).abs() < 0.02, "γ = {gamma}: {}", row["llv_min_t1"]);
            assert!(
                (number(row, "d_svd_embeddings") - 0.9992).abs() < 0.001,
                "γ = {gamma}: {}",
                row["d_svd_embeddings"]
            );
        }
    }
    for row in rows.iter().filter(|r| r["source"] == "shared_embeddings") {
        assert!((number(row, "m_cca_unembeddings") - 0.67377293228).abs() < 1e-9);
        assert!((number(row, "kl_ab") - 0.0046).abs() < 0.0006, "{}", row["kl_ab"]);
        assert!((number(row, "d_logit").powi(2) / 672.0 - 1.0).abs() < 0.03);
    }
    for row in rows.iter().filter(|r| r["source"] == "turned_clusters") {
        assert!(
            (number(row, "m_cca") - 1.0).abs() < 1e-12
                && (number(row, "m_cca_unembeddings") - 1.0).abs() < 1e-12
        );
        assert_eq!(number(row, "top1_agreement"), 0.0);
        assert!((number(row, "d_logit") / 89.9 - 1.0).abs() < 0.03);
        assert!(number(row, "d_rep_ab") > 1.0 && number(row, "d_ls_ab") > 1.0);
    }
}

#[test]
fn impossible_combinations_are_rows_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    let text = "question = \"q\"\nexpected = \"e\"\n[model]\ndim = [2, 6]\nlabels = [4, 9]\ninputs = 30\n\
                [perturbation.truncate]\nlevel = [1, 3]\n";
    fs::write(&path, text).unwrap();
    let (run, results) = sweep(path.to_str().unwrap(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = records(&read(&results, "rows.csv"));
    assert_eq!(rows.len(), 8);
    let row = |dim: &str, labels: &str, level: &str| {
        rows.iter().find(|r| r["dim"] == dim && r["labels"] == labels && r["level"] == level).unwrap()
    };
    assert_eq!(row("2", "4", "3")["status"], "not_applicable");
    assert!(row("2", "4", "3")["reason"].contains("truncate"), "{:?}", row("2", "4", "3")["reason"]);
    assert_eq!(row("6", "4", "1")["status"], "partial");
    assert!(row("6", "4", "1")["reason"].contains("d_rep_ab") && row("6", "4", "1")["d_rep_ab"].is_empty());
    assert_eq!(row("2", "9", "1")["status"], "ok");
}

#[test]
fn what_is_wrong_with_a_config_is_said_before_anything_runs() {
    let head = "question = \"q\"\nexpected = \"e\"\n";
    let noise = "[perturbation.noise_embeddings]\nlevel = 0.1\n";
    let table: &[(&str, &[&str], &[&str])] = &[
        ("", &[], &["question", "is missing"]),
        ("question = 3\n", &[], &["c.toml", "question"]),
        (head, &[], &["nothing to compare", "[perturbation.NAME]"]),
        (&format!("{head}sede = 3\n{noise}"), &[], &["c.toml:3", "unknown key `sede`", "seed"]),
        (&format!("{head}replicates = 0\n{noise}"), &[], &["c.toml:3", "replicates", "at least 1"]),
        (&format!("{head}measures = [\"d_rap\"]\n{noise}"), &[], &["c.toml:3", "measures", "d_rep"]),
        (&format!("{head}measures = [\"llv\"]\n{noise}"), &[], &["c.toml:3", "llv needs probability"]),
        (&format!("{head}[model]\ndimm = 3\n{noise}"), &[], &["c.toml:4", "unknown key `dimm`", "dim"]),
        (&format!("{head}[model]\ndim = []\n{noise}"), &[], &["c.toml:4", "model.dim", "empty"]),
        (
            &format!("{head}[model]\ndim = [4, 0]\n{noise}"),
            &[],
            &["c.toml:4", "model.dim", "the value 0", "at least 1"],
        ),
        (&format!("{head}[model]\ndim = \"four\"\n{noise}"), &[], &["c.toml:4", "model.dim", "four"]),
        (&format!("{head}[model]\ndim = 2.5\n{noise}"), &[], &["c.toml:4", "model.dim", "2.5"]),
        (
            &format!("{head}[model]\nembeddings = \"round\"\n{noise}"),
            &[],
            &["c.toml:4", "model.embeddings", "gaussian"],
        ),
        (
            &format!("{head}[model]\nscale = {{ from = 0, to = 1, points = 3, scale = \"log\" }}\n{noise}"),
            &[],
            &["c.toml:4", "model.scale", "greater than 0"],
        ),
        (
            &format!("{head}[perturbation.noise]\nlevel = 1\n"),
            &[],
            &["c.toml:3", "unknown key `noise`", "noise_embeddings"],
        ),
        (&format!("{head}[perturbation.noise_embeddings]\n"), &[], &["c.toml:3", "needs the key `level`"]),
        (&format!("{head}[perturbation.noise_embeddings]\nlevel = -1\n"), &[], &["c.toml:4", "level", "-1"]),
        (
            &format!("{head}[perturbation.round_tensor]\nlevel = [4, 1]\n"),
            &[],
            &["c.toml:4", "level", "bits"],
        ),
        (
            &format!("{head}[perturbation.independent]\nlevel = 1\n"),
            &[],
            &["c.toml:4", "unknown key `level`"],
        ),
        (
            &format!("{head}[family.even_labels]\ninputs = 3\nepsilon = 0.1\ntau = 1\n"),
            &[],
            &["c.toml", "tau"],
        ),
        (
            &format!("{head}[family.uneven_labels]\ninputs = 3\n"),
            &[],
            &["c.toml:3", "unknown key `uneven_labels`"],
        ),
        (&format!("{head}model = 3\n{noise}"), &[], &["c.toml:3", "model"]),
        ("x = [", &[], &["c.toml:1", "not TOML"]),
        (&format!("{head}{noise}"), &["--set", "model.dmi=3"], &["--set model.dmi=3", "unknown key"]),
        (&format!("{head}{noise}"), &["--set", "model.dim"], &["key=value"]),
        (
            &format!("{head}replicates = 9000000000000000000\n{noise}"),
            &[],
            &["c.toml:3", "replicates", "cells"],
        ),
        (
            &format!("{head}[model]\nscale = [1, 1.0]\n{noise}"),
            &[],
            &["c.toml:4", "model.scale", "given twice"],
        ),
        (
            &format!("{head}[family.even_labels]\ninputs = 900000000000\nepsilon = 0.1\n"),
            &[],
            &["c.toml:4", "inputs", "at most"],
        ),
        (&format!("{head}{noise}"), &["--set", "a.b.c=1"], &["--set a.b.c=1", "unknown key `a.b.c`"]),
        (&format!("{head}{noise}"), &["--set", "model.dim=1000000000000"], &["model.dim", "at most"]),
        (
            &format!("{head}{noise}"),
            &["--set", "model.dim={from=1,to=9,points=1000000000}"],
            &["points", "100000"],
        ),
        (&format!("{head}{noise}"), &["--set", "model.dim=0"], &["--set model.dim=0", "at least 1"]),
    ];
    for (text, more, needed) in table {
        let folder = tempfile::tempdir().unwrap();
        let (path, out) = (folder.path().join("c.toml"), folder.path().join("out"));
        fs::write(&path, text).unwrap();
        let mut arguments = vec!["sweep", path.to_str().unwrap(), "--out", out.to_str().unwrap()];
        arguments.extend(*more);
        let run = xtask(&arguments);
        assert_eq!(run.code, 2, "{text}: {}", run.stderr);
        assert!(
            run.stderr.starts_with("error: ") && !run.stderr.contains("panicked"),
            "{text}: {}",
            run.stderr
        );
        for part in *needed {
            assert!(run.stderr.contains(part), "{text}\ndoes not say {part}: {}", run.stderr);
        }
        assert!(!out.exists(), "{text}: something was run");
    }
}

#[test]
fn a_dry_run_prints_the_grid_and_writes_nothing() {
    let (run, folder) = sweep(&config("quickstart.toml"), &["--dry-run"]);
    assert_eq!(run.code, 0);
    for text in ["question: How tight", "noise_embeddings", "power_law(1)", "288 cells"] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn results_that_cannot_be_written_are_an_error_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let out = file.join("out");
    let run = xtask(&["sweep", &config("extremal.toml"), "--out", out.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("file/out"), "{}", run.stderr);
    // A folder where a file should go: the finished file cannot take its name.
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("rows.csv/x")).unwrap();
    let run = xtask(&["sweep", &config("extremal.toml"), "--out", out.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("rows.csv"), "{}", run.stderr);
    let mut left: Vec<_> = fs::read_dir(&out).unwrap().map(|f| f.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["config.toml", "journal", "rows.csv"], "half-written files are left");
    // With the folder out of the way, nothing has to be computed again.
    fs::remove_dir_all(out.join("rows.csv")).unwrap();
    let run = xtask(&["sweep", &config("extremal.toml"), "--out", out.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("; 0 computed now"), "{}", run.stdout);
}

#[test]
fn a_summary_can_be_made_again_from_the_csv_alone() {
    let (run, folder) = sweep(&config("extremal.toml"), &[]);
    assert_eq!(run.code, 0);
    let summary = read(&folder, "summary.csv");
    let out = folder.path().join("out");
    fs::remove_file(out.join("summary.csv")).unwrap();
    let report = xtask(&["report", out.to_str().unwrap()]);
    assert_eq!(report.code, 0, "{}", report.stderr);
    assert_eq!(read(&folder, "summary.csv"), summary);
    assert!(report.stdout.contains("cca_two_spectra"));
    let bounds = read(&folder, "bounds.csv");
    fs::write(out.join("bounds.csv"), bounds.replacen(",true,", ",false,", 1)).unwrap();
    assert_eq!(xtask(&["report", out.to_str().unwrap()]).code, 1, "a violation must not pass");
    fs::write(out.join("bounds.csv"), &bounds[..bounds.len() - 40]).unwrap();
    let cut = xtask(&["report", out.to_str().unwrap()]);
    assert!(cut.code == 2 && cut.stderr.contains("bounds.csv"), "{}", cut.stderr);
    assert_eq!(xtask(&["report", "/nowhere"]).code, 2);
}
