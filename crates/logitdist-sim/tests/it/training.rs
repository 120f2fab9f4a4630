//! Sweeps of trained networks: trained once, kept in files, and none of it shows in the tables.

use crate::folder::{Folder, Tables};
use logitdist::{Pair, Settings, compare};
use logitdist_results::{Ended, parse_seed};
use logitdist_sim::{SweepOptions, single, sweep};
use logitdist_testing::{number, rows};
use logitdist_train::{Compression, Loss, Network, Recipe, Splits, Task, TeacherLogits, load_network, train};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// 2 teachers, 2 students of each by 2 losses at 2 epochs, rounded or not: 32 cells of 2 + 8 trainings.
const TRAINED: &str = r#"
question = "q"
expected = "e"
seed = 3
measures = ["probability", "d_rep"]
[train.small]
points = 16
width = 12
layers = 1
batch = 64
learning_rate = 0.01
teacher_epochs = 6
loss = ["kl", "centred_l2"]
bits = [0, 4]
epoch = [1, 4]
student = [0, 1]
teacher = [0, 1]
"#;

/// Files of a run's networks: their contents, and when they were written.
fn networks(folder: &Folder, out: &str) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(folder.path(out).join("networks")).unwrap().map(|entry| entry.unwrap());
    let with_content = entries.map(|entry| {
        let written = entry.metadata().unwrap().modified().unwrap();
        (entry.path(), (fs::read(entry.path()).unwrap(), written))
    });
    with_content.collect()
}

fn forget_results(folder: &Folder, out: &str) {
    fs::remove_dir_all(folder.path(out).join("journal")).unwrap();
}

#[test]
fn tables_do_not_depend_on_threads_shards_or_what_was_trained_before() {
    let folder = Folder::new();
    let one = folder.tables_of(TRAINED, "one");
    assert_eq!(rows(&one.rows).len(), 32);
    assert!(one.failures.is_empty());
    // A teacher's last epoch, and both epochs of each student.
    let trained = networks(&folder, "one");
    assert_eq!(trained.len(), 2 + 8 * 2);

    folder.check_divided(TRAINED, &one);
    let contents =
        |out: &str| networks(&folder, out).into_values().map(|(content, _)| content).collect::<Vec<_>>();
    assert_eq!(contents("two"), contents("one"));

    forget_results(&folder, "one");
    assert_eq!(folder.tables_of(TRAINED, "one"), one);
    assert_eq!(networks(&folder, "one"), trained, "networks that are there are not trained again");

    sweep(&SweepOptions { fresh: true, ..folder.options(TRAINED, "one") }).unwrap();
    assert_eq!(folder.tables("one"), one);
    let again = networks(&folder, "one");
    assert!(again.iter().all(|(path, (_, written))| *written > trained[path].1), "--fresh trains again");
}

#[test]
fn a_longer_training_and_more_students_leave_all_other_cells_as_they_were() {
    let folder = Folder::new();
    sweep(&folder.options(TRAINED, "out")).unwrap();
    let longer = TRAINED
        .replace("epoch = [1, 4]", "epoch = [1, 0, 4, 5]")
        .replace("student = [0, 1]", "student = [2, 1, 0]");
    let outcome = sweep(&folder.options(&longer, "out")).unwrap();
    assert_eq!((outcome.computed, outcome.done), (96 - 32, (96, 96)));
    assert_eq!(folder.tables("out"), folder.tables_of(&longer, "whole"));
}

