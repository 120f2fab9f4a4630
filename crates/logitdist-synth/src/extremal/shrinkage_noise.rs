//! E1: the second model is the first one shrunk, plus noise.

use super::check_coupled;
use crate::error::SynthError;
use crate::orthonormal::centred_orthonormal;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Logits `u = Z₁ Σ^½ Pᵀ` and `u' = (ρ² Z₁ + ρ √(1 − ρ²) Z₂) Σ^½ Pᵀ`, direction by direction.
///
/// `[Z₁ Z₂]` (N×2M) are centred orthonormal columns times √N, P (K×M) orthonormal columns orthogonal to the
/// ones. In the sample, up to rounding: Cov(u) has the eigenvalues σ, the canonical correlations of u and u'
/// are ρ (a direction with ρ = 0 vanishes from u', which then has a lower rank), means are 0 and `d_logit² =
/// Σ(1 − ρ²)σ`: the least that correlations ρ allow. Embeddings are `f = Z₁ Σ^½` and so on, with g = P
/// shared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShrinkageNoise {
    /// N ≥ 2M + 1.
    pub inputs: usize,
    /// K ≥ M + 1.
    pub labels: usize,
    /// σ, the M eigenvalues of Cov(u), from large to small, ≥ 0.
    pub spectrum: Vec<f64>,
    /// ρ, the M canonical correlations, from large to small, in [0, 1].
    pub rho: Vec<f64>,
}

impl ShrinkageNoise {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        check_coupled(self.inputs, self.labels, &[("spectrum", &self.spectrum)], &self.rho)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](ShrinkageNoise::check); eigenvalues so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let (rho, sigma, dim) = (&self.rho, &self.spectrum, self.rho.len());
        let z = centred_orthonormal(self.inputs, 2 * dim, rng);
        let g = centred_orthonormal(self.labels, dim, rng);
        let size = |j: usize| (self.inputs as f64 * sigma[j]).sqrt();
        let f = Mat::from_fn(self.inputs, dim, |i, j| size(j) * z[(i, j)]);
        let f_b = Mat::from_fn(self.inputs, dim, |i, j| {
            // 1 − ρ² as a product: accurate for ρ close to 1.
            let sine = ((1.0 - rho[j]) * (1.0 + rho[j])).sqrt();
            size(j) * rho[j] * (rho[j] * z[(i, j)] + sine * z[(i, dim + j)])
        });
        Ok((Model::new(f, g.clone(), None)?, Model::new(f_b, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{
        canonical_correlations, centred_logits, covariance_spectrum, d_logit_squared, d_logit_squared_centred,
    };
    use crate::random::rng;

    #[test]
    fn spectrum_and_correlations_are_exact_and_the_spectral_bound_is_attained() {
        for (inputs, labels, spectrum, rho) in [
            (5, 3, vec![2.0, 0.5], vec![0.9, 0.3]),
            (100, 4, vec![3.0, 1.0, 1e-3], vec![1.0, 1.0, 0.2]),
            (60, 20, vec![4.0, 2.0, 1.0, 0.1], vec![0.999, 0.99, 0.9, 0.1]),
            (30, 5, vec![1.0], vec![0.5]),
        ] {
            for seed in 0..8 {
                let family = ShrinkageNoise { inputs, labels, spectrum: spectrum.clone(), rho: rho.clone() };
                let (a, b) = family.sample(&mut rng(seed, 0)).unwrap();
                let (u, v) = (centred_logits(&a), centred_logits(&b));
                for (found, wanted) in covariance_spectrum(u.as_ref()).iter().zip(&spectrum) {
                    assert!(
                        (found - wanted).abs() < 1e-13 * spectrum[0],
                        "seed {seed}: {found} for {wanted}"
                    );
                }
                for correlations in [
                    canonical_correlations(u.as_ref(), v.as_ref()),
                    canonical_correlations(a.embeddings(), b.embeddings()),
                ] {
                    assert_eq!(correlations.len(), rho.len());
                    for (found, wanted) in correlations.iter().zip(&rho) {
                        assert!((found - wanted).abs() < 1e-12, "seed {seed}: {found} for {wanted}");
                    }
                }
                let lhs: f64 = spectrum.iter().zip(&rho).map(|(s, r)| (1.0 - r * r) * s).sum();
                for rhs in [d_logit_squared(&a, &b), d_logit_squared_centred(&a, &b)] {
                    assert!((lhs / rhs - 1.0).abs() < 1e-12, "seed {seed}: {lhs} against {rhs}");
                }
            }
        }
    }

    #[test]
    fn a_lost_direction_lowers_the_rank_and_the_bound_is_still_attained() {
        let family =
            ShrinkageNoise { inputs: 50, labels: 6, spectrum: vec![2.0, 1.0, 0.5], rho: vec![1.0, 0.6, 0.0] };
        let (a, b) = family.sample(&mut rng(1, 0)).unwrap();
        let rho = canonical_correlations(a.embeddings(), b.embeddings());
        assert_eq!(rho.len(), 2);
        assert!((d_logit_squared(&a, &b) - (0.64 + 0.5)).abs() < 1e-13);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let good = ShrinkageNoise { inputs: 5, labels: 3, spectrum: vec![2.0, 1.0], rho: vec![0.5, 0.5] };
        for (family, message) in [
            (ShrinkageNoise { inputs: 4, ..good.clone() }, "inputs is 4; it must be at least 5"),
            (ShrinkageNoise { labels: 2, ..good.clone() }, "labels is 2; it must be at least 3"),
            (ShrinkageNoise { rho: vec![], ..good.clone() }, "length of rho is 0; it must be at least 1"),
            (
                ShrinkageNoise { spectrum: vec![1.0], ..good.clone() },
                "spectrum is 1 values; it must be as long as rho, that is 2",
            ),
            (
                ShrinkageNoise { spectrum: vec![1.0, 2.0], ..good.clone() },
                "spectrum is 1;2; it must be sorted from large to small",
            ),
            (ShrinkageNoise { rho: vec![1.5, 0.1], ..good.clone() }, "rho is 1.5; it must be at most 1"),
            (
                ShrinkageNoise { rho: vec![0.5, f64::NAN], ..good },
                "rho is NaN; it must be finite and at least 0",
            ),
        ] {
            assert_eq!(family.sample(&mut rng(0, 0)).unwrap_err().to_string(), message);
        }
    }
}
