//! Models that are given by their logits or probabilities alone.

use crate::{Files, compare, fixture, json, logitdist};
use logitdist::Mat;
use logitdist_io::{ReadOptions, Source, read_model};
use logitdist_testing::{npy, npy_of};
use serde_json::Value;

/// The logits of a fixture, N×K.
fn logits(name: &str) -> Mat<f64> {
    let model = read_model(&Source::Path(fixture(name)), &ReadOptions::default()).unwrap();
    let bias = model.bias().map_or_else(|| vec![0.0; model.n_labels()], <[f64]>::to_vec);
    let product = model.embeddings() * model.unembeddings().transpose();
    Mat::from_fn(product.nrows(), product.ncols(), |i, y| product[(i, y)] + bias[y])
}

/// log p of each input and label.
fn log_probabilities(logits: &Mat<f64>) -> Mat<f64> {
    let normaliser = |i: usize| {
        let largest = logits.row(i).iter().fold(f64::NEG_INFINITY, |largest, x| largest.max(*x));
        largest + logits.row(i).iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
    };
    let normalisers: Vec<f64> = (0..logits.nrows()).map(normaliser).collect();
    Mat::from_fn(logits.nrows(), logits.ncols(), |i, y| logits[(i, y)] - normalisers[i])
}

fn shape(matrix: &Mat<f64>) -> String {
    format!("({}, {})", matrix.nrows(), matrix.ncols())
}

fn entries(matrix: &Mat<f64>, of: impl Fn(f64) -> f64) -> Vec<f64> {
    matrix.row_iter().flat_map(|row| row.iter().map(|x| of(*x)).collect::<Vec<f64>>()).collect()
}

/// A folder with one array.
fn folder(files: &Files, name: &str, array: &str, bytes: &[u8]) -> String {
    std::fs::create_dir_all(files.path(name)).unwrap();
    files.bytes(&format!("{name}/{array}.npy"), bytes);
    files.path(name)
}

fn of(files: &Files, name: &str, array: &str, matrix: &Mat<f64>, map: fn(f64) -> f64) -> String {
    folder(files, name, array, &npy_of(&shape(matrix), &entries(matrix, map)))
}

fn run(a: &str, b: &str, more: &[&str]) -> logitdist_testing::Run {
    let mut arguments = vec!["compare", a, b, "--format", "json"];
    arguments.extend(more);
    logitdist(&arguments)
}

/// Numbers under a path of keys.
fn numbers(value: &Value, path: &str, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(x) => found.push((path.to_owned(), x.as_f64().unwrap())),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(i, v)| numbers(v, &format!("{path}.{i}"), found))
        }
        Value::Object(all) => all.iter().for_each(|(key, v)| numbers(v, &format!("{path}.{key}"), found)),
        _ => {}
    }
}

/// All numbers that both have are the same to 1e-9; how many those are.
fn assert_common_are_same(found: &Value, expected: &Value) -> usize {
    let (mut of_found, mut of_expected) = (Vec::new(), Vec::new());
    for key in found
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| !["verdict", "certificate", "certificate_ba"].contains(&key.as_str()))
    {
        numbers(&found[key], key, &mut of_found);
        numbers(&expected[key], key, &mut of_expected);
    }
    let expected: std::collections::HashMap<String, f64> = of_expected.into_iter().collect();
    let mut common = 0;
    for (path, x) in of_found {
        let Some(expected) = expected.get(&path) else { continue };
        // What is missing at a bound, and standard errors, are differences: they have the digits of what they are made of.
        let scale = if path.ends_with("slack") || path.contains("tightness") { 1.0 } else { expected.abs() };
        assert!((x - expected).abs() <= 1e-9 * scale.max(1e-12), "{path}: {x} in place of {expected}");
        common += 1;
    }
    common
}