#[test]
fn students_of_a_teacher_differ_and_copies_do_not() {
    let folder = Folder::new();
    let text = TRAINED.to_owned()
        + "[train.copies]\npoints = 16\nwidth = 12\nlayers = 1\nbatch = 64\nlearning_rate = 0.01\nteacher_epochs = 6\n\
           loss = \"copy\"\nbits = [0, 2, 8, 16]\nper = [\"tensor\", \"row\"]\n\
           [perturbation.noise_embeddings]\nlevel = 0.1\n";
    let tables = folder.tables_of(&text, "out");
    let rows = rows(&tables.rows);
    let of = |source: &str| rows.iter().filter(|row| row["source"] == source).cloned().collect::<Vec<_>>();
    let (students, copies, generated) = (of("train.small"), of("train.copies"), of("noise_embeddings"));
    assert_eq!((students.len(), copies.len(), generated.len()), (32, 8, 1));
    for row in students.iter().chain(&copies) {
        for accuracy in ["accuracy_a", "accuracy_b"] {
            assert!((0.0..=1.0).contains(&number(row, accuracy)), "{row:?}");
        }
    }
    assert_eq!((&*generated[0]["accuracy_a"], &*generated[0]["status"]), ("", "ok"));
    // All cells of a teacher have the same model a: 112 inputs of 448 are tested, and its accuracy is theirs.
    for teacher in ["0", "1"] {
        let accuracies: Vec<&str> =
            students.iter().filter(|row| row["teacher"] == teacher).map(|row| &*row["accuracy_a"]).collect();
        assert_eq!(accuracies.len(), 16);
        assert!(accuracies.iter().all(|a| *a == accuracies[0]));
    }
    assert_eq!(copies[0]["accuracy_a"], students[0]["accuracy_a"], "blocks share their teachers");
    let distances: Vec<&str> = students.iter().map(|row| &*row["d_logit"]).collect();
    assert!((1..32).all(|i| !distances[..i].contains(&distances[i])), "no two pairs are the same");
    for copy in &copies {
        let (bits, distance) = (number(copy, "bits"), number(copy, "d_logit"));
        assert_eq!(bits == 0.0, distance < 1e-12, "{bits} bits: {distance}");
    }
    let distance = |per: &str, bits: &str| {
        let row = copies.iter().find(|row| row["per"] == per && row["bits"] == bits).unwrap();
        number(row, "d_logit")
    };
    for per in ["tensor", "row"] {
        assert!(distance(per, "16") < distance(per, "8") && distance(per, "8") < distance(per, "2"));
    }
}

#[test]
fn a_damaged_or_foreign_network_is_trained_again() {
    let folder = Folder::new();
    let tables = folder.tables_of(TRAINED, "out");
    let before = networks(&folder, "out");
    let paths: Vec<PathBuf> = before.keys().cloned().collect();
    let mut flipped = before[&paths[0]].0.clone();
    // Every tenth byte of the middle: the arrays themselves, whatever their order.
    let (from, to) = (flipped.len() / 4, 3 * flipped.len() / 4);
    flipped[from..to].iter_mut().step_by(10).for_each(|byte| *byte ^= 0x55);
    fs::write(&paths[0], flipped).unwrap();
    fs::write(&paths[1], &before[&paths[1]].0[..100]).unwrap();
    fs::write(&paths[2], "no archive").unwrap();
    fs::copy(&paths[4], &paths[3]).unwrap();
    // The model alone: its embeddings, which no cell reads.
    let mut model = before[&paths[5]].0.clone();
    let name = b"embeddings.npy";
    let at = model.windows(name.len()).position(|bytes| bytes == name).unwrap();
    model[at + name.len() + 200] ^= 0x55;
    fs::write(&paths[5], model).unwrap();
    forget_results(&folder, "out");
    assert_eq!(folder.tables_of(TRAINED, "out"), tables);
    let after = networks(&folder, "out");
    for path in &paths {
        assert!(after[path].0 == before[path].0, "{} is as it was", path.display());
    }
}

