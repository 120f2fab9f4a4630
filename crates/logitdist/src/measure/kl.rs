//! Kullback–Leibler divergence and the other distances between p(·|x) and p′(·|x), as means over inputs.

use super::invariance::Change;
use super::source::LOGIT_DISTANCE;
use super::table::{Measure, Of, Part, Range, Same, Section, Uncertainty, Unit, Value};
use crate::probability::ProbabilitySums;
use crate::reduced::Direction;

const ERROR: Measure = Measure {
    formula: "sd over inputs (n − 1) / √n",
    same: Same::Neither,
    uncertainty: Uncertainty::Never("it is an error itself"),
    ..Measure::DISTANCE
};

pub(super) const KL: [Measure; 2] = [
    Measure {
        tokens: &["kl_ab", "kl_ba"],
        name: "KL({a} ‖ {b})",
        meaning: "KL({a} ‖ {b}): KL divergence from {a} to {b}, expected under {a}",
        formula: "E_x Σ_y p_{a} (log p_{a} − log p_{b}), computed as E_x Σ_y p_{a} (eᵈ − 1 − d), d = log p_{b} − log p_{a}",
        of: Of::Directions,
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.divergences().kl(d))),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["kl_ab_se", "kl_ba_se"],
        name: "standard error of KL({a} ‖ {b})",
        meaning: "Standard error of kl_{a}{b} over inputs",
        of: Of::Directions,
        value: Value::Number(|shared, d| shared.sums().kl(d).standard_error()),
        ..ERROR
    },
];

