//! Embeddings in coordinates of mean 0 and covariance 1, where both penalties are diagonal.

use super::Probe;
use logitdist::{CENTRING_NOISE, Mat, MatRef};
use logitdist_linalg::{rank_tolerance, svd};

/// `z = diag(1/√var) Vᵀ (f − E f)`, V the principal directions of the embeddings and var the variances along them.
pub(super) struct Whitened {
    /// z, N×r.
    coordinates: Mat<f64>,
    /// V, M×r.
    directions: Mat<f64>,
    variances: Vec<f64>,
    /// E f.
    means: Vec<f64>,
}

impl Whitened {
    pub(super) fn of(embeddings: MatRef<'_, f64>) -> Whitened {
        let (n, m) = embeddings.shape();
        let means: Vec<f64> = embeddings.col_iter().map(|c| c.iter().sum::<f64>() / n as f64).collect();
        let decomposition = svd(Mat::from_fn(n, m, |i, j| embeddings[(i, j)] - means[j]).as_ref());
        // A constant column must not pass for one that varies; means are plain sums, so their errors grow with N.
        let noise = CENTRING_NOISE.max(n as f64 * f64::EPSILON) * embeddings.norm_l2();
        let floor = rank_tolerance(&decomposition.s, n, m).max(noise);
        let rank = decomposition.s.iter().filter(|&&s| s > floor).count();
        let root = (n as f64).sqrt();
        Whitened {
            coordinates: Mat::from_fn(n, rank, |i, j| root * decomposition.u[(i, j)]),
            directions: decomposition.v.subcols(0, rank).to_owned(),
            variances: decomposition.s[..rank].iter().map(|s| (s / root).powi(2)).collect(),
            means,
        }
    }

    pub(super) fn rank(&self) -> usize {
        self.variances.len()
    }

    pub(super) fn coordinates(&self) -> MatRef<'_, f64> {
        self.coordinates.as_ref()
    }

    /// The factors λ_i with `Σ λ_i v_i² = λ ‖w‖² tr Cov(f)/M`.
    pub(super) fn weight_penalties(&self, strength: f64) -> Vec<f64> {
        let mean = self.variances.iter().sum::<f64>() / self.means.len() as f64;
        self.variances.iter().map(|variance| strength * (mean / variance)).collect()
    }

    /// The probe with the scores `v·z + intercept`.
    pub(super) fn probe(&self, intercept: f64, v: &[f64]) -> Probe {
        let mut weights = vec![0.0; self.means.len()];
        for (i, (v, variance)) in v.iter().zip(&self.variances).enumerate() {
            let size = v / variance.sqrt();
            weights.iter_mut().zip(self.directions.col(i).iter()).for_each(|(w, d)| *w += size * d);
        }
        let at_mean: f64 = weights.iter().zip(&self.means).map(|(w, mean)| w * mean).sum();
        Probe { weights, intercept: intercept - at_mean }
    }
}
