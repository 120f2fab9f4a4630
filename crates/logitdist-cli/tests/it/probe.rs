//! `logitdist probe` as a user runs it.

use crate::{Files, json, logitdist};
use logitdist_testing::npy_of;
use serde_json::Value;

fn pair(files: &Files) -> [String; 2] {
    [files.model("a.npz", 60, 9, 4), files.model("b.npz", 60, 9, 3)]
}

fn labels(files: &Files, of: impl Fn(usize) -> f64) -> String {
    files.bytes("labels.npy", &npy_of("(60,)", &(0..60).map(of).collect::<Vec<f64>>()))
}

#[test]
fn concepts_of_digits_are_read_off_both_models_with_a_certificate() {
    let files = Files::new();
    let [a, b] = pair(&files);
    let digits = labels(&files, |i| ((i * i + i / 7) % 10) as f64);
    let run = |more: &[&str]| logitdist(&[&["probe", &a, &b, "--labels", &digits], more].concat());
    let found: Value = json(run(&["--format", "json"]));
    let names: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["closed_loop", "horizontal_stroke", "straight", "odd", "at_least_five"]);
    for (name, t) in found.as_object().unwrap() {
        assert_eq!(t["certificate_holds"], true, "{name}");
        assert!(t["probe_error"].as_f64() <= t["probe_certificate"].as_f64(), "{name}");
    }
    let csv = run(&["--format", "csv", "--concepts", "odd"]).stdout;
    assert_eq!(csv.lines().count(), 12, "{csv}");
    for (name, t) in found.as_object().unwrap() {
        assert!(t["probe_agreement"].as_f64() <= t["probe_kept"].as_f64(), "{name}");
    }
    let error = csv.lines().find_map(|line| line.strip_prefix("odd,probe_error,")).unwrap();
    let (error, same) = (error.parse::<f64>().unwrap(), found["odd"]["probe_error"].as_f64().unwrap());
    assert!((error / same - 1.0).abs() < 1e-14, "{csv}");
    let table = run(&[]).ok();
    assert!(table.stdout.lines().nth(1).unwrap().starts_with("closed_loop"), "{}", table.stdout);
}

#[test]
fn answers_to_any_question_will_do_and_a_model_loses_nothing_to_itself() {
    let files = Files::new();
    let [a, _] = pair(&files);
    let answers: Vec<f64> = (0..120).map(|i| f64::from(u8::from((i * 7) % 11 < 5))).collect();
    let answers = files.bytes("answers.npy", &npy_of("(60, 2)", &answers));
    let found = json(logitdist(&["probe", &a, &a, "--answers", &answers, "--format", "json"]));
    for concept in ["0", "1"] {
        let t = &found[concept];
        assert_eq!(t["probe_accuracy_a"], t["probe_accuracy_b"], "{t}");
        assert_eq!(t["probe_accuracy_a"], t["probe_accuracy_carried"], "{t}");
        assert!(t["probe_error"].as_f64().unwrap() < 1e-12, "{t}");
    }
}

#[test]
fn concepts_that_the_labels_do_not_show_are_left_out_with_a_note() {
    let files = Files::new();
    let [a, b] = pair(&files);
    let digits = labels(&files, |i| (i / 2 % 5) as f64);
    let run = logitdist(&["probe", &a, &b, "--labels", &digits, "--format", "json"]).ok();
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let names: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["closed_loop", "horizontal_stroke", "straight", "odd"]);
    assert!(
        run.stderr.contains("note: left out: at_least_five, which holds at 0 of the 30 inputs to fit on"),
        "{}",
        run.stderr
    );
    let all = labels(&files, |i| (i / 2 % 10) as f64);
    assert_eq!(logitdist(&["probe", &a, &b, "--labels", &all]).stderr, "");
}

#[test]
fn what_cannot_be_probed_is_refused_by_file_and_place() {
    let files = Files::new();
    let [a, b] = pair(&files);
    let refused = |more: &[&str], said: &str| {
        logitdist(&[&["probe", &a, &b], more].concat()).refused(&[said]);
    };
    refused(
        &["--labels", &labels(&files, |i| i as f64)],
        "labels.npy: the label of input 10 is 10; it must be a digit from 0 to 9",
    );
    refused(&["--labels", &labels(&files, |_| 2.0)], "labels.npy: there is no concept to fit a probe of");
    refused(
        &["--labels", &labels(&files, |i| (i / 2 % 5) as f64), "--concepts", "odd,at_least_five"],
        "concept at_least_five, on every second input (0, 2, 4, …) of",
    );
    let digits = labels(&files, |i| (i % 10) as f64);
    refused(&["--labels", &digits, "--concepts", "loops"], "one of closed_loop, horizontal_stroke");
    refused(
        &["--labels", &digits, "--strength", "0"],
        "`strength` is 0; it must be finite and greater than 0",
    );
    let short = files.bytes("short.npy", &npy_of("(2,)", &[0.0, 1.0]));
    refused(&["--answers", &short], "short.npy: the answers have 2 rows and the models 60 inputs");
    let two = files.bytes("two.npy", &npy_of("(60,)", &[2.0; 60]));
    refused(&["--answers", &two], "two.npy: entry [0, 0] is 2; it must be 0 or 1");
    refused(&[], "--answers");
}
