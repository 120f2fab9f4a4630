//! E3: a difference in the weakest direction of the unembeddings.

use crate::base::BaseModel;
use crate::embeddings::Embeddings;
use crate::error::{SynthError, require_count, require_positive};
use crate::moment::centred_columns;
use crate::random::sign;
use crate::spectrum::Spectrum;
use crate::unembeddings::Unembeddings;
use logitdist::Model;
use logitdist_linalg::{rank_tolerance, svd};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Logits `u' = u + ε s(x) v`, v the left singular vector of G̃ for its smallest non-zero singular value
/// σ_min.
///
/// u comes from a [`BaseModel`] with Gaussian embeddings and unembeddings and logits of size 1, s(x) = ±1 at
/// random. The unembeddings are shared; `f' = f + ε s(x) w/σ_min`, w the right singular vector. So d_logit =
/// ε and d_LS = ε/σ_min(G̃). A probe in the direction w errs by as much as T8 allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakestDirection {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 2.
    pub labels: usize,
    /// M ≥ 1.
    pub dim: usize,
    /// The condition number of G̃, ≥ 1; 1 if K = 2 or M = 1.
    pub condition: f64,
    /// ε > 0, the distance.
    pub epsilon: f64,
}

impl WeakestDirection {
    fn base(&self) -> BaseModel {
        BaseModel {
            inputs: self.inputs,
            labels: self.labels,
            dim: self.dim,
            embeddings: Embeddings::Gaussian,
            spectrum: Spectrum::Isotropic,
            unembeddings: Unembeddings::Gaussian,
            condition: Some(self.condition),
            scale: 1.0,
            bias: 0.0,
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
    /// As [`check`](WeakestDirection::check); ε so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let a = self.base().sample(rng)?;
        let centred = centred_columns(a.unembeddings());
        let decomposition = svd(centred.as_ref());
        let tolerance = rank_tolerance(&decomposition.s, self.labels, self.dim);
        let last =
            decomposition.s.iter().rposition(|&s| s > tolerance).expect("logits of size 1 are not all 0");
        let w = decomposition.v.col(last);
        // The sign of a singular vector is arbitrary; the pair must not depend on it.
        let leading = w.iter().fold(0.0f64, |a, &b| if b.abs() > a.abs() { b } else { a });
        let size = self.epsilon / decomposition.s[last] * leading.signum();
        let mut f = a.embeddings().to_owned();
        for i in 0..self.inputs {
            let step = size * sign(rng);
            for j in 0..self.dim {
                f[(i, j)] += step * w[j];
            }
        }
        let b = Model::new(f, a.unembeddings().to_owned(), None)?;
        Ok((a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{centred_logits, d_logit_squared, unembedding_singular_values};
    use crate::random::rng;
    use logitdist_linalg::matmul;

    #[test]
    fn the_least_squares_alignment_is_off_by_the_distance_over_the_smallest_singular_value() {
        for (labels, dim, condition) in [(10, 4, 100.0), (5, 4, 3.0), (3, 6, 10.0), (2, 1, 1.0), (40, 7, 1e4)]
        {
            for epsilon in [1e-8, 1e-3, 1.0] {
                for seed in 0..4 {
                    let family = WeakestDirection { inputs: 30, labels, dim, condition, epsilon };
                    let (a, b) = family.sample(&mut rng(seed, 0)).unwrap();
                    let case = format!("{family:?}, seed {seed}");
                    let d_logit = d_logit_squared(&a, &b).sqrt();
                    // Logits of size 1 are off by their own rounding.
                    let tolerance = 1e-12 * condition.max(1e3) + 1e-13 / epsilon;
                    assert!((d_logit / epsilon - 1.0).abs() < tolerance, "{case}: {d_logit}");
                    // d_LS² = E‖G̃⁺Δ‖², by the singular value decomposition of G̃.
                    let s = unembedding_singular_values(&a);
                    let u = svd(centred_columns(a.unembeddings()).as_ref()).u;
                    let delta = centred_logits(&a) - centred_logits(&b);
                    let mut coordinates = matmul(delta.as_ref(), u.subcols(0, s.len()));
                    for (j, s) in s.iter().enumerate() {
                        coordinates.col_mut(j).iter_mut().for_each(|v| *v /= s);
                    }
                    let d_ls = (coordinates.squared_norm_l2() / 30.0).sqrt();
                    let ratio = d_ls / (d_logit / s[s.len() - 1]);
                    assert!((ratio - 1.0).abs() < tolerance, "{case}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let good = WeakestDirection { inputs: 5, labels: 3, dim: 2, condition: 2.0, epsilon: 0.1 };
        for (family, message) in [
            (WeakestDirection { labels: 1, ..good.clone() }, "labels is 1; it must be at least 2"),
            (
                WeakestDirection { condition: 0.0, ..good.clone() },
                "condition is 0; it must be finite and at least 1",
            ),
            (WeakestDirection { epsilon: 0.0, ..good }, "epsilon is 0; it must be finite and greater than 0"),
        ] {
            assert_eq!(family.sample(&mut rng(0, 0)).unwrap_err().to_string(), message);
        }
    }
}
