//! Models that are given by lists of their most probable labels.

use crate::{Files, fixture, json, logitdist};
use logitdist::Mat;
use logitdist_io::{ReadOptions, Source, read_model};
use logitdist_testing::{npy, npy_of};
use serde_json::Value;

const INPUTS: usize = 899;
const LABELS: usize = 10;

/// log p of each input and label of a fixture.
fn log_probabilities(name: &str) -> Mat<f64> {
    let model = read_model(&Source::Path(fixture(name)), &ReadOptions::default()).unwrap();
    let product = model.embeddings() * model.unembeddings().transpose();
    let logit = |i: usize, y: usize| product[(i, y)] + model.bias().map_or(0.0, |bias| bias[y]);
    let normaliser = |i: usize| (0..LABELS).map(|y| logit(i, y).exp()).sum::<f64>().ln();
    Mat::from_fn(INPUTS, LABELS, |i, y| logit(i, y) - normaliser(i))
}

/// The labels of an input, the most probable first.
fn order(log_p: &Mat<f64>, input: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..LABELS).collect();
    order.sort_by(|x, y| log_p[(input, *y)].total_cmp(&log_p[(input, *x)]));
    order
}

/// A folder with lists; gives its path.
fn folder(files: &Files, name: &str, ids: &[i64], log_p: &[f64], k: usize) -> String {
    std::fs::create_dir_all(files.path(name)).unwrap();
    let shape = format!("({}, {k})", ids.len() / k);
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    files.bytes(&format!("{name}/ids.npy"), &npy("<i8", false, &shape, &bytes));
    files.bytes(&format!("{name}/log_probabilities.npy"), &npy_of(&shape, log_p));
    files.path(name)
}

/// The k most probable labels of each input of a fixture.
fn lists(files: &Files, name: &str, fixture: &str, k: usize) -> String {
    let log_p = log_probabilities(fixture);
    let listed: Vec<(i64, f64)> = (0..INPUTS)
        .flat_map(|i| order(&log_p, i)[..k].iter().map(|y| (*y as i64, log_p[(i, *y)])).collect::<Vec<_>>())
        .collect();
    let (ids, log_p): (Vec<i64>, Vec<f64>) = listed.into_iter().unzip();
    folder(files, name, &ids, &log_p, k)
}

#[test]
fn the_whole_distributions_are_between_the_ends() {
    let files = Files::new();
    let path = |name: &str| fixture(name).to_str().unwrap().to_owned();
    let [a, b] = ["digits-m8-a.npz", "digits-m8-b.npz"];
    let whole = json(logitdist(&["compare", &path(a), &path(b), "--format", "json", "--no-intervals"]));
    let mut widths = Vec::new();
    for k in [1, 3, 6] {
        let [lists_a, lists_b] = [lists(&files, "a", a, k), lists(&files, "b", b, k)];
        let found = json(logitdist(&["compare", &lists_a, &lists_b, "--format", "json"]));
        assert_eq!(found["top1_agreement"], whole["top1_agreement"]);
        assert_eq!(found["n_inputs"], INPUTS);
        let end = |token: &str, end: &str| found["between"][token][end].as_f64();
        for token in ["tv", "kl_ab", "kl_ba"] {
            let value = whole[token].as_f64().unwrap();
            assert!(end(token, "low").unwrap() <= value, "{token}, {k}");
            assert!(end(token, "high").is_none_or(|high| value <= high), "{token}, {k}");
            assert_eq!(found[token], Value::Null);
            assert!(found["reasons"][token].as_str().unwrap().contains("between two values"));
        }
        assert!(found["between"]["kl_ab"]["reason"].as_str().unwrap().starts_with('∞'));
        assert_eq!(found["d_logit"], Value::Null);
        assert!(found["reasons"]["d_logit"].as_str().unwrap().contains("needs whole distributions"));
        widths.push(end("tv", "high").unwrap() - end("tv", "low").unwrap());
    }
    assert!(widths[0] > widths[1] && widths[1] > widths[2] && widths[2] < 0.02, "{widths:?}");
    // With every label listed, all that there is is known.
    let [lists_a, lists_b] = [lists(&files, "a", a, LABELS), lists(&files, "b", b, LABELS)];
    let found = json(logitdist(&["compare", &lists_a, &lists_b, "--format", "json"]));
    for token in ["tv", "kl_ab", "kl_ba"] {
        for end in ["low", "high"] {
            let x = found["between"][token][end].as_f64().unwrap();
            assert!((x / whole[token].as_f64().unwrap() - 1.0).abs() < 1e-9, "{token}: {x}");
        }
    }
}

