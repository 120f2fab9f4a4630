//! What a sweep writes: the same bytes every time, a row for every cell, and files from which the rest can be made again.

use crate::{config, read, sweep, xtask};
use logitdist_testing::rows;
use std::fs;

#[test]
fn results_are_the_same_bytes_at_any_number_of_threads() {
    let small = ["--set", "replicates=1", "--set", "model.dim=[2,4]", "--threads"];
    let run = |threads: &str| {
        let (_, folder) = sweep(&config("quickstart.toml"), &[&small[..], &[threads]].concat());
        ["rows.csv", "bounds.csv", "summary.csv", "config.toml"].map(|file| read(&folder, file))
    };
    let one = run("1");
    assert_eq!(one, run("2"));
    assert_eq!(one, run("7"));
    let cells = rows(&one[0]);
    assert_eq!(cells.len(), 48);
    assert!(cells.iter().all(|row| row["status"] == "ok"), "{}", one[0]);
    let bounds = rows(&one[1]);
    assert_eq!(bounds.len(), 48 * 54);
    assert!(bounds.iter().all(|bound| bound["holds"] != "false"));
}

#[test]
fn adding_values_to_an_axis_leaves_the_other_cells_as_they_were() {
    let base = ["--set", "replicates=2", "--set", "model.inputs=64"];
    let rows = |dims: &str| {
        let dims = format!("model.dim={dims}");
        let (_, folder) = sweep(&config("quickstart.toml"), &[&base[..], &["--set", &dims]].concat());
        read(&folder, "rows.csv").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (few, more) = (rows("[2]"), rows("[3, 2]"));
    assert!(more.len() > few.len());
    assert!(few.iter().all(|row| more.contains(row)));
}

#[test]
fn the_config_of_a_run_gives_the_run_again() {
    let (_, folder) = sweep(&config("compression.toml"), &["--set", "replicates=1", "--set", "model.dim=8"]);
    let written = folder.path().join("out/config.toml");
    let (_, again) = sweep(written.to_str().unwrap(), &[]);
    for file in ["rows.csv", "bounds.csv", "summary.csv", "config.toml"] {
        assert_eq!(read(&folder, file), read(&again, file), "{file}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&read(&folder, "manifest.json")).unwrap();
    assert_eq!(manifest["counts"]["violations"], 0);
    assert_eq!(manifest["seed"], 20260222);
    assert_eq!(manifest["counts"]["cells"], rows(&read(&folder, "rows.csv")).len());
}

#[test]
fn impossible_combinations_are_rows_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    let text = "question = \"q\"\nexpected = \"e\"\n[model]\ndim = [2, 6]\nlabels = [4, 9]\ninputs = 30\n\
                [perturbation.truncate]\nlevel = [1, 3]\n";
    fs::write(&path, text).unwrap();
    let (_, results) = sweep(path.to_str().unwrap(), &[]);
    let rows = rows(&read(&results, "rows.csv"));
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
fn a_dry_run_prints_the_grid_and_writes_nothing() {
    let (run, folder) = sweep(&config("quickstart.toml"), &["--dry-run"]);
    for text in ["question: How tight", "noise_embeddings", "power_law(1)", "288 cells"] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn tables_that_lack_lines_are_refused_or_said_to_be_damaged() {
    let (_, folder) = sweep(&config("quickstart.toml"), &["--set", "replicates=1"]);
    let out = folder.path().join("out");
    let (results, merged) = (out.to_str().unwrap(), folder.path().join("merged"));
    let merged = merged.to_str().unwrap();
    let page = || read(&folder, "report.html");
    xtask(&["report", results]).ok();
    assert!(!page().contains("DAMAGED"));
    let rows = read(&folder, "rows.csv");
    let half: Vec<&str> = rows.lines().take(1 + rows.lines().count() / 2).collect();
    fs::write(out.join("rows.csv"), half.join("\n") + "\n").unwrap();
    let said = format!("rows.csv has {} rows and the run wrote {}", half.len() - 1, rows.lines().count() - 1);
    for command in [
        &["report", results][..],
        &["report", "--compare", results, results],
        &["sweep", "merge", merged, results],
    ] {
        xtask(command).refused(&[&said, "--damaged"]);
    }
    let report = xtask(&["report", results, "--damaged"]).ok();
    for text in [report.stdout, page(), read(&folder, "summary.md")] {
        assert!(text.contains("DAMAGED") && text.contains(&said), "{text}");
    }
    let compared = xtask(&["report", "--damaged", "--compare", results, results]).ok();
    assert!(compared.stdout.contains(&said), "{}", compared.stdout);
    // The journal has all of it still.
    xtask(&["sweep", "merge", merged, results, "--damaged"]).ok();
    assert_eq!(fs::read_to_string(format!("{merged}/rows.csv")).unwrap(), rows);
    xtask(&["sweep", "merge", results]).ok();
    xtask(&["report", results]).ok();
    assert!(!page().contains("DAMAGED"));
}

#[test]
fn a_summary_can_be_made_again_from_the_csv_alone() {
    let (_, folder) = sweep(&config("extremal.toml"), &[]);
    let summary = read(&folder, "summary.csv");
    let out = folder.path().join("out");
    fs::remove_file(out.join("summary.csv")).unwrap();
    let report = xtask(&["report", out.to_str().unwrap()]).ok();
    assert_eq!(read(&folder, "summary.csv"), summary);
    assert!(report.stdout.contains("cca_two_spectra"));
    let bounds = read(&folder, "bounds.csv");
    fs::write(out.join("bounds.csv"), bounds.replacen(",true,", ",false,", 1)).unwrap();
    // A violation must not pass.
    let results = out.to_str().unwrap();
    xtask(&["report", results]).refused(&["bounds.csv has been changed", "--damaged"]);
    xtask(&["report", results, "--damaged"]).ended_with(1);
    fs::write(out.join("bounds.csv"), &bounds[..bounds.len() - 40]).unwrap();
    xtask(&["report", results, "--damaged"]).refused(&["bounds.csv", "no end"]);
    xtask(&["report", "/nowhere"]).refused(&[]);
}
