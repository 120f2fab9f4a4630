//! What a sweep writes: the same bytes every time, a row for every cell, and files from which the rest can be made again.

use crate::{config, read, sweep, xtask};
use logitdist_testing::rows;
use std::collections::BTreeSet;
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
        let level = format!("{level}.0");
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

#[test]
fn a_schema_and_further_tables_go_with_those_of_a_run() {
    let small = ["--set", "replicates=2", "--set", "model.dim=[2,4]", "--set", "model.inputs=64"];
    let (_, folder) = sweep(&config("quickstart.toml"), &small);
    let header = |file: &str| {
        let text = read(&folder, file);
        text.lines().next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let schema: serde_json::Value = serde_json::from_str(&read(&folder, "schema.json")).unwrap();
    for file in ["rows.csv", "bounds.csv", "summary.csv"] {
        let columns = schema["tables"][file].as_object().unwrap();
        let known: BTreeSet<String> = columns.keys().cloned().collect();
        assert_eq!(known, header(file).into_iter().collect(), "{file}");
    }
    let results = folder.path().join("out");
    let results = results.to_str().unwrap();
    let made = xtask(&["report", results, "--long", "--wide", "--by", "level,dim"]).ok().stdout;
    let names = ["measures_long.csv", "bounds_wide.csv", "summary_by_level_dim.csv"];
    let expected: String = names.iter().map(|name| format!("{results}/{name}\n")).collect();
    assert_eq!(made, expected);
    assert!(!folder.path().join("out/report.html").exists());
    // Every field of the long table stands in the row of its cell.
    let cells = rows(&read(&folder, "rows.csv"));
    let long = rows(&read(&folder, names[0]));
    let number = |text: &str| text.parse::<f64>().unwrap();
    for line in &long {
        let cell = cells.iter().find(|cell| cell["cell_seed"] == line["cell_seed"]).unwrap();
        assert_eq!(number(&cell[&line["measure"]]), number(&line["value"]), "{line:?}");
    }
    let exist = cells.iter().flat_map(|cell| {
        cell.iter().filter(|(name, value)| {
            !value.is_empty()
                && schema["tables"]["rows.csv"][name]["type"] != "text"
                && logitdist::measure(name).is_some()
        })
    });
    assert_eq!(long.len(), exist.count());
    let wide = rows(&read(&folder, names[1]));
    let bounds = rows(&read(&folder, "bounds.csv"));
    assert_eq!(wide.len(), bounds.len());
    for (wide, bound) in wide.iter().zip(&bounds) {
        let cell = cells.iter().find(|cell| cell["cell_seed"] == bound["cell_seed"]).unwrap();
        assert!(bound.iter().all(|(name, value)| wide[name] == *value), "{wide:?}");
        assert!(["source", "dim", "level"].iter().all(|name| wide[*name] == cell[*name]), "{wide:?}");
    }
    let by = rows(&read(&folder, names[2]));
    // Of noise 0.1 there are two sources, two spectra, two replicates and two directions; the mean is that of the cells' means.
    let line = by.iter().find(|l| l["bound"] == "d_ls" && l["level"] == "0.1" && l["dim"] == "2").unwrap();
    let own = wide.iter().filter(|l| l["bound"] == "d_ls" && l["level"] == "0.1" && l["dim"] == "2");
    let tightness: Vec<f64> = own.map(|l| number(&l["tightness"])).collect();
    assert_eq!((line["n"].as_str(), tightness.len()), ("16", 16));
    let mean = tightness.iter().sum::<f64>() / 16.0;
    assert!((number(&line["tightness_mean"]) / mean - 1.0).abs() < 1e-12, "{line:?}");
    assert!(number(&line["tightness_low"]) < mean && mean < number(&line["tightness_high"]), "{line:?}");
    xtask(&["report", results, "--by", "lewel"]).refused(&["there is no axis `lewel`", "level"]);
}
