//! Replicates that are added until a confidence interval is narrow.

use crate::folder::{Folder, SMALL, shard};
use logitdist_sim::{SweepOptions, merge, status, sweep, sweep_with};
use logitdist_testing::{number, rows};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn adaptive() -> String {
    SMALL.replace("replicates = 2", "replicates = { until = \"ci\", width = 0.02, of = \"m_cca\", max = 60 }")
}

/// Values of m_CCA per combination of parameters.
fn values(table: &str) -> BTreeMap<String, Vec<f64>> {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in rows(table) {
        let key = ["dim", "inputs", "level"].map(|name| row[name].as_str()).join("/");
        values.entry(key).or_default().push(number(&row, "m_cca"));
    }
    values
}

/// The interval's width by its definition, with the quantile of the normal distribution as a lower limit.
fn width(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    2.0 * 1.96 * (variance / n).sqrt()
}

#[test]
fn every_combination_has_the_replicates_it_needs_and_no_more() {
    let folder = Folder::new();
    let tables = folder.tables_of(&adaptive(), "out");
    let values = values(&tables.rows);
    assert_eq!(values.len(), 12);
    let counts: Vec<usize> = values.values().map(Vec::len).collect();
    assert!(counts.iter().any(|&n| n > 5) && counts.contains(&5), "{counts:?}");
    for (key, values) in &values {
        assert!((5..=60).contains(&values.len()), "{key}");
        assert!(values.len() == 60 || width(values) <= 0.02, "{key}: {}", width(values));
        if values.len() > 6 {
            assert!(width(&values[..values.len() - 1]) * 1.5 > 0.02, "{key} has more than it needs");
        }
    }
}

#[test]
fn threads_shards_and_interruptions_change_nothing() {
    let folder = Folder::new();
    let whole = folder.tables_of(&adaptive(), "whole");
    let options = folder.options(&adaptive(), "two");
    sweep(&SweepOptions { threads: Some(2), ..options }).unwrap();
    assert_eq!(folder.tables("two"), whole);
    let options = folder.options(&adaptive(), "shards");
    for index in [1, 0, 2] {
        sweep(&shard(&options, index, 3)).unwrap();
    }
    assert_eq!(merge(&folder.path("shards"), &[], false).unwrap().missing.0, 0);
    assert_eq!(folder.tables("shards"), whole);
    // Stopped again and again, after a number of cells that is different each time.
    let options = folder.options(&adaptive(), "stopped");
    let mut computed = 0;
    for round in 0.. {
        assert!(round < 200);
        let stop = Arc::new(AtomicBool::new(false));
        let begun = AtomicUsize::new(0);
        let options =
            SweepOptions { stop: Arc::clone(&stop), threads: Some(1 + round % 2), ..options.clone() };
        let outcome = sweep_with(&options, &|config, cell| {
            stop.store(begun.fetch_add(1, Ordering::Relaxed) >= 3 + 5 * round, Ordering::Relaxed);
            logitdist_sim::run_cell(config, cell)
        });
        computed += begun.load(Ordering::Relaxed);
        if outcome.unwrap().tables.is_some() {
            assert!(round > 2);
            break;
        }
        assert!(status(&folder.path("stopped")).unwrap().contains("or more cells"));
    }
    assert_eq!(folder.tables("stopped"), whole);
    // Replicates are asked for a quarter at a time, and none is computed twice.
    let needed = whole.rows.lines().count() - 1;
    assert!(computed <= needed + needed / 4 + 24, "{computed} were computed for {needed}");
}

#[test]
fn an_interval_that_is_narrow_at_once_takes_five() {
    let folder = Folder::new();
    let text = adaptive().replace("0.02", "10");
    let tables = folder.tables_of(&text, "out");
    assert_eq!(tables.rows.lines().count(), 1 + 12 * 5);
}

#[test]
fn a_measure_that_is_not_measured_is_refused() {
    let folder = Folder::new();
    for (of, said) in [("d_rep_ab", "`of` is d_rep_ab"), ("m_caa", "it must be a measure of this config")] {
        let error = sweep(&folder.options(&adaptive().replace("m_cca", of), "out")).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains(":5"), "{error}");
    }
}
