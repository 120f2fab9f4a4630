//! The logit distance.

use crate::reduced::Reduced;

/// Logit distance, a metric between distributions, ≥ 0; 0 = equal predictions.
///
/// `d_logit = √(E‖u − u′‖²)`, u the centred logits. Source: Nielsen et al. 2026; the L2 Aitchison distance.
pub fn d_logit(reduced: &Reduced) -> f64 {
    reduced.delta.norm_l2()
}

/// Centred part of the logit distance, `d̄ = √(d_logit² − ‖E Δ‖²)`, in [0, `d_logit`].
///
/// It is the norm of the rows of Δ under the first, which holds E Δ: nothing is subtracted.
pub fn d_logit_centred(reduced: &Reduced) -> f64 {
    reduced.delta.get(1.., ..).norm_l2()
}
