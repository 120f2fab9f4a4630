//! Every token that a comparison reports is explained, and nothing else is.

use crate::pairs::{compared, regular_pair};
use logitdist::glossary::{Section, explain, glossary};
use std::collections::BTreeSet;

#[test]
fn the_glossary_explains_exactly_what_a_comparison_reports() {
    let (a, b) = regular_pair(1);
    let comparison = compared(&a, &b);
    let mut measures: BTreeSet<&str> = comparison.scalars.iter().map(|(token, _)| *token).collect();
    measures.extend(comparison.lists.iter().map(|(token, _)| *token));
    let bounds: BTreeSet<&str> = comparison.bounds.iter().map(|bound| bound.token).collect();
    let explained = |is_bound: bool| -> BTreeSet<&str> {
        let entries = glossary().iter().filter(|e| (e.section == Section::Bound) == is_bound);
        entries.map(|entry| entry.token).collect()
    };
    assert_eq!(explained(false), measures);
    assert_eq!(explained(true), bounds);
    assert_eq!(explained(true).len() + explained(false).len(), glossary().len(), "a token is listed twice");
}

#[test]
fn a_bound_is_published_or_sharpened_as_its_entry_says() {
    let (a, b) = regular_pair(2);
    for bound in compared(&a, &b).bounds {
        let entry = explain(bound.token).find(|e| e.section == Section::Bound).unwrap();
        assert!(entry.source.starts_with(&bound.form.to_string()), "{}: {}", bound.token, entry.source);
    }
}