#[test]
fn logits_give_every_number_that_the_distributions_determine() {
    let files = Files::new();
    for dim in ["m4", "m8"] {
        let names = ["a", "b"].map(|side| format!("digits-{dim}-{side}.npz"));
        let [path_a, path_b] = names.each_ref().map(|name| fixture(name).to_str().unwrap().to_owned());
        let [a, b] = names.each_ref().map(|name| logits(name));
        let expected = json(compare(&names[0], &names[1], &["--format", "json"]));
        let shifted = Mat::from_fn(a.nrows(), a.ncols(), |i, y| a[(i, y)] + (i % 7) as f64);
        let logits_a = of(&files, "a", "logits", &shifted, |x| x);
        let log_b = of(&files, "b", "log_probabilities", &log_probabilities(&b), |x| x);
        let probabilities_a = of(&files, "p", "probabilities", &log_probabilities(&a), f64::exp);
        for (a, b, common, lacking) in [
            (&logits_a, &log_b, 150, "a"),
            (&probabilities_a, &log_b, 150, "a"),
            (&path_a, &log_b, 200, "b"),
            (&logits_a, &path_b, 200, "a"),
        ] {
            let found = json(run(a, b, &[]));
            let count = assert_common_are_same(&found, &expected);
            assert!(count > common, "{count} numbers");
            for token in ["m_cca", "rho", "d_fg", "cka", "d_llv"] {
                let reason = found["reasons"][token].as_str().unwrap();
                assert!(
                    reason.starts_with(&format!("model {lacking} is given by its logits alone")),
                    "{reason}"
                );
            }
            for token in ["m_cca_logits", "rho_logits", "spectrum_a", "kl_ab_q99", "d_white_ab", "m_cca_cv"] {
                assert!(!found[token].is_null(), "{token}");
            }
            for bound in
                ["cca_spectral", "m_cca_sharp", "m_cca_contrasts", "top1_from_logit", "kl_weighted_upper"]
            {
                assert_eq!(found["bounds"][bound]["holds"], true, "{bound}");
            }
            let words = found["verdict"]["representations"]["words"].as_str().unwrap();
            assert!(words.contains("m_cca_logits"), "{words}");
            assert!(!found["certificate"]["m_cca_logits"]["at_least"].is_null());
        }
        // The side that has embeddings has what its unembeddings alone say.
        let mixed = json(run(&path_a, &log_b, &[]));
        for token in ["d_ls_ab", "r2_ab", "d_rep_ab", "dim_a"] {
            assert!(
                !mixed[token].is_null() && mixed[&token.replace("ab", "ba").replace("_a", "_b")].is_null(),
                "{token}"
            );
        }
        assert!(!mixed["certificate"]["probe_cost"]["at_most"].is_null());
        assert!(mixed["certificate_ba"]["probe_cost"]["at_most"].is_null());
    }
}

#[test]
fn single_files_of_logits_stand_for_a_model_and_a_page_is_made() {
    let files = Files::new();
    let (a, b) = (logits("digits-m4-a.npz"), log_probabilities(&logits("digits-m4-b.npz")));
    let path_a = files.bytes("a.npy", &npy_of(&shape(&a), &entries(&a, |x| x)));
    let path_b = files.bytes("b.npy", &npy_of(&shape(&b), &entries(&b, f64::exp)));
    let page = files.path("page");
    let arguments = ["compare", "--logits-a", &path_a, "--probabilities-b", &path_b, "--report", &page];
    let table = logitdist(&arguments).ok().stdout;
    assert!(
        table.contains("m_cca_logits") && table.contains("model a is given by its logits alone"),
        "{table}"
    );
    assert!(std::path::Path::new(&page).join("report.html").exists());
    let expected = json(compare("digits-m4-a.npz", "digits-m4-b.npz", &["--format", "json"]));
    let found = json(logitdist(&[
        "compare",
        "--logits-a",
        &path_a,
        "--probabilities-b",
        &path_b,
        "--format",
        "json",
    ]));
    assert_common_are_same(&found, &expected);
    let both = logitdist(&["compare", "--logits-a", &path_a, "--probabilities-a", &path_b, &path_b]);
    assert_eq!(both.code, 2);
}

