//! E12: any pair, ever closer.

use crate::base::BaseModel;
use crate::embeddings::Embeddings;
use crate::error::{SynthError, require_count, require_positive};
use crate::random::normal_matrix;
use crate::spectrum::Spectrum;
use crate::unembeddings::Unembeddings;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// A Gaussian [`BaseModel`] with logits of size 1, and `f' = f + ε e(x)` with standard normal e.
///
/// As ε → 0 both sides of T18 over the KL divergence tend to 1, whatever the distributions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VanishingDifference {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 2.
    pub labels: usize,
    /// M ≥ 1.
    pub dim: usize,
    /// ε > 0.
    pub epsilon: f64,
}

impl VanishingDifference {
    fn base(&self) -> BaseModel {
        BaseModel {
            inputs: self.inputs,
            labels: self.labels,
            dim: self.dim,
            embeddings: Embeddings::Gaussian,
            spectrum: Spectrum::Isotropic,
            unembeddings: Unembeddings::Gaussian,
            condition: None,
            scale: 1.0,
            bias: 1.0,
        }
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("labels", self.labels, 2)?;
        self.base().check()?;
        require_positive("epsilon", self.epsilon)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](VanishingDifference::check); ε so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let a = self.base().sample(rng)?;
        let (f, e) = (a.embeddings(), normal_matrix(self.inputs, self.dim, rng));
        let moved = Mat::from_fn(self.inputs, self.dim, |i, j| f[(i, j)] + self.epsilon * e[(i, j)]);
        let b = Model::new(moved, a.unembeddings().to_owned(), a.bias().map(<[f64]>::to_vec))?;
        Ok((a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extremal::attained::{compared, tightness};
    use crate::random::rng;

    #[test]
    fn both_sides_of_the_weighted_distance_meet() {
        for (labels, dim) in [(2, 1), (5, 3), (12, 20)] {
            for epsilon in [1e-6, 1e-4] {
                let family = VanishingDifference { inputs: 30, labels, dim, epsilon };
                let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
                let comparison = compared(&a, &b);
                for token in ["kl_weighted_lower", "kl_weighted_upper"] {
                    let reached = tightness(&comparison, token);
                    assert!(reached > 0.999 && reached < 1.0 + 1e-9, "{family:?}: {token} {reached}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let family = VanishingDifference { inputs: 3, labels: 1, dim: 2, epsilon: 0.1 };
        let error = family.sample(&mut rng(0, 0)).unwrap_err();
        assert_eq!(error.to_string(), "labels is 1; it must be at least 2");
    }
}
