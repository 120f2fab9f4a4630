//! Gates: conditions on measures under which a script should fail.

mod condition;
mod file;

use super::arguments::Arguments;
use super::compared_pair::ComparedPair;
use condition::{Condition, End};
use logitdist::{Comparison, Part, Settings, measure};
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
    if let Some(gate) = gates.iter().find(|gate| gate.condition.of_floor && arguments.floor.is_none()) {
        anyhow::bail!("gate `{}`: there is no floor; --floor MODEL names another run of A", gate.condition);
    }
    Ok(gates)
}

/// Whether any of them needs values without blocks of inputs.
pub fn need_resampling(gates: &[Gate]) -> bool {
    let needs = |gate: &Gate| gate.condition.end.is_some() || gate.condition.token == "m_cca_cv";
    gates.iter().any(needs)
}

/// The tokens that they look at.
pub fn tokens(gates: &[Gate]) -> Vec<&str> {
    gates.iter().map(|gate| gate.condition.token.as_str()).collect()
}

/// What was left out cannot be looked at.
fn check_asked(condition: &Condition, settings: &Settings) -> anyhow::Result<()> {
    let (row, _) = measure(&condition.token).expect("tokens were checked");
    // Whether blocks of inputs are left out follows from the gates.
    if condition.token == "m_cca_cv" || settings.asks_for(row.part) {
        return Ok(());
    }
    let option = if row.part == Part::Targets { "--targets" } else { "--logits f32" };
    anyhow::bail!("gate `{condition}`: this comparison has no {}; {option} computes it", condition.token)
}

/// A line for each gate that was crossed.
pub fn crossed(compared: &ComparedPair) -> Vec<String> {
    compared.gates.iter().filter_map(|gate| gate.crossed(compared)).collect()
}

impl Gate {
    fn crossed(&self, compared: &ComparedPair) -> Option<String> {
        let comparison = &compared.comparison;
        let Condition { token, end, than, number, of_floor } = &self.condition;
        let floor = compared.floor.as_ref().filter(|_| *of_floor).map(|floor| floor.comparison.value(token));
        let limit = match floor {
            None => Ok((*number, String::new())),
            Some(Ok(floor)) => Ok((number * floor, format!(" ({number} times the floor)"))),
            Some(Err(reason)) => Err(format!("its floor: {reason}")),
        };
        let what = self.condition.subject();
        let value = match end {
            None => comparison.value(token).map_err(|reason| reason.to_string()),
            Some(end) => of_interval(comparison, token, *end),
        };
        let said = match value.and_then(|x| Ok((x, limit?))) {
            Ok((x, (limit, times))) if than.holds(x, limit) => {
                format!(
                    "{what} is {}, {} {}{times} by {}",
                    short(x),
                    than.words(),
                    short(limit),
                    short((x - limit).abs())
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