#[test]
fn a_training_that_diverges_is_a_failure_with_its_reason_and_what_came_before_stays() {
    let folder = Folder::new();
    let text = TRAINED
        .replace("learning_rate = 0.01", "learning_rate = [0.01, 1e30]")
        .replace("loss = [\"kl\", \"centred_l2\"]", "loss = \"l2\"")
        .replace("bits = [0, 4]\n", "");
    let outcome = sweep(&SweepOptions { threads: Some(2), ..folder.options(&text, "out") }).unwrap();
    assert_eq!((outcome.ended, outcome.computed, outcome.failures.1), (Ended::Complete, 16, 8));
    let Tables { rows: table, failures, .. } = folder.tables("out");
    assert!(rows(&table).iter().all(|row| row["learning_rate"] == "0.01"));
    assert!(!table.contains("NaN") && !table.contains("inf"));
    for failure in rows(&failures) {
        assert_eq!(failure["learning_rate"], "1e30");
        let message = &failure["message"];
        assert!(message.starts_with("the teacher: training diverged in epoch 1, at step "), "{message}");
    }
    let config = SweepOptions { config: folder.path("out/config.toml"), ..SweepOptions::default() };
    let seed = parse_seed(rows(&failures)[0]["cell_seed"].as_bytes()).unwrap();
    assert!(single(&config, seed).unwrap().unwrap_err().contains("diverged"));
    let seed = parse_seed(rows(&table)[0]["cell_seed"].as_bytes()).unwrap();
    let cell = single(&config, seed).unwrap().unwrap();
    assert!(cell.row.contains(&("d_logit".into(), rows(&table)[0]["d_logit"].clone())));
}

#[test]
fn dropout_is_an_axis_and_the_same_bits_on_any_thread() {
    let folder = Folder::new();
    let text = TRAINED
        .replace("width = 12", "width = 12\ndropout = [0.0, 0.3]")
        .replace("bits = [0, 4]\n", "")
        .replace("student = [0, 1]\nteacher = [0, 1]", "student = 0\nteacher = 0");
    let one = folder.tables_of(&text, "one");
    folder.check_divided(&text, &one);
    let contents =
        |out: &str| networks(&folder, out).into_values().map(|(bytes, _)| bytes).collect::<Vec<_>>();
    assert_eq!(contents("one"), contents("two"));
    // A teacher and two students by each loss at both epochs.
    let kept = loaded(&folder, "one");
    for dropout in [0.0, 0.3] {
        assert_eq!(kept.iter().filter(|(_, recipe)| recipe.network.dropout == dropout).count(), 1 + 2 * 2);
    }
    let of = |dropout: &str| {
        let rows = rows(&one.rows).into_iter().filter(|row| row["dropout"] == dropout);
        rows.map(|row| row["d_logit"].clone()).collect::<Vec<_>>()
    };
    assert!(of("0").iter().zip(of("0.3")).all(|(without, with)| *without != with));
}

#[test]
fn networks_that_could_not_be_kept_are_an_error_before_the_first_cell() {
    let folder = Folder::new();
    fs::create_dir(folder.path("out")).unwrap();
    fs::write(folder.path("out/networks"), "not a folder").unwrap();
    for fresh in [false, true] {
        let error = sweep(&SweepOptions { fresh, ..folder.options(TRAINED, "out") }).unwrap_err().to_string();
        assert!(error.contains("out/networks: ") && error.contains("networks need a folder"), "{error}");
        assert!(!folder.path("out/journal").exists() && !folder.path("out/config.toml").exists());
    }
    // A sweep without networks is free to have such a file.
    sweep(&folder.options(crate::folder::SMALL, "out")).unwrap();
}

