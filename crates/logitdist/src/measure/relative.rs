//! Distances in units of what is compared, so that a number says by itself whether it is large.

use super::d_logit::{d_logit, known};
use super::d_ls::d_ls_centred;
use super::table::{Measure, Part, Range, Unit, Value};
use crate::applicable::{Applicable, Reason};
use crate::reduced::{Direction, Reduced};

pub(super) const LOGIT: [Measure; 2] = [
    Measure {
        tokens: &["d_logit_relative"],
        name: "logit distance by size of logits",
        meaning: "Logit distance by the size of the logits",
        formula: "d_logit / √(½ (E‖u‖² + E‖u′‖²))",
        source: "this project",
        unit: Unit::One,
        range: Range::between(0.0, 2.0).with("about √2 for unrelated models"),
        part: Part::Geometry,
        log_p: true,
        headline: true,
        value: Value::Number(|shared, _| d_logit_relative(&shared.reduced)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["d_logit_per_label"],
        name: "logit distance per label",
        meaning: "Logit distance per label: how far a typical logit is off",
        formula: "d_logit / √K",
        source: "this project",
        part: Part::Geometry,
        log_p: true,
        value: Value::Number(|shared, _| known(&shared.reduced).map(|_| d_logit_per_label(&shared.reduced))),
        ..Measure::DISTANCE
    },
];

pub(super) const ALIGNMENT: [Measure; 1] = [Measure {
    tokens: &["d_ls_relative_ab", "d_ls_relative_ba"],
    name: "alignment error by spread of f",
    meaning: "Least-squares alignment error of model {b} carried onto {a}, by the spread of {a}'s embeddings",
    formula: "√(tr Cov(G̃⁺(u − u′)) / tr Cov(f))",
    source: "this project",
    unit: Unit::One,
    range: Range::at_least(0.0).with("1 = as far off as f varies"),
    headline: true,
    value: Value::Number(|shared, d| d_ls_relative(&shared.reduced, d)),
    ..Measure::DISSIMILARITY
}];

/// Logit distance by the size of the logits, in [0, 2]; 0 = equal predictions, about √2 for unrelated models.
///
/// `d_logit / √(½ (E‖u‖² + E‖u′‖²))`. Not applicable if all centred logits of both models are 0.
pub fn d_logit_relative(reduced: &Reduced) -> Applicable<f64> {
    let (a, b) = (reduced.a.logits.norm_l2(), reduced.b.logits.norm_l2());
    let size = a.hypot(b) * std::f64::consts::FRAC_1_SQRT_2;
    if size == 0.0 {
        return Err(Reason::Undetermined("the centred logits of both models are 0 everywhere".into()));
    }
    Ok((d_logit(reduced) / size).min(2.0))
}

/// Logit distance per label, `d_logit / √K`, nats, ≥ 0; 0 = equal predictions.
pub fn d_logit_per_label(reduced: &Reduced) -> f64 {
    d_logit(reduced) / (reduced.n_labels as f64).sqrt()
}

/// Alignment error by the spread of the first model's embeddings, ≥ 0; 0 = equal up to a linear map and a constant, 1 = as far off
/// as f varies.
///
/// `√(tr Cov(G̃⁺Δ) / tr Cov(f))`. Not applicable if G̃ = 0 or f is constant.
pub fn d_ls_relative(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    let (model, _) = reduced.models(direction);
    let error = d_ls_centred(reduced, direction)?;
    if model.rank_embeddings() == 0 {
        return Err(Reason::Constant { what: "embeddings", side: model.side });
    }
    Ok(error / model.centred_embeddings().norm_l2())
}
