//! Sweeps of networks trained on a user's files.

use crate::folder::{Folder, Tables, tokens_of};
use logitdist::Part;
use logitdist_results::parse_seed;
use logitdist_sim::{SweepOptions, merge, single, status, sweep};
use logitdist_testing::{number, rows};
use logitdist_train::{DataSpec, Duration, Loss, load_network};
use std::fs;

/// A teacher and two students on files beside the config.
const FILES: &str = r#"
question = "q"
expected = "e"
seed = 3
measures = ["probability"]
[train.own]
data = "files"
features = "data/x.csv"
labels = "data/y.csv"
width = 8
layers = 1
batch = 16
learning_rate = 0.01
teacher_epochs = 3
loss = ["kl", "l2"]
epoch = 2
"#;

/// Sixty points of three classes; `shift` makes other points.
fn write_data(folder: &Folder, shift: f64) {
    fs::create_dir_all(folder.path("data")).unwrap();
    let points = (0..60).map(|i| {
        let (class, t) = (f64::from(i % 3), f64::from(i));
        format!("{},{}\n", class + 0.5 * (1.7 * t).sin() + shift, class * class + 0.5 * (2.3 * t).cos())
    });
    fs::write(folder.path("data/x.csv"), points.collect::<String>()).unwrap();
    let labels = (0..60).map(|i| format!("{}\n", i % 3));
    fs::write(folder.path("data/y.csv"), labels.collect::<String>()).unwrap();
}

fn with_data() -> Folder {
    let folder = Folder::new();
    write_data(&folder, 0.0);
    folder
}

fn results_of(folder: &Folder, out: &str) -> SweepOptions {
    SweepOptions { config: folder.path(out).join("config.toml"), ..SweepOptions::default() }
}

#[test]
fn tables_do_not_depend_on_threads_shards_or_where_the_files_are() {
    let folder = with_data();
    let one = folder.tables_of(FILES, "one");
    assert!(one.failures.is_empty());
    folder.check_divided(FILES, &one);
    assert_eq!(with_data().tables_of(FILES, "elsewhere"), one);
    let from = FILES.replace("data/", "").replace("seed = 3", "seed = 3\nfiles_from = \"data\"");
    let same: Vec<_> = rows(&folder.tables_of(&from, "from").rows);
    for (row, before) in same.iter().zip(rows(&one.rows)) {
        assert_eq!((&row["d_logit"], &*row["features"]), (&before["d_logit"], "x.csv"));
    }
    // Tables need the journals alone.
    fs::remove_dir_all(folder.path("data")).unwrap();
    fs::remove_file(folder.path("shards/rows.csv")).unwrap();
    assert!(merge(&folder.path("shards"), &[], false).unwrap().tables.is_some());
    assert_eq!(folder.tables("shards"), one);
    assert!(status(&folder.path("one")).unwrap().contains("2 of 2 cells are done"));
}

#[test]
fn networks_are_trained_on_the_files() {
    let folder = with_data();
    let table = rows(&folder.tables_of(FILES, "out").rows);
    let networks: Vec<_> = fs::read_dir(folder.path("out/networks"))
        .unwrap()
        .map(|file| load_network(&file.unwrap().path()).unwrap())
        .collect();
    assert_eq!(networks.len(), 3);
    let DataSpec::Files(files) = &networks[0].1.data else { panic!("{:?}", networks[0].1) };
    assert_eq!(fs::read(&files.features).unwrap(), fs::read(folder.path("data/x.csv")).unwrap());
    let test = files.load().unwrap().test;
    assert_eq!((test.n_features(), test.n_labels()), (2, 3));
    assert_eq!(tokens_of(Part::Accuracy), ["accuracy_a", "accuracy_b"], "each is computed below");
    for row in &table {
        for (token, loss, epochs) in [
            ("accuracy_a", Loss::CrossEntropy, 3),
            ("accuracy_b", if row["loss"] == "kl" { Loss::Kl } else { Loss::L2 }, 2),
        ] {
            let (network, _) = networks
                .iter()
                .find(|(_, r)| (r.training.loss, r.training.duration) == (loss, Duration::Epochs(epochs)))
                .unwrap();
            assert_eq!(number(row, token), network.accuracy(&test).unwrap(), "{token} {row:?}");
        }
    }
}