pub(super) const ROWS: [Measure; 11] = [
    Measure {
        tokens: &["jeffreys"],
        name: "Jeffreys divergence",
        meaning: "Jeffreys divergence, the sum of both KL divergences",
        formula: "kl_ab + kl_ba",
        value: Value::Number(|shared, _| Ok(shared.divergences().jeffreys)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["js"],
        name: "Jensen–Shannon divergence",
        meaning: "Jensen–Shannon divergence",
        formula: "E_x ½KL(p‖m) + ½KL(p′‖m), m = (p + p′)/2",
        headline: true,
        range: Range::between(0.0, std::f64::consts::LN_2),
        value: Value::Number(|shared, _| Ok(shared.divergences().js)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["js_se"],
        name: "standard error of js",
        meaning: "Standard error of js over inputs",
        value: Value::Number(|shared, _| shared.sums().js.standard_error()),
        ..ERROR
    },
    Measure {
        tokens: &["tv"],
        name: "total variation distance",
        meaning: "Total variation distance",
        formula: "E_x ½ Σ|p − p′|",
        headline: true,
        unit: Unit::One,
        range: Range::between(0.0, 1.0),
        value: Value::Number(|shared, _| Ok(shared.divergences().tv)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["tv_se"],
        name: "standard error of tv",
        meaning: "Standard error of tv over inputs",
        unit: Unit::One,
        value: Value::Number(|shared, _| shared.sums().tv.standard_error()),
        ..ERROR
    },
    Measure {
        tokens: &["hellinger"],
        name: "Hellinger distance",
        meaning: "Hellinger distance",
        formula: "E_x √(½ Σ(√p − √p′)²)",
        headline: true,
        unit: Unit::One,
        range: Range::between(0.0, 1.0),
        value: Value::Number(|shared, _| Ok(shared.divergences().hellinger)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["hellinger_se"],
        name: "standard error of hellinger",
        meaning: "Standard error of hellinger over inputs",
        unit: Unit::One,
        value: Value::Number(|shared, _| shared.sums().hellinger.standard_error()),
        ..ERROR
    },
    Measure {
        tokens: &["tau"],
        name: "smallest probability",
        meaning: "Smallest probability τ",
        formula: "min over inputs, labels and both models of p",
        source: LOGIT_DISTANCE,
        unit: Unit::One,
        range: Range::between(0.0, 1.0).with("at most 1/K; 0 where it underflows: see log_tau"),
        same: Same::Neither,
        uncertainty: Uncertainty::Never("it is a minimum"),
        value: Value::Number(|shared, _| Ok(shared.divergences().tau)),
        ..Measure::DISTANCE
    },
    Measure {
        log_p: true,
        tokens: &["log_tau"],
        name: "log of the smallest probability",
        meaning: "Logarithm of the smallest probability",
        formula: "log τ",
        source: LOGIT_DISTANCE,
        range: Range::at_most(0.0).with("at most −log K; finite where τ underflows"),
        same: Same::Neither,
        headline: true,
        uncertainty: Uncertainty::Never("it is a minimum"),
        value: Value::Number(|shared, _| Ok(shared.divergences().log_tau)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["top1_agreement"],
        name: "share of inputs predicted alike",
        meaning: "Share of inputs with the same most probable label",
        formula: "E_x 1[argmax p = argmax p′], the first of equals",
        unit: Unit::Share,
        range: Range::between(0.0, 1.0),
        same: Same::One("same predictions"),
        headline: true,
        uncertainty: Uncertainty::Share(|input| input.agreeing),
        value: Value::Number(|shared, _| Ok(shared.divergences().top1_agreement)),
        ..Measure::DISTANCE
    },
    Measure {
        tokens: &["n_inputs_probability"],
        name: "inputs of the probabilities",
        meaning: "Inputs that KL and its relatives were computed on: all, or a random sample",
        unit: Unit::Count,
        range: Range::at_least(1.0),
        same: Same::Neither,
        invariance: [Change::Any; 2],
        section: Section::Size,
        uncertainty: Uncertainty::Never("it is a count"),
        value: Value::Number(|shared, _| Ok(shared.sums().n as f64)),
        ..Measure::DISTANCE
    },
];

pub(super) const PRECISION: [Measure; 1] = [Measure {
    tokens: &["logit_error"],
    name: "error of the logits",
    meaning: "Largest error of the logits in single precision, over the inputs checked; where they are beyond its range, of those in double",
    formula: "max over one input of each tile, labels and both models of |u − u in double precision| + ε|u|",
    range: Range::at_least(0.0).with("there only if logits are asked for in single precision"),
    same: Same::Neither,
    invariance: [Change::Nothing; 2],
    part: Part::SinglePrecision,
    uncertainty: Uncertainty::Never("it is a maximum"),
    value: Value::Number(|shared, _| Ok(shared.sums().logit_error)),
    ..Measure::DISTANCE
}];

/// Distances between the distributions of two models, over the inputs of the probability part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergences {
    /// E_x KL(p ‖ p′), nats, ≥ 0; ∞ if b alone masks a label.
    pub kl_ab: f64,
    /// E_x KL(p′ ‖ p), nats, ≥ 0; ∞ if a alone masks a label.
    pub kl_ba: f64,
    /// Jeffreys divergence `kl_ab + kl_ba`, nats, ≥ 0.
    pub jeffreys: f64,
    /// E_x of the Jensen–Shannon divergence, nats, in [0, ln 2].
    pub js: f64,
    /// E_x ½ Σ|p − p′|, in [0, 1].
    pub tv: f64,
    /// E_x √(½ Σ(√p − √p′)²), in [0, 1].
    pub hellinger: f64,
    /// Smallest probability over inputs, labels and both models; 0 where it underflows.
    pub tau: f64,
    /// log τ, finite where τ underflows.
    pub log_tau: f64,
    /// Share of inputs on which both have the same most probable label (the first of equals), in [0, 1].
    pub top1_agreement: f64,
}

impl Divergences {
    /// KL divergence from the first model of the direction to the second.
    pub fn kl(&self, direction: Direction) -> f64 {
        match direction {
            Direction::Ab => self.kl_ab,
            Direction::Ba => self.kl_ba,
        }
    }
}

/// All divergences from the sums over inputs.
pub fn divergences(sums: &ProbabilitySums) -> Divergences {
    let (kl_ab, kl_ba) = (sums.kl_ab.mean(), sums.kl_ba.mean());
    Divergences {
        kl_ab,
        kl_ba,
        jeffreys: kl_ab + kl_ba,
        js: sums.js.mean(),
        tv: sums.tv.mean(),
        hellinger: sums.hellinger.mean(),
        tau: sums.log_tau.exp(),
        log_tau: sums.log_tau,
        top1_agreement: sums.agreeing as f64 / sums.n as f64,
    }
}
