//! `--targets` and `--by-confidence`.

use crate::{Files, compare, json};

const A: &str = "digits-m8-a.npz";
const B: &str = "digits-m8-b.npz";

/// A right label for all inputs but each fifth.
fn targets() -> String {
    (0..899).map(|i| if i % 5 == 0 { "-100\n".to_owned() } else { format!("{}\n", i % 10) }).collect()
}

#[test]
fn right_answers_from_a_text_or_an_array_have_a_section_of_their_own() {
    let files = Files::new();
    let text = files.bytes("targets.txt", targets().as_bytes());
    let numbers: Vec<f64> = targets().lines().map(|line| line.parse().unwrap()).collect();
    let array = files.bytes("targets.npy", &logitdist_testing::npy_of("(899,)", &numbers));
    let with = |path: &str| json(compare(A, B, &["--format", "json", "--targets", path]));
    let got = with(&text);
    assert_eq!(got, with(&array));
    assert_eq!(got["n_targets"], 899 - 180);
    let interval = &got["intervals"]["cross_entropy_difference"];
    assert!(interval["low"].as_f64() < interval["high"].as_f64());
    let table = compare(A, B, &["--targets", &text]).ok().stdout;
    assert!(table.contains("With the right answers, over 719 inputs"), "{table}");
    assert!(table.contains("  target_lost  "), "{table}");
    let run = compare(A, B, &["--targets", &text, "--only", "m_cca", "--fail-if", "target_accuracy_a < 2"]);
    assert_eq!(run.code, 4);
    let page = files.path("page");
    compare(A, B, &["--targets", &text, "--report", &page]).ok();
    let page = std::fs::read_to_string(format!("{page}/report.html")).unwrap();
    assert!(page.contains("With the right answers"));
}

#[test]
fn right_answers_that_are_none_are_refused() {
    let files = Files::new();
    let with = |name: &str, content: &str| files.bytes(name, content.as_bytes());
    let last = targets().replacen("-100", "10", 1);
    let negative = targets().replacen("-100", "-1", 1);
    for (path, parts) in [
        (with("few.txt", "1\n2\n"), &["there are 2 targets and 899 inputs"][..]),
        (with("large.txt", &last), &["the target of input 0 is 10; a label from 0 to 9 is needed, or -100"]),
        (with("negative.txt", &negative), &["the target of input 0 is -1"]),
        (with("words.txt", "one\n"), &["words.txt, line 1: \"one\" is no whole number"]),
        (files.path("missing.txt"), &["missing.txt: cannot be read"]),
    ] {
        compare(A, B, &["--targets", &path]).refused(parts);
    }
    compare(A, B, &["--fail-if", "target_lost > 0"]).refused(&["has no target_lost; --targets computes it"]);
}

#[test]
fn tenths_by_confidence_are_shown_where_they_are_asked_for() {
    let table = compare(A, B, &["--by-confidence"]).ok().stdout;
    let from = table.find("By a's largest probability").unwrap();
    let rows = table[from..].lines().skip(2).take_while(|line| !line.is_empty()).count();
    assert_eq!(rows, 10, "{table}");
    let got = json(compare(A, B, &["--by-confidence", "--format", "json"]));
    let parts = got["by_confidence"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| part["inputs"].as_u64().unwrap()).sum::<u64>(), 899);
    assert!(!compare(A, B, &[]).ok().stdout.contains("By a's largest"));
}
