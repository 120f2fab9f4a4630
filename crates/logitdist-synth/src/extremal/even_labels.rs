//! E5: a difference on two equally likely labels.

use crate::error::{SynthError, require_count, require_positive};
use crate::random::sign;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Two labels whose probabilities are ½ up to ε: `u = ∓½ε s(x)`, `u' = ±½ε s(x)`, s(x) = ±1 at random.
///
/// M = 1, K = 2: g = (1, −1), f = −½ε s(x), f' = ½ε s(x). So d_logit² = 2ε², d_KL = ε tanh(ε/2) in both
/// directions, and `d_KL / (d_logit²/4) = tanh(ε/2)/(ε/2) → 1` as ε → 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvenLabels {
    /// N ≥ 1.
    pub inputs: usize,
    /// ε > 0.
    pub epsilon: f64,
}

impl EvenLabels {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("inputs", self.inputs, 1)?;
        require_positive("epsilon", self.epsilon)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](EvenLabels::check); ε so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let g = Mat::from_fn(2, 1, |y, _| if y == 0 { 1.0 } else { -1.0 });
        let f = Mat::from_fn(self.inputs, 1, |_, _| 0.5 * self.epsilon * sign(rng));
        Ok((Model::new(-&f, g.clone(), None)?, Model::new(f, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{d_logit_squared, kl};
    use crate::random::rng;

    #[test]
    fn kl_approaches_a_quarter_of_the_squared_distance() {
        for epsilon in [1e-4f64, 1e-2, 0.1, 1.0, 5.0] {
            let family = EvenLabels { inputs: 9, epsilon };
            let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
            let d_squared = d_logit_squared(&a, &b);
            assert!((d_squared / (2.0 * epsilon * epsilon) - 1.0).abs() < 1e-14);
            let wanted = (epsilon / 2.0).tanh() / (epsilon / 2.0);
            for kl in [kl(&a, &b), kl(&b, &a)] {
                let ratio = kl / (d_squared / 4.0);
                assert!((ratio / wanted - 1.0).abs() < 1e-7, "ε = {epsilon}: {ratio} for {wanted}");
            }
        }
    }
}
