//! `--only`, `--skip` and `--quick`.

use crate::{compare, json};
use serde_json::Value;

const A: &str = "digits-m8-a.npz";
const B: &str = "digits-m8-b.npz";

fn got(more: &[&str]) -> Value {
    json(compare(A, B, &[&["--format", "json"], more].concat()))
}

#[test]
fn only_what_is_named_is_there_with_the_same_digits() {
    let all = got(&[]);
    let some = got(&["--only", "kl_ab_q99,m_cca,m_cca_sharp"]);
    for token in ["kl_ab_q99", "m_cca", "n_inputs"] {
        assert_eq!(some[token], all[token], "{token}");
        assert_eq!(some["intervals"][token], all["intervals"][token], "{token}");
    }
    assert_eq!(some["bounds"]["m_cca_sharp"], all["bounds"]["m_cca_sharp"]);
    assert!(some.get("d_logit").is_none() && some["bounds"].get("cca_spectral").is_none());
    let table = compare(A, B, &["--only", "kl_ab_median"]).ok().stdout;
    assert!(table.contains("  kl_ab_median       0.0073 [") && !table.contains("m_cca  "), "{table}");
    assert!(table.contains("No bound was asked for."));
}

#[test]
fn what_is_skipped_is_not_there_and_the_rest_is_as_it_was() {
    let (all, rest) = (got(&[]), got(&["--skip", "d_rep,bounds,kl_ab"]));
    for token in ["d_rep_ab", "kl_ab"] {
        assert!(rest.get(token).is_none(), "{token}");
    }
    for token in ["kl_ba", "m_cca", "d_llv_min", "cka"] {
        assert_eq!(rest[token], all[token], "{token}");
    }
    assert!(rest["bounds"].as_object().unwrap().is_empty());
    let files = crate::Files::new();
    let page = files.path("page");
    compare(A, B, &["--skip", "rho,spectrum_a,d_rep,bounds,rank_logits_a", "--report", &page]).ok();
    // The folder alone makes the page again.
    crate::logitdist(&["report", &page]).ok();
}

#[test]
fn a_quick_answer_has_a_sample_and_says_both_words() {
    let quick = got(&["--quick", "--inputs-limit", "200"]);
    assert_eq!(quick["n_inputs_probability"], 200);
    assert_eq!(quick["m_cca"], got(&[])["m_cca"]);
    assert_eq!(quick["verdict"]["representations"]["level"], "different");
    assert_eq!(quick["verdict"]["predictions"]["level"], "nearly");
    assert!(quick.get("d_rep_ab").is_none());
}

#[test]
fn gates_bring_what_they_name_and_names_that_are_none_are_refused() {
    let run = compare(A, B, &["--only", "m_cca", "--fail-if", "kl_ab > 0"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("kl_ab is 0.101"));
    for (more, parts) in [
        (&["--only", "m_cc"][..], &["no measure or bound `m_cc`", "did you mean `m_cca`?"][..]),
        (&["--skip", "bound"], &["did you mean `bounds`?"]),
        (&["--skip", "kl_ab", "--fail-if", "kl_ab > 0"], &["--skip leaves out kl_ab"]),
        (&["--only", "m_cca", "--quick"], &["--quick"]),
        (&["--only", "m_cca", "--report", "x"], &["--report"]),
        (&["--skip", "d_logit", "--report", "x"], &["--skip leaves out d_logit, which a page needs"]),
        (&["--only", "m_cca_cv", "--no-intervals"], &["--no-intervals leaves out"]),
    ] {
        compare(A, B, more).refused(parts);
    }
}
