//! E13: a difference that regression cannot make smaller.

use crate::error::{SynthError, require_count, require_positive};
use crate::orthonormal::centred_orthonormal;
use crate::random::normal_matrix;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Embeddings `f = f' + e` with e uncorrelated with f' over the inputs, and shared standard normal unembeddings.
///
/// `[f' e/ε]` (N×2M) are centred orthonormal columns times √N. So `G̃⁺Δ = e` is the residual of the regression of f on f' already, and
/// T20 is an equality: `R² = 1/(1 + ε²)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UncorrelatedResidual {
    /// N ≥ 2M + 1.
    pub inputs: usize,
    /// K ≥ M + 1.
    pub labels: usize,
    /// M ≥ 1.
    pub dim: usize,
    /// ε > 0.
    pub epsilon: f64,
}

impl UncorrelatedResidual {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("dim", self.dim, 1)?;
        require_count("inputs", self.inputs, 2 * self.dim + 1)?;
        require_count("labels", self.labels, self.dim + 1)?;
        require_positive("epsilon", self.epsilon)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](UncorrelatedResidual::check); ε so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let (z, size) = (centred_orthonormal(self.inputs, 2 * self.dim, rng), (self.inputs as f64).sqrt());
        let g = normal_matrix(self.labels, self.dim, rng);
        let f_b = Mat::from_fn(self.inputs, self.dim, |i, j| size * z[(i, j)]);
        let f = Mat::from_fn(self.inputs, self.dim, |i, j| {
            f_b[(i, j)] + size * self.epsilon * z[(i, self.dim + j)]
        });
        Ok((Model::new(f, g.clone(), None)?, Model::new(f_b, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extremal::attained::{compared, tightness};
    use crate::random::rng;

    #[test]
    fn the_explained_variance_is_as_small_as_the_distributions_allow() {
        for (labels, dim) in [(2, 1), (6, 3), (30, 8)] {
            for epsilon in [1e-3, 0.1, 1.0] {
                let family = UncorrelatedResidual { inputs: 40, labels, dim, epsilon };
                let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
                let comparison = compared(&a, &b);
                let reached = tightness(&comparison, "r2_from_logit");
                assert!((reached - 1.0).abs() < 1e-9, "{family:?}: {reached}");
                assert!((comparison["r2_ab"] - 1.0 / (1.0 + epsilon * epsilon)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let family = UncorrelatedResidual { inputs: 4, labels: 3, dim: 2, epsilon: 0.1 };
        let error = family.sample(&mut rng(0, 0)).unwrap_err();
        assert_eq!(error.to_string(), "inputs is 4; it must be at least 5");
    }
}
