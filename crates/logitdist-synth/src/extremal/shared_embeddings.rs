//! E7: the same embeddings, a small divergence, and unembeddings that are not linearly related.

use super::plane::{direction, points_at, uniform};
use crate::error::{SynthError, require_count, require_positive};
use crate::random::normal;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Angles of the labels, in sixteenths of π.
const LABELS: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 10.0, 16.0, 20.0, 26.0];
/// Which label's unembedding the second model gives to each label.
const SWAPPED: [usize; 8] = [0, 1, 2, 3, 5, 4, 7, 6];
/// Angles of the clusters of inputs, in sixteenths of π.
const INPUTS: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 13.0, 13.0, 23.0, 23.0];

/// Eight labels in the plane, two pairs of them swapped in the second model (Nielsen et al. 2026, appendix).
///
/// ‖g‖ = γ at angles (0, 1, 2, 3, 10, 16, 20, 26)·π/16; the second model swaps labels 5 ↔ 6 and 7 ↔ 8. Both
/// share the embeddings: clusters at angles (0, 1, 2, 3, 13, 13, 23, 23)·π/16 ± uniform π/256, of length
/// |normal| + 2. The inputs lie between the swapped labels, so that the predictions hardly change: with the
/// paper's values d_KL is 0.0046 in either direction, d_logit² 672, and m_CCA of the unembeddings
/// 0.67377293228 whatever the seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SharedEmbeddings {
    /// γ > 0, the length of the unembeddings; 5.5 in the paper.
    pub gamma: f64,
    /// Inputs per cluster, ≥ 1; 500 in the paper.
    pub cluster_size: usize,
}

impl Default for SharedEmbeddings {
    fn default() -> Self {
        SharedEmbeddings { gamma: 5.5, cluster_size: 500 }
    }
}

impl SharedEmbeddings {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_positive("gamma", self.gamma)?;
        require_count("cluster_size", self.cluster_size, 1)
    }

    /// Draws a pair. Inputs are in the order of their clusters.
    ///
    /// # Errors
    /// As [`check`](SharedEmbeddings::check); γ so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let angles = LABELS.map(|sixteenths| sixteenths * PI / 16.0);
        let mut f = Mat::zeros(INPUTS.len() * self.cluster_size, 2);
        for i in 0..f.nrows() {
            let angle = INPUTS[i / self.cluster_size] * PI / 16.0 + uniform(PI / 256.0, rng);
            let length = normal(rng).abs() + 2.0;
            for j in 0..2 {
                f[(i, j)] = length * direction(angle, j);
            }
        }
        let a = Model::new(f.clone(), points_at(self.gamma, &angles), None)?;
        let b = Model::new(f, points_at(self.gamma, &SWAPPED.map(|y| angles[y])), None)?;
        Ok((a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{d_logit_squared, kl, m_cca};
    use crate::random::rng;

    #[test]
    fn the_numbers_are_the_published_ones() {
        for seed in 0..4 {
            let (a, b) = SharedEmbeddings::default().sample(&mut rng(seed, 0)).unwrap();
            assert_eq!(a.embeddings(), b.embeddings());
            assert_eq!((a.n_inputs(), a.n_labels()), (4000, 8));
            let correlation = m_cca(a.unembeddings(), b.unembeddings());
            assert!((correlation - 0.67377293228).abs() < 1e-11, "seed {seed}: {correlation}");
            for kl in [kl(&a, &b), kl(&b, &a)] {
                assert!((kl - 0.0046).abs() < 0.0004, "seed {seed}: {kl}");
            }
            let d_squared = d_logit_squared(&a, &b);
            assert!((d_squared / 672.0 - 1.0).abs() < 0.03, "seed {seed}: {d_squared}");
        }
    }
}
