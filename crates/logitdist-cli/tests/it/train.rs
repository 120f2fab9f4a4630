//! `train` and `distill` as a user runs them.

use crate::{Files, json, logitdist, program};
use logitdist_testing::{npy_of, run};
use logitdist_train::load_network;
use std::fs;
use std::path::Path;

const SPIRALS: &str = "[data]\nkind = \"spirals\"\npoints_per_arm = 20\n[network]\nhidden = [16]\n\
                       [training]\nduration = { epochs = 5 }\nbatch = 32\n";

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/train").join(name).display().to_string()
}

/// A config and the teacher that it makes.
fn teacher(files: &Files) -> (String, String) {
    let (config, out) = (files.bytes("c.toml", SPIRALS.as_bytes()), files.path("teacher.npz"));
    logitdist(&["train", &config, "--out", &out]).ok();
    (config, out)
}

#[test]
fn a_teacher_and_its_student_are_compared_like_any_models() {
    let files = Files::new();
    let (_, teacher) = teacher(&files);
    let student = files.path("student.npz");
    for loss in ["kl", "reverse_kl", "l1", "l2", "centred_l2"] {
        let run = logitdist(&["distill", &teacher, "--loss", loss, "--epochs", "7", "--out", &student]).ok();
        assert!(run.stdout.starts_with("epoch 7 of 7: loss "), "{loss}: {}", run.stdout);
        assert!(run.stdout.contains("agreement") && run.stdout.contains("140 inputs"), "{}", run.stdout);
        let compared = json(logitdist(&["compare", &teacher, &student, "--format", "json"]));
        assert_eq!((&compared["n_inputs"], &compared["n_labels"]), (&140.into(), &7.into()));
        assert!(compared["d_logit"].as_f64().unwrap() > 0.0);
    }
    let second = files.path("second.npz");
    let options = ["--width", "8,8", "--dim", "3", "--seed", "9", "--temperature", "2", "--mix", "0.5"];
    let mut arguments = vec!["distill", &student, "--loss", "kl", "--out", &second];
    arguments.extend(options);
    arguments.extend(["--set", "training.batch=16"]);
    logitdist(&arguments).ok();
    let compared = json(logitdist(&["compare", &teacher, &second, "--format", "json"]));
    assert_eq!(compared["dim_b"], 3);
}

#[test]
fn the_same_config_gives_the_same_bytes_and_another_seed_others() {
    let files = Files::new();
    let (config, first) = teacher(&files);
    let again = files.path("again.npz");
    let bytes = |path: &str| fs::read(path).unwrap();
    logitdist(&["train", &config, "--out", &again]);
    assert_eq!(bytes(&again), bytes(&first));
    logitdist(&["train", &config, "--set", "seed=1", "--out", &again]);
    assert_ne!(bytes(&again), bytes(&first));
}

#[test]
fn a_history_has_a_line_per_epoch_and_held_out_inputs_can_be_exported() {
    let files = Files::new();
    let (config, _) = teacher(&files);
    let (out, history) = (files.path("x.npz"), files.path("history.csv"));
    let run = logitdist(&[
        "train",
        &config,
        "--set",
        "data.region=interpolation",
        "--on",
        "held-out",
        "--history",
        &history,
        "--out",
        &out,
    ])
    .ok();
    assert!(run.stdout.contains("held-out accuracy"), "{}", run.stdout);
    let lines = fs::read_to_string(&history).unwrap();
    assert!(lines.starts_with("epoch,step,learning_rate,loss,validation_loss,accuracy\n1,"), "{lines}");
    assert_eq!(lines.lines().count(), 6);
    let own = json(logitdist(&["compare", &out, &out, "--format", "json"]));
    // Radii from 4 to 7 of 1, 1 + 9/19, …, 10 are 6 of 20 on each of 28 arms.
    assert_eq!(own["n_inputs"], 168);
}

