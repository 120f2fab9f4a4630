//! Remarks on values that need one.

use crate::pairs::{compared, model, normal, regular_pair, rng, value};
use logitdist::{Comparison, Mat, Model};
use std::collections::BTreeSet;

#[test]
fn what_is_saturated_or_chosen_is_said_of_its_measure() {
    // As many dimensions as centred inputs and labels leave, and fewer labels than the lists of the most probable hold.
    let (a, b) = (model(4, 4, 3, false, &mut rng(1)), model(4, 4, 3, false, &mut rng(2)));
    let small = compared(&a, &b);
    let all_of_four = "saturated: there are 4 labels, so the sets hold all of them";
    for (token, words) in [
        ("m_cca", "inputs"),
        ("m_cca_unembeddings", "labels"),
        ("m_cca_logits", "inputs"),
        ("top5_agreement", all_of_four),
        ("top10_agreement", all_of_four),
    ] {
        let note = small.notes.iter().find(|(noted, _)| *noted == token).map(|(_, note)| note.as_str());
        assert!(
            note.is_some_and(|note| note.starts_with("saturated") && note.contains(words)),
            "{token}: {note:?}"
        );
    }
    for (labels, is_noted) in [(5, true), (6, false)] {
        let pair = [1, 2].map(|seed| model(20, labels, 3, false, &mut rng(seed)));
        let notes = compared(&pair[0], &pair[1]).notes;
        assert_eq!(notes.iter().any(|(token, _)| *token == "top5_agreement"), is_noted, "{labels} labels");
    }
    let (a, b) = regular_pair(4);
    let large = compared(&a, &b);
    let noted: BTreeSet<&str> = large.notes.iter().map(|(token, _)| *token).collect();
    assert!(!noted.contains("m_cca") && !noted.contains("m_cca_logits"), "{noted:?}");
    for token in ["d_llv", "d_llv_min"] {
        let note = large.notes.iter().find(|(noted, _)| *noted == token).map(|(_, note)| note.as_str());
        assert!(note.is_some_and(|note| note.contains("pivot label")), "{token}: {note:?}");
    }
}

#[test]
fn a_mean_over_subsets_that_few_of_them_carry_is_said_with_how_many_medians_it_is() {
    let spread = Mat::from_fn(6, 1, |label, _| label as f64);
    let of = |seed: u64| Model::new(normal(30, 1, &mut rng(seed)), spread.clone(), None).unwrap();
    let (a, b) = (of(5), of(6));
    let said = |comparison: &Comparison| {
        let note = comparison.notes.iter().find(|(token, _)| *token == "d_rep_ab");
        note.map(|(_, note)| note.clone())
    };
    let times = |comparison: &Comparison, d: &str| {
        value(comparison, &format!("d_rep_{d}")) / value(comparison, &format!("d_rep_{d}_median"))
    };
    let even = compared(&a, &b);
    assert!(times(&even, "ab").max(times(&even, "ba")) < 3.0);
    assert_eq!(said(&even), None);
    // Two labels of one model are nearly the same, so that the map of their subset is steep in one direction.
    for swapped in [false, true] {
        let mut near = a.unembeddings().to_owned();
        near[(1, 0)] = near[(0, 0)] + 1e-4;
        let near = Model::new(a.embeddings().to_owned(), near, None).unwrap();
        let uneven = if swapped { compared(&b, &near) } else { compared(&near, &b) };
        let most = times(&uneven, "ab").max(times(&uneven, "ba"));
        assert!(most > 10.0);
        let note = said(&uneven).unwrap();
        assert!(note.contains(&format!("it is {most:.1} times the median")), "{most}: {note}");
    }
}
