//! E4: a difference on two improbable labels.

use crate::error::{SynthError, require, require_count, require_positive};
use crate::random::sign;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Two labels of probability τ, the other K − 2 equally likely; `u' = u ± ε` on the two, with opposite signs.
///
/// M = 2: `g = (log p, e)` with e = (1, −1, 0, …), `f = (1, 0)` and `f' = (1, ε s(x))`, s(x) = ±1 at random.
/// So d_logit² = 2ε², and `(τ/2) d_logit² / d_KL → 1` as ε → 0 (the smallest probability of the pair is
/// τe^(−ε) to first order). The embeddings of a are constant, so they have no correlations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RareLabels {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 3.
    pub labels: usize,
    /// τ in (0, 1/K].
    pub tau: f64,
    /// ε > 0.
    pub epsilon: f64,
}

impl RareLabels {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("inputs", self.inputs, 1)?;
        require_count("labels", self.labels, 3)?;
        let needed = format_args!("greater than 0 and at most 1/labels = 1/{}", self.labels);
        require(self.tau > 0.0 && self.tau <= 1.0 / self.labels as f64, "tau", self.tau, needed)?;
        require_positive("epsilon", self.epsilon)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](RareLabels::check); ε so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let rest = ((1.0 - 2.0 * self.tau) / (self.labels - 2) as f64).ln();
        let g = Mat::from_fn(self.labels, 2, |y, j| match (j, y) {
            (0, 0 | 1) => self.tau.ln(),
            (0, _) => rest,
            (_, 0) => 1.0,
            (_, 1) => -1.0,
            _ => 0.0,
        });
        let mut f = Mat::from_fn(self.inputs, 2, |_, j| if j == 0 { 1.0 } else { 0.0 });
        let a = Model::new(f.clone(), g.clone(), None)?;
        for i in 0..self.inputs {
            f[(i, 1)] = self.epsilon * sign(rng);
        }
        Ok((a, Model::new(f, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{d_logit_squared, kl, log_probabilities};
    use crate::random::rng;

    #[test]
    fn the_bound_from_kl_is_attained_in_the_limit() {
        for (labels, tau) in [(3, 0.3), (5, 0.2), (7, 1e-3), (100, 1e-6)] {
            for epsilon in [0.1, 1e-2, 1e-3, 1e-4] {
                let family = RareLabels { inputs: 20, labels, tau, epsilon };
                let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
                let smallest = |m: &Model| {
                    log_probabilities(m).col_iter().flat_map(|c| c.iter()).copied().fold(0.0, f64::min).exp()
                };
                assert!((smallest(&a) / tau - 1.0).abs() < 1e-12, "{family:?}");
                let tau = smallest(&a).min(smallest(&b));
                let d_squared = d_logit_squared(&a, &b);
                assert!((d_squared / (2.0 * epsilon * epsilon) - 1.0).abs() < 1e-8, "{family:?}");
                for kl in [kl(&a, &b), kl(&b, &a)] {
                    let ratio = tau / 2.0 * d_squared / kl;
                    assert!(ratio <= 1.0 + 1e-8, "{family:?}: {ratio}");
                    assert!(ratio > 1.0 - 2.0 * epsilon, "{family:?}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn a_rare_label_cannot_be_more_likely_than_the_others() {
        let family = RareLabels { inputs: 1, labels: 4, tau: 0.3, epsilon: 0.1 };
        let message = family.sample(&mut rng(1, 0)).unwrap_err().to_string();
        assert_eq!(message, "tau is 0.3; it must be greater than 0 and at most 1/labels = 1/4");
    }
}
