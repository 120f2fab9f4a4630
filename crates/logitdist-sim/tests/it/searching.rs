//! Cells that search for the worst case: computed, divided, kept and refused like others.

use crate::folder::Folder;
use logitdist::{Pair, Settings, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use logitdist_sim::{Config, sweep};
use logitdist_synth::rng;
use logitdist_testing::{number, rows};
use std::fs;
use std::path::Path;

/// Two bounds at two shapes: 4 cells.
const SEARCH: &str = r#"
question = "q"
expected = "e"
seed = 3
measures = ["probability"]
[search.small]
target = ["d_ls", "kl_from_logit"]
dim = 1
labels = [2, 3]
inputs = 2
distance = 0.5
ascents = 2
evaluations = 200
"#;

#[test]
fn searches_are_cells_like_others_and_their_pairs_are_kept() {
    let folder = Folder::new();
    let tables = folder.tables_of(SEARCH, "one");
    folder.check_divided(SEARCH, &tables);
    assert!(tables.failures.is_empty());
    let found = rows(&tables.rows);
    assert_eq!(found.len(), 4);
    for row in &found {
        assert_eq!(row["source"], "search.small");
        let tightness = number(row, "search_tightness");
        assert!(tightness > 0.5 && tightness <= 1.0, "{row:?}");
        // In one dimension T7 is an equality on every pair.
        let random = number(row, "search_random");
        assert!(random < tightness || (row["target"] == "d_ls" && random <= tightness), "{row:?}");
        assert!(number(row, "search_ascents") >= 3.0 && number(row, "search_evaluations") > 100.0);
        assert!((number(row, "d_logit") - 0.5).abs() < 1e-12, "{row:?}");
        // The kept pair is the one of the row.
        let model = |side: &str| {
            let path = folder.path("one").join(format!("pairs/{}-{side}.npz", row["cell_seed"]));
            read_model(&Source::Path(path), &ReadOptions::default()).unwrap()
        };
        let (a, b) = (model("a"), model("b"));
        let pair = Pair::new(&a, &b).unwrap();
        let compared = compare(&pair, &Settings::default(), &mut rng(0, 0)).unwrap();
        let bound = compared.bounds.iter().find(|bound| bound.theorem.token == row["target"]).unwrap();
        assert!((bound.tightness.unwrap() - tightness).abs() < 1e-9, "{row:?}");
    }
    // Beginning again takes the pairs away, too.
    let pairs = folder.path("one").join("pairs");
    fs::write(pairs.join("old-a.npz"), "").unwrap();
    sweep(&logitdist_sim::SweepOptions { fresh: true, ..folder.options(SEARCH, "one") }).unwrap();
    assert_eq!(fs::read_dir(&pairs).unwrap().count(), 8);
    assert_eq!(folder.tables("one"), tables);
}

#[test]
fn a_search_that_cannot_be_is_refused_with_its_key() {
    let folder = Folder::new();
    for (from, to, message) in [
        (
            "\"d_ls\", ",
            "\"d_lss\", ",
            "`search.small.target`: the value d_lss is not possible: target is d_lss; it must be one of",
        ),
        ("distance = 0.5", "distance = -1.0", "distance is -1; it must be finite and greater than 0"),
        ("inputs = 2", "inputs = 0", "inputs is 0; it must be at least 1"),
        (
            "inputs = 2",
            "input = 2",
            "unknown key `input` of search.small; known are target, target_direction, dim",
        ),
        ("target = [\"d_ls\", \"kl_from_logit\"]", "", "`search.small`: the key `target` is missing"),
        (
            "\"d_ls\", ",
            "\"d_rep_per_subset\", ",
            "d_rep_per_subset is searched for, and `measures` leaves out what it needs",
        ),
    ] {
        let config = folder.options(&SEARCH.replace(from, to), "bad").config;
        let error = Config::read(Path::new(&config), &[]).unwrap_err().to_string();
        assert!(error.contains(message), "{to}: {error}");
    }
}
