//! Any partition of the cells, in any order, with any overlap: one set of tables.

use crate::folder::{Folder, SMALL, Tables, copy, shard, stand_in, sweep_counted};
use logitdist_results::Ended;
use logitdist_sim::{SweepOptions, merge, status, sweep, sweep_with};
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[test]
fn shards_in_one_folder_give_the_tables_of_one_run() {
    let folder = Folder::new();
    let whole = folder.tables_of(SMALL, "whole");
    let options = folder.options(SMALL, "shards");
    for index in [2, 0, 1] {
        let outcome = sweep(&shard(&options, index, 3)).unwrap();
        assert_eq!((outcome.ended, outcome.done), (Ended::Complete, (8, 8)));
        assert!(outcome.tables.is_none());
    }
    assert!(!folder.path("shards/rows.csv").exists());
    let merged = merge(&folder.path("shards"), &[], false).unwrap();
    assert_eq!(merged.missing, (0, 24));
    assert_eq!(folder.tables("shards"), whole);
    // A whole run finds nothing left to compute, and so does a shard of another partition.
    assert_eq!(sweep(&options).unwrap().computed, 0);
    assert_eq!(sweep(&shard(&options, 1, 5)).unwrap().computed, 0);
    assert_eq!(merge(&folder.path("shards"), &[], false).unwrap().missing, (0, 24));
    assert_eq!(folder.tables("shards"), whole);
}

#[test]
fn a_merge_with_missing_cells_says_how_many_and_makes_tables_only_if_asked() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    sweep(&shard(&options, 1, 4)).unwrap();
    let merged = merge(&folder.path("out"), &[], false).unwrap();
    assert_eq!(merged.missing, (18, 24));
    assert!(merged.tables.is_none() && !folder.path("out/rows.csv").exists());
    let text = status(&folder.path("out")).unwrap();
    assert!(text.contains("6 of 24 cells are done (25.0 %), 0 failed, 18 missing"), "{text}");
    assert!(text.contains("shard 1/4") && text.contains("finished"), "{text}");
    assert!(text.contains(" 6 cells, "), "{text}");
    let merged = merge(&folder.path("out"), &[], true).unwrap();
    assert_eq!(merged.tables.unwrap().counts.cells, 6);
    assert_eq!(folder.tables("out").rows.lines().count(), 7);
    let manifest = fs::read_to_string(folder.path("out/manifest.json")).unwrap();
    assert!(manifest.contains("\"partial\"") && manifest.contains("\"cells_missing\": 18"), "{manifest}");
}

#[test]
fn folders_without_a_sweep_cannot_be_merged() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).unwrap();
    for (out, inputs) in [("out", vec!["empty"]), ("empty", vec![]), ("out", vec!["nowhere"])] {
        let inputs: Vec<_> = inputs.iter().map(|name| folder.path(name)).collect();
        let error = merge(&folder.path(out), &inputs, false).unwrap_err().to_string();
        assert!(error.contains("there is no journal of a sweep in it"), "{error}");
    }
    assert!(status(&folder.path("empty")).unwrap_err().to_string().contains("no journal"));
}

#[test]
fn contradicting_results_name_the_cell_and_both_files() {
    let folder = Folder::new();
    let (one, two) = (folder.options(SMALL, "one"), folder.options(SMALL, "two"));
    sweep_counted(&one).0.unwrap();
    // Another machine that rounds differently in one cell.
    let number = AtomicUsize::new(0);
    sweep_with(&two, &|config, cell| {
        let mut outcome = stand_in(config, cell)?;
        if number.fetch_add(1, Ordering::Relaxed) == 7 {
            outcome.comparison = Err("another result".into());
        }
        Ok(outcome)
    })
    .unwrap();
    let before = folder.tables("one");
    let error = merge(&folder.path("one"), &[folder.path("two")], false).unwrap_err().to_string();
    assert!(
        error.contains("one/journal/0-of-1.journal") && error.contains("two/journal/0-of-1.journal"),
        "{error}"
    );
    assert!(error.contains("noise_embeddings dim=2") && error.contains("contradict"), "{error}");
    assert_eq!(folder.tables("one"), before);
}