#[test]
fn a_users_files_are_trained_on() {
    let files = Files::new();
    let values: Vec<f64> = (0..120).map(|i| if i % 3 == 2 { 1.0 } else { f64::from(i * i % 17) }).collect();
    files.bytes("x.npy", &npy_of("(40, 3)", &values));
    let labels: String = (0..40).map(|i| format!("{}\n", i % 2)).collect();
    files.bytes("y.csv", labels.as_bytes());
    let config = files.bytes(
        "c.toml",
        b"[data]\nkind = \"files\"\nfeatures = \"x.npy\"\nlabels = \"y.csv\"\nstandardise = true\n\
          [training]\nduration = { steps = 3 }\n",
    );
    let out = files.path("x.npz");
    let run = logitdist(&["train", &config, "--out", &out]).ok();
    assert!(run.stderr.contains("note: 1 of 3 features are constant over the inputs trained on: 2"));
    let student = files.path("student.npz");
    let distill = ["distill", &out, "--loss", "l1", "--out", &student];
    logitdist(&distill).ok();
    files.bytes("y.csv", labels.replace('0', "2").replace('1', "0").replace('2', "1").as_bytes());
    logitdist(&distill).refused(&["x.npz: the files of its data have changed"]);
    let y = files.path("y.csv");
    std::fs::remove_file(&y).unwrap();
    logitdist(&distill).refused(&["x.npz, the teacher: ", &y]);
}

#[test]
fn nothing_that_a_training_is_made_from_is_replaced() {
    let files = Files::new();
    let (config, teacher) = teacher(&files);
    let out = files.path("out.npz");
    let before = [&config, &teacher].map(|path| std::fs::read(path).unwrap());
    let made_from = "another name is needed";
    let table: &[(&[&str], &str)] = &[
        (&["distill", &teacher, "--loss", "l2", "--out", &teacher], made_from),
        (&["distill", &teacher, "--loss", "l2", "--out", &out, "--history", &teacher], made_from),
        (&["train", &config, "--out", &out, "--history", &config], made_from),
        (&["train", &config, "--out", &out, "--history", &out], "--out is written to it"),
    ];
    for (arguments, needed) in table {
        logitdist(arguments).refused(&[needed]);
        assert!(!Path::new(&out).exists());
        assert_eq!([&config, &teacher].map(|path| std::fs::read(path).unwrap()), before);
    }
}

#[test]
fn a_network_that_a_sweep_kept_has_students_whatever_its_seed() {
    let files = Files::new();
    let config = files.bytes(
        "c.toml",
        b"question = \"q\"\nexpected = \"e\"\nmeasures = [\"probability\"]\n[train.small]\npoints = 16\nwidth = 6\nlayers = 1\n\
          teacher_epochs = 1\nloss = \"copy\"\nteacher = [0, 1, 2, 3, 4, 5]\n",
    );
    logitdist(&["sweep", &config, "--out", &files.path("out")]).ok();
    let kept = fs::read_dir(files.path("out/networks")).unwrap().map(|file| file.unwrap().path());
    let student = files.path("student.npz");
    let mut large = 0;
    for teacher in kept {
        let (_, of_teacher) = load_network(&teacher).unwrap();
        large += usize::from(of_teacher.seed > i64::MAX as u64);
        let teacher = teacher.to_str().unwrap();
        let distill = ["distill", teacher, "--loss", "l2", "--set", "training.batch=16", "--out", &student];
        logitdist(&distill).ok();
        let (_, own) = load_network(Path::new(&student)).unwrap();
        assert_eq!((own.seed, own.data), (of_teacher.seed.wrapping_add(1), of_teacher.data));
        assert_eq!(own.training.batch, 16);
    }
    assert!(large > 0, "no seed is too large for TOML");
    let last = u64::MAX.to_string();
    for teacher in [&files.path("student.npz"), &student] {
        // The seed after the last is the first.
        logitdist(&["distill", teacher, "--loss", "l2", "--seed", &last, "--out", &files.path("last.npz")])
            .ok();
        logitdist(&["distill", &files.path("last.npz"), "--loss", "l2", "--out", &student]).ok();
        assert_eq!(load_network(Path::new(&student)).unwrap().1.seed, 0);
    }
}

