//! T9 and T10: KL divergence against logit distance, over the inputs of the probability part.
//!
//! KL is that of the direction. All sides are means over the same inputs, be they all or a sample.

use super::table::{NOT_KEPT, SMALLEST};
use super::{Bound, Theorem};
use crate::measure::table::Part;
use crate::probability::over_tau;
use crate::reduced::Direction;
use crate::shared::Shared;
use crate::tolerance::Scale;

pub(super) const ROWS: [Theorem; 3] = [
    Theorem {
        token: "logit_from_kl",
        number: "T9",
        name: "logit distance from KL",
        family: "logit distance from KL",
        meaning: "KL divergence bounds logit distance if no probability is under τ",
        statement: "d_logit² ≤ (2/τ) d_KL",
        needs: "a τ that does not underflow; otherwise it is vacuous",
        source: "proved in this project; the best constant under the assumption of arXiv 2602.15438",
        equality: "two rare labels, E4, in the limit",
        anchor: "t9",
        part: Part::Probability,
        unsure: ["", SMALLEST],
        evaluate: |theorem, shared, direction| {
            let rhs = over_tau(shared.divergences().kl(direction), shared.sums().log_tau);
            Ok(from_kl(theorem, shared, rhs))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "logit_from_kl_pointwise",
        number: "T9",
        name: "logit distance from KL, input by input",
        family: "logit distance from KL",
        meaning: "KL divergence bounds logit distance input by input",
        statement: "d_logit² ≤ E[(2/τ(x)) KL(x)], τ(x) the smallest probability at x",
        needs: "a τ that does not underflow; otherwise it is vacuous",
        equality: "two rare labels, E4, in the limit",
        anchor: "t9",
        part: Part::Probability,
        unsure: ["", NOT_KEPT],
        evaluate: |theorem, shared, direction| {
            let sums = shared.sums();
            let pointwise = match direction {
                Direction::Ab => sums.kl_ab_over_tau,
                Direction::Ba => sums.kl_ba_over_tau,
            };
            Ok(from_kl(theorem, shared, pointwise / sums.n as f64))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "kl_from_logit",
        number: "T10",
        name: "KL from logit distance",
        family: "KL from logit distance",
        meaning: "Logit distance bounds KL divergence",
        statement: "d_KL ≤ d_logit²/4",
        equality: "two equally likely labels, E5, in the limit",
        left: "kl_ab",
        anchor: "t10",
        part: Part::Probability,
        evaluate: |theorem, shared, direction| {
            let kl = shared.divergences().kl(direction);
            Ok(Bound::at_most(theorem, kl, 0.25 * shared.squared_distance(), scale(shared)))
        },
        ..Theorem::SHARPENED
    },
];

/// T9, which says nothing once its right-hand side overflows.
fn from_kl(theorem: &'static Theorem, shared: &Shared, rhs: f64) -> Bound {
    Bound::at_most(theorem, shared.squared_distance(), rhs, scale(shared))
        .vacuous_if(rhs == f64::INFINITY, || format!("τ underflows: log τ = {:.4e}", shared.sums().log_tau))
}

fn scale(shared: &Shared) -> Scale {
    Scale::Squared(shared.reduced.squared_scale())
}