#[test]
fn a_stopped_run_goes_on_and_says_how_it_ended() {
    let folder = Folder::new();
    let whole = folder.tables_of(SMALL, "whole");
    let options = folder.options(SMALL, "out");
    let stop = Arc::new(AtomicBool::new(false));
    let begun = AtomicUsize::new(0);
    let stopped =
        sweep_with(&SweepOptions { stop: Arc::clone(&stop), ..options.clone() }, &|config, cell| {
            stop.store(begun.fetch_add(1, Ordering::Relaxed) == 9, Ordering::Relaxed);
            logitdist_sim::run_cell(config, cell)
        })
        .unwrap();
    assert_eq!((stopped.ended, stopped.computed, stopped.done), (Ended::Interrupted, 10, (10, 24)));
    let manifest = fs::read_to_string(folder.path("out/manifest.json")).unwrap();
    assert!(manifest.contains("\"status\": \"interrupted\""), "{manifest}");
    let counts: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(counts["counts"]["cells"], 10, "{manifest}");
    assert!(status(&folder.path("out")).unwrap().contains("interrupted"));
    // A limit on time that is over before it begins.
    let late = SweepOptions { time_limit: Some(std::time::Duration::ZERO), ..options.clone() };
    let late = sweep(&late).unwrap();
    assert_eq!((late.ended, late.computed), (Ended::Interrupted, 0));
    let rest = sweep(&SweepOptions { threads: Some(2), ..options }).unwrap();
    assert_eq!((rest.ended, rest.computed), (Ended::Complete, 14));
    assert_eq!(folder.tables("out"), whole);
}

#[test]
fn a_run_whose_journal_is_moved_or_replaced_ends_at_the_next_cell() {
    for (case, is_replaced) in [("moved", false), ("replaced", true)] {
        let folder = Folder::new();
        let options = folder.options(SMALL, "out");
        let begun = AtomicUsize::new(0);
        let ended = sweep_with(&options, &|config, cell| {
            if begun.fetch_add(1, Ordering::Relaxed) == 3 {
                fs::rename(folder.journal("out"), folder.path("elsewhere")).unwrap();
                if is_replaced {
                    fs::copy(folder.path("elsewhere"), folder.journal("out")).unwrap();
                }
            }
            stand_in(config, cell)
        });
        let error = ended.unwrap_err().to_string();
        assert!(
            error.contains("0-of-1.journal") && error.contains("was removed or moved"),
            "{case}: {error}"
        );
        assert!(begun.into_inner() < 24, "{case}");
    }
}

#[test]
fn fresh_takes_away_results_and_nothing_else() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    sweep_counted(&options).0.unwrap();
    fs::write(folder.path("out/notes.txt"), "mine").unwrap();
    let (outcome, computed) = sweep_counted(&SweepOptions { fresh: true, ..options });
    outcome.unwrap();
    assert_eq!(computed, 24);
    assert_eq!(fs::read_to_string(folder.path("out/notes.txt")).unwrap(), "mine");
}

#[test]
fn fresh_takes_away_its_own_share_or_everything_but_never_from_a_run() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    for index in 0..3 {
        let (_, computed) = sweep_counted(&SweepOptions { fresh: true, ..shard(&options, index, 3) });
        assert_eq!(computed, 8);
    }
    assert_eq!(merge(&folder.path("out"), &[], false).unwrap().missing, (0, 24));
    let (_, computed) = sweep_counted(&SweepOptions { fresh: true, ..shard(&options, 1, 3) });
    assert_eq!(computed, 8);
    // A running shard keeps its cells, and so does one that is done.
    let tried = std::sync::Once::new();
    let (last, all) = (
        SweepOptions { fresh: true, ..shard(&options, 2, 3) },
        SweepOptions { fresh: true, ..options.clone() },
    );
    sweep_with(&last, &|config, cell| {
        tried.call_once(|| {
            let error = sweep_counted(&all).0.unwrap_err().to_string();
            assert!(error.contains("2-of-3.lock"), "{error}");
        });
        stand_in(config, cell)
    })
    .unwrap();
    assert_eq!(merge(&folder.path("out"), &[], false).unwrap().missing, (0, 24));
}

#[test]
fn a_merge_waits_for_nobody_to_write_where_it_writes() {
    let folder = Folder::new();
    let (options, other) = (folder.options(SMALL, "out"), folder.options(SMALL, "other"));
    sweep_counted(&shard(&other, 0, 2)).0.unwrap();
    let tried = std::sync::Once::new();
    sweep_with(&options, &|config, cell| {
        tried.call_once(|| {
            let error = merge(&folder.path("out"), &[folder.path("other")], true).unwrap_err().to_string();
            assert!(error.contains("0-of-1.lock: held by process"), "{error}");
        });
        stand_in(config, cell)
    })
    .unwrap();
    assert_eq!(merge(&folder.path("out"), &[folder.path("other")], false).unwrap().missing, (0, 24));
}

