//! Cells that panic: a row in failures.csv, and everything else goes on.

use crate::folder::{Folder, SMALL, shard, stand_in};
use logitdist_results::{Ended, parse_seed};
use logitdist_sim::{Cell, CellOutcome, Config, SweepOptions, merge, single, status, sweep, sweep_with};
use logitdist_testing::rows;
use std::fs;

/// Fails where the level is 0.1 and the dimension 3: four cells of the small config.
fn failing(config: &Config, cell: &Cell<'_>) -> Result<CellOutcome, String> {
    let outcome = stand_in(config, cell)?;
    let has =
        |name: &str, value: &str| outcome.coordinates.parameters.iter().any(|(n, v)| n == name && v == value);
    assert!(!(has("level", "0.1") && has("dim", "3")), "the matrix is \"odd\", I fear");
    Ok(outcome)
}

#[test]
fn a_failure_is_a_row_with_everything_needed_to_repeat_it() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    let outcome = sweep_with(&SweepOptions { threads: Some(2), ..options.clone() }, &failing).unwrap();
    assert_eq!((outcome.ended, outcome.computed, outcome.failures.1), (Ended::Complete, 24, 4));
    let tables = folder.tables("out");
    assert_eq!(tables.rows.lines().count(), 21);
    assert!(tables.failures.lines().next().unwrap().ends_with(",command"));
    let failures = rows(&tables.failures);
    assert_eq!(failures.len(), 4);
    for failure in &failures {
        let field = |name: &str| failure[name].as_str();
        assert_eq!((field("source"), field("dim"), field("level")), ("noise_embeddings", "3", "0.1"));
        let message = field("message");
        assert!(
            message.starts_with("the matrix is \"odd\", I fear (") && message.contains("failures.rs:"),
            "{message}"
        );
        let seed = field("cell_seed");
        assert_eq!(field("command"), format!("logitdist sweep cell config.toml --id {seed}"));
        // The command's own way to the cell: here it has no fault.
        let config = SweepOptions { config: folder.path("out/config.toml"), ..SweepOptions::default() };
        let cell = single(&config, parse_seed(seed.as_bytes()).unwrap()).unwrap().unwrap();
        assert!(cell.row.contains(&("cell_seed".into(), seed.into())));
    }
    let manifest = fs::read_to_string(folder.path("out/manifest.json")).unwrap();
    assert!(
        manifest.contains("\"status\": \"failures\"") && manifest.contains("\"cells_failed\": 4"),
        "{manifest}"
    );
    assert!(
        status(&folder.path("out"))
            .unwrap()
            .contains("20 of 24 cells are done (83.3 %), 4 failed, 0 missing")
    );
}

#[test]
fn failed_cells_are_tried_again_only_if_asked_and_then_leave_no_trace() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    let whole = folder.tables_of(SMALL, "whole");
    let real = |config: &Config, cell: &Cell<'_>| {
        failing(config, cell)?;
        logitdist_sim::run_cell(config, cell)
    };
    sweep_with(&options, &real).unwrap();
    assert_eq!(sweep(&options).unwrap().computed, 0);
    assert!(!folder.tables("out").failures.is_empty());
    let outcome = sweep(&SweepOptions { retry_failed: true, ..options.clone() }).unwrap();
    assert_eq!((outcome.computed, outcome.failures.1), (4, 0));
    assert_eq!(folder.tables("out"), whole);
    assert!(!folder.path("out/failures.csv").exists());
}

#[test]
fn fail_fast_ends_the_run_at_once_and_keeps_what_is_done() {
    let folder = Folder::new();
    let options = SweepOptions { fail_fast: true, ..folder.options(SMALL, "out") };
    let outcome = sweep_with(&options, &failing).unwrap();
    assert_eq!(outcome.ended, Ended::Failed);
    assert!(outcome.computed < 24 && outcome.tables.is_none());
    assert!(outcome.failures.0[0].contains("dim=3"), "{:?}", outcome.failures);
    assert!(status(&folder.path("out")).unwrap().contains("ended by a failure"));
}

#[test]
fn failures_travel_with_a_merge_until_some_shard_has_the_result() {
    let folder = Folder::new();
    let (bad, good) = (folder.options(SMALL, "bad"), folder.options(SMALL, "good"));
    sweep_with(&bad, &failing).unwrap();
    let merged = merge(&folder.path("merged"), &[folder.path("bad")], false).unwrap();
    assert_eq!(merged.missing, (0, 24));
    assert_eq!(folder.tables("merged"), folder.tables("bad"));
    for index in 0..2 {
        sweep_with(&shard(&good, index, 2), &stand_in).unwrap();
    }
    let merged = merge(&folder.path("merged"), &[folder.path("good")], false).unwrap();
    let counts = merged.tables.unwrap().counts;
    assert_eq!((counts.cells, counts.cells_failed), (24, 0));
    assert!(folder.tables("merged").failures.is_empty());
}