/// Rounding of the logits makes directions of its own, which are not the model's.
#[test]
fn the_rank_of_rounded_logits_is_that_of_the_model() {
    let files = Files::new();
    let waves = |rows: usize, phase: f64| {
        Mat::from_fn(rows, 5, |i: usize, j: usize| ((7 * i + 3 * j + i * j) as f64 * 0.37 + phase).sin())
    };
    let (f, g) = (waves(400, 0.1), waves(60, 0.7));
    let near = Mat::from_fn(400, 5, |i, j| f[(i, j)] + 0.1 * ((i * (j + 2)) as f64).cos());
    let (a, b) = (&f * g.transpose(), &near * g.transpose());
    let exact = |name: &str, logits: &Mat<f64>| of(&files, name, "logits", logits, |x| x);
    let expected = json(run(&exact("a", &a), &exact("b", &b), &["--no-intervals"]));
    assert_eq!((&expected["rank_logits_a"], &expected["rank_logits_b"]), (&5.into(), &5.into()));
    let single = |name: &str, logits: &Mat<f64>| {
        let data: Vec<u8> = entries(logits, |x| x).iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
        folder(&files, name, "logits", &npy("<f4", false, &shape(logits), &data))
    };
    let half = |name: &str, logits: &Mat<f64>| {
        let half = |x: &f64| half::f16::from_f64(*x).to_le_bytes();
        let data: Vec<u8> = entries(logits, |x| x).iter().flat_map(half).collect();
        folder(&files, name, "logits", &npy("<f2", false, &shape(logits), &data))
    };
    for (a, b, error) in [
        (single("a4", &a), single("b4", &b), 1e-6),
        (half("a2", &a), half("b2", &b), 1e-3),
        (single("a4", &a), half("b2", &b), 1e-3),
    ] {
        let found = json(run(&a, &b, &["--no-intervals"]));
        assert_eq!((&found["rank_logits_a"], &found["rank_logits_b"]), (&5.into(), &5.into()));
        for token in ["m_cca_logits", "d_logit"] {
            let (found, expected) = (found[token].as_f64().unwrap(), expected[token].as_f64().unwrap());
            assert!((found / expected - 1.0).abs() < error, "{token}: {found} {expected}");
        }
    }
}

#[test]
fn labels_without_probability_are_masked_or_refused() {
    let files = Files::new();
    let (mut a, b) = (logits("digits-m4-a.npz"), logits("digits-m4-b.npz"));
    let path_b = of(&files, "b", "logits", &b, |x| x);
    for i in 0..a.nrows() {
        a[(i, 3)] = f64::NEG_INFINITY;
    }
    let masked = json(run(&of(&files, "a", "logits", &a, |x| x), &path_b, &[]));
    assert_eq!(masked["d_logit"], Value::Null);
    assert!(masked["reasons"]["d_logit"].as_str().unwrap().contains("--labels '-{3}'"));
    assert!(masked["reasons"]["kl_ba"].as_str().unwrap().starts_with('∞'));
    // Left out on both sides, the rest is as if the label had never been.
    let without = |m: &Mat<f64>| Mat::from_fn(m.nrows(), 9, |i, y| m[(i, if y < 3 { y } else { y + 1 })]);
    let expected = run(
        &of(&files, "a9", "logits", &without(&a), |x| x),
        &of(&files, "b9", "logits", &without(&b), |x| x),
        &["--no-intervals"],
    );
    let chosen = run(&files.path("a"), &path_b, &["--labels", "-{3}", "--no-intervals"]);
    assert!(assert_common_are_same(&json(chosen), &json(expected)) > 100);
    a[(5, 3)] = 0.0;
    let path_a = of(&files, "a", "logits", &a, |x| x);
    let error = run(&path_a, &path_b, &[]);
    let needed = "the probability of label 3 is 0 at input 0 and not at every input";
    assert!(
        error.code == 2 && error.stderr.contains(needed) && error.stderr.contains("--zero-is-mask"),
        "{}",
        error.stderr
    );
    let taken = json(run(&path_a, &path_b, &["--zero-is-mask"]));
    assert!(taken["reasons"]["d_logit"].as_str().unwrap().contains("label 3 is masked in model a alone"));
}

