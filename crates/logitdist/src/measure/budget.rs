//! Budgets of each model, as columns: how close any other model must come for the usual guarantees.

use super::invariance::Change;
use super::table::{Measure, Of, Part, Same, Section, Uncertainty, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::bound::{Decisions, NO_LIMIT, m_cca_budget};
use crate::reduced::Direction;
use crate::shared::Shared;

const BUDGET: Measure = Measure {
    source: "this project",
    of: Of::Models,
    same: Same::Neither,
    invariance: [Change::Coordinates, Change::Any],
    section: Section::Bound,
    part: Part::Budget,
    log_p: true,
    uncertainty: Uncertainty::Never("it is of these inputs alone"),
    ..Measure::DISTANCE
};

/// In the order of the columns.
pub(super) const ROWS: [Measure; 2] = [
    Measure {
        tokens: &["budget_m_cca_a", "budget_m_cca_b"],
        name: "budget of {a} for m_CCA ≥ 0.95",
        meaning: "Largest logit distance at which T3 certifies m_CCA ≥ 0.95 between {a} and any other model",
        formula: "water-filling over the eigenvalues of Cov(u) of model {a}, solved for d_logit",
        whose: Whose::Firsts,
        value: Value::Number(|shared, d| m_cca_budget(shared.model(d), M_CCA)),
        ..BUDGET
    },
    Measure {
        tokens: &["budget_agreement_a", "budget_agreement_b"],
        name: "budget of {a} for an agreement of 0.99",
        meaning: "Largest logit distance at which T16 certifies that any other model answers like {a} on 99 % of the inputs",
        formula: "√(sum of the k + 1 smallest gap²/2, over N), k the whole part of N/100, gap of model {a}",
        value: Value::Number(agreement),
        ..BUDGET
    },
];

/// What is to be certified, as by `logitdist budget` unless it is asked otherwise.
const M_CCA: f64 = 0.95;
const AGREEMENT: f64 = 0.99;

fn agreement(shared: &Shared, direction: Direction) -> Applicable<f64> {
    let (seen, needed) = (shared.sums().n, shared.reduced.n_inputs);
    if seen < needed {
        return Err(Reason::Inputs { inputs: seen, needed });
    }
    let budget = Decisions::of_gaps(shared.gaps(direction)).budget(AGREEMENT);
    if budget.is_finite() { Ok(budget) } else { Err(Reason::Undetermined(NO_LIMIT.into())) }
}
