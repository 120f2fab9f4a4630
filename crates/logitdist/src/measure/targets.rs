//! How right both models are, and on which inputs they differ in that.

use super::invariance::Change;
use super::percentiles::percentiles;
use super::table::{Measure, Of, Part, Range, Same, Section, Uncertainty, Unit, Value};
use crate::applicable::{Applicable, Reason};
use crate::probability::AtTarget;
use crate::reduced::Direction;
use crate::shared::Shared;

/// Levels of the percentiles of p′ − p of the right label.
const LEVELS: [f64; 5] = [0.01, 0.1, 0.5, 0.9, 0.99];

/// What a pair makes of its right answers.
const OF_PAIR: Measure = Measure {
    same: Same::Neither,
    section: Section::Targets,
    part: Part::Targets,
    headline: true,
    ..Measure::DISTANCE
};

/// What each model makes of them.
const OF_MODEL: Measure =
    Measure { of: Of::Models, invariance: [Change::Coordinates, Change::Any], ..OF_PAIR };

const SIGNED: Range =
    Range { low: f64::NEG_INFINITY, high: f64::INFINITY, remark: "under 0 where b is lower" };

const SHARE: Measure = Measure { unit: Unit::Share, range: Range::between(0.0, 1.0), ..OF_PAIR };

const P_DIFFERENCE: Measure =
    Measure { unit: Unit::One, range: Range::between(-1.0, 1.0), headline: false, ..OF_PAIR };

