//! Measurements of speed, small: that they run, write what they say and refuse what they cannot do.

use crate::{configs, program, xtask};
use logitdist::{Pair, Settings, Subsets, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use logitdist_testing::{Run, rows, run};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeSet;
use std::fs;

/// `cargo xtask peers --quick` with this Python, in the root of the repository.
fn peers_with(python: &str) -> Run {
    run(program().args(["peers", "--quick", "--python", python]).current_dir(configs().join("..")))
}

#[test]
fn scaling_measures_every_axis_and_fits_exponents() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = xtask(&["scaling", "--quick", "--threads", "1", "--out", out.to_str().unwrap()]).ok();
    let points = rows(&fs::read_to_string(out.join("scaling.csv")).unwrap());
    let axes: BTreeSet<&str> = points.iter().map(|point| point["axis"].as_str()).collect();
    assert_eq!(axes, BTreeSet::from(["dim", "inputs", "labels", "threads"]));
    for point in &points {
        for column in ["read_s", "reduce_s", "small_s", "probability_s", "d_rep_s", "peak_mb"] {
            let value: f64 = point[column].parse().unwrap();
            assert!(value > 0.0 && value.is_finite(), "{column} of {point:?}");
        }
    }
    let text = fs::read_to_string(out.join("README.md")).unwrap();
    assert_eq!(run.stdout, text);
    // A row of exponents for every part and for memory, on every axis.
    for row in ["| read | ", "| reduce | ", "| small | ", "| probability | ", "| d_rep | ", "| memory | "] {
        assert!(text.matches(row).count() >= 3, "{row}: {text}");
    }
    for name in ["time", "memory", "threads"] {
        assert!(fs::read_to_string(out.join(format!("plots/{name}.svg"))).unwrap().starts_with("<svg"));
        assert_eq!(&fs::read(out.join(format!("plots/{name}.png"))).unwrap()[1..4], b"PNG");
    }
}

#[test]
fn an_axis_ends_where_its_budget_does_and_the_page_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = xtask(&["scaling", "--quick", "--budget", "1e-9", "--out", out.to_str().unwrap()]).ok();
    let points = rows(&fs::read_to_string(out.join("scaling.csv")).unwrap());
    assert_eq!(points.iter().filter(|point| point["axis"] != "threads").count(), 3);
    assert!(run.stdout.contains("Not measured from N = 200 on"), "{}", run.stdout);
    // One point has no slope.
    assert!(run.stdout.contains("| reduce | – |"), "{}", run.stdout);
}

#[test]
fn peers_without_a_python_say_what_to_install() {
    peers_with("/nonexistent/python3")
        .refused(&["/nonexistent/python3: cannot be started", "apt-get install python3-venv"]);
}

#[test]
fn a_python_without_numpy_is_told_how_to_get_it() {
    // A program that fails as Python does when a module is missing.
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python");
    fs::write(&python, "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'numpy'\" >&2\nexit 1\n")
        .unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&python, executable).unwrap();
    peers_with(python.to_str().unwrap()).refused(&[
        "No module named 'numpy'; install with",
        "-m pip install -r benches/peers/requirements.txt",
    ]);
}

#[test]
fn peers_elsewhere_say_where_to_run_them() {
    xtask(&["peers", "--quick"]).refused(&["run this in the root of the repository"]);
}

#[test]
fn budgets_and_sizes_that_make_no_sense_are_refused() {
    for (arguments, message) in [
        (&["peers", "--budget", "0"][..], "it must be more than 0 seconds"),
        (&["scaling", "--budget=-1"], "it must be more than 0 seconds"),
        (&["peers", "--quick", "--sizes", "small"], "cannot be used with"),
        (&["peers", "--sizes", "huge"], "possible values: small, medium, paper, language-model"),
        (&["scaling", "--threads", "0"], "0 is not in 1.."),
    ] {
        xtask(arguments).refused(&[message]);
    }
}

