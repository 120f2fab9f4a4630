//! T9 and T10: KL divergence against logit distance.

use super::{Bound, Form, Scale};
use crate::probability::{ProbabilitySums, over_tau};
use crate::reduced::{Direction, Reduced};

/// T9 `logit_from_kl` and `logit_from_kl_pointwise`, and T10 `kl_from_logit`, over the inputs of the probability part.
///
/// T9: `d_logit² ≤ (2/τ) d_KL`, pointwise `d_logit² ≤ E[(2/τ(x)) KL(x)]`; T10: `d_KL ≤ d_logit²/4`. KL is that of the direction.
/// All sides are means over the same inputs, be they all or a sample.
pub fn kl_bounds(reduced: &Reduced, direction: Direction, sums: &ProbabilitySums) -> [Bound; 3] {
    let (kl, pointwise) = match direction {
        Direction::Ab => (&sums.kl_ab, sums.kl_ab_over_tau),
        Direction::Ba => (&sums.kl_ba, sums.kl_ba_over_tau),
    };
    let kl = kl.mean(sums.n);
    let squared_distance = sums.squared_logit_distance / sums.n as f64;
    let scale = Scale::Squared(reduced.squared_scale());
    let from_kl = |token, rhs| {
        Bound::at_most(token, Form::Sharpened, squared_distance, rhs, scale)
            .vacuous_if(rhs == f64::INFINITY, || format!("τ underflows: log τ = {:.4e}", sums.log_tau))
    };
    [
        from_kl("logit_from_kl", over_tau(kl, sums.log_tau)),
        from_kl("logit_from_kl_pointwise", pointwise / sums.n as f64),
        Bound::at_most("kl_from_logit", Form::Sharpened, kl, 0.25 * squared_distance, scale),
    ]
}
