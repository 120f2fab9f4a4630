//! E8: embeddings and unembeddings turned in opposite directions.

use super::plane::{direction, points_at};
use crate::error::{SynthError, require_count, require_non_negative, require_positive};
use crate::random::normal;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Angles of the labels, in quarters of π.
const LABELS: [f64; 5] = [0.0, 2.0, 4.0, 5.0, 7.0];
/// The distance of the centre of a cluster from the origin.
const RADIUS: f64 = 5.0;

/// m_CCA = 1 on embeddings and on unembeddings, and no prediction in common (Nielsen et al. 2026, appendix).
///
/// Five labels at angles (0, π/2, π, 5π/4, 7π/4), ‖g‖ = γ; around each label's direction at radius 5 a
/// cluster of inputs, normal of standard deviation `spread`. The second model turns g by −π/4 and f by +π/4:
/// each is linearly related to the first model's, but not by the same map, so the distributions differ
/// (d_logit = 89.9 with the paper's values).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TurnedClusters {
    /// γ > 0, the length of the unembeddings; 8 in the paper.
    pub gamma: f64,
    /// Standard deviation of either coordinate in a cluster, ≥ 0; 0.5 in the paper.
    pub spread: f64,
    /// Inputs per cluster, ≥ 1; 100 in the paper.
    pub cluster_size: usize,
}

impl Default for TurnedClusters {
    fn default() -> Self {
        TurnedClusters { gamma: 8.0, spread: 0.5, cluster_size: 100 }
    }
}

impl TurnedClusters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_positive("gamma", self.gamma)?;
        require_non_negative("spread", self.spread)?;
        require_count("cluster_size", self.cluster_size, 1)
    }

    /// Draws a pair. Inputs are in the order of their labels.
    ///
    /// # Errors
    /// As [`check`](TurnedClusters::check); numbers so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let turned = |turn: f64| LABELS.map(|quarters| quarters * PI / 4.0 + turn);
        let angles = turned(0.0);
        let mut f = Mat::zeros(LABELS.len() * self.cluster_size, 2);
        for i in 0..f.nrows() {
            for j in 0..2 {
                f[(i, j)] = RADIUS * direction(angles[i / self.cluster_size], j) + self.spread * normal(rng);
            }
        }
        let (sin, cos) = (PI / 4.0).sin_cos();
        let turned_f = Mat::from_fn(f.nrows(), 2, |i, j| {
            let (x, y) = (f[(i, 0)], f[(i, 1)]);
            if j == 0 { cos * x - sin * y } else { sin * x + cos * y }
        });
        let a = Model::new(f, points_at(self.gamma, &angles), None)?;
        let b = Model::new(turned_f, points_at(self.gamma, &turned(-PI / 4.0)), None)?;
        Ok((a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{d_logit_squared, m_cca, predictions};
    use crate::random::rng;

    #[test]
    fn both_correlations_are_one_and_no_prediction_agrees() {
        for seed in 0..4 {
            let (a, b) = TurnedClusters::default().sample(&mut rng(seed, 0)).unwrap();
            assert_eq!((a.n_inputs(), a.n_labels()), (500, 5));
            assert!((m_cca(a.embeddings(), b.embeddings()) - 1.0).abs() < 1e-12, "seed {seed}");
            assert!((m_cca(a.unembeddings(), b.unembeddings()) - 1.0).abs() < 1e-12, "seed {seed}");
            let agree = predictions(&a).iter().zip(predictions(&b)).filter(|(p, q)| *p == q).count();
            assert_eq!(agree, 0, "seed {seed}");
            let d_logit = d_logit_squared(&a, &b).sqrt();
            assert!((d_logit / 89.9 - 1.0).abs() < 0.02, "seed {seed}: {d_logit}");
        }
    }
}
