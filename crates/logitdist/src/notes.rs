//! Remarks on values that exist but need a word.

use crate::applicable::Reason;
use crate::measure::table::{Measure, Part, measures};
use crate::probability::LogitPrecision;
use crate::settings::Settings;
use crate::shared::Shared;

/// The remarks on the measures that the settings ask for and that a pair has, by token.
///
/// What is to be said of all probabilities is said whichever of them are asked for: at its own measure, or else at the first.
pub(crate) fn notes(
    shared: &Shared,
    settings: &Settings,
    has: impl Fn(&Measure) -> bool,
) -> Vec<(&'static str, String)> {
    // A remark is on all tokens of a row.
    let asked: Vec<&Measure> = measures()
        .filter(|row| {
            settings.asks_for(row.part) && row.tokens.iter().any(|token| settings.selection.has(token))
        })
        .filter(|row| has(row))
        .collect();
    let first = asked.iter().find(|row| matches!(row.part, Part::Probability | Part::SinglePrecision));
    let is_asked = |token: &str| asked.iter().any(|row| row.tokens[0] == token);
    let mut said = Vec::new();
    if let Some(first) = first {
        for (token, note) in [("kl_ab", on_probabilities(shared)), ("log_tau", lost_digits(shared))] {
            let token = if is_asked(token) { token } else { first.tokens[0] };
            said.extend(note.map(|note| (token, note)));
        }
    }
    said.extend(asked.iter().filter_map(|row| Some((row.tokens[0], (row.note)(shared)?))));
    let mut notes = Vec::new();
    said.into_iter().for_each(|(token, note)| add(&mut notes, token, note));
    notes
}

/// Adds a remark on a token. A token has one: a second is joined to the first.
pub(crate) fn add(notes: &mut Vec<(&'static str, String)>, token: &'static str, note: String) {
    match notes.iter_mut().find(|(known, _)| *known == token) {
        Some((_, before)) => *before = format!("{before}; {note}"),
        None => notes.push((token, note)),
    }
}

/// What single precision costs, if logits are in it, and which labels have no probability.
fn on_probabilities(shared: &Shared) -> Option<String> {
    let error = shared.sums().logit_error;
    let single = (shared.precision == LogitPrecision::F32).then(|| {
        format!(
            "from logits in single precision, like all that follows from probabilities: those of the inputs checked are off by at most {error:.1e} nats"
        )
    });
    let notes: Vec<String> = single.into_iter().chain(masked(shared)).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// What masked labels mean for divergences.
fn masked(shared: &Shared) -> Option<String> {
    let Reason::Masked(masks) = shared.reduced.masked()? else { return None };
    let infinite: Vec<&str> = [(&masks.only_b, "KL(a ‖ b)"), (&masks.only_a, "KL(b ‖ a)")]
        .into_iter()
        .filter(|(labels, _)| !labels.is_empty())
        .map(|(_, name)| name)
        .collect();
    let infinite =
        if infinite.is_empty() { String::new() } else { format!("; so {} is ∞", infinite.join(" and ")) };
    Some(format!("{masks}{infinite}"))
}

/// Where rounding of logits alone changes probabilities by more than a millionth of themselves.
///
/// −log τ is how far the logits of an input are apart at most, and a logit z in f64 is uncertain by ε|z|, a probability relatively by as much.
fn lost_digits(shared: &Shared) -> Option<String> {
    const TOO_COARSE: f64 = 1e-6;
    if shared.reduced.masked().is_some() {
        return None;
    }
    let apart = -shared.sums().log_tau;
    let rounding = f64::EPSILON * apart;
    (rounding > TOO_COARSE).then(|| {
        format!(
            "logits of one input are up to {apart:.2e} apart, so that rounding alone changes probabilities by up to {rounding:.2e} of themselves; so few digits of kl, jeffreys, js, tv, hellinger and d_llv mean anything"
        )
    })
}