pub(super) const ROWS: [Measure; 17] = [
    Measure {
        tokens: &["n_targets"],
        name: "inputs with a right answer",
        meaning: "Inputs with a right answer, among those that the probabilities were computed on",
        unit: Unit::Count,
        invariance: [Change::Any; 2],
        headline: false,
        uncertainty: Uncertainty::Never("it is a count"),
        value: Value::Number(|shared, _| Ok(shared.targets().count as f64)),
        ..OF_PAIR
    },
    Measure {
        tokens: &["target_accuracy_a", "target_accuracy_b"],
        name: "accuracy of model {a}",
        meaning: "Share of the inputs with a right answer on which it is {a}'s most probable label",
        formula: "E_x 1[argmax p_{a} = right label], the first of equals",
        unit: Unit::Share,
        range: Range::between(0.0, 1.0),
        uncertainty: Uncertainty::TargetShare(|at, model| at.is_right(model)),
        value: Value::Number(|shared, model| of_model(shared, model, |values| values.right)),
        ..OF_MODEL
    },
    Measure {
        tokens: &["target_accuracy_difference"],
        name: "accuracy of b less that of a",
        meaning: "Accuracy of model b less that of model a",
        formula: "target_accuracy_b − target_accuracy_a",
        unit: Unit::Share,
        range: Range { low: -1.0, high: 1.0, remark: "under 0 where b is right less often" },
        uncertainty: Uncertainty::Linear,
        value: Value::Number(|shared, _| of_pair(shared, |values| values.gained - values.lost)),
        ..OF_PAIR
    },
    Measure {
        tokens: &["target_lost"],
        name: "share of inputs that only a has right",
        meaning: "Share of inputs on which a is right and b is wrong",
        uncertainty: Uncertainty::TargetShare(|at, _| at.right == [true, false]),
        value: Value::Number(|shared, _| of_pair(shared, |values| values.lost)),
        ..SHARE
    },
    Measure {
        tokens: &["target_gained"],
        name: "share of inputs that only b has right",
        meaning: "Share of inputs on which b is right and a is wrong",
        uncertainty: Uncertainty::TargetShare(|at, _| at.right == [false, true]),
        value: Value::Number(|shared, _| of_pair(shared, |values| values.gained)),
        ..SHARE
    },
    Measure {
        tokens: &["cross_entropy_a", "cross_entropy_b"],
        name: "cross-entropy of model {a}",
        meaning: "Mean of −log p of the right label under model {a}",
        formula: "−E_x log p_{a}(right label)",
        range: Range::at_least(0.0).with("∞ if the model masks a right label"),
        value: Value::Number(|shared, model| of_model(shared, model, |values| values.cross_entropy)),
        ..OF_MODEL
    },
    Measure {
        tokens: &["cross_entropy_difference"],
        name: "cross-entropy of b less that of a",
        meaning: "Cross-entropy of model b less that of model a",
        formula: "E_x (log p − log p′) of the right label",
        range: SIGNED,
        uncertainty: Uncertainty::Linear,
        value: Value::Number(|shared, _| difference(shared)),
        ..OF_PAIR
    },
    Measure {
        tokens: &["perplexity_a", "perplexity_b"],
        name: "perplexity of model {a}",
        meaning: "Perplexity of model {a} on the right labels",
        formula: "exp(cross_entropy_{a})",
        unit: Unit::One,
        range: Range::at_least(1.0).with("∞ if the model masks a right label"),
        value: Value::Number(|shared, model| {
            of_model(shared, model, |values| values.cross_entropy).map(f64::exp)
        }),
        ..OF_MODEL
    },
    Measure {
        tokens: &["perplexity_ratio"],
        name: "perplexity of b by that of a",
        meaning: "Perplexity of model b divided by that of model a",
        formula: "exp(cross_entropy_difference)",
        unit: Unit::One,
        range: Range::at_least(0.0).with("1 where both are as good"),
        value: Value::Number(|shared, _| difference(shared).map(f64::exp)),
        ..OF_PAIR
    },
    Measure {
        tokens: &["perplexity_difference"],
        name: "perplexity of b less that of a",
        meaning: "Perplexity of model b less that of model a",
        formula: "perplexity_a (perplexity_ratio − 1)",
        unit: Unit::One,
        range: SIGNED,
        uncertainty: Uncertainty::Linear,
        value: Value::Number(|shared, _| {
            let perplexity = of_pair(shared, |values| values.cross_entropy[0])?.exp();
            Ok(perplexity * difference(shared)?.exp_m1())
        }),
        ..OF_PAIR
    },
    Measure {
        tokens: &["target_p_difference"],
        name: "mean change of the right label's probability",
        meaning: "Probability of the right label under b less that under a, mean over the inputs",
        formula: "E_x (p′ − p)(right label)",
        headline: true,
        uncertainty: Uncertainty::Linear,
        value: Value::Number(|shared, _| of_pair(shared, |values| values.p_difference)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_rms"],
        name: "root mean square of that change",
        meaning: "Change of the right label's probability, root mean square over the inputs",
        formula: "√(E_x (p′ − p)²)",
        range: Range::between(0.0, 1.0),
        same: Same::Zero("the right labels as probable"),
        headline: true,
        value: Value::Number(|shared, _| of_pair(shared, |values| values.p_difference_rms)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_q01"],
        name: "1st percentile of that change",
        meaning: "Change of the right label's probability that 1 % of the inputs do not exceed",
        uncertainty: Uncertainty::TargetPercentile(0.01, AtTarget::p_difference),
        value: Value::Number(|shared, _| percentile(shared, 0)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_q10"],
        name: "10th percentile of that change",
        meaning: "Change of the right label's probability that 10 % of the inputs do not exceed",
        uncertainty: Uncertainty::TargetPercentile(0.1, AtTarget::p_difference),
        value: Value::Number(|shared, _| percentile(shared, 1)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_median"],
        name: "median of that change",
        meaning: "Change of the right label's probability, median over the inputs",
        uncertainty: Uncertainty::TargetPercentile(0.5, AtTarget::p_difference),
        value: Value::Number(|shared, _| percentile(shared, 2)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_q90"],
        name: "90th percentile of that change",
        meaning: "Change of the right label's probability that 90 % of the inputs do not exceed",
        uncertainty: Uncertainty::TargetPercentile(0.9, AtTarget::p_difference),
        value: Value::Number(|shared, _| percentile(shared, 3)),
        ..P_DIFFERENCE
    },
    Measure {
        tokens: &["target_p_difference_q99"],
        name: "99th percentile of that change",
        meaning: "Change of the right label's probability that 99 % of the inputs do not exceed",
        uncertainty: Uncertainty::TargetPercentile(0.99, AtTarget::p_difference),
        value: Value::Number(|shared, _| percentile(shared, 4)),
        ..P_DIFFERENCE
    },
];

/// What both models make of the right answers, in the mean.
#[derive(Debug, Clone)]
pub(crate) struct TargetValues {
    /// Inputs with a right answer. Without any, all else means nothing.
    pub count: usize,
    /// Share of them that each model has right.
    right: [f64; 2],
    /// Share that only a has right, and only b.
    lost: f64,
    gained: f64,
    cross_entropy: [f64; 2],
    /// E (log p − log p′).
    cross_entropy_difference: f64,
    p_difference: f64,
    p_difference_rms: f64,
}

impl TargetValues {
    /// Over some inputs, those without a right answer left out.
    pub fn of<'a>(inputs: impl Iterator<Item = &'a AtTarget> + Clone) -> TargetValues {
        let count = inputs.clone().count();
        let mean = |of: &dyn Fn(&AtTarget) -> f64| inputs.clone().map(of).sum::<f64>() / count as f64;
        let share = |of: fn(&AtTarget) -> bool| mean(&|at| f64::from(u8::from(of(at))));
        TargetValues {
            count,
            right: [share(|at| at.right[0]), share(|at| at.right[1])],
            lost: share(|at| at.right == [true, false]),
            gained: share(|at| at.right == [false, true]),
            cross_entropy: [0, 1].map(|model| -mean(&|at| at.log_p[model])),
            cross_entropy_difference: mean(&|at| at.log_ratio),
            p_difference: mean(&AtTarget::p_difference),
            p_difference_rms: mean(&|at| at.p_difference().powi(2)).sqrt(),
        }
    }
}

fn of_pair(shared: &Shared, of: fn(&TargetValues) -> f64) -> Applicable<f64> {
    let values = shared.targets();
    if values.count == 0 { Err(Reason::Inputs { inputs: 0, needed: 1 }) } else { Ok(of(values)) }
}

fn of_model(shared: &Shared, model: Direction, of: fn(&TargetValues) -> [f64; 2]) -> Applicable<f64> {
    match model {
        Direction::Ab => of_pair(shared, |_| 0.0).map(|_| of(shared.targets())[0]),
        Direction::Ba => of_pair(shared, |_| 0.0).map(|_| of(shared.targets())[1]),
    }
}

fn difference(shared: &Shared) -> Applicable<f64> {
    let difference = of_pair(shared, |values| values.cross_entropy_difference)?;
    if difference.is_nan() {
        return Err(Reason::Undetermined("both models mask right labels".into()));
    }
    Ok(difference)
}

fn percentile(shared: &Shared, level: usize) -> Applicable<f64> {
    of_pair(shared, |_| 0.0)?;
    let differences = shared.at_targets().map(AtTarget::p_difference).collect();
    Ok(percentiles(differences, LEVELS)[level])
}