#[test]
fn lists_are_shown_as_a_table_and_as_csv() {
    let files = Files::new();
    let a = folder(&files, "a", &[3, 1, 4, -1], &[-0.5, -1.5, -0.1, 0.0], 2);
    let b = folder(&files, "b", &[3, 2, 7, 4], &[-0.6, -1.4, -0.7, -0.9], 2);
    let table = logitdist(&["compare", &a, &b]).ok().stdout;
    assert!(table.contains("the same on 50.00 % of 2 inputs"), "{table}");
    assert!(table.contains("at least") && table.contains("∞") && table.contains("kl_ab"), "{table}");
    let out = files.path("out.csv");
    logitdist(&["compare", &a, &b, "--format", "csv", "--out", &out]).ok();
    let csv = std::fs::read_to_string(out).unwrap();
    for line in ["measure,top1_agreement,,0.5,", "between,kl_ab,high,,\"∞: ", "between,tv,low,0."] {
        assert!(csv.contains(line), "{line} in {csv}");
    }
    assert!(csv.lines().all(|line| line.starts_with("section,") || line.matches(',').count() >= 4));
}

#[test]
fn what_is_wrong_with_lists_is_said() {
    let files = Files::new();
    let b = folder(&files, "b", &[3, 2, 7, 4], &[-0.6, -1.4, -0.7, -0.9], 2);
    let mut number = 0;
    let mut refused = |ids: &[i64], log_p: &[f64], k: usize, said: &str| {
        number += 1;
        let a = folder(&files, &format!("a{number}"), ids, log_p, k);
        logitdist(&["compare", &a, &b]).refused(&[said]);
    };
    refused(&[3, 2, 7, 7], &[-0.6, -1.4, -0.7, -0.9], 2, "input 1 (counted from 0): label 7 is listed twice");
    refused(
        &[3, 2, 7, 4],
        &[-0.6, -1.4, -0.1, -0.1],
        2,
        "input 1 (counted from 0): the probabilities sum to 1.80967",
    );
    refused(&[3, 2, 7, -4], &[-0.6, -1.4, -0.7, -0.9], 2, "input 1 (counted from 0): -4 is no label");
    refused(&[3, 2, -1, -1], &[-0.6, -1.4, -0.7, -0.9], 2, "input 1 (counted from 0): the list is empty");
    refused(&[3, 2, 7, 4], &[-0.6, -1.4, 0.7, -0.9], 2, "label 7 is 0.7; a number up to 0");
    refused(&[3, 2], &[-0.6, -1.4], 2, "lists of 1 inputs and");
    let model = files.model("whole.npz", 2, 9, 3);
    logitdist(&["compare", &model, &b]).refused(&["whole.npz has none; both need them"]);
    let a = folder(&files, "a", &[3, 2, 7, 4], &[-0.6, -1.4, -0.7, -0.9], 2);
    logitdist(&["compare", &a, &b, "--null", "100"]).refused(&["--null needs whole distributions"]);
    files.bytes("a/ids.npy", &npy_of("(2, 1)", &[3.0, 2.0]));
    logitdist(&["compare", &a, &b]).refused(&["`ids` is 2×1 and `log_probabilities` 2×2"]);
}

#[test]
fn lists_are_lists_wherever_they_are_given() {
    let files = Files::new();
    let log_p = [-0.6, -1.4, -0.7, -0.9];
    let [a, b] = ["a", "b"].map(|name| folder(&files, name, &[3, 2, 7, 4], &log_p, 2));
    let elsewhere = "only a comparison of two such files reads";
    logitdist(&["matrix", &a, &b]).refused(&[elsewhere]);
    logitdist(&["reduce", &a, &b, "--out", &files.path("summary")]).refused(&[elsewhere]);
    let needs = "needs whole distributions";
    logitdist(&["compare", &a, &b, "--softcap", "30"]).refused(&[needs]);
    logitdist(&["compare", &a, &b, "--input-names-a", "nothing.txt"]).refused(&["--input-names-a", needs]);
    // Names may say that the rows are in another order.
    files.bytes("a/inputs.npy", &npy_of("(2,)", &[1.0, 0.0]));
    logitdist(&["compare", &a, &b]).refused(&["an array `inputs`, which they do not use"]);
    // Numbers of the inputs are no lists.
    let whole = folder(&files, "whole", &[0; 6], &[0.5, 0.3, 0.2, 0.1, 0.2, 0.7].map(f64::ln), 3);
    files.bytes("whole/ids.npy", &npy_of("(2,)", &[10.0, 20.0]));
    logitdist(&["compare", &whole, &whole]).ok();
}