#[test]
fn streaming_says_what_every_part_of_a_comparison_takes() {
    for (dtype, name) in [("bf16", "BF16"), ("f32", "F32")] {
        let sizes = ["--n", "3000", "--k", "500", "--dim", "40", "--inputs-limit", "60", "--threads", "2"];
        let run = xtask(&[&["streaming", "--dtype", dtype][..], &sizes].concat()).ok();
        assert!(run.stdout.starts_with(&format!("N = 3000, K = 500, M = 40, {name}: ")), "{}", run.stdout);
        assert!(run.stdout.contains("on 2 threads, probabilities on 60 inputs, d_rep on 4 subsets"));
        // The number in a line, and the one after the word ratio.
        let line = |name: &str| {
            let rest = run.stdout.lines().find_map(|line| line.strip_prefix(&format!("{name:21} ")));
            let rest = rest.unwrap_or_else(|| panic!("no {name}: {}", run.stdout));
            let mut words = rest.split_whitespace();
            let number: f64 = words.next().unwrap().parse().unwrap();
            let ratio = words.skip_while(|word| *word != "ratio").nth(1).map(|x| x.parse::<f64>().unwrap());
            (number, ratio)
        };
        let number = |name: &str| line(name).0;
        // 3500 rows of 83 columns, 2p² each.
        assert!((number("flops of factors") - 0.048).abs() < 0.001, "{}", run.stdout);
        for positive in ["peak memory", "gemm, same run", "probability part", "measures and bounds"] {
            assert!(number(positive) > 0.0, "{positive}: {}", run.stdout);
        }
        let rest = number("opening the files") + number("factors") + number("measures and bounds");
        assert!((number("all but probability") - rest).abs() < 0.003, "{}", run.stdout);
        assert!((number("all") - rest - number("probability part")).abs() < 0.004, "{}", run.stdout);
        let (all, but_probability) = (line("all"), line("all but probability"));
        let ratios = all.1.unwrap() / but_probability.1.unwrap();
        assert!((ratios * but_probability.0 / all.0 - 1.0).abs() < 0.05, "{}", run.stdout);
    }
}

#[test]
fn streaming_refuses_what_it_cannot_compare() {
    for (argument, value) in [("--n", "0"), ("--inputs-limit", "0"), ("--threads", "0"), ("--dtype", "f16")] {
        xtask(&["streaming", argument, value]).refused(&[argument]);
    }
    xtask(&["streaming", "--part", "/nowhere/a.npz", "/nowhere/b.npz"]).refused(&["/nowhere/a.npz"]);
}

#[test]
fn parts_have_the_values_of_a_whole_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let size = ["--inputs", "80", "--labels", "12", "--dim", "3", "--inputs-limit", "20", "--pivots", "2"];
    let size = [&size[..], &["--per-pivot", "5"]].concat();
    xtask(&[&["pair"], &size[..], &["--out", path]].concat()).ok();
    let measured = xtask(
        &[&["measure"], &size[..], &["--folder", path, "--threads", "1", "--repeat-for", "0"]].concat(),
    );
    let measured: serde_json::Value = serde_json::from_str(&measured.ok().stdout).unwrap();
    let read = |name| read_model(&Source::Path(folder.path().join(name)), &ReadOptions::default()).unwrap();
    let (a, b) = (read("a.npz"), read("b.npz"));
    let settings = Settings {
        subsets: Subsets::Sampled { pivots: 2, per_pivot: 5 },
        inputs_limit: Some(20),
        ..Settings::default()
    };
    let whole = compare(&Pair::new(&a, &b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    let values = measured["values"].as_object().unwrap();
    assert!(values.contains_key("d_rep_ab") && values.contains_key("kl_ba"), "{values:?}");
    for (token, value) in values {
        let (value, whole) = (value.as_f64().unwrap(), whole[token.as_str()]);
        assert!((value - whole).abs() <= 1e-12 * whole.abs(), "{token}: {value} and {whole}");
    }
}
