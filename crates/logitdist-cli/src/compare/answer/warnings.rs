//! What limits the answer.

use super::representations::{alignment, beyond_chance};
use super::similarity_token;
use super::thresholds::{INPUTS_PER_DIMENSION, Level, REPRESENTATIONS};
use logitdist::{Comparison, ReducedModel};
use logitdist_results::number::short;

/// The warnings, the gravest first.
pub(super) fn of(comparison: &Comparison, inside: Option<Level>) -> Vec<String> {
    let violated = comparison.any_violation();
    let violated = violated.then(|| "A BOUND IS VIOLATED: a proof or this program is wrong".to_owned());
    let all = [
        violated,
        other_rows(comparison, inside),
        few_inputs(comparison),
        other_map(comparison, inside),
        marked(comparison),
    ];
    all.into_iter().flatten().chain(unseen_directions(comparison)).collect()
}

/// Rows that may belong to other inputs.
fn other_rows(comparison: &Comparison, inside: Option<Level>) -> Option<String> {
    if let Some(shift) = comparison.shift {
        return Some(format!(
            "b's rows look shifted: beside row i + {} of b, row i of a has m_cca {}; both models need the same inputs in the same order",
            shift.rows,
            short(shift.m_cca)
        ).replace("+ -", "− "));
    }
    let agreement = comparison.value("top1_agreement").ok()?;
    let labels = comparison.reduced.n_labels as f64;
    (inside == Some(Level::Chance) && agreement < 2.0 / labels).then(|| {
        "neither predictions nor representations have anything in common: are the inputs in the same order in both models?"
            .to_owned()
    })
}

/// Too few inputs for canonical correlations.
fn few_inputs(comparison: &Comparison) -> Option<String> {
    let reduced = &comparison.reduced;
    let of = |model: &ReducedModel| if model.has_embeddings() { model.dim } else { model.rank_embeddings() };
    let dimensions = of(&reduced.a) + of(&reduced.b);
    let enough = INPUTS_PER_DIMENSION * dimensions;
    let null = comparison.value("m_cca_null").ok()?;
    (reduced.n_inputs < enough).then(|| {
        format!(
            "{} inputs are few for {dimensions} dimensions: {} is {} by chance alone; {enough} inputs would do",
            reduced.n_inputs,
            similarity_token(comparison),
            short(null)
        )
    })
}

/// Correlations see any linear map, the alignment error only the one that the unembeddings say.
fn other_map(comparison: &Comparison, inside: Option<Level>) -> Option<String> {
    let value = |token: &str| comparison.value(token).ok();
    let correlation =
        value("m_cca_cv").or_else(|| Some(beyond_chance(value("m_cca")?, value("m_cca_null")?)))?;
    let [.., nearly] = &REPRESENTATIONS;
    let is_other = inside == Some(Level::Different) && correlation >= nearly.correlation;
    let error = alignment(comparison).filter(|_| is_other)?;
    Some(format!(
        "some linear map relates the representations, but not the one that the labels say: that is off by {} % of the spread",
        short(100.0 * error)
    ))
}

/// Means that rest on few inputs.
fn marked(comparison: &Comparison) -> Option<String> {
    let all = &comparison.intervals.as_ref()?.of;
    let marked =
        all.iter().filter_map(|(token, interval)| Some((*token, interval.as_ref().ok()?.marked.as_ref()?)));
    // The held-out value is judged without its interval.
    let marked: Vec<(&str, &String)> = marked.filter(|(token, _)| *token != "m_cca_cv").collect();
    let (_, why) = marked.first()?;
    let tokens: Vec<&str> = marked.iter().map(|(token, _)| *token).collect();
    Some(format!("{}: {why}", tokens.join(", ")))
}

/// Directions of f that no label sees.
fn unseen_directions(comparison: &Comparison) -> Option<String> {
    let (a, b) = (&comparison.reduced.a, &comparison.reduced.b);
    let unseen: Vec<String> = [("a", a), ("b", b)]
        .into_iter()
        .filter(|(_, model)| model.has_embeddings())
        .filter_map(|(name, model)| {
            let rank = comparison.value(&format!("rank_unembeddings_{name}")).ok()? as usize;
            let unseen = model.dim - rank;
            (unseen > 0).then(|| format!("{unseen} of {name}'s {} dimensions", model.dim))
        })
        .collect();
    (!unseen.is_empty()).then(|| {
        format!("the labels do not see {}: the predictions say nothing about them", unseen.join(" and "))
    })
}
