//! E9: two labels whose log-odds differ by the same at every input.

use crate::error::{SynthError, require_count, require_positive};
use crate::random::sign;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Two labels, log-odds that differ by r at every input, and the probabilities for which the KL divergence is the largest at that
/// distance: `KL(p ‖ p') = ψ(r)`, T10′ with equality.
///
/// M = 1, K = 2: g = (1, −1). The label that b finds more probable, one of the two at random, has `p = 1/r − 1/(e^r − 1)` under a. So
/// d_logit = r/√2. [`EvenLabels`](super::EvenLabels) is the pair for the divergences of T15.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistantLabels {
    /// N ≥ 1.
    pub inputs: usize,
    /// r > 0, the range of the log-odds between a and b, at most 100.
    pub range: f64,
}

impl DistantLabels {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("inputs", self.inputs, 1)?;
        require_positive("range", self.range)?;
        crate::error::require(self.range <= 100.0, "range", self.range, "at most 100")
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](DistantLabels::check).
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let r = self.range;
        // Near 0 the closed form would cancel.
        let p = if r < 0.01 { 0.5 - r / 12.0 } else { 1.0 / r - 1.0 / r.exp_m1() };
        let log_odds = (p / (1.0 - p)).ln();
        let g = Mat::from_fn(2, 1, |y, _| if y == 0 { 1.0 } else { -1.0 });
        let signs: Vec<f64> = (0..self.inputs).map(|_| sign(rng)).collect();
        let model = |log_odds: f64| {
            Model::new(Mat::from_fn(self.inputs, 1, |i, _| 0.5 * signs[i] * log_odds), g.clone(), None)
        };
        Ok((model(log_odds)?, model(log_odds + r)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extremal::EvenLabels;
    use crate::extremal::attained::{bound, compared, tightness};
    use crate::random::rng;

    #[test]
    fn the_kl_divergence_is_the_largest_at_every_distance() {
        for range in [1e-3, 0.1, 1.0, 4.0, 20.0, 60.0] {
            let (a, b) = DistantLabels { inputs: 7, range }.sample(&mut rng(1, 0)).unwrap();
            let reached = tightness(&compared(&a, &b), "kl_from_logit_sharp");
            assert!(reached > 1.0 - 1e-6, "r = {range}: {reached}");
        }
    }

    #[test]
    fn even_labels_have_the_largest_bounded_divergences_at_every_distance() {
        for epsilon in [1e-3, 0.1, 1.0, 4.0, 20.0] {
            let (a, b) = EvenLabels { inputs: 7, epsilon }.sample(&mut rng(1, 0)).unwrap();
            let comparison = compared(&a, &b);
            for token in ["tv_from_logit", "hellinger_from_logit", "js_from_logit"] {
                let reached = tightness(&comparison, token);
                assert!(reached > 1.0 - 1e-6, "ε = {epsilon}: {token} {reached}");
            }
            assert!(!bound(&comparison, "kl_from_logit_sharp").is_violated());
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (inputs, range, message) in [
            (0, 1.0, "inputs is 0; it must be at least 1"),
            (1, 0.0, "range is 0; it must be finite and greater than 0"),
            (1, 101.0, "range is 101; it must be at most 100"),
        ] {
            let error = DistantLabels { inputs, range }.sample(&mut rng(0, 0)).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
