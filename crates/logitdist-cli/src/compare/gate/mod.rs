//! Gates: conditions on measures under which a script should fail.

mod condition;
mod file;

use super::arguments::Arguments;
use condition::{Condition, End};
use logitdist::{Comparison, Settings, measure};
use logitdist_results::number::short;

/// A condition that must not hold, and what its author calls it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    condition: Condition,
    name: Option<String>,
    why: Option<String>,
}

/// The gates of a command line, those of --fail-if first.
///
/// # Errors
/// A condition that cannot be understood, or names no measure of this comparison; a file that cannot be read.
pub fn of(arguments: &Arguments, settings: &Settings) -> anyhow::Result<Vec<Gate>> {
    let mut gates = Vec::new();
    for text in &arguments.fail_if {
        gates.push(Gate { condition: text.parse()?, name: None, why: None });
    }
    for path in &arguments.gate {
        gates.extend(file::read(path)?);
    }
    gates.iter().try_for_each(|gate| check_asked(&gate.condition, settings))?;
    Ok(gates)
}

/// Whether any of them needs values without blocks of inputs.
pub fn need_resampling(gates: &[Gate]) -> bool {
    let needs = |gate: &Gate| gate.condition.end.is_some() || gate.condition.token == "m_cca_cv";
    gates.iter().any(needs)
}

/// What was left out cannot be looked at.
fn check_asked(condition: &Condition, settings: &Settings) -> anyhow::Result<()> {
    let (row, _) = measure(&condition.token).expect("tokens were checked");
    // Whether blocks of inputs are left out follows from the gates.
    if condition.token == "m_cca_cv" || settings.asks_for(row.part) {
        return Ok(());
    }
    anyhow::bail!("gate `{condition}`: this comparison has no {}; --logits f32 computes it", condition.token)
}

/// A line for each gate that was crossed.
pub fn crossed(gates: &[Gate], comparison: &Comparison) -> Vec<String> {
    gates.iter().filter_map(|gate| gate.crossed(comparison)).collect()
}

impl Gate {
    fn crossed(&self, comparison: &Comparison) -> Option<String> {
        let Condition { token, end, than, number, .. } = &self.condition;
        let what = self.condition.subject();
        let value = match end {
            None => comparison.value(token).map_err(|reason| reason.to_string()),
            Some(end) => of_interval(comparison, token, *end),
        };
        let said = match value {
            Ok(x) if than.holds(x, *number) => {
                format!(
                    "{what} is {}, {} {} by {}",
                    short(x),
                    than.words(),
                    short(*number),
                    short((x - number).abs())
                )
            }
            Ok(_) => return None,
            Err(reason) => format!("{what} does not exist, which counts as crossed: {reason}"),
        };
        let name = self.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        let why = self.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        Some(format!("gate{name} crossed: {said}{why}"))
    }
}

/// An end of the interval of a token.
fn of_interval(comparison: &Comparison, token: &str, end: End) -> Result<f64, String> {
    comparison.value(token).map_err(|reason| reason.to_string())?;
    let interval = comparison.intervals.as_ref().and_then(|all| all.get(token));
    match interval.expect("gates on intervals ask for them") {
        Ok(interval) => Ok(match end {
            End::Low => interval.low,
            End::High => interval.high,
        }),
        Err(reason) => Err(format!("{token} has no interval: {reason}")),
    }
}