#[test]
fn results_of_other_contents_are_never_mixed() {
    let folder = with_data();
    let before = folder.tables_of(FILES, "out");
    let seed = parse_seed(rows(&before.rows)[0]["cell_seed"].as_bytes()).unwrap();
    let cell = single(&results_of(&folder, "out"), seed).unwrap().unwrap();
    assert!(cell.row.contains(&("d_logit".into(), rows(&before.rows)[0]["d_logit"].clone())));
    assert_eq!(sweep(&folder.options(FILES, "out")).unwrap().computed, 0);

    write_data(&folder, 0.25);
    let error = sweep(&folder.options(FILES, "out")).unwrap_err().to_string();
    assert!(error.contains("files_content: ") && error.contains("--fresh"), "{error}");
    let error = single(&results_of(&folder, "out"), seed).unwrap_err().to_string();
    assert!(
        error.contains("`files_content`: is ") && error.contains("they have changed: restore them"),
        "{error}"
    );
    sweep(&SweepOptions { fresh: true, ..folder.options(FILES, "out") }).unwrap();
    let after: Tables = folder.tables("out");
    assert_ne!(rows(&after.rows)[0]["d_logit"], rows(&before.rows)[0]["d_logit"]);
    assert_eq!(after, folder.tables_of(FILES, "whole"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let folder = with_data();
    let bad = |text: &str| sweep(&folder.options(text, "bad")).unwrap_err().to_string();
    for (old, new, place, message) in [
        ("data/x.csv", "data/z.csv", "bad.toml:8: `train.own.features`: ", "z.csv: cannot be read"),
        (
            "labels = \"data/y.csv\"\n",
            "",
            "bad.toml:7: `train.own.data`: ",
            "needs both keys features and labels",
        ),
        ("\"data/x.csv\"", "3", "bad.toml:8: `train.own.features`: ", "is 3; it must be a text"),
        ("seed = 3", "seed = 3\nfiles_from = 4", "bad.toml:5: `files_from`: ", "must be a text"),
    ] {
        let error = bad(&FILES.replace(old, new));
        assert!(error.contains(place) && error.contains(message), "{new}: {error}");
    }
    let spirals = FILES.replace("\"files\"", "\"spirals\"").replace("features = \"data/x.csv\"\n", "");
    assert!(
        bad(&spirals).contains("`train.own.labels`: labels belongs to data = \"files\""),
        "{}",
        bad(&spirals)
    );
    let none = spirals.replace("labels = \"data/y.csv\"\n", "").replace("seed = 3", "files_from = \"d\"");
    assert!(
        bad(&none).contains("bad.toml:4: `files_from`: belongs to tables [train.NAME]"),
        "{}",
        bad(&none)
    );
    fs::write(folder.path("data/y.csv"), "1\n0.5\n").unwrap();
    let error = bad(FILES);
    assert!(error.contains("bad.toml:9: `train.own.labels`: "), "{error}");
    assert!(error.contains("y.csv: the label of input 1 (counted from 0) is 0.5"), "{error}");
    write_data(&folder, 0.0);
    fs::write(folder.path("data/x.csv"), "1,2\n3,4\n5,x\n").unwrap();
    let error = bad(FILES);
    assert!(error.contains("x.csv:3: column 2 is \"x\""), "{error}");
    fs::write(folder.path("data/x.csv"), "1,2\n3,4\n").unwrap();
    let error = bad(FILES);
    assert!(error.contains("there are 2 inputs (rows of the features) and 60 labels"), "{error}");
    assert!(!folder.path("bad").exists(), "something was run");
}
