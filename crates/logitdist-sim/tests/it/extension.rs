//! Configs that change between runs: more cells are added, other results are never mixed in.

use crate::folder::{Folder, SMALL, stand_in, sweep_counted};
use logitdist_sim::{merge, status, sweep_with};

fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SMALL.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    })
}

#[test]
fn added_values_replicates_and_blocks_extend_a_run() {
    let steps: &[(&[(&str, &str)], usize)] = &[
        (&[("dim = [2, 3]", "dim = [2]")], 12),
        (&[], 12),
        (&[("dim = [2, 3]", "dim = [5, 3, 2]")], 12),
        (&[("dim = [2, 3]", "dim = [5, 3, 2]"), ("replicates = 2", "replicates = 3")], 18),
        (
            &[
                ("dim = [2, 3]", "dim = [5, 3, 2]"),
                ("replicates = 2", "replicates = 3"),
                ("question = \"q\"", "question = \"another\""),
            ],
            0,
        ),
    ];
    let folder = Folder::new();
    for (changes, new) in steps {
        let text = with(changes);
        let (outcome, computed) = sweep_counted(&folder.options(&text, "out"));
        outcome.unwrap_or_else(|e| panic!("{changes:?}: {e}"));
        assert_eq!(computed, *new, "{changes:?}");
        sweep_counted(&folder.options(&text, "whole")).0.unwrap();
        assert_eq!(folder.tables("out"), folder.tables("whole"), "{changes:?}");
        std::fs::remove_dir_all(folder.path("whole")).unwrap();
    }
    let text = with(steps[4].0) + "[perturbation.prune]\nlevel = [0.1, 0.2]\n";
    let (_, computed) = sweep_counted(&folder.options(&text, "out"));
    assert_eq!(computed, 36);
    assert!(status(&folder.path("out")).unwrap().contains("90 of 90 cells"));
}

#[cfg(unix)]
#[test]
fn files_that_an_extension_replaces_keep_their_modes_and_the_manifest_vouches_for_none_meanwhile() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    sweep_counted(&folder.options(SMALL, "out")).0.unwrap();
    let names = ["manifest.json", "rows.csv", "bounds.csv", "summary.csv", "schema.json", "config.toml"];
    let paths = names.map(|name| folder.path("out").join(name));
    for path in &paths {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let options = folder.options(&with(&[("replicates = 2", "replicates = 3")]), "out");
    sweep_with(&options, &|config, cell| {
        let manifest = std::fs::read_to_string(&paths[0]).unwrap();
        assert!(
            manifest.contains("\"status\": \"interrupted\"") && !manifest.contains("\"tables\""),
            "{manifest}"
        );
        stand_in(config, cell)
    })
    .unwrap();
    assert!(std::fs::read_to_string(&paths[0]).unwrap().contains("\"status\": \"complete\""));
    for path in &paths {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600, "{}", path.display());
    }
}

#[test]
fn changes_that_would_mix_results_are_refused_with_the_difference() {
    for (changes, said) in [
        (&[("seed = 3", "seed = 4")], "seed: 3 → 4"),
        (&[("[\"probability\"]", "[\"baselines\"]")], "measures: "),
        (&[("dim = [2, 3]", "dim = [2]")], "12 finished cells would be left out"),
        (&[("replicates = 2", "replicates = 1")], "replicates: 2 → 1"),
        (&[("labels = 5", "labels = 6")], "model.labels: 5 → 6"),
    ] {
        let folder = Folder::new();
        sweep_counted(&folder.options(SMALL, "out")).0.unwrap();
        let before = folder.tables("out");
        let (outcome, computed) = sweep_counted(&folder.options(&with(changes), "out"));
        let error = outcome.unwrap_err().to_string();
        assert!(
            error.contains(said) && error.contains("--fresh") && error.contains(".journal"),
            "{changes:?}: {error}"
        );
        assert_eq!((computed, folder.tables("out")), (0, before), "{changes:?}");
        assert!(
            folder.path("out/manifest.json").exists(),
            "{changes:?}: the earlier results stay what they are"
        );
    }
}

#[test]
fn folders_of_a_config_and_its_extension_merge_into_the_larger() {
    let folder = Folder::new();
    let larger = with(&[("inputs = [16, 20]", "inputs = [12, 16, 20]")]);
    sweep_counted(&folder.options(SMALL, "small")).0.unwrap();
    let options = folder.options(&larger, "large");
    sweep_counted(&options).0.unwrap();
    for (out, inputs) in [("m1", ["small", "large"]), ("m2", ["large", "small"])] {
        let inputs = inputs.map(|name| folder.path(name));
        merge(&folder.path(out), &inputs, false).unwrap();
        assert_eq!(folder.tables(out), folder.tables("large"));
    }
    let other = with(&[("seed = 3", "seed = 5")]);
    sweep_counted(&folder.options(&other, "other")).0.unwrap();
    let error = merge(&folder.path("m3"), &[folder.path("small"), folder.path("other")], false).unwrap_err();
    assert!(error.to_string().contains("seed: "), "{error}");
}