#[test]
fn numbers_of_any_size_are_short() {
    let files = Files::new();
    // Features so large that the loss before the first step is, too.
    let features: String = (0..40).map(|i| format!("{}e28,{}e28\n", i % 7, i % 5)).collect();
    files.bytes("x.csv", features.as_bytes());
    files.bytes("y.csv", (0..40).map(|i| format!("{}\n", i % 2)).collect::<String>().as_bytes());
    let config =
        files.bytes("c.toml", b"[data]\nkind = \"files\"\nfeatures = \"x.csv\"\nlabels = \"y.csv\"\n");
    let (out, history) = (files.path("x.npz"), files.path("history.csv"));
    let set = ["--set", "training.learning_rate=1e-30", "--set", "training.duration={ steps = 1 }"];
    let train = ["train", &config, "--out", &out, "--history", &history];
    let run = logitdist(&[&train[..], &set[..]].concat()).ok();
    let table = fs::read_to_string(&history).unwrap();
    let (line, is_short) =
        (table.lines().nth(1).unwrap(), |text: &str| text.split_whitespace().all(|word| word.len() < 25));
    let numbers: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
    assert_eq!(numbers[2], 1e-30);
    assert!(numbers[3] > 1e25, "{line}");
    assert!(line.split(',').all(is_short), "{line}");
    assert!(run.stdout.split("; written").next().is_some_and(is_short), "{}", run.stdout);
    let run = logitdist(&[&train[..], &["--set", "training.epsilon=1e300"]].concat());
    assert!(run.stderr.contains("`epsilon` is 1e300; it must be"), "{}", run.stderr);
}

#[test]
fn dropout_is_a_setting_of_teachers_and_students() {
    let files = Files::new();
    let (config, plain) = teacher(&files);
    let (first, again) = (files.path("first.npz"), files.path("again.npz"));
    let dropout = |path: &str| load_network(Path::new(path)).unwrap().1.network.dropout;
    for out in [&first, &again] {
        logitdist(&["train", &config, "--set", "network.dropout=0.2", "--out", out]).ok();
    }
    assert_eq!((dropout(&plain), dropout(&first)), (0.0, 0.2));
    assert_eq!(fs::read(&first).unwrap(), fs::read(&again).unwrap());
    for (more, expected) in [(&[][..], 0.2), (&["--set", "network.dropout=0.5"][..], 0.5)] {
        logitdist(&[&["distill", &first, "--loss", "kl", "--out", &again], more].concat()).ok();
        assert_eq!(dropout(&again), expected);
    }
}

#[test]
fn a_sweep_on_files_can_be_run_in_their_folder() {
    let files = Files::new();
    files.bytes("x.csv", (0..40).map(|i| format!("{},{}\n", i % 7, i % 5)).collect::<String>().as_bytes());
    files.bytes("y.csv", (0..40).map(|i| format!("{}\n", i % 2)).collect::<String>().as_bytes());
    files.bytes(
        "c.toml",
        b"question = \"q\"\nexpected = \"e\"\nmeasures = [\"probability\"]\n[train.own]\ndata = \"files\"\nfeatures = \"x.csv\"\n\
          labels = \"y.csv\"\nwidth = 6\nlayers = 1\nteacher_epochs = 1\nepoch = 1\n",
    );
    let sweep = |config: &str| {
        let arguments = ["sweep", config, "--out", "out"];
        run(program().current_dir(files.path("")).args(arguments)).ok();
    };
    sweep("c.toml");
    let rows = fs::read(files.path("out/rows.csv")).unwrap();
    // Its copy among the results finds the files from anywhere.
    fs::remove_dir_all(files.path("out/journal")).unwrap();
    sweep("out/config.toml");
    assert_eq!(fs::read(files.path("out/rows.csv")).unwrap(), rows);
}

