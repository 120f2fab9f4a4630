//! The answer that comes first: its words, its length, and what a script reads of it.

use crate::{Files, compare, json, logitdist};
use serde_json::Value;

/// The level of predictions and of representations, and all warnings in one text.
fn verdict(a: &str, b: &str, more: &[&str]) -> (String, String, String) {
    let got = json(compare(a, b, &[&["--format", "json"], more].concat()));
    let verdict = &got["verdict"];
    let level = |of: &str| verdict[of]["level"].as_str().unwrap().to_owned();
    (level("predictions"), level("representations"), verdict["warnings"].to_string())
}

#[test]
fn the_words_say_which_pair_is_the_same_nearly_and_other() {
    for (a, b, predictions, representations) in [
        ("digits-m8-a.npz", "digits-m8-a.npz", "same", "same"),
        ("digits-m8-a.npz", "digits-m8-a-equivalent.npz", "same", "same"),
        ("digits-m8-a.npz", "digits-m8-a-int8.npz", "same", "same"),
        ("digits-m8-a.npz", "digits-m8-b.npz", "nearly", "different"),
        ("digits-m4-a.npz", "digits-m4-b.npz", "different", "different"),
    ] {
        let (got, inside, _) = verdict(a, b, &[]);
        assert_eq!((got.as_str(), inside.as_str()), (predictions, representations), "{a} {b}");
    }
}

#[test]
fn unrelated_models_cannot_be_told_from_chance_and_few_inputs_are_named() {
    let files = Files::new();
    // Pseudo-random digits: no wave of one model is a combination of the other's.
    let model = |name: &str, seed: u64| {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1u32 << 31) - 0.5
        };
        let f: Vec<f64> = (0..60 * 8).map(|_| next()).collect();
        let g: Vec<f64> = (0..12 * 8).map(|_| next()).collect();
        let folder = files.path(name);
        std::fs::create_dir(&folder).unwrap();
        files.bytes(&format!("{name}/embeddings.npy"), &logitdist_testing::npy_of("(60, 8)", &f));
        files.bytes(&format!("{name}/unembeddings.npy"), &logitdist_testing::npy_of("(12, 8)", &g));
        folder
    };
    let (a, b) = (model("a", 1), model("b", 2));
    let run = logitdist(&["compare", &a, &b]).ok();
    assert!(run.stdout.contains("Inside       cannot be told from chance: m_cca"), "{}", run.stdout);
    assert!(run.stdout.contains("60 inputs are few for 16 dimensions"), "{}", run.stdout);
    let words: Vec<&str> = run.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("160 inputs would do"));
    let got = json(logitdist(&["compare", &a, &b, "--format", "json"]));
    assert_eq!(got["verdict"]["representations"]["level"], "chance");
    assert_eq!(got["verdict"]["guarantee"]["says_something"], false);
    assert!(got["intervals"]["m_cca"]["reason"].as_str().unwrap().contains("chance"));
}

#[test]
fn the_answer_has_at_most_twelve_lines_and_the_bounds_wait_to_be_asked_for() {
    for (a, b) in [
        ("digits-m8-a.npz", "digits-m8-b.npz"),
        ("digits-m16-relu.npz", "digits-m16-tanh.npz"),
        ("digits-m8-a.npz", "digits-m4-a.npz"),
    ] {
        let plain = compare(a, b, &[]).ok().stdout;
        let answer: Vec<&str> = plain.lines().take_while(|line| !line.is_empty()).collect();
        assert!(answer.len() <= 12 && answer[0].starts_with("Predictions  "), "{answer:?}");
        let with_bounds = compare(a, b, &["--bounds"]).ok().stdout;
        assert!(with_bounds.contains("Bounds, with a's") && !plain.contains("Bounds, with a's"));
        let kept: Vec<&str> = with_bounds.split("\n\n").filter(|part| !part.starts_with("Bounds")).collect();
        assert!(kept.join("\n\n").starts_with(plain.split("\n\nWhat is certified").next().unwrap()));
    }
}

