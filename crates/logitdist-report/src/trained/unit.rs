//! What means are over, and what a mark of a pair is: as the design has it, which need not have teachers or epochs.

use super::arms::Arm;
use crate::words;
use logitdist_results::Study;

/// The loss of second networks that are copies of the first ones.
const COPY: &str = "copy";

/// What the means of some arms are over, one after another: `teachers`, or `networks a × networks b` where all second networks are shared.
pub fn over<'a>(study: &Study, arms: impl Iterator<Item = &'a Arm>) -> String {
    let mut units: Vec<(&str, Vec<String>)> = Vec::new();
    for arm in arms {
        let unit = match (arm.estimate.students, loss(study, &arm.values)) {
            (Some(_), _) => "networks a × networks b (two-way)",
            (None, Some(COPY)) => "networks, each against its own copy,",
            _ => "teachers",
        };
        let name = loss(study, &arm.values).map_or_else(String::new, |loss| words::value_of("loss", loss));
        match units.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => units.push((unit, vec![name])),
        }
    }
    // Most arms need no word for what they are.
    units.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let said = units.iter().enumerate().map(|(i, (unit, names))| match i {
        0 => format!("over {unit}"),
        _ => format!("of {} over {unit}", names.join(", ")),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// What stands under means over something.
pub fn means(over: &str) -> String {
    if over.is_empty() { String::new() } else { format!("Means {over} with 95 % intervals.") }
}

/// A mark of a pair in words.
pub fn mark(study: &Study) -> String {
    let copies = !study.training.pairs.is_empty()
        && study.training.pairs.iter().all(|pair| loss(study, &pair.values) == Some(COPY));
    let what = if copies { "a network and its rounded copy" } else { "a pair of networks" };
    let when = if has_epochs(study) { " at the last epoch" } else { "" };
    format!("Each mark is {what}{when}.")
}

/// When values are of, where there are several epochs to be told apart.
pub fn when(study: &Study) -> &'static str {
    if has_epochs(study) { "All are of the last epoch." } else { "" }
}

fn has_epochs(study: &Study) -> bool {
    study.axis("epoch").is_some_and(|axis| study.axes[axis].values.len() > 1)
}

fn loss<'a>(study: &'a Study, values: &[Option<usize>]) -> Option<&'a str> {
    let axis = study.axis("loss")?;
    values[axis].map(|value| study.axes[axis].values[value].as_str())
}
