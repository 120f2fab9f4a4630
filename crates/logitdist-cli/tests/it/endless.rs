//! Inputs without an end: pipes, devices, and files that are larger than what they claim to be can be.

#![cfg(unix)]

use crate::{Files, logitdist};
use std::fs;
use std::process::Command;

/// A pipe that nobody writes to: whoever opens it waits for ever.
fn pipe(files: &Files, name: &str) -> String {
    let path = files.path(name);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[test]
fn pipes_and_devices_are_refused_by_name_wherever_a_file_is_read() {
    let files = Files::new();
    let model = files.model("a.npz", 12, 4, 2);
    let out = files.path("out.npz");
    let link = files.path("link.toml");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let configs = [pipe(&files, "pipe.toml"), link, "/dev/zero".to_owned()];
    for config in &configs {
        for command in [
            &["sweep", config, "--dry-run"][..],
            &["sweep", "plan", config],
            &["train", config, "--out", &out],
        ] {
            logitdist(command).refused(&[config, "device, pipe or socket"]);
        }
    }
    for name in ["pipe.npz", "pipe.safetensors"] {
        let pipe = pipe(&files, name);
        logitdist(&["compare", &model, &pipe]).refused(&[name, "device, pipe or socket"]);
    }
    let array = pipe(&files, "pipe.npy");
    logitdist(&["compare", &model, &model, "--probe", &array])
        .refused(&["pipe.npy", "device, pipe or socket"]);
    let text = pipe(&files, "pipe.txt");
    for option in ["--targets", "--groups", "--gate", "--rows", "--label-names-a", "--input-names-b"] {
        logitdist(&["compare", &model, &model, option, &text])
            .refused(&["pipe.txt", "device, pipe or socket"]);
    }
    // A table of a sweep, and one to train on.
    let results = files.path("results");
    fs::create_dir(&results).unwrap();
    for name in ["rows.csv", "bounds.csv"] {
        assert!(Command::new("mkfifo").arg(format!("{results}/{name}")).status().unwrap().success());
    }
    logitdist(&["report", &results]).refused(&["results"]);
    pipe(&files, "x.csv");
    let text = "[data]\nkind = \"files\"\nfeatures = \"x.csv\"\nlabels = \"x.csv\"\n";
    let config = files.bytes("files.toml", text.as_bytes());
    logitdist(&["train", &config, "--out", &out]).refused(&["x.csv", "device, pipe or socket"]);
}

#[test]
fn pipes_in_a_folder_of_results_are_refused_by_name() {
    let files = Files::new();
    let config = "question = \"q\"\nexpected = \"e\"\n[model]\ninputs = 6\nlabels = 4\ndim = 2\n\
                  [perturbation.noise_embeddings]\nlevel = 0.1\n";
    let config = files.bytes("small.toml", config.as_bytes());
    let [input, results] = ["input", "results"].map(|name| files.path(name));
    for out in [&input, &results] {
        logitdist(&["sweep", &config, "--out", out]).ok();
    }
    let merge: &[&str] = &["sweep", "merge", &results, &input];
    let status: &[&str] = &["sweep", "status", &results];
    let slurm: &[&str] = &["sweep", &config, "--out", &results, "--slurm"];
    let sweep: &[&str] = &["sweep", &config, "--out", &results];
    fs::create_dir(files.path("results/slurm")).unwrap();
    fs::create_dir(files.path("input/slurm")).unwrap();
    for (name, commands) in [
        ("results/config.toml", &[merge, status][..]),
        ("input/config.toml", &[merge]),
        ("input/slurm/config.toml", &[merge]),
        ("results/slurm/jobs.json", &[status, slurm]),
        ("results/journal/0-of-1.journal", &[merge, status, slurm, sweep]),
        ("input/journal/0-of-1.journal", &[merge]),
        ("results/journal/0-of-1.lock", &[merge, sweep]),
    ] {
        let (path, kept) = (files.path(name), files.path("kept"));
        let is_there = fs::rename(&path, &kept).is_ok();
        pipe(&files, name);
        for command in commands {
            logitdist(command).refused(&[name, "device, pipe or socket"]);
        }
        fs::remove_file(&path).unwrap();
        if is_there {
            fs::rename(&kept, &path).unwrap();
        }
    }
    // What `status` says of a lock is no more than a word about a shard.
    let lock = files.path("results/journal/0-of-1.lock");
    fs::remove_file(&lock).unwrap();
    pipe(&files, "results/journal/0-of-1.lock");
    assert!(
        logitdist(status).ok().stdout.contains("its lock cannot be read: it is a device, pipe or socket")
    );
}

#[test]
fn a_config_or_file_of_gates_of_more_than_16_mib_is_refused() {
    let files = Files::new();
    let config = files.path("large.toml");
    fs::File::create(&config).unwrap().set_len(1 << 40).unwrap();
    logitdist(&["sweep", &config, "--dry-run"]).refused(&["large.toml", "16 MiB"]);
    logitdist(&["train", &config, "--out", &files.path("out.npz")]).refused(&["large.toml", "16 MiB"]);
    // Of bytes that are no TOML the size is said, and nothing else.
    fs::File::create(&config).unwrap().set_len(17 << 20).unwrap();
    let model = files.model("a.npz", 12, 4, 2);
    let run = logitdist(&["compare", &model, &model, "--gate", &config]).refused(&["large.toml", "16 MiB"]);
    assert!(!run.stderr.contains("[[gate]]"), "{}", run.stderr);
}