#[test]
fn directions_that_no_label_sees_and_other_linear_maps_are_warned_of() {
    let (.., warnings) = verdict("digits-m16-relu.npz", "digits-m16-tanh.npz", &[]);
    assert!(warnings.contains("do not see 7 of a's 16 dimensions and 7 of b's 16 dimensions"), "{warnings}");
    let (.., warnings) = verdict("digits-m8-a.npz", "digits-m4-a.npz", &[]);
    assert!(warnings.contains("not the one that the labels say"), "{warnings}");
}

#[test]
fn intervals_are_in_every_format_and_can_be_left_out() {
    let (a, b) = ("digits-m8-a.npz", "digits-m8-b.npz");
    let got = json(compare(a, b, &["--format", "json"]));
    let d_logit = &got["intervals"]["d_logit"];
    let end = |of: &Value, end: &str| of[end].as_f64().unwrap();
    let value = got["d_logit"].as_f64().unwrap();
    assert!(end(d_logit, "low") < value && value < end(d_logit, "high"), "{d_logit}");
    assert_eq!((end(d_logit, "level"), d_logit["method"].as_str()), (0.95, Some("jackknife, log")));
    assert!(end(&got["intervals"]["m_cca"], "corrected") < got["m_cca"].as_f64().unwrap());
    assert_eq!(got["intervals"]["kl_ab_max"]["reason"], "it is a maximum");
    let table = compare(a, b, &[]).ok().stdout;
    assert!(table.contains("  top1_agreement     0.971 [0.958, 0.981] "), "{table}");
    let csv = compare(a, b, &["--format", "csv"]).ok().stdout;
    for line in [
        format!("interval,d_logit,low,{:?},", end(d_logit, "low")),
        "interval,d_logit,method,\"jackknife, log\",".to_owned(),
    ] {
        assert!(csv.lines().any(|l| l == line), "{line} is not in\n{csv}");
    }
    // Both sides of bounds, and what a lower bound is about as the measure that it is.
    let bound = &got["bounds"]["kl_from_logit"];
    for side in ["lhs", "rhs"] {
        let found = &bound["intervals"][side];
        let value = bound[side].as_f64().unwrap();
        assert!(end(found, "low") < value && value < end(found, "high"), "{side}: {found}");
        let line = format!("bounds,kl_from_logit,{side}_high,{:?},", end(found, "high"));
        assert!(csv.lines().any(|l| l == line), "{line} is not in\n{csv}");
    }
    let lower = &got["bounds"]["m_cca_two_spectra"]["intervals"];
    assert_eq!(lower["value"], got["intervals"]["m_cca"]);
    assert!(end(&lower["bound"], "se") > 0.0);
    assert!(
        got["bounds"]["logit_from_kl"]["intervals"]["rhs"]["reason"].as_str().unwrap().contains("smallest")
    );
    let with_bounds = compare(a, b, &["--bounds"]).ok().stdout;
    let after = with_bounds.split("  kl_from_logit ").nth(1).unwrap();
    assert_eq!(after.lines().nth(1).unwrap().matches('[').count(), 2, "{with_bounds}");
    assert!(with_bounds.lines().skip(20).all(|line| line.chars().count() <= 80), "{with_bounds}");
    let without = json(compare(a, b, &["--format", "json", "--no-intervals"]));
    assert_eq!((&without["intervals"], &without["m_cca_cv"]), (&Value::Null, &Value::Null));
    assert_eq!(without["bounds"]["kl_from_logit"]["intervals"], Value::Null);
    assert!(!compare(a, b, &["--no-intervals"]).ok().stdout.contains("0.971 ["));
    assert_eq!(without["d_logit"], got["d_logit"]);
}

