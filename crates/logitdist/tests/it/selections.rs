//! What is asked for is computed with the same digits, whatever is left out.

use crate::pairs::{model, noisy, rng};
use logitdist::{Comparison, Interval, Model, Pair, Selection, Settings, compare, theorems, tokens};

fn settings(selection: Selection) -> Settings {
    Settings { selection, inputs_limit: Some(50), null: 100, intervals: true, ..Settings::default() }
}

fn pair() -> [Model; 2] {
    let mut rng = rng(3);
    // More label subsets than are enumerated, so that they are drawn.
    let a = model(120, 30, 5, true, &mut rng);
    let b = noisy(&a, 0.2, &mut rng);
    [a, b]
}

fn compared([a, b]: &[Model; 2], settings: &Settings) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), settings, &mut rng(0)).unwrap()
}

/// Everything that a comparison says of some tokens, as text: of floating-point numbers that is every digit. Marks are left out: those of
/// d_logit are read off the probability part.
fn said(comparison: &Comparison, of: &[&str]) -> Vec<String> {
    let mut said = Vec::new();
    for token in of {
        let intervals = comparison.intervals.as_ref().unwrap();
        let interval = intervals.get(token).cloned();
        let unmarked = interval.map(|found| found.map(|found| Interval { marked: None, ..found }));
        let value = comparison.scalar(token).map(|value| format!("{value:?} {unmarked:?}"));
        let list = comparison.lists.iter().find(|(t, _)| t == token).map(|(_, list)| format!("{list:?}"));
        let bounds = comparison.all_bounds().filter(|(_, bound)| bound.theorem.token == *token);
        let bounds: Vec<String> = bounds.map(|bound| format!("{bound:?}")).collect();
        let note = comparison.notes.iter().find(|(t, _)| t == token);
        let law = comparison.nulls.as_ref().unwrap().get(token);
        said.push(format!("{token} {value:?} {list:?} {bounds:?} {note:?} {law:?}"));
    }
    said
}

fn all_tokens() -> Vec<&'static str> {
    tokens().map(|(token, ..)| token).chain(theorems().map(|theorem| theorem.token)).collect()
}

#[test]
fn each_row_alone_has_the_digits_that_it_has_among_all() {
    let pair = pair();
    let all = compared(&pair, &settings(Selection::All));
    for token in all_tokens() {
        let alone = compared(&pair, &settings(Selection::only([token]).unwrap()));
        assert_eq!(said(&alone, &[token]), said(&all, &[token]));
        let others = alone.scalars.iter().map(|(t, _)| *t).filter(|t| *t != token);
        assert!(others.into_iter().all(|t| t.starts_with("n_") || t.starts_with("dim_")), "{token}");
    }
}

#[test]
fn what_is_left_out_changes_nothing_else() {
    let pair = pair();
    let all = compared(&pair, &settings(Selection::All));
    for names in [&["probability"][..], &["d_rep"], &["llv", "m_cca"], &["bounds", "kl_ab"], &["baselines"]] {
        let selection = Selection::All.without(names.iter().copied()).unwrap();
        let kept: Vec<&str> = all_tokens().into_iter().filter(|token| selection.has(token)).collect();
        let rest = compared(&pair, &settings(selection));
        for token in kept {
            assert_eq!(said(&rest, &[token]), said(&all, &[token]), "{names:?}");
        }
    }
    // Without the null, and with all inputs.
    let other = Settings { null: 0, inputs_limit: None, ..settings(Selection::All) };
    let other = compared(&pair, &other);
    for token in ["d_rep_ab", "d_rep_ba_max", "m_cca_cv"] {
        assert_eq!(other.scalar(token), all.scalar(token), "{token}");
    }
}

#[test]
fn names_are_tokens_or_groups_and_counts_go_with_them() {
    let only = Selection::only(["m_cca", "kl_ab"]).unwrap();
    for (token, has) in [
        ("m_cca", true),
        ("kl_ab", true),
        ("n_inputs", true),
        ("n_inputs_probability", true),
        ("kl_ba", false),
        ("d_ls", false),
    ] {
        assert_eq!(only.has(token), has, "{token}");
    }
    assert!(!Selection::only(["m_cca"]).unwrap().has("n_inputs_probability"));
    assert_eq!(Selection::only(["m_cca", "m_cc"]), Err("m_cc".to_owned()));
}

#[test]
fn what_is_left_out_takes_its_count_with_it() {
    let rest = Selection::All.without(["probability", "d_rep"]).unwrap();
    for token in ["kl_ab", "d_llv", "top1_from_logit", "d_rep_ba", "n_inputs_probability"] {
        assert!(!rest.has(token), "{token}");
    }
    for token in ["d_logit", "cka", "cca_spectral", "n_labels"] {
        assert!(rest.has(token), "{token}");
    }
    assert_eq!(Selection::All.without([]), Ok(Selection::All));
    let rest = Selection::only(["m_cca", "cka"]).unwrap().without(["cka"]).unwrap();
    assert!(rest.has("m_cca") && !rest.has("cka") && !rest.has("d_logit"));
}