#[test]
fn partial_tables_are_not_taken_for_whole_ones() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    sweep_counted(&shard(&options, 0, 2)).0.unwrap();
    let tried = std::sync::Once::new();
    sweep_with(&shard(&options, 1, 2), &|config, cell| {
        tried.call_once(|| assert!(merge(&folder.path("out"), &[], true).unwrap().tables.is_some()));
        stand_in(config, cell)
    })
    .unwrap();
    let text = status(&folder.path("out")).unwrap();
    assert!(
        text.contains("24 of 24") && text.contains("make the tables") && !text.contains("tables are made"),
        "{text}"
    );
    merge(&folder.path("out"), &[], false).unwrap();
    assert!(status(&folder.path("out")).unwrap().contains("The tables are made."));
}

#[test]
fn a_merge_mends_journals_whose_sessions_are_lost_and_keeps_who_computed_what() {
    let folder = Folder::new();
    let smaller = SMALL.replace("dim = [2, 3]", "dim = [3]");
    sweep_counted(&folder.options(&smaller, "small")).0.unwrap();
    sweep_counted(&folder.options(SMALL, "large")).0.unwrap();
    let whole = folder.tables("large");
    let mut journal = fs::read(folder.journal("large")).unwrap();
    journal[60] ^= 1;
    fs::write(folder.journal("large"), journal).unwrap();
    for _ in 0..2 {
        let merged = merge(&folder.path("small"), &[folder.path("large")], false).unwrap();
        assert_eq!(merged.missing, (0, 24));
        assert_eq!(folder.tables("small"), whole);
    }
    let manifest = fs::read_to_string(folder.path("small/manifest.json")).unwrap();
    assert_eq!(manifest.matches("\"started\"").count(), 2, "{manifest}");
    assert_eq!(sweep_counted(&folder.options(SMALL, "small")).1, 0);
}

#[test]
fn configs_with_the_same_cells_in_another_order_merge_in_one_order() {
    let folder = Folder::new();
    let turned = SMALL.replace("dim = [2, 3]", "dim = [3, 2]");
    sweep_counted(&shard(&folder.options(SMALL, "a"), 0, 2)).0.unwrap();
    sweep_counted(&folder.options(&turned, "b")).0.unwrap();
    for (out, inputs) in [("ab", ["a", "b"]), ("ba", ["b", "a"])] {
        merge(&folder.path(out), &inputs.map(|name| folder.path(name)), false).unwrap();
    }
    assert_eq!(folder.tables("ab"), folder.tables("ba"));
    // A folder that has an order already keeps it.
    let before = folder.tables("b");
    merge(&folder.path("b"), &[folder.path("a")], false).unwrap();
    assert_eq!(folder.tables("b"), before);
}

/// How a set of folders came to hold the cells: each a shard of a partition of its own, perhaps stopped on the way.
fn folders() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    let one = (1usize..7).prop_flat_map(|count| (0..count, Just(count), 1usize..30));
    prop::collection::vec(one, 1..6)
}

fn run_stopped(options: &SweepOptions, after: usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let begun = AtomicUsize::new(0);
    let options = SweepOptions { stop: Arc::clone(&stop), ..options.clone() };
    sweep_with(&options, &|config, cell| {
        stop.store(begun.fetch_add(1, Ordering::Relaxed) + 1 >= after, Ordering::Relaxed);
        stand_in(config, cell)
    })
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_partition_order_and_overlap_merge_to_the_same_tables(parts in folders(), order in any::<u64>()) {
        let folder = Folder::new();
        let (outcome, _) = sweep_counted(&folder.options(SMALL, "whole"));
        outcome.unwrap();
        let whole: Tables = folder.tables("whole");
        let mut inputs = Vec::new();
        for (i, (index, count, stop)) in parts.iter().enumerate() {
            let name = format!("part-{i}");
            run_stopped(&shard(&folder.options(SMALL, &name), *index, *count), *stop);
            inputs.push(folder.path(&name));
        }
        // The last part has everything that may still be missing.
        let rest = folder.options(SMALL, "rest");
        copy(&inputs[0], &folder.path("rest"));
        sweep_counted(&rest).0.unwrap();
        inputs.push(folder.path("rest"));
        let turn = order as usize % inputs.len();
        inputs.rotate_left(turn);
        if order % 2 == 0 {
            inputs.reverse();
        }
        let out = folder.path("merged");
        // Not all at once, and then everything twice.
        let first = merge(&out, &inputs[..1], true).unwrap();
        prop_assert!(first.tables.is_some());
        let merged = merge(&out, &inputs, false).unwrap();
        prop_assert_eq!(merged.missing, (0, 24));
        prop_assert_eq!(&folder.tables("merged"), &whole);
        let length = fs::metadata(folder.journal("merged")).unwrap().len();
        merge(&out, &inputs, false).unwrap();
        prop_assert_eq!(&folder.tables("merged"), &whole);
        prop_assert_eq!(fs::metadata(folder.journal("merged")).unwrap().len(), length, "a repeated merge adds nothing");
    }
}
