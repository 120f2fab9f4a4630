//! How KL divergence and logit distance are spread over the inputs: a mean may hide a few inputs that are far off.
//!
//! Of over [`MOST_EACH`](crate::MOST_EACH) inputs values are counted in ranges, and percentiles are within 0.05 % of themselves.

use super::table::{Measure, Of, Uncertainty, Value};
use crate::applicable::Applicable;
use crate::probability::InputDivergences;
use crate::reduced::Direction;
use crate::shared::Shared;

/// Levels of the percentiles, as they follow each other in the tables.
pub const LEVELS: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 1.0];

/// The percentiles at [`LEVELS`] of what was measured at each input.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentiles {
    /// Of KL(p ‖ p′).
    pub kl_ab: [f64; 5],
    /// Of KL(p′ ‖ p).
    pub kl_ba: [f64; 5],
    /// Of ‖Δ‖.
    pub d_logit: [f64; 5],
}

const OF_KL: Measure = Measure { of: Of::Directions, ..Measure::DISTANCE };
const OF_LOGITS: Measure = Measure { log_p: true, ..Measure::DISTANCE };

pub(super) const KL: [Measure; 5] = [
    Measure {
        tokens: &["kl_ab_median", "kl_ba_median"],
        name: "median of KL({a} ‖ {b})",
        meaning: "Median over the inputs of KL({a} ‖ {b})",
        uncertainty: Uncertainty::Percentile(0.5, InputDivergences::kl),
        value: Value::Number(|shared, d| kl(shared, d, 0)),
        ..OF_KL
    },
    Measure {
        tokens: &["kl_ab_q90", "kl_ba_q90"],
        name: "90th percentile of KL({a} ‖ {b})",
        meaning: "KL({a} ‖ {b}) that 90 % of the inputs do not exceed",
        formula: "linear between order statistics",
        uncertainty: Uncertainty::Percentile(0.9, InputDivergences::kl),
        value: Value::Number(|shared, d| kl(shared, d, 1)),
        ..OF_KL
    },
    Measure {
        tokens: &["kl_ab_q99", "kl_ba_q99"],
        name: "99th percentile of KL({a} ‖ {b})",
        meaning: "KL({a} ‖ {b}) that 99 % of the inputs do not exceed",
        formula: "linear between order statistics",
        headline: true,
        uncertainty: Uncertainty::Percentile(0.99, InputDivergences::kl),
        value: Value::Number(|shared, d| kl(shared, d, 2)),
        ..OF_KL
    },
    Measure {
        tokens: &["kl_ab_q999", "kl_ba_q999"],
        name: "99.9th percentile of KL({a} ‖ {b})",
        meaning: "KL({a} ‖ {b}) that 99.9 % of the inputs do not exceed",
        formula: "linear between order statistics",
        uncertainty: Uncertainty::Percentile(0.999, InputDivergences::kl),
        value: Value::Number(|shared, d| kl(shared, d, 3)),
        ..OF_KL
    },
    Measure {
        tokens: &["kl_ab_max", "kl_ba_max"],
        name: "largest KL({a} ‖ {b}) at an input",
        meaning: "Largest KL({a} ‖ {b}) at an input",
        uncertainty: Uncertainty::Never("it is a maximum"),
        value: Value::Number(|shared, d| kl(shared, d, 4)),
        ..OF_KL
    },
];

pub(super) const LOGIT: [Measure; 5] = [
    Measure {
        tokens: &["d_logit_median"],
        name: "median of the logit distance",
        meaning: "Median over the inputs of the logit distance at an input",
        formula: "median of ‖u(x) − u′(x)‖",
        uncertainty: Uncertainty::Percentile(0.5, |input, _| input.d_logit()),
        value: Value::Number(|shared, _| Ok(shared.percentiles().d_logit[0])),
        ..OF_LOGITS
    },
    Measure {
        tokens: &["d_logit_q90"],
        name: "90th percentile of the logit distance",
        meaning: "Logit distance that 90 % of the inputs do not exceed",
        formula: "of ‖u(x) − u′(x)‖, linear between order statistics",
        uncertainty: Uncertainty::Percentile(0.9, |input, _| input.d_logit()),
        value: Value::Number(|shared, _| Ok(shared.percentiles().d_logit[1])),
        ..OF_LOGITS
    },
    Measure {
        tokens: &["d_logit_q99"],
        name: "99th percentile of the logit distance",
        meaning: "Logit distance that 99 % of the inputs do not exceed",
        formula: "of ‖u(x) − u′(x)‖, linear between order statistics",
        uncertainty: Uncertainty::Percentile(0.99, |input, _| input.d_logit()),
        value: Value::Number(|shared, _| Ok(shared.percentiles().d_logit[2])),
        ..OF_LOGITS
    },
    Measure {
        tokens: &["d_logit_q999"],
        name: "99.9th percentile of the logit distance",
        meaning: "Logit distance that 99.9 % of the inputs do not exceed",
        formula: "of ‖u(x) − u′(x)‖, linear between order statistics",
        uncertainty: Uncertainty::Percentile(0.999, |input, _| input.d_logit()),
        value: Value::Number(|shared, _| Ok(shared.percentiles().d_logit[3])),
        ..OF_LOGITS
    },
    Measure {
        tokens: &["d_logit_max"],
        name: "largest logit distance at an input",
        meaning: "Largest logit distance at an input",
        formula: "max of ‖u(x) − u′(x)‖",
        uncertainty: Uncertainty::Never("it is a maximum"),
        value: Value::Number(|shared, _| Ok(shared.percentiles().d_logit[4])),
        ..OF_LOGITS
    },
];

fn kl(shared: &Shared, direction: Direction, level: usize) -> Applicable<f64> {
    let percentiles = shared.percentiles();
    Ok(match direction {
        Direction::Ab => percentiles.kl_ab,
        Direction::Ba => percentiles.kl_ba,
    }[level])
}

/// The percentiles of values at some levels in [0, 1], linear between order statistics (Hyndman & Fan's type 7). Values are not NaN,
/// and there is one at least.
pub fn percentiles<const N: usize>(mut values: Vec<f64>, levels: [f64; N]) -> [f64; N] {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len() - 1;
    levels.map(|level| between(level, last, |place| values[place]))
}

/// A percentile from the values that come before so many others; `last` is the place of the largest.
pub(crate) fn between(level: f64, last: usize, at: impl Fn(usize) -> f64) -> f64 {
    let position = level * last as f64;
    let (below, share) = (position.floor() as usize, position.fract());
    let (low, high) = (at(below), at((below + 1).min(last)));
    // Not a weighted sum: between infinities that would be NaN.
    if share == 0.0 || low == high { low } else { low + share * (high - low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile([3, 1, 8, 2, 5], [50, 90, 99, 99.9, 100])
        let got = percentiles(vec![3.0, 1.0, 8.0, 2.0, 5.0], LEVELS);
        for (got, want) in got.into_iter().zip([3.0, 6.8, 7.88, 7.988, 8.0]) {
            assert!((got - want).abs() < 1e-14, "{got} {want}");
        }
        assert_eq!(percentiles(vec![2.0], LEVELS), [2.0; 5]);
        assert_eq!(percentiles(vec![f64::INFINITY; 3], LEVELS), [f64::INFINITY; 5]);
        assert_eq!(
            percentiles(vec![0.0, f64::INFINITY], [0.0, 0.5, 1.0]),
            [0.0, f64::INFINITY, f64::INFINITY]
        );
    }
}
