//! Two pairs that have a model in common: how their measures differ, and how sure that is. What the inputs have in common cancels.

use super::jackknife::LeaveOneOut;
use super::{Interval, Intervals};
use crate::comparison::Comparison;
use crate::measure::table::{Uncertainty, measure};
use crate::student_t::t_975;

/// A measure of two pairs over the same inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// The measure.
    pub token: &'static str,
    /// Its values.
    pub values: [f64; 2],
    /// The first less the second.
    pub difference: f64,
    /// The interval of the difference, or why there is none.
    pub interval: Result<Interval, String>,
}

/// The measures that both comparisons have, in the order of the table. Both are of the same inputs, groups and blocks.
pub fn paired(first: &Comparison, second: &Comparison) -> Vec<Paired> {
    let both = first.scalars.iter().filter_map(|(token, value)| {
        let values = [*value.as_ref().ok()?, second.value(token).ok()?];
        Some((*token, values))
    });
    let all = both.map(|(token, values)| Paired {
        token,
        values,
        difference: values[0] - values[1],
        interval: jointly(first, second, token, |x, y| x - y),
    });
    all.collect()
}

/// The interval of a function of a measure's values in both comparisons, by the jackknife over the blocks that they have in common.
///
/// # Errors
/// Why there is none.
pub fn jointly(
    first: &Comparison,
    second: &Comparison,
    token: &str,
    of: impl Fn(f64, f64) -> f64,
) -> Result<Interval, String> {
    let values = [first, second].map(|comparison| comparison.value(token));
    let [Ok(x), Ok(y)] = values else {
        return Err(format!("{token} does not exist for both pairs"));
    };
    let both = [first, second].map(|comparison| comparison.intervals.as_ref());
    let [Some(own), Some(other)] = both else { return Err("no intervals were asked for".to_owned()) };
    jointly_of([x, y], [own, other], token, of)
}

/// [`jointly`] of what is left of two comparisons: a measure's values, and the intervals.
///
/// # Errors
/// Why there is none.
pub fn jointly_of(
    [x, y]: [f64; 2],
    [own, other]: [&Intervals; 2],
    token: &str,
    of: impl Fn(f64, f64) -> f64,
) -> Result<Interval, String> {
    let [Some(rests), Some(others)] = [own, other].map(|all| all.without_each(token)) else {
        let why = "it has no values without single blocks of inputs that a difference could be read off";
        return Err(why.to_owned());
    };
    if own.sizes != other.sizes {
        return Err("the blocks of inputs differ".to_owned());
    }
    let theta = of(x, y);
    let rests: Vec<f64> = rests.iter().zip(others).map(|(x, y)| of(*x, *y)).collect();
    if !theta.is_finite() || rests.iter().any(|x| !x.is_finite()) {
        return Err("with or without a block of inputs it is infinite".to_owned());
    }
    let found = LeaveOneOut::of(theta, &rests, &own.sizes);
    let is_biased = measure(token).is_some_and(|(row, _)| matches!(row.uncertainty, Uncertainty::Fisher));
    let around = if is_biased { found.corrected } else { theta };
    let reach = t_975(rests.len() - 1) * found.standard_error;
    Ok(Interval {
        se: found.standard_error,
        low: around - reach,
        high: around + reach,
        method: "paired jackknife",
        corrected: is_biased.then_some(around),
        marked: None,
    })
}
