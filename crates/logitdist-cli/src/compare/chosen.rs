//! What is given for each row of a file, for the inputs and labels that were chosen.

use crate::matched::Matched;
use anyhow::Context;
use logitdist::NO_TARGET;
use logitdist_io::{FileModel, RepeatedRows};
use std::collections::HashMap;

/// The right labels of the inputs that were chosen, as they are numbered among the labels that were.
///
/// # Errors
/// There are fewer targets than rows.
pub fn targets_of(targets: Vec<i64>, matched: &Matched) -> anyhow::Result<Vec<i64>> {
    let targets = of_chosen(targets, "target", matched)?;
    let Some(labels) = &matched.labels[0] else { return Ok(targets) };
    let places: HashMap<i64, i64> =
        labels.iter().enumerate().map(|(place, label)| (*label as i64, place as i64)).collect();
    // An input whose right label was not chosen has no right answer.
    let chosen =
        |target: i64| places.get(&target).copied().unwrap_or(if target < 0 { target } else { NO_TARGET });
    Ok(targets.into_iter().map(chosen).collect())
}

/// The groups of the inputs that were chosen, from those of the rows of a's file.
///
/// # Errors
/// There are fewer groups than rows.
pub fn groups_of(groups: Vec<i64>, matched: &Matched) -> anyhow::Result<Vec<i64>> {
    of_chosen(groups, "group", matched)
}

/// The groups or targets of the inputs that were chosen, from those of the rows of a's file.
fn of_chosen(given: Vec<i64>, what: &str, matched: &Matched) -> anyhow::Result<Vec<i64>> {
    let Some(rows) = &matched.inputs[0] else { return Ok(given) };
    let count = given.len();
    let of = |&row: &usize| {
        given.get(row).copied().with_context(|| {
            format!("--{what}s has {count} {what}s and a's file more rows; a {what} for each row of a's file is needed")
        })
    };
    rows.iter().map(of).collect()
}

/// What to say of embeddings that are zero or come again, if they are more than a twentieth.
pub fn repeated_note(name: &str, model: &FileModel<'_>) -> Option<String> {
    let RepeatedRows { read, zero, repeated } = model.repeated_rows();
    let is_much = |count: usize| 20 * count > read;
    let said: Vec<String> = [(zero, "exactly zero"), (repeated, "exactly the same as an earlier one")]
        .into_iter()
        .filter(|(count, _)| is_much(*count))
        .map(|(count, how)| format!("{count} of {name}'s {read} rows are {how}"))
        .collect();
    (!said.is_empty()).then(|| format!("{}; if that is padding, --rows leaves it out", said.join(", and ")))
}
