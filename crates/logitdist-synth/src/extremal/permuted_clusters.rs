//! E6: clusters that trade places.

use super::plane::{direction, points_at, uniform};
use crate::error::{SynthError, require, require_count, require_positive};
use crate::random::normal;
use crate::spectrum::Joined;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// Nearly the same distribution from embeddings that are not linearly related (Nielsen et al. 2025, Theorem
/// 3.1).
///
/// M = 2. K labels at angles 2πy/K, ‖g‖ = γ; around each, a cluster of inputs at its angle ± uniform π/64 and
/// of length 2 + |0.01 · normal|. In the second model label y and its inputs sit at the angle of label π(y)
/// instead. Its offsets and lengths are drawn anew, as in the paper. As γ grows, both models become certain of the
/// same label: d_KL → 0 in both directions (the paper gives the one from the first model to the second). But
/// d_logit grows, and the canonical correlations stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PermutedClusters {
    /// γ > 0, the length of the unembeddings. In the paper from 1 to 20; 20 by default.
    pub gamma: f64,
    /// π, a permutation of 0 … K − 1, K ≥ 2; in the paper (5, 0, 2, 4, 6, 1, 3), for which the correlations
    /// vanish.
    pub permutation: Vec<usize>,
    /// Inputs per cluster, ≥ 1; 500 in the paper.
    pub cluster_size: usize,
}

impl Default for PermutedClusters {
    fn default() -> Self {
        PermutedClusters { gamma: 20.0, permutation: vec![5, 0, 2, 4, 6, 1, 3], cluster_size: 500 }
    }
}

impl PermutedClusters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_positive("gamma", self.gamma)?;
        let labels = self.permutation.len();
        require_count("length of permutation", labels, 2)?;
        let mut sorted = self.permutation.clone();
        sorted.sort_unstable();
        let needed = format_args!("every label from 0 to {} once", labels - 1);
        require(sorted.iter().copied().eq(0..labels), "permutation", Joined(&self.permutation), needed)?;
        require_count("cluster_size", self.cluster_size, 1)
    }

    /// Draws a pair. Inputs are in the order of their labels.
    ///
    /// # Errors
    /// As [`check`](PermutedClusters::check); γ so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let labels = self.permutation.len();
        let angle = |y: usize| TAU * y as f64 / labels as f64;
        let inputs = labels * self.cluster_size;
        let mut model = |angles: Vec<f64>| {
            let mut f = Mat::zeros(inputs, 2);
            for i in 0..inputs {
                let angle = angles[i / self.cluster_size] + uniform(PI / 64.0, rng);
                let length = 2.0 + (0.01 * normal(rng)).abs();
                for j in 0..2 {
                    f[(i, j)] = length * direction(angle, j);
                }
            }
            Model::new(f, points_at(self.gamma, &angles), None)
        };
        let a = model((0..labels).map(angle).collect())?;
        let b = model(self.permutation.iter().map(|&y| angle(y)).collect())?;
        Ok((a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{d_logit_squared, kl, m_cca, predictions};
    use crate::random::rng;

    #[test]
    fn kl_falls_as_published_while_the_embeddings_stay_uncorrelated() {
        let table = [
            (1.0, 0.7875, 0.001),
            (2.0, 1.057, 0.001),
            (3.0, 0.887, 0.001),
            (5.0, 0.382, 0.003),
            (10.0, 0.0197, 0.02),
            (15.0, 7.6e-4, 0.04),
            (18.0, 1.0e-4, 0.08),
            (20.0, 3e-5, 0.15),
        ];
        let mut last_distance = 0.0;
        for (gamma, published, tolerance) in table {
            let family = PermutedClusters { gamma, ..PermutedClusters::default() };
            let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
            assert_eq!((a.n_inputs(), a.n_labels()), (3500, 7));
            let (forward, backward) = (kl(&a, &b), kl(&b, &a));
            assert!((forward / published - 1.0).abs() < tolerance, "γ = {gamma}: {forward} for {published}");
            // The paper gives one direction. The other is larger, and vanishes as fast.
            let ratio = backward / forward;
            assert!(1.4 < ratio && ratio < 2.1, "γ = {gamma}: {backward} backward");
            assert!(m_cca(a.embeddings(), b.embeddings()) < 0.003, "γ = {gamma}");
            assert_eq!(predictions(&a), predictions(&b), "γ = {gamma}");
            let distance = d_logit_squared(&a, &b);
            assert!(distance > last_distance, "γ = {gamma}");
            last_distance = distance;
        }
    }

    #[test]
    fn without_a_permutation_only_the_scatter_differs() {
        let family = PermutedClusters { permutation: (0..5).collect(), ..PermutedClusters::default() };
        let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
        assert_eq!(a.unembeddings(), b.unembeddings());
        assert!(m_cca(a.embeddings(), b.embeddings()) > 0.99);
    }

    #[test]
    fn what_is_not_a_permutation_is_refused() {
        let family = PermutedClusters { permutation: vec![0, 2, 2], ..PermutedClusters::default() };
        let message = family.sample(&mut rng(1, 0)).unwrap_err().to_string();
        assert_eq!(message, "permutation is 0;2;2; it must be every label from 0 to 2 once");
    }
}