#[test]
fn a_student_that_diverges_still_is_what_it_was_before() {
    let folder = Folder::new();
    // A step of a network's weights by 1 is little for one of width 1, and multiplies the logits of one of width 512 by it in each layer.
    let text = TRAINED
        .replace("learning_rate = 0.01", "learning_rate = 1.0\nstudent_width = 512")
        .replace("width = 12\nlayers = 1", "width = 1\nlayers = 4")
        .replace("teacher_epochs = 6", "teacher_epochs = 1")
        .replace("epoch = [1, 4]", "epoch = [0, 1, 3]")
        .replace("bits = [0, 4]\n", "")
        .replace("[\"kl\", \"centred_l2\"]", "\"l2\"");
    sweep(&folder.options(&text, "out")).unwrap();
    let Tables { rows: table, failures, .. } = folder.tables("out");
    let epochs = |table: &str| rows(table).iter().map(|row| row["epoch"].clone()).collect::<Vec<_>>();
    assert_eq!(epochs(&table), ["0"; 4]);
    assert_eq!(epochs(&failures), ["1", "1", "1", "1", "3", "3", "3", "3"]);
    let message = "the second network: training diverged in epoch 1, at step 2: a logit is ";
    assert!(rows(&failures).iter().all(|row| row["message"].starts_with(message)), "{failures}");
}

/// The networks of a run that one teacher and its students by loss have, with their recipes.
fn loaded(folder: &Folder, out: &str) -> Vec<(Network, Recipe)> {
    networks(folder, out).keys().map(|path| load_network(path).unwrap()).collect()
}

#[test]
fn a_network_with_fewer_weights_is_that_of_its_compression() {
    let folder = Folder::new();
    let text = TRAINED
        .replace("[\"kl\", \"centred_l2\"]", "\"copy\"")
        .replace("epoch = [1, 4]\nstudent = [0, 1]\nteacher = [0, 1]\n", "")
        .replace("bits = [0, 4]", "bits = [0, 4]\nprune = [0.0, 0.5, 0.9]")
        + "[train.truncated]\npoints = 16\nwidth = 12\nlayers = 1\nbatch = 64\nlearning_rate = 0.01\nteacher_epochs = 6\n\
           loss = \"copy\"\nrank = [1, 2]\n";
    let tables = folder.tables_of(&text, "out");
    folder.check_divided(&text, &tables);
    let table = rows(&tables.rows);
    let networks = loaded(&folder, "out");
    let [(teacher, recipe)] = &networks[..] else { panic!("{} networks", networks.len()) };
    let test = recipe.data.load().unwrap().test;
    for row in &table {
        if row["bits"] == "4" && row["prune"] != "0.0" {
            assert_eq!(row["status"], "not_applicable");
            assert!(row["reason"].contains("a network is made smaller in one way at most"), "{row:?}");
            continue;
        }
        let compression = match (&*row["bits"], &*row["prune"], &*row["rank"]) {
            ("4", _, _) => Compression::RoundTensor(4),
            (_, fraction, "") => Compression::Prune(fraction.parse().unwrap()),
            (_, _, rank) => Compression::LowRank(rank.parse().unwrap()),
        };
        let smaller = compression.of_network(teacher).unwrap();
        let model = |network: &Network| network.model(test.features()).unwrap();
        let (a, b) = (model(teacher), model(&smaller));
        let direct =
            compare(&Pair::new(&a, &b).unwrap(), &Settings::default(), &mut logitdist_synth::rng(0, 0))
                .unwrap();
        assert_eq!(number(row, "d_logit"), *direct.scalar("d_logit").unwrap().as_ref().unwrap(), "{row:?}");
        assert_eq!(number(row, "accuracy_b"), smaller.accuracy(&test).unwrap());
        // Inputs and embeddings have two values each: no matrix has a larger rank.
        let is_whole = [Compression::Prune(0.0), Compression::LowRank(2)].contains(&compression);
        assert_eq!(number(row, "d_logit") < 1e-12, is_whole, "{row:?}");
    }
    assert_eq!(table.len(), 6 + 2);
    assert_eq!(table.iter().filter(|row| row["status"] == "not_applicable").count(), 2);
}

