//! The whitened distance: the logit distance with every direction of a model's logits in units of its own spread.

use super::table::{Measure, Of, Part, Same, Unit, Value};
use crate::applicable::{Applicable, Reason};
use crate::reduced::{Direction, Reduced, ReducedModel};
use logitdist_linalg::matmul;

pub(super) const ROWS: [Measure; 1] = [Measure {
    tokens: &["d_white_ab", "d_white_ba"],
    name: "whitened distance, {a}'s directions counting alike",
    meaning: "Logit distance with every direction of {a}'s logits in units of its own standard deviation",
    formula: "√(tr(Σᵤ⁺ Cov(u − u′)) / rank Σᵤ), Σᵤ = Cov(u) of model {a}",
    source: "this project",
    of: Of::Directions,
    unit: Unit::One,
    same: Same::Zero("no difference that varies along {a}'s directions"),
    part: Part::Geometry,
    log_p: true,
    headline: true,
    value: Value::Number(|shared, d| d_white(&shared.reduced, d)),
    ..Measure::DISTANCE
}];

/// Whitened distance (`d_white_ab`, `d_white_ba`), ≥ 0; 0 = Δ does not vary along the directions in which u does. Not symmetric.
///
/// `d_white² = tr(Σ_u⁺ Cov(Δ)) / rank Σ_u`, a pure number, and `Σ(1 − ρ_i²) ≤ rank Σ_u · d_white²`. Not applicable if u is constant.
/// Source: theory §3.
pub fn d_white(reduced: &Reduced, direction: Direction) -> Applicable<f64> {
    let (model, _) = reduced.models(direction);
    let spectrum = model.spectrum();
    if spectrum.is_empty() {
        return Err(Reason::Constant { what: "logits", side: model.side });
    }
    let whitened: f64 = variances(model, reduced).iter().zip(spectrum).map(|(v, sigma)| v / sigma).sum();
    Ok((whitened / spectrum.len() as f64).sqrt())
}

/// Variances of Δ over the inputs along the principal directions of a model's logits, as many as its spectrum has values.
pub(crate) fn variances(model: &ReducedModel, reduced: &Reduced) -> Vec<f64> {
    let along = matmul(reduced.delta.get(1.., ..), model.logits_directions().as_ref());
    along.col_iter().map(|column| column.squared_norm_l2()).collect()
}
