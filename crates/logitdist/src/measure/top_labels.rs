//! Agreement on more than the most probable label.

use super::table::{Measure, Range, Same, Uncertainty, Unit, Value};
use crate::probability::TOP;
use crate::shared::Shared;

const AGREEMENT: Measure = Measure {
    unit: Unit::Share,
    range: Range::between(0.0, 1.0),
    same: Same::One("same predictions"),
    uncertainty: Uncertainty::Logit,
    ..Measure::DISTANCE
};

pub(super) const ROWS: [Measure; 4] = [
    Measure {
        tokens: &["top5_agreement"],
        name: "share of inputs with the same five labels",
        meaning: "Share of inputs with the same set of five most probable labels",
        formula: "of equal probabilities the first labels; all labels if there are at most five",
        uncertainty: Uncertainty::Share(|input| input.top[0].are_same()),
        value: Value::Number(|shared, _| Ok(same(shared, 0))),
        note: |shared| all_labels(shared, 0),
        ..AGREEMENT
    },
    Measure {
        tokens: &["top5_overlap"],
        name: "overlap of the five labels",
        meaning: "Share of the five most probable labels that both models have in common, mean over the inputs",
        formula: "E_x |A ∩ B| / 5, A and B the sets of top5_agreement",
        value: Value::Number(|shared, _| Ok(overlap(shared, 0))),
        ..AGREEMENT
    },
    Measure {
        tokens: &["top10_agreement"],
        name: "share of inputs with the same ten labels",
        meaning: "Share of inputs with the same set of ten most probable labels",
        formula: "of equal probabilities the first labels; all labels if there are at most ten",
        uncertainty: Uncertainty::Share(|input| input.top[1].are_same()),
        value: Value::Number(|shared, _| Ok(same(shared, 1))),
        note: |shared| all_labels(shared, 1),
        ..AGREEMENT
    },
    Measure {
        tokens: &["top10_overlap"],
        name: "overlap of the ten labels",
        meaning: "Share of the ten most probable labels that both models have in common, mean over the inputs",
        formula: "E_x |A ∩ B| / 10, A and B the sets of top10_agreement",
        value: Value::Number(|shared, _| Ok(overlap(shared, 1))),
        ..AGREEMENT
    },
];

fn same(shared: &Shared, which: usize) -> f64 {
    let sums = shared.sums();
    sums.same_top[which] as f64 / sums.n as f64
}

fn overlap(shared: &Shared, which: usize) -> f64 {
    let sums = shared.sums();
    let labels = TOP[which].min(shared.reduced.n_labels);
    sums.common_top[which] as f64 / (sums.n * labels) as f64
}

fn all_labels(shared: &Shared, which: usize) -> Option<String> {
    let labels = shared.reduced.n_labels;
    (labels <= TOP[which])
        .then(|| format!("saturated: there are {labels} labels, so the sets hold all of them"))
}