#[test]
fn groups_come_from_a_text_or_an_array_and_change_the_intervals() {
    let files = Files::new();
    let (a, b) = ("digits-m8-a.npz", "digits-m8-b.npz");
    let groups: Vec<usize> = (0..899).map(|i| i % 30).collect();
    let text: String = groups.iter().map(|group| format!("{group}\n")).collect();
    let text = files.bytes("groups.txt", text.as_bytes());
    let numbers: Vec<f64> = groups.iter().map(|group| *group as f64).collect();
    let array = files.bytes("groups.npy", &logitdist_testing::npy_of("(899,)", &numbers));
    let with = |path: &str| json(compare(a, b, &["--format", "json", "--groups", path]))["intervals"].clone();
    assert_eq!(with(&text), with(&array));
    // Whole numbers as numpy has them: the same eight bytes, of another type.
    let bits: Vec<f64> = groups.iter().map(|group| f64::from_bits(*group as u64)).collect();
    let mut whole = logitdist_testing::npy_of("(899,)", &bits);
    let at = whole.windows(3).position(|bytes| bytes == b"<f8").unwrap();
    whole[at + 1] = b'i';
    assert_eq!(with(&text), with(&files.bytes("whole.npy", &whole)));
    assert_ne!(with(&text), json(compare(a, b, &["--format", "json"]))["intervals"]);
    for (content, part) in [("1\n2\n", "there are 2 groups and 899 inputs"), ("1\nx\n", "line 2")] {
        let path = files.bytes("wrong.txt", content.as_bytes());
        compare(a, b, &["--groups", &path]).refused(&[part]);
    }
    compare(a, b, &["--blocks", "2"]).refused(&["a whole number from 3 to 1000"]);
}

#[test]
fn reorderings_show_what_unrelated_models_would_and_change_nothing_else() {
    let (a, b) = ("digits-m8-a.npz", "digits-m8-b.npz");
    let mut got = json(compare(a, b, &["--format", "json", "--null", "200"]));
    let null = got["null"].clone();
    assert_eq!((&null["reorderings"], null["how"].as_str().unwrap().contains("freely")), (&200.into(), true));
    let m_cca = &null["of"]["m_cca"];
    let number = |of: &str| m_cca[of].as_f64().unwrap();
    assert!((number("mean") - got["m_cca_null"].as_f64().unwrap()).abs() < 0.005, "{m_cca}");
    assert!(number("mean") < number("q95") && number("q95") < number("q99") && number("q99") < 0.12);
    assert!((number("share") - 1.0 / 201.0).abs() < 1e-12);
    let procrustes = &null["of"]["procrustes"];
    assert!(procrustes["q99"].as_f64() < procrustes["mean"].as_f64(), "smaller is closer: {procrustes}");
    let plain = json(compare(a, b, &["--format", "json"]));
    got["null"] = Value::Null;
    assert_eq!(got, plain);
    let table = compare(a, b, &["--null", "100"]).ok().stdout;
    assert!(table.contains("What 100 reorderings show (b's inputs change places freely)"), "{table}");
    let csv = compare(a, b, &["--null", "200", "--format", "csv"]).ok().stdout;
    assert!(csv.contains(&format!("null,m_cca,q99,{:?},", number("q99"))), "{csv}");
    compare(a, b, &["--null", "5"]).refused(&["from 100 to 100000"]);
}

#[test]
fn what_would_take_long_is_left_out_and_says_so() {
    let files = Files::new();
    let wide = |name: &str, phase: f64| files.model_with_phase(name, [900, 8, 300], phase);
    let (a, b) = (wide("a.npz", 0.1), wide("b.npz", 0.7));
    let got = json(logitdist(&["compare", &a, &b, "--format", "json"]));
    assert_eq!(got["intervals"], Value::Null);
    let warnings = got["verdict"]["warnings"].to_string();
    assert!(warnings.contains("--intervals asks for them"), "{warnings}");
    let quiet = json(logitdist(&["compare", &a, &b, "--format", "json", "--no-intervals"]));
    assert!(!quiet["verdict"]["warnings"].to_string().contains("--intervals"));
}

#[test]
fn the_page_begins_with_the_answer() {
    let files = Files::new();
    let folder = files.path("report");
    compare("digits-m8-a.npz", "digits-m8-b.npz", &["--report", &folder]).ok();
    let page = std::fs::read_to_string(format!("{folder}/report.html")).unwrap();
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("Predictions: nearly the same") < at("Every bound holds."));
    assert!(page.contains("0.971 [0.958, 0.981]"));
}
