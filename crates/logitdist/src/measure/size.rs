//! Sizes and ranks.

use super::invariance::Change;
use super::table::{Measure, Of, Range, Value};
use super::whose::Whose;
use crate::labels::KnownDirections;
use crate::reduced::{Reduced, ReducedModel};

const PER_MODEL: Measure =
    Measure { of: Of::Models, range: Range::at_least(1.0), whose: Whose::Firsts, ..Measure::COUNT };
const RANK: Measure = Measure {
    range: Range::at_least(0.0).with("0 = constant; at most the dimension"),
    source: "numerical convention of this project",
    invariance: [Change::Affine, Change::Any],
    ..PER_MODEL
};

pub(super) const ROWS: [Measure; 6] = [
    Measure {
        tokens: &["n_inputs"],
        name: "inputs",
        meaning: "Number N of inputs that both models were evaluated on",
        range: Range::at_least(1.0),
        value: Value::Number(|shared, _| Ok(shared.reduced.n_inputs as f64)),
        ..Measure::COUNT
    },
    Measure {
        tokens: &["n_labels"],
        name: "labels",
        meaning: "Number K of labels",
        range: Range::at_least(1.0),
        value: Value::Number(|shared, _| Ok(shared.reduced.n_labels as f64)),
        ..Measure::COUNT
    },
    Measure {
        tokens: &["dim_a", "dim_b"],
        name: "dimension",
        meaning: "Dimension M of model {a}",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.model(d).dim as f64)),
        ..PER_MODEL
    },
    Measure {
        tokens: &["rank_embeddings_a", "rank_embeddings_b"],
        name: "rank of the embeddings",
        meaning: "Numerical rank of the centred embeddings of model {a}",
        formula: "singular values of the centred embeddings above max(rows, columns)·ε·σ₁ and 128ε times their \
                  norm before centring",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.model(d).rank_embeddings() as f64)),
        ..RANK
    },
    Measure {
        tokens: &["rank_unembeddings_a", "rank_unembeddings_b"],
        name: "rank of the unembeddings",
        meaning: "Numerical rank of the centred unembeddings of model {a}, at most K − 1",
        formula: "singular values of G̃ above max(rows, columns)·ε·σ₁ and 128ε times the norm before centring",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.model(d).rank_unembeddings() as f64)),
        ..RANK
    },
    Measure {
        log_p: true,
        whose: Whose::Nobodys,
        tokens: &["rank_logits_a", "rank_logits_b"],
        name: "rank of the logits",
        meaning: "Numerical rank of the centred logits of model {a}",
        invariance: [Change::Coordinates, Change::Any],
        formula: "singular values of the centred logits above max(rows, columns)·ε·σ₁ and 128ε times \
                  Σ_j ‖f_j‖ ‖g_j‖ over columns before centring",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.model(d).rank_logits() as f64)),
        note: |shared| share_of_asked(&shared.reduced),
        ..RANK
    },
];

/// How much of the logits is in directions whose number was given.
fn share_of_asked(reduced: &Reduced) -> Option<String> {
    let of = |model: &ReducedModel| {
        let alone = model.alone.filter(|alone| alone.directions == KnownDirections::Asked)?;
        let share = 100.0 * model.embeddings.squared_norm_l2() / alone.squared_size.max(f64::MIN_POSITIVE);
        Some(format!(
            "{} asked for {} {:.4} % of the squared size of {}'s logits; what follows from directions is about these alone",
            if model.dim == 1 { "the one direction".into() } else { format!("the {} directions", model.dim) },
            if model.dim == 1 { "holds" } else { "hold" },
            share.min(100.0),
            model.side
        ))
    };
    let said: Vec<String> = [&reduced.a, &reduced.b].into_iter().filter_map(of).collect();
    (!said.is_empty()).then(|| said.join("; "))
}