#[test]
fn training_with_patience_keeps_the_smallest_validation_loss() {
    let folder = Folder::new();
    let text = TRAINED
        .replace("learning_rate = 0.01", "learning_rate = 0.05\npatience = [1, 3]")
        .replace("teacher_epochs = 6", "teacher_epochs = 60")
        .replace("epoch = [1, 4]", "epoch = 60")
        .replace("bits = [0, 4]\n", "")
        .replace("[0, 1]\nteacher = [0, 1]", "0\nteacher = 0");
    let one = folder.tables_of(&text, "one");
    assert_eq!(rows(&one.rows).len(), 4);
    folder.check_divided(&text, &one);
    let networks = loaded(&folder, "one");
    assert_eq!(networks.len(), 2 + 4, "a teacher and two students for each patience");
    let mut stopped = 0;
    for (network, recipe) in &networks {
        let Splits { train: data, validation, .. } = recipe.data.load().unwrap();
        let is_teacher = |other: &&(Network, Recipe)| {
            other.1.training.loss == Loss::CrossEntropy
                && other.1.training.patience == recipe.training.patience
        };
        let teacher = &networks.iter().find(is_teacher).unwrap().0;
        let logits = TeacherLogits::of(teacher, &data, Some(&validation)).unwrap();
        let task = Task { train: &data, validation: Some(&validation), teacher: Some(&logits) };
        let direct = train(&recipe.network, &recipe.training, &task, recipe.seed, &mut ()).unwrap();
        assert_eq!(direct.network, *network, "{recipe:?}");
        stopped += usize::from(direct.history.len() < 60);
    }
    assert!(stopped >= 2, "{stopped} trainings of 6 ended early");
}

#[test]
fn settings_that_cannot_be_name_file_line_and_key() {
    let folder = Folder::new();
    for (old, new, line, key, message) in [
        (
            "width = 12",
            "breadth = 12",
            8,
            "breadth",
            "unknown key `breadth` of train.small; known are data, points",
        ),
        ("width = 12", "width = 0", 8, "width", "width is 0; it must be from 1"),
        (
            "width = 12",
            "width = \"wide\"",
            8,
            "width",
            "is \"wide\"; it must be a whole number of at least 1",
        ),
        ("width = 12", "width = []", 8, "width", "an axis needs at least one value"),
        ("points = 16", "points = [16, 3]", 7, "points", "points is 3; it must be from 16"),
        ("points = 16", "data = \"letters\"", 7, "data", "unknown value `letters`"),
        (
            "points = 16",
            "data = \"digits\"\npoints = 16",
            8,
            "points",
            "points belongs to data = \"spirals\"",
        ),
        ("points = 16", "part = \"held_out\"", 7, "part", "nothing is held out"),
        ("bits = [0, 4]", "bits = [0, 1]", 14, "bits", "bits is 1; it must be from 2 to 16"),
        ("[\"kl\", \"centred_l2\"]", "[\"kl\", \"none\"]", 13, "loss", "unknown value `none`"),
        ("batch = 64", "batch = 0", 10, "batch", "batch is 0; it must be from 1"),
        ("batch = 64", "patience = 2", 15, "epoch", "with patience, epoch has one value"),
        ("bits = [0, 4]", "bits = 4\nprune = 0.5", 14, "bits", "bits is 4 and prune is 0.5"),
        ("bits = [0, 4]", "prune = [0.5, 1.0]", 14, "prune", "prune is 1; it must be at least 0"),
        ("bits = [0, 4]", "rank = 0", 14, "rank", "rank is 0; it must be at least 1"),
        ("bits = [0, 4]", "concept = \"odd\"", 14, "concept", "concept belongs to data = \"digits\""),
        ("points = 16", "data = \"digits\"\nconcept = \"even\"", 8, "concept", "unknown value `even`"),
        ("points = 16", "data = \"digits\"\ntune_epochs = 2", 8, "tune_epochs", "it needs the key concept"),
    ] {
        assert!(TRAINED.contains(old), "{old}");
        let error = sweep(&folder.options(&TRAINED.replace(old, new), "bad")).unwrap_err().to_string();
        let place = format!("bad.toml:{line}: `train.small.{key}`: ");
        assert!(error.contains(&place) && error.contains(message), "{new}: {error}");
    }
}
