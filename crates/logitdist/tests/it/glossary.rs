//! Every token that a comparison reports is explained, and nothing else is.

use crate::pairs::{compared, regular_pair};
use logitdist::Section;
use logitdist::glossary::{explain, glossary};
use std::collections::BTreeSet;

#[test]
fn the_glossary_explains_exactly_what_a_comparison_reports() {
    let (a, b) = regular_pair(1);
    let comparison = compared(&a, &b);
    let mut measures: BTreeSet<&str> = comparison.scalars.iter().map(|(token, _)| *token).collect();
    measures.extend(comparison.lists.iter().map(|(token, _)| *token));
    measures.insert("logit_error"); // Reported for logits in single precision alone.
    // What a sweep of trained networks adds: it needs labels, which a comparison does not.
    measures.extend(["accuracy_a", "accuracy_b", "tuned_accuracy_a", "tuned_accuracy_b"]);
    measures.extend(["probe_majority", "probe_accuracy_a", "probe_accuracy_b", "probe_accuracy_carried"]);
    measures.extend(["probe_accuracy_determined", "probe_error", "probe_certificate", "probe_sd"]);
    measures.extend(["probe_undetermined", "probe_kept"]);
    // What right answers add.
    let of_targets = logitdist::tokens().filter(|(_, row, _)| row.part == logitdist::Part::Targets);
    measures.extend(of_targets.map(|(token, ..)| token));
    // And one with a search.
    measures.extend(["search_tightness", "search_random", "search_family", "search_start"]);
    measures.extend(["search_ascents", "search_evaluations"]);
    let mut bounds: BTreeSet<&str> = comparison.bounds.iter().map(|bound| bound.theorem.token).collect();
    bounds.insert("probe_agreement"); // It needs a probe.
    // What sweeps add if they are asked for.
    let budgets = logitdist::tokens().filter(|(_, row, _)| row.part == logitdist::Part::Budget);
    bounds.extend(budgets.map(|(token, ..)| token));
    // The names of the fields of `PerInput`, and of what `label_geometry` gives.
    let details: BTreeSet<&str> =
        ["d_logit_x", "kl_ab_x", "kl_ba_x", "label_correlation_a", "label_correlation_b"].into();
    let explained = |of: &dyn Fn(Section) -> bool| -> BTreeSet<&str> {
        glossary().iter().filter(|entry| of(entry.section)).map(|entry| entry.token).collect()
    };
    assert_eq!(explained(&|s| !matches!(s, Section::Bound | Section::Detail)), measures);
    assert_eq!(explained(&|s| s == Section::Bound), bounds);
    assert_eq!(explained(&|s| s == Section::Detail), details);
    assert_eq!(measures.len() + bounds.len() + details.len(), glossary().len(), "a token is listed twice");
}

#[test]
fn a_bound_is_published_or_sharpened_as_its_entry_says() {
    let (a, b) = regular_pair(2);
    for bound in compared(&a, &b).bounds {
        let entry = explain(bound.theorem.token).find(|e| e.section == Section::Bound).unwrap();
        assert!(
            entry.source.starts_with(&bound.theorem.form.to_string()),
            "{}: {}",
            bound.theorem.token,
            entry.source
        );
    }
}
