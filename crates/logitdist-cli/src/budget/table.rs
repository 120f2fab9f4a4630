//! Budgets as a table for people.

use super::Found;
use super::need::Distance;
use logitdist_results::number::{number, short};
use std::fmt::Write;

pub fn render(found: &Found) -> String {
    let Found { model, n_inputs, n_labels, dim, size, budgets } = found;
    let mut text = format!("model  {model}\n{n_inputs} inputs, {n_labels} labels, dimension {dim}\n");
    let mut line = |line: String| writeln!(text, "{}", line.trim_end()).expect("writing to a string");
    line(format!("size of its centred logits: {}, root mean square", number(*size)));
    line(String::new());
    line(format!("{:32}{:>12}{:>11}{:>11}   lost first", "To certify", "d_logit ≤", "relative", "per label"));
    let mut reasons: Vec<&str> = Vec::new();
    for budget in budgets {
        let statement = format!("  {}", budget.statement());
        match &budget.distance {
            Distance::Within(distance) => line(format!(
                "{statement:32}{:>12}{:>11}{:>11}   {}",
                number(*distance),
                short(distance / size),
                short(distance / (*n_labels as f64).sqrt()),
                budget.lost_first
            )),
            Distance::NoLimit(reason) => {
                let place = place(&mut reasons, reason);
                line(format!("{statement:32}{:>12}", format!("no limit [{place}]")));
            }
            Distance::Never(reason) => {
                let place = place(&mut reasons, reason);
                line(format!("{statement:32}{:>12}", format!("n/a [{place}]")));
            }
        }
    }
    line(String::new());
    if let Some((budget, distance)) = found.tightest() {
        line(format!(
            "All of it is certified for every model within d_logit = {}, the budget of {}.",
            number(distance),
            budget.statement()
        ));
    }
    for (i, reason) in reasons.iter().enumerate() {
        line(format!("[{}] {reason}", i + 1));
    }
    text
}

/// The number of a footnote, from 1. Equal ones are one.
fn place<'a>(reasons: &mut Vec<&'a str>, reason: &'a str) -> usize {
    let known = reasons.iter().position(|known| *known == reason);
    known.unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    }) + 1
}
