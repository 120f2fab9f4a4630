//! Shares of a comparison on several machines, as a user runs them.

use crate::{Files, logitdist};
use std::fs;
use std::path::Path;

/// Models of so many inputs that their blocks are several.
fn models(files: &Files) -> [String; 2] {
    [0.1, 0.13].map(|phase| files.model_with_phase(&format!("{phase}.npz"), [9000, 7, 3], phase))
}

fn reduce(models: &[String; 2], part: &str, out: &str, more: &[&str]) {
    let [a, b] = models;
    logitdist(&[&["reduce", a, b, "--part", part, "--out", out], more].concat()).ok();
}

#[test]
fn parts_on_several_machines_print_the_bytes_of_one_run() {
    let files = Files::new();
    let pair = models(&files);
    let [a, b] = &pair;
    for more in [&["--null", "100"][..], &["--inputs-limit", "3000", "--seed", "4"], &["--logits", "f32"]] {
        let one_run =
            |format: &str| logitdist(&[&["compare", a, b, "--format", format], more].concat()).ok().stdout;
        let parts: Vec<String> = (1..=5).map(|part| files.path(&format!("{part}.summary"))).collect();
        let reducing = if more[0] == "--null" { &[][..] } else { more };
        for (i, part) in parts.iter().enumerate() {
            reduce(&pair, &format!("{}/5", i + 1), part, reducing);
        }
        let big = files.path("big.summary");
        logitdist(&["reduce", "--summaries", &parts[4], &parts[1], &parts[2], "--out", &big]).ok();
        for given in
            [vec![&parts[2], &parts[0], &parts[4], &parts[3], &parts[1]], vec![&parts[3], &big, &parts[0]]]
        {
            for format in ["json", "csv", "table"] {
                let mut line = vec!["compare", a, b, "--summaries"];
                line.extend(given.iter().map(|part| part.as_str()));
                line.extend(["--format", format]);
                line.extend(more);
                assert_eq!(logitdist(&line).ok().stdout, one_run(format), "{more:?}, {format}");
            }
        }
    }
}

#[test]
fn files_of_their_own_are_taken_in_the_order_given_and_agree_to_twelve_digits() {
    let files = Files::new();
    let all = models(&files);
    // The same inputs in two files a model: rows are a function of their number.
    let [whole_a, whole_b] = &all;
    let halves = [0..4000, 4000..9000].map(|rows| {
        [whole_a, whole_b].map(|path| {
            let read = logitdist_io::read_model(
                &logitdist_io::Source::Path(path.into()),
                &logitdist_io::ReadOptions::default(),
            )
            .unwrap();
            let f = read.embeddings().get(rows.clone(), ..).to_owned();
            let half = logitdist::Model::new(f, read.unembeddings().to_owned(), None).unwrap();
            let path = format!("{path}-{}.npz", rows.start);
            logitdist_io::write_npz(Path::new(&path), &half).unwrap();
            path
        })
    });
    let parts = [0, 1].map(|i| {
        let out = files.path(&format!("half-{i}.summary"));
        reduce(&halves[i], "1/1", &out, &[]);
        out
    });
    let [a, b] = &halves[0];
    let joined = logitdist(&["compare", a, b, "--summaries", &parts[0], &parts[1], "--format", "json"]);
    let joined = crate::json(joined);
    let one_run = crate::json(logitdist(&["compare", whole_a, whole_b, "--format", "json"]));
    assert_eq!(joined["n_inputs"], 9000);
    for token in
        ["d_logit", "m_cca", "kl_ab", "kl_ab_q99", "tv", "cka_debiased", "d_rep_ab", "top1_agreement"]
    {
        let [found, expected] = [&joined, &one_run].map(|json| json[token].as_f64().unwrap());
        assert!((found / expected - 1.0).abs() < 1e-11, "{token}: {found}, {expected}");
    }
    assert!(joined["verdict"]["warnings"].to_string().contains("in the order of the summaries"));
    let line = ["compare", a, b, "--summaries", &parts[0], &parts[1], "--intervals"];
    logitdist(&line).refused(&["need the inputs"]);
}

#[test]
fn summaries_that_do_not_belong_together_are_refused() {
    let files = Files::new();
    let pair = models(&files);
    let [a, b] = &pair;
    let parts: Vec<String> = (1..=3).map(|part| files.path(&format!("{part}.summary"))).collect();
    for (i, part) in parts.iter().enumerate() {
        reduce(&pair, &format!("{}/3", i + 1), part, &[]);
    }
    let compare = |given: &[&str]| logitdist(&[&["compare", a, b, "--summaries"], given].concat());
    let [first, second, third] = [&parts[0], &parts[1], &parts[2]];
    compare(&[first, third]).refused(&["pieces", "are missing"]);
    compare(&[first, second, third, first]).refused(&[first, "are the same inputs"]);
    let overlapping = files.path("half.summary");
    reduce(&pair, "1/2", &overlapping, &[]);
    compare(&[first, second, third, &overlapping]).refused(&["in two of them"]);
    compare(&[first, second, third, "--seed", "1", "--inputs-limit", "10"]).refused(&["--inputs-limit"]);
    let other = files.model_with_phase("other.npz", [9000, 7, 3], 0.7);
    logitdist(&["compare", a, &other, "--summaries", first, second, third]).refused(&["other labels"]);
    let damaged = files.path("damaged.summary");
    let mut bytes = fs::read(first).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    compare(&[&damaged, second, third]).refused(&[&damaged, "damaged"]);
    compare(&[a]).refused(&[a, "no summary"]);
    compare(&[&files.path("none.summary")]).refused(&["none.summary", "cannot be read"]);
    // A part is no model, and no output is an input.
    logitdist(&["reduce", a, b, "--out", a]).refused(&["--out"]);
    logitdist(&["reduce", a, b, "--part", "4/3", "--out", &damaged]).refused(&["part 4 of 3 does not exist"]);
    logitdist(&["reduce", a, "--summaries", first, "--out", &damaged]).refused(&["leave the models out"]);
}