#[test]
fn every_example_trains() {
    let files = Files::new();
    let out = files.path("x.npz");
    for name in ["spirals.toml", "radial.toml", "digits.toml"] {
        logitdist(&["train", &example(name), "--set", "training.duration={ epochs = 2 }", "--out", &out])
            .ok();
    }
}

#[test]
fn bad_usage_and_input_have_one_clear_message_and_exit_code_2() {
    let files = Files::new();
    let (config, teacher) = teacher(&files);
    let out = files.path("out.npz");
    let broken = files.bytes("broken.toml", b"[data]\nkind = \"spirals\"\n[network]\nwidth = 3\n");
    let model = files.model("model.npz", 30, 6, 3);
    let missing = files.path("missing.npz");
    let nowhere = files.path("no/such/folder/out.npz");
    files.bytes("x.csv", b"1,2\n3,\n");
    files.bytes("y.csv", b"0\n1\n");
    let empty_cell =
        files.bytes("e.toml", b"[data]\nkind = \"files\"\nfeatures = \"x.csv\"\nlabels = \"y.csv\"\n");
    let distill = ["distill", &teacher, "--loss", "l2", "--out", &out];
    let train = ["train", &config, "--out", &out];
    let table: &[(&[&str], &[&str], &[&str])] = &[
        (&["train", &broken, "--out", &out], &[], &["broken.toml:4", "`width`", "known are"]),
        (&["train", &missing, "--out", &out], &[], &["missing.npz", "cannot be read"]),
        (&["train", &empty_cell, "--out", &out], &[], &["x.csv:2", "column 2 is empty"]),
        (&["train", &config, "--out", &nowhere], &[], &["no folder"]),
        (&["train", &config, "--out", "model.npy"], &[], &["model.npy", "ends in .npz"]),
        (&["train", &config], &[], &["--out"]),
        (&train, &["--set", "training.loss=l2"], &["training.loss", "logitdist distill TEACHER"]),
        (&train, &["--set", "training.learning_rate=1e30"], &["diverged in epoch 1", "learning_rate"]),
        (&train, &["--set", "data.classes=3"], &["--set data.classes=3", "unknown key `classes`"]),
        (&train, &["--on", "held-out"], &["--on held-out", "region"]),
        (&["distill", &missing, "--loss", "l2", "--out", &out], &[], &["missing.npz"]),
        (&["distill", &model, "--loss", "l2", "--out", &out], &[], &["a model without its network"]),
        (&["distill", &teacher, "--out", &out], &[], &["--loss"]),
        (&distill, &["--temperature", "2"], &["`temperature` is 2", "a loss without a temperature"]),
        (&distill, &["--mix", "1.5"], &["`mix` is 1.5"]),
        (&distill, &["--width", "0"], &["`hidden` is 0"]),
        (
            &distill,
            &["--set", "data={ kind = \"radial\" }"],
            &["teacher.npz, the teacher: it has 7 labels and the data 4", "of its own labels"],
        ),
        (
            &distill,
            &["--set", "data={ kind = \"digits\" }"],
            &["the teacher: it has 7 labels and the data 10"],
        ),
        (&distill, &["--set", "training.loss=l1"], &["--set training.loss=l1: --loss sets training.loss"]),
        (&distill, &["--dim", "3", "--set", "network.dim=4"], &["--dim sets network.dim"]),
        (&distill, &["--epochs", "3", "--set", "training.duration.steps=4"], &["--epochs sets"]),
        (&distill, &["--set", "training.duration.steps=5"], &["either { epochs = n } or { steps = n }"]),
        (&distill, &["--temperature", "-1"], &["`temperature` is -1"]),
        (&distill, &["--seed", "18446744073709551616"], &["too large"]),
        (&distill, &["--set", "training.learning_rate=nan"], &["training.learning_rate=nan", "finite"]),
    ];
    for (arguments, more, needed) in table {
        let arguments = [*arguments, *more].concat();
        let run = logitdist(&arguments).refused(needed);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(!Path::new(&out).exists(), "{arguments:?} leaves a file");
    }
}
