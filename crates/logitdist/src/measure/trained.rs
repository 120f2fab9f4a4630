//! Measures of trained networks. They need right answers or the networks, so that a sweep computes them.

use super::invariance::{CARRIED, Change};
use super::table::{Measure, Of, Part, Range, Same, Section, Unit};

const ACCURACY_OF: Measure = Measure {
    of: Of::Models,
    unit: Unit::Share,
    range: Range::between(0.0, 1.0).with("only in sweeps of trained networks"),
    same: Same::Neither,
    invariance: [Change::Coordinates, Change::Any],
    part: Part::Accuracy,
    ..Measure::DISTANCE
};

pub(super) const ACCURACY: [Measure; 1] = [Measure {
    tokens: &["accuracy_a", "accuracy_b"],
    name: "accuracy of model {a}",
    meaning: "Accuracy of model {a}, a trained network, on the inputs of the comparison",
    formula: "share of inputs whose label has the largest logit, the first of equal ones",
    ..ACCURACY_OF
}];

const PROBE: Measure = Measure {
    of: Of::Pair,
    range: Range::between(0.0, 1.0).with("only in sweeps with a concept"),
    section: Section::Representation,
    part: Part::Concept,
    ..ACCURACY_OF
};

/// In the order in which a transfer of concepts gives its numbers.
pub(super) const CONCEPT: [Measure; 10] = [
    Measure {
        tokens: &["probe_majority"],
        name: "share of the more common answer",
        meaning: "Share of the inputs with the concept's more common answer: what a probe that saw nothing would reach",
        formula: "max(q, 1 − q), q the share of inputs where the concept holds",
        range: Range::between(0.5, 1.0).with("only in sweeps with a concept"),
        invariance: [Change::Any; 2],
        ..PROBE
    },
    Measure {
        tokens: &["probe_accuracy_a"],
        name: "accuracy of a's probe",
        meaning: "Accuracy of a linear probe of the concept on model a, fitted on other inputs",
        formula: "share of inputs where the sign of w·f + c says whether the concept holds; (w, c) by logistic regression on the inputs trained on",
        invariance: [Change::Affine, Change::Any],
        ..PROBE
    },
    Measure {
        tokens: &["probe_accuracy_b"],
        name: "accuracy of the probe refitted on b",
        meaning: "Accuracy of a linear probe of the concept refitted on model b: whether the concept is still there",
        formula: "probe_accuracy_a with model b's embeddings",
        invariance: [Change::Any, Change::Affine],
        ..PROBE
    },
    Measure {
        tokens: &["probe_accuracy_carried"],
        name: "accuracy of the probe carried over",
        meaning: "Accuracy of model a's probe carried over to model b without refitting: whether the concept is still in the same place",
        formula: "share of inputs where the sign of w·G̃⁺(G̃′f′ + b̃′ − b̃) + c says whether the concept holds; what the distribution leaves undetermined of w is at its mean",
        source: "this project",
        invariance: CARRIED,
        ..PROBE
    },
    Measure {
        tokens: &["probe_accuracy_determined"],
        name: "accuracy of the determined part of a's probe",
        meaning: "Accuracy on model a of the part of its probe that its distribution determines: what the carried probe would reach if both distributions were equal",
        formula: "share of inputs where the sign of w_det·f + c says whether the concept holds, w_det = G̃⁺G̃ w",
        source: "this project",
        range: Range::between(0.0, 1.0)
            .with("probe_accuracy_a if G̃ has full column rank; only in sweeps with a concept"),
        invariance: [Change::Rotation, Change::Any],
        ..PROBE
    },
    Measure {
        tokens: &["probe_error"],
        name: "error of the carried probe",
        meaning: "Error of the carried probe's score",
        formula: "√(E(w·G̃⁺Δ)²), Δ = u − u′: T8's left side for the concept's probe",
        source: "this project",
        unit: Unit::Score,
        range: Range::at_least(0.0).with("only in sweeps with a concept"),
        same: Same::Zero("carried over exactly"),
        invariance: CARRIED,
        ..PROBE
    },
    Measure {
        tokens: &["probe_certificate"],
        name: "certified error of the carried probe",
        meaning: "What the distributions alone certify of the carried probe's error",
        formula: "‖G̃⁺ᵀw‖ · d_logit: T8's right side for the concept's probe",
        source: "this project",
        unit: Unit::Score,
        range: Range::at_least(0.0).with("at least probe_error; only in sweeps with a concept"),
        same: Same::Zero("carried over exactly"),
        invariance: CARRIED,
        ..PROBE
    },
    Measure {
        tokens: &["probe_sd"],
        name: "standard deviation of a's probe",
        meaning: "Standard deviation of the score of model a's probe, to judge its error by",
        formula: "sd over inputs of w·f",
        unit: Unit::Score,
        range: Range::at_least(0.0).with("only in sweeps with a concept"),
        invariance: [Change::Affine, Change::Any],
        ..PROBE
    },
    Measure {
        tokens: &["probe_undetermined"],
        name: "undetermined part of a's probe",
        meaning: "Standard deviation of the part of the score that model a's distribution does not determine: it is not carried",
        formula: "sd over inputs of (w − G̃⁺G̃ w)·f",
        source: "this project",
        unit: Unit::Score,
        range: Range::at_least(0.0).with("0 if G̃ has full column rank; only in sweeps with a concept"),
        invariance: [Change::Rotation, Change::Any],
        ..PROBE
    },
    Measure {
        tokens: &["probe_kept"],
        name: "share of inputs decided alike by the carried probe",
        meaning: "Share of inputs that the determined part of a's probe decides on model a as it does, carried over, on model b",
        formula: "share of inputs where w_det·f + c and w·G̃⁺(G̃′f′ + b̃′ − b̃) + c have one sign",
        source: "this project",
        same: Same::One("every decision is kept"),
        invariance: CARRIED,
        ..PROBE
    },
];

pub(super) const TUNED: [Measure; 1] = [Measure {
    tokens: &["tuned_accuracy_a", "tuned_accuracy_b"],
    name: "accuracy of model {a} adapted to the concept",
    meaning: "Accuracy of model {a} adapted to telling where the concept holds, on test inputs",
    formula: "share of inputs whose answer has the larger logit, under a new linear head trained on the answers, \
              with the embedder or without",
    range: Range::between(0.0, 1.0).with("only in sweeps that adapt networks"),
    invariance: [Change::Nothing, Change::Any],
    section: Section::Representation,
    part: Part::Tuned,
    ..ACCURACY_OF
}];
