//! E2: two spectra, coupled direction by direction.

use super::check_coupled;
use crate::error::SynthError;
use crate::orthonormal::centred_orthonormal;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Logits `u = Z₁ Σ^½ Pᵀ` and `u' = (ρ Z₁ + √(1 − ρ²) Z₂) Σ'^½ Pᵀ`, direction by direction.
///
/// Z₁, Z₂ and P as in [`ShrinkageNoise`](super::ShrinkageNoise). In the sample, up to rounding: Cov(u) and
/// Cov(u') have eigenvalues σ and σ', the canonical correlations are ρ, means are 0 and `d_logit² = Σ(√σ −
/// √σ')² + 2 Σ(1 − ρ)√(σσ')`: the least that correlations ρ and both spectra allow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoupledSpectra {
    /// N ≥ 2M + 1.
    pub inputs: usize,
    /// K ≥ M + 1.
    pub labels: usize,
    /// σ, the M eigenvalues of Cov(u), from large to small, ≥ 0.
    pub spectrum: Vec<f64>,
    /// σ', the M eigenvalues of Cov(u'), from large to small, ≥ 0.
    pub spectrum_b: Vec<f64>,
    /// ρ, the M canonical correlations, from large to small, in [0, 1].
    pub rho: Vec<f64>,
}

impl CoupledSpectra {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        let spectra = [("spectrum", self.spectrum.as_slice()), ("spectrum_b", self.spectrum_b.as_slice())];
        check_coupled(self.inputs, self.labels, &spectra, &self.rho)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](CoupledSpectra::check); eigenvalues so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let (rho, dim, n) = (&self.rho, self.rho.len(), self.inputs as f64);
        let z = centred_orthonormal(self.inputs, 2 * dim, rng);
        let g = centred_orthonormal(self.labels, dim, rng);
        let f = Mat::from_fn(self.inputs, dim, |i, j| (n * self.spectrum[j]).sqrt() * z[(i, j)]);
        let f_b = Mat::from_fn(self.inputs, dim, |i, j| {
            // 1 − ρ² as a product: accurate for ρ close to 1.
            let sine = ((1.0 - rho[j]) * (1.0 + rho[j])).sqrt();
            (n * self.spectrum_b[j]).sqrt() * (rho[j] * z[(i, j)] + sine * z[(i, dim + j)])
        });
        Ok((Model::new(f, g.clone(), None)?, Model::new(f_b, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{
        canonical_correlations, centred_logits, covariance_spectrum, d_logit_squared_centred,
    };
    use crate::random::rng;

    #[test]
    fn both_spectra_and_the_correlations_are_exact_and_the_bound_is_attained() {
        for (inputs, labels, spectrum, spectrum_b, rho) in [
            (5, 3, vec![2.0, 0.5], vec![1.0, 0.9], vec![0.9, 0.3]),
            (100, 8, vec![3.0, 1.0, 1e-3], vec![5.0, 1e-2, 1e-2], vec![1.0, 0.4, 0.0]),
            (20, 2, vec![1.0], vec![1.0], vec![0.999999]),
        ] {
            for seed in 0..8 {
                let family = CoupledSpectra {
                    inputs,
                    labels,
                    spectrum: spectrum.clone(),
                    spectrum_b: spectrum_b.clone(),
                    rho: rho.clone(),
                };
                let (a, b) = family.sample(&mut rng(seed, 0)).unwrap();
                let (u, v) = (centred_logits(&a), centred_logits(&b));
                for (logits, wanted) in [(&u, &spectrum), (&v, &spectrum_b)] {
                    for (found, wanted) in covariance_spectrum(logits.as_ref()).iter().zip(wanted) {
                        assert!(
                            (found - wanted).abs() < 1e-13 * spectrum[0].max(spectrum_b[0]),
                            "seed {seed}"
                        );
                    }
                }
                let correlations = canonical_correlations(a.embeddings(), b.embeddings());
                for (found, wanted) in correlations.iter().zip(&rho) {
                    assert!((found - wanted).abs() < 1e-12, "seed {seed}: {found} for {wanted}");
                }
                let term = |j: usize| {
                    let (s, t): (f64, f64) = (spectrum[j].sqrt(), spectrum_b[j].sqrt());
                    (s - t).powi(2) + 2.0 * (1.0 - rho[j]) * s * t
                };
                let lhs: f64 = (0..rho.len()).map(term).sum();
                let rhs = d_logit_squared_centred(&a, &b);
                assert!((lhs / rhs - 1.0).abs() < 1e-9, "seed {seed}: {lhs} against {rhs}");
            }
        }
    }

    #[test]
    fn the_second_spectrum_is_checked_like_the_first() {
        let family = CoupledSpectra {
            inputs: 9,
            labels: 3,
            spectrum: vec![2.0, 1.0],
            spectrum_b: vec![1.0, -1.0],
            rho: vec![0.5, 0.5],
        };
        let message = family.sample(&mut rng(0, 0)).unwrap_err().to_string();
        assert_eq!(message, "spectrum_b is -1; it must be finite and at least 0");
    }
}
