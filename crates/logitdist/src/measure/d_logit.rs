//! The logit distance.

use super::source::LOGIT_DISTANCE;
use super::table::{Measure, Part, Range, Same, Value};
use crate::applicable::Applicable;
use crate::reduced::Reduced;

pub(super) const ROWS: [Measure; 2] = [
    Measure {
        tokens: &["d_logit"],
        name: "logit distance",
        meaning: "Logit distance of the two distributions, a metric",
        formula: "√(E‖u − u′‖²), u = G̃ f + b̃ the centred logits",
        source: LOGIT_DISTANCE,
        part: Part::Geometry,
        log_p: true,
        headline: true,
        value: Value::Number(|shared, _| known(&shared.reduced)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["d_logit_centred"],
        name: "centred logit distance",
        meaning: "Part d̄ of the logit distance that varies over inputs: what T1–T5 spend",
        formula: "√(d_logit² − ‖E(u − u′)‖²)",
        source: LOGIT_DISTANCE,
        same: Same::Zero("equal up to a constant"),
        range: Range::at_least(0.0).with("at most d_logit"),
        part: Part::Geometry,
        log_p: true,
        headline: true,
        value: Value::Number(|shared, _| Ok(d_logit_centred(&shared.reduced))),
        ..Measure::DISTANCE
    },
];

/// Logit distance, a metric between distributions, ≥ 0; 0 = equal predictions.
///
/// `d_logit = √(E‖u − u′‖²)`, u the centred logits. Source: Nielsen et al. 2026; the L2 Aitchison distance.
pub fn d_logit(reduced: &Reduced) -> f64 {
    *reduced.d_logit.get_or_init(|| reduced.streamed().unwrap_or_else(|| reduced.delta.norm_l2()))
}

/// The logit distance; not applicable if it would have to be made of directions that are not known.
pub(super) fn known(reduced: &Reduced) -> Applicable<f64> {
    match reduced.unknown_directions().filter(|_| reduced.streamed().is_none()) {
        Some(reason) => Err(reason),
        None => Ok(d_logit(reduced)),
    }
}

/// Centred part of the logit distance, `d̄ = √(d_logit² − ‖E Δ‖²)`, in [0, `d_logit`].
///
/// It is the norm of the rows of Δ under the first, which holds E Δ: nothing is subtracted.
pub fn d_logit_centred(reduced: &Reduced) -> f64 {
    *reduced.d_logit_centred.get_or_init(|| reduced.delta.get(1.., ..).norm_l2())
}
