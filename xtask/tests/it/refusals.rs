//! Configs and folders that will not do: what is wrong is said, and nothing is left behind.

use crate::{config, xtask};
use std::fs;

#[test]
fn what_is_wrong_with_a_config_is_said_before_anything_runs() {
    let head = "question = \"q\"\nexpected = \"e\"\n";
    let noise = "[perturbation.noise_embeddings]\nlevel = 0.1\n";
    let table: &[(&str, &[&str], &[&str])] = &[
        ("", &[], &["question", "is missing"]),
        ("question = 3\n", &[], &["c.toml", "question"]),
        (head, &[], &["nothing to compare", "[perturbation.NAME]"]),
        (&format!("{head}sede = 3\n{noise}"), &[], &["c.toml:3", "unknown key `sede`", "seed"]),
        (&format!("{head}replicates = 0\n{noise}"), &[], &["c.toml:3", "replicates", "at least 1"]),
        (&format!("{head}measures = [\"d_rap\"]\n{noise}"), &[], &["c.toml:3", "measures", "d_rep"]),
        (&format!("{head}measures = [\"llv\"]\n{noise}"), &[], &["c.toml:3", "llv needs probability"]),
        (&format!("{head}[model]\ndimm = 3\n{noise}"), &[], &["c.toml:4", "unknown key `dimm`", "dim"]),
        (&format!("{head}[model]\ndim = []\n{noise}"), &[], &["c.toml:4", "model.dim", "empty"]),
        (
            &format!("{head}[model]\ndim = [4, 0]\n{noise}"),
            &[],
            &["c.toml:4", "model.dim", "the value 0", "at least 1"],
        ),
        (&format!("{head}[model]\ndim = \"four\"\n{noise}"), &[], &["c.toml:4", "model.dim", "four"]),
        (&format!("{head}[model]\ndim = 2.5\n{noise}"), &[], &["c.toml:4", "model.dim", "2.5"]),
        (
            &format!("{head}[model]\nembeddings = \"round\"\n{noise}"),
            &[],
            &["c.toml:4", "model.embeddings", "gaussian"],
        ),
        (
            &format!("{head}[model]\nscale = {{ from = 0, to = 1, points = 3, scale = \"log\" }}\n{noise}"),
            &[],
            &["c.toml:4", "model.scale", "greater than 0"],
        ),
        (
            &format!("{head}[perturbation.noise]\nlevel = 1\n"),
            &[],
            &["c.toml:3", "unknown key `noise`", "noise_embeddings"],
        ),
        (&format!("{head}[perturbation.noise_embeddings]\n"), &[], &["c.toml:3", "needs the key `level`"]),
        (&format!("{head}[perturbation.noise_embeddings]\nlevel = -1\n"), &[], &["c.toml:4", "level", "-1"]),
        (
            &format!("{head}[perturbation.round_tensor]\nlevel = [4, 1]\n"),
            &[],
            &["c.toml:4", "level", "bits"],
        ),
        (
            &format!("{head}[perturbation.independent]\nlevel = 1\n"),
            &[],
            &["c.toml:4", "unknown key `level`"],
        ),
        (
            &format!("{head}[family.even_labels]\ninputs = 3\nepsilon = 0.1\ntau = 1\n"),
            &[],
            &["c.toml", "tau"],
        ),
        (
            &format!("{head}[family.uneven_labels]\ninputs = 3\n"),
            &[],
            &["c.toml:3", "unknown key `uneven_labels`"],
        ),
        (&format!("{head}model = 3\n{noise}"), &[], &["c.toml:3", "model"]),
        ("x = [", &[], &["c.toml:1", "not TOML"]),
        (&format!("{head}{noise}"), &["--set", "model.dmi=3"], &["--set model.dmi=3", "unknown key"]),
        (&format!("{head}{noise}"), &["--set", "model.dim"], &["key=value"]),
        (
            &format!("{head}replicates = 9000000000000000000\n{noise}"),
            &[],
            &["c.toml:3", "replicates", "cells"],
        ),
        (
            &format!("{head}[model]\nscale = [1, 1.0]\n{noise}"),
            &[],
            &["c.toml:4", "model.scale", "given twice"],
        ),
        (
            &format!("{head}[family.even_labels]\ninputs = 900000000000\nepsilon = 0.1\n"),
            &[],
            &["c.toml:4", "inputs", "at most"],
        ),
        (
            &format!("{head}{noise}"),
            &["--set", "a.b.c=1"],
            &[
                "--set a.b.c=1",
                "unknown table `a`; known are model, d_rep, perturbation, family, train, search",
            ],
        ),
        (
            &format!("{head}{noise}"),
            &["--set", "modle.dim=3"],
            &["--set modle.dim=3", "unknown table `modle`", "did you mean `model`?"],
        ),
        (
            &format!("{head}{noise}[modell]\ndim = 3\n"),
            &[],
            &["c.toml:5", "unknown table `modell`", "did you mean `model`?"],
        ),
        (
            &format!("{head}{noise}"),
            &["--set", "model.dim.x=3"],
            &["unknown key `model.dim.x`: `model.dim` is no table of a config"],
        ),
        (&format!("{head}{noise}"), &["--set", "seed.x=3"], &["unknown key `seed.x`: `seed` is no table"]),
        (&format!("{head}{noise}"), &["--set", "model.dim=1000000000000"], &["model.dim", "at most"]),
        (
            &format!("{head}{noise}"),
            &["--set", "model.dim={from=1,to=9,points=1000000000}"],
            &["points", "100000"],
        ),
        (&format!("{head}{noise}"), &["--set", "model.dim=0"], &["--set model.dim=0", "at least 1"]),
    ];
    for (text, more, needed) in table {
        let folder = tempfile::tempdir().unwrap();
        let (path, out) = (folder.path().join("c.toml"), folder.path().join("out"));
        fs::write(&path, text).unwrap();
        let mut arguments = vec!["sweep", path.to_str().unwrap(), "--out", out.to_str().unwrap()];
        arguments.extend(*more);
        let run = xtask(&arguments).refused(needed);
        assert!(run.stderr.starts_with("error: "), "{text}: {}", run.stderr);
        assert!(!out.exists(), "{text}: something was run");
    }
}

#[test]
fn results_that_cannot_be_written_are_an_error_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let out = file.join("out");
    xtask(&["sweep", &config("extremal.toml"), "--out", out.to_str().unwrap()]).refused(&["file/out"]);
    // A folder where a file should go: the finished file cannot take its name.
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("rows.csv/x")).unwrap();
    // Without a journal beside it, it may be anybody's.
    let run = || xtask(&["sweep", &config("extremal.toml"), "--out", out.to_str().unwrap()]);
    run().refused(&["rows.csv", "no journal"]);
    fs::remove_dir_all(&out).unwrap();
    run().ok();
    for table in ["rows.csv", "bounds.csv", "summary.csv", "manifest.json"] {
        fs::remove_file(out.join(table)).unwrap();
    }
    fs::create_dir_all(out.join("rows.csv/x")).unwrap();
    run().refused(&["rows.csv"]);
    let mut left: Vec<_> = fs::read_dir(&out).unwrap().map(|f| f.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["config.toml", "journal", "rows.csv", "schema.json"], "half-written files are left");
    // With the folder out of the way, nothing has to be computed again.
    fs::remove_dir_all(out.join("rows.csv")).unwrap();
    let run = run().ok();
    assert!(run.stdout.contains("; 0 computed now"), "{}", run.stdout);
}
