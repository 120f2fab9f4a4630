//! Where models are read from, and where results are written to.

use crate::{Files, compare, json, logitdist};
use logitdist_testing::npy_of;
use serde_json::Value;

#[test]
fn arrays_of_one_model_alone_can_be_transposed() {
    let files = Files::new();
    let values: Vec<f64> = (0..40).map(|i| (i as f64).sin()).collect();
    let exchanged: Vec<f64> = (0..40).map(|i| values[i % 20 * 2 + i / 20]).collect();
    let f = files.bytes("f.npy", &npy_of("(20, 2)", &values));
    let f_transposed = files.bytes("ft.npy", &npy_of("(2, 20)", &exchanged));
    let g = files.bytes("g.npy", &npy_of("(4, 2)", &values[..8]));
    let distance = |a: &str, b: &str, more: &[&str]| {
        let mut arguments = vec![
            "compare",
            "--embeddings-a",
            a,
            "--unembeddings-a",
            &g,
            "--embeddings-b",
            b,
            "--unembeddings-b",
            &g,
        ];
        arguments.extend(["--format", "json"]);
        arguments.extend(more);
        json(logitdist(&arguments))["d_logit"].as_f64().unwrap()
    };
    assert!(distance(&f_transposed, &f, &["--transpose", "embeddings", "--transpose-b", "none"]) < 1e-12);
    assert!(distance(&f, &f_transposed, &["--transpose-b", "embeddings"]) < 1e-12);
}

#[test]
fn single_files_stand_for_a_model_and_a_result_can_go_to_a_file() {
    let files = Files::new();
    let embeddings: Vec<f64> = (0..40).map(|i| (i as f64).sin()).collect();
    let unembeddings: Vec<f64> = (0..8).map(|i| (i as f64).cos()).collect();
    let f = files.bytes("f.npy", &npy_of("(20, 2)", &embeddings));
    let g = files.bytes("g.npy", &npy_of("(4, 2)", &unembeddings));
    let bias = files.bytes("b.npy", &npy_of("(4,)", &[0.0, 0.1, 0.2, 0.3]));
    let probe = files.bytes("w.npy", &npy_of("(2, 2)", &[1.0, 0.0, 0.0, 1.0]));
    let out = files.path("out.json");
    let run = logitdist(&[
        "compare",
        "--embeddings-a",
        &f,
        "--unembeddings-a",
        &g,
        "--embeddings-b",
        &f,
        "--unembeddings-b",
        &g,
        "--bias-b",
        &bias,
        "--format",
        "json",
        "--out",
        &out,
        "--probe",
        &probe,
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let result: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert!(result["d_logit"].as_f64().unwrap() > 0.0);
    assert_eq!(result["probes"].as_array().unwrap().len(), 2);
    let leftovers = std::fs::read_dir(files.folder.path()).unwrap().count();
    assert_eq!(leftovers, 5, "a temporary file is left");
}

#[test]
#[cfg(unix)]
fn out_writes_through_links_and_into_pipes_without_replacing_them() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let files = Files::new();
    let (target, link, pipe) = (files.path("target.json"), files.path("link.json"), files.path("pipe"));
    std::fs::write(&target, "old").unwrap();
    symlink(&target, &link).unwrap();
    let out =
        |path: &str| compare("digits-m4-a.npz", "digits-m4-b.npz", &["--format", "json", "--out", path]);
    assert_eq!(out(&link).code, 0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let written = std::fs::read_to_string(&target).unwrap();
    assert!(written.starts_with('{'), "{written}");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(out(&pipe).code, 0);
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), written);
}