#[test]
fn what_are_no_logits_is_refused_with_a_clear_message() {
    let files = Files::new();
    let b = logits("digits-m4-b.npz");
    let path_b = of(&files, "b", "logits", &b, |x| x);
    let refused = |a: &str, more: &[&str]| {
        let run = run(a, &path_b, more);
        assert_eq!((run.code, run.stderr.lines().count()), (2, 1), "{}", run.stderr);
        run.stderr
    };
    let probabilities = |name: &str, change: fn(usize, usize, f64) -> f64| {
        let p = log_probabilities(&b);
        let changed = Mat::from_fn(p.nrows(), p.ncols(), |i, y| change(i, y, p[(i, y)].exp()));
        of(&files, name, "probabilities", &changed, |x| x)
    };
    let error = refused(&probabilities("p", |i, _, p| if i == 7 { 1.25 * p } else { p }), &[]);
    assert!(
        error.contains("the probabilities of input 7 (counted from 0) sum to 1.25")
            && error.contains("2.5e-1 off 1"),
        "{error}"
    );
    let error = refused(&probabilities("p", |i, y, p| if (i, y) == (2, 4) { -p } else { p }), &[]);
    assert!(error.contains("the probability of label 4 at input 2 is -"), "{error}");
    // A row is named as the file has it.
    let rows = files.bytes("rows.txt", b"9\n7\n5\n3\n");
    let error = refused(&probabilities("p", |i, _, p| if i == 7 { 1.25 * p } else { p }), &["--rows", &rows]);
    assert!(error.contains("the probabilities of input 7"), "{error}");
    let short = Mat::from_fn(50, 10, |i, y| b[(i, y)]);
    let error = refused(&of(&files, "short", "logits", &short, |x| x), &[]);
    assert!(error.contains("has 50 inputs") && error.contains("has 899"), "{error}");
    let broken = Mat::from_fn(899, 10, |i, y| if (i, y) == (3, 4) { f64::NAN } else { b[(i, y)] });
    let error = refused(&of(&files, "nan", "logits", &broken, |x| x), &[]);
    assert!(error.contains("row 3, column 4") && error.contains("NaN"), "{error}");
    let dropped = json(run(&files.path("nan"), &path_b, &["--drop-nonfinite", "--no-intervals"]));
    assert_eq!(dropped["n_inputs"], 898);
    assert!(refused(&path_b, &["--null", "100"]).contains("need the embeddings of both models"));
    let probe = files.bytes("probe.npy", &npy_of("(10,)", &[1.0; 10]));
    assert!(refused(&path_b, &["--probe", &probe]).contains("a probe needs embeddings"));
    let budget = logitdist(&["budget", &path_b]);
    assert!(budget.code == 2 && budget.stderr.contains("a budget needs embeddings"), "{}", budget.stderr);
}

/// Of more than 4096 labels the directions are found in which they vary.
#[test]
fn many_labels_have_what_their_directions_say() {
    let files = Files::new();
    let waves = |rows: usize, phase: f64| {
        Mat::from_fn(rows, 3, |i: usize, j: usize| ((7 * i + 3 * j + i * j) as f64 * 0.37 + phase).sin())
    };
    let (f, g) = (waves(40, 0.1), waves(4100, 0.7));
    let near = Mat::from_fn(40, 3, |i, j| f[(i, j)] + 0.1 * ((i * (j + 2)) as f64).cos());
    let [a, b] =
        [("a", &f), ("b", &near)].map(|(name, f)| of(&files, name, "logits", &(f * g.transpose()), |x| x));
    let [given_a, given_b] = [("ga", &f), ("gb", &near)].map(|(name, f)| {
        of(&files, name, "embeddings", f, |x| x);
        of(&files, name, "unembeddings", &g, |x| x)
    });
    let found = json(run(&a, &b, &["--no-intervals"]));
    let expected = json(run(&given_a, &given_b, &["--no-intervals"]));
    assert!(assert_common_are_same(&found, &expected) > 100);
    assert_eq!((&found["rank_logits_a"], &found["rank_logits_b"]), (&3.into(), &3.into()));
    assert_eq!(found["bounds"]["m_cca_logits_sharp"]["holds"], true);
    let page = files.path("page");
    let asked =
        logitdist(&["compare", &a, &b, "--rank", "2", "--report", &page, "--no-intervals"]).ok().stdout;
    assert!(asked.contains("the 2 directions asked for hold"), "{asked}");
    assert_eq!(logitdist(&["compare", &a, &b, "--rank", "0"]).code, 2);
}
