//! Gates as a script runs them: exit codes, and what is said.

use crate::{Files, compare, json};

const A: &str = "digits-m8-a.npz";
const B: &str = "digits-m8-b.npz";
const COPY: &str = "digits-m8-a-int8.npz";

#[test]
fn a_crossed_gate_is_exit_code_4_with_a_line_each_and_the_result_all_the_same() {
    let gates = ["--fail-if", "kl_ab_q99 > 0.1", "--fail-if", "m_cca < 0.9", "--fail-if", "d_logit > 100"];
    let run = compare(A, B, &gates);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "gate crossed: kl_ab_q99 is 2.22, over 0.100 by 2.12",
            "gate crossed: m_cca is 0.785, under 0.900 by 0.115"
        ]
    );
    assert!(run.stdout.starts_with("Predictions  nearly the same"));
    assert_eq!(compare(A, COPY, &gates).ok().stderr, "");
}

#[test]
fn gates_on_ends_of_intervals_compute_them() {
    let low = |threshold: &str| compare(A, B, &["--fail-if", &format!("low(top1_agreement) < {threshold}")]);
    assert_eq!(low("0.95").code, 0);
    assert_eq!(low("0.97").code, 4);
    let high = compare(A, B, &["--fail-if", "high( d_logit ) >= 8", "--format", "json"]);
    assert_eq!(high.code, 4);
    let refused = compare(A, B, &["--fail-if", "high(d_logit) >= 8", "--no-intervals"]);
    refused.refused(&["--no-intervals leaves out what a gate needs"]);
}

#[test]
fn what_does_not_exist_counts_as_crossed() {
    let run = compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &["--fail-if", "d_rep_ab > 1e9"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("d_rep_ab does not exist, which counts as crossed: "), "{}", run.stderr);
    assert!(run.stderr.contains("10 labels; at least 17 are needed"));
    let run = compare(A, B, &["--fail-if", "low(log_tau) < -1e9"]);
    assert!(
        run.code == 4 && run.stderr.contains("log_tau has no interval: it is a minimum"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_of_gates_has_names_and_reasons() {
    let files = Files::new();
    let gates = "[[gate]]\nname = \"tail\"\nfail_if = \"kl_ab_q99 > 0.1\"\nwhy = \"as agreed\"\n\
                 [[gate]]\nfail_if = \"m_cca < 0.1\"\n";
    let gates = files.bytes("gates.toml", gates.as_bytes());
    let run = compare(A, B, &["--gate", &gates]);
    assert_eq!(run.code, 4);
    assert_eq!(run.stderr.trim_end(), "gate tail crossed: kl_ab_q99 is 2.22, over 0.100 by 2.12 (as agreed)");
    let both = compare(A, B, &["--gate", &gates, "--fail-if", "m_cca < 0.99"]);
    assert_eq!(both.stderr.lines().count(), 2);
}

#[test]
fn wrong_gates_are_refused_before_anything_is_computed() {
    let files = Files::new();
    for (condition, parts) in [
        ("kl_q99 > 0.1", &["no measure `kl_q99`", "did you mean"][..]),
        ("m_cca", &["the form is TOKEN > NUMBER"]),
        ("m_cca > much", &["`much` is no number"]),
        ("rho < 0.5", &["rho is a list"]),
        ("logit_error > 1", &["this comparison has no logit_error"]),
    ] {
        compare("missing.npz", B, &["--fail-if", condition]).refused(parts);
    }
    for (content, part) in [
        ("", "gate"),
        ("gate = []", "there is no gate"),
        ("[[gate]]\nname = \"x\"", "fail_if"),
        ("[[gate]]\nfail_if = \"m_cca < 1\"\nbecause = \"x\"", "because"),
        ("[[gate]]\nfail_if = \"m_ca < 1\"", "did you mean `m_cca`"),
    ] {
        let path = files.bytes("gates.toml", content.as_bytes());
        compare(A, B, &["--gate", &path]).refused(&["gates.toml", part]);
    }
    compare(A, B, &["--gate", &files.path("none.toml")]).refused(&["none.toml"]);
    // A gate's file is an input: no output replaces it.
    let gates = files.bytes("gates.toml", b"[[gate]]\nfail_if = \"m_cca < 0\"\n");
    compare(A, B, &["--gate", &gates, "--out", &gates]).refused(&["gates.toml"]);
}

#[test]
fn the_command_of_a_result_does_not_depend_on_its_gates() {
    let with = json(compare(A, COPY, &["--format", "json", "--fail-if", "m_cca < 0.5", "--bounds"]));
    assert_eq!(with, json(compare(A, COPY, &["--format", "json"])));
}
