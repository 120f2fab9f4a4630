//! Remarks on values that need one.

use crate::pairs::{compared, model, regular_pair, rng};
use std::collections::BTreeSet;

#[test]
fn what_is_saturated_or_chosen_is_said_of_its_measure() {
    // As many dimensions as centred inputs and labels leave, and fewer labels than the lists of the most probable hold.
    let (a, b) = (model(4, 4, 3, false, &mut rng(1)), model(4, 4, 3, false, &mut rng(2)));
    let small = compared(&a, &b);
    let noted: BTreeSet<&str> = small.notes.iter().map(|(token, _)| *token).collect();
    for token in ["m_cca", "m_cca_unembeddings", "m_cca_logits", "top5_agreement", "top10_agreement"] {
        assert!(noted.contains(token), "{token}: {noted:?}");
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
