//! Base models: random models with a chosen spectrum, condition number and size of logits.

use crate::embeddings::Embeddings;
use crate::error::{SynthError, require, require_count, require_non_negative, require_positive};
use crate::moment::{rms, rms_centred_product};
use crate::random::normal;
use crate::spectrum::Spectrum;
use crate::unembeddings::{Unembeddings, set_condition};
use logitdist::Model;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// A random model `p(y|x) ∝ exp(f(x)·g(y) + b(y))` on N inputs and K labels with representations in R^M.
///
/// Drawn in this order: unembeddings, bias, embeddings. The principal axes of the embeddings are the
/// coordinate axes; those of the unembeddings are in general position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseModel {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 1. A single label has probability 1 and every centred logit is 0, whatever the scale.
    pub labels: usize,
    /// M ≥ 1.
    pub dim: usize,
    /// The distribution of the embeddings.
    pub embeddings: Embeddings,
    /// The variances of the embeddings.
    pub spectrum: Spectrum,
    /// The placement of the unembeddings.
    pub unembeddings: Unembeddings,
    /// The condition number of G̃, ≥ 1. The non-zero singular values of G̃, in general min(K − 1, M), are then
    /// spaced geometrically. `None` leaves them as drawn. A number other than 1 needs K ≥ 3 and M ≥ 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<f64>,
    /// The size of the logits, > 0. The unembeddings are scaled until √(E‖G̃f‖²/K) of the sample is this.
    ///
    /// It acts like an inverse temperature: the smallest probability τ is of the order `exp(−scale · a few) / K`.
    pub scale: f64,
    /// Standard deviation of the bias, in nats, not part of the scale; 0 for none.
    pub bias: f64,
}

impl BaseModel {
    /// Checks the parameters before anything is drawn.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        require_count("inputs", self.inputs, 1)?;
        require_count("labels", self.labels, 1)?;
        require_count("dim", self.dim, 1)?;
        self.embeddings.check()?;
        self.spectrum.check(self.dim)?;
        self.unembeddings.check()?;
        if let Some(condition) = self.condition {
            let (finite, single) = (condition.is_finite(), self.dim == 1 || self.labels <= 2);
            require(finite && condition >= 1.0, "condition", condition, "finite and at least 1")?;
            let needed =
                "1 or absent with fewer than 3 labels or dimension 1, where G̃ has at most one singular value";
            require(!single || condition == 1.0, "condition", condition, needed)?;
        }
        require_positive("scale", self.scale)?;
        require_non_negative("bias", self.bias)
    }

    /// Draws a model.
    ///
    /// # Errors
    /// As [`check`](BaseModel::check); a condition number that coinciding labels cannot have; logits that are all zero,
    /// whose scale cannot be set; a scale so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Model, SynthError> {
        self.check()?;
        let mut g = self.unembeddings.draw(self.labels, self.dim, rng);
        if let Some(condition) = self.condition {
            g = set_condition(&g, condition)?;
        }
        let bias = (self.bias > 0.0).then(|| (0..self.labels).map(|_| self.bias * normal(rng)).collect());
        let eigenvalues = self.spectrum.eigenvalues(self.dim)?;
        let f = self.embeddings.draw(self.inputs, &eigenvalues, g.as_ref(), rng);
        if self.labels > 1 {
            let size = rms_centred_product(f.as_ref(), g.as_ref());
            // Labels that coincide differ by the rounding of their mean.
            let rounding = (self.dim as f64) * 4.0 * f64::EPSILON * rms(f.as_ref()) * rms(g.as_ref());
            if size <= rounding {
                return Err(SynthError::Impossible(format!(
                    "all centred logits of {} embeddings with {} unembeddings are 0, so their scale cannot be {}",
                    self.embeddings, self.unembeddings, self.scale
                )));
            }
            let factor = self.scale / size;
            g.col_iter_mut().for_each(|col| col.iter_mut().for_each(|v| *v *= factor));
        }
        Ok(Model::new(f, g, bias)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{centred_logits, log_probabilities, unembedding_singular_values};
    use crate::random::rng;

    fn plain(inputs: usize, labels: usize, dim: usize) -> BaseModel {
        BaseModel {
            inputs,
            labels,
            dim,
            embeddings: Embeddings::Gaussian,
            spectrum: Spectrum::Isotropic,
            unembeddings: Unembeddings::Gaussian,
            condition: None,
            scale: 1.0,
            bias: 0.0,
        }
    }

    #[test]
    fn the_logits_have_the_scale_and_the_unembeddings_the_condition_number() {
        let embeddings =
            [Embeddings::Gaussian, Embeddings::Clustered(0.3), Embeddings::StudentT(3.0), Embeddings::Sphere];
        let unembeddings = [
            Unembeddings::Gaussian,
            Unembeddings::Simplex,
            Unembeddings::Clustered { clusters: 3, spread: 0.2 },
        ];
        for embeddings in &embeddings {
            for unembeddings in &unembeddings {
                for (inputs, labels, dim) in [(1, 3, 2), (30, 6, 5), (20, 4, 7), (50, 30, 4)] {
                    let base = BaseModel {
                        embeddings: embeddings.clone(),
                        unembeddings: unembeddings.clone(),
                        spectrum: Spectrum::PowerLaw(1.0),
                        condition: Some(20.0),
                        scale: 7.0,
                        ..plain(inputs, labels, dim)
                    };
                    let case = format!("{base:?}");
                    let model = base.sample(&mut rng(1, 0)).unwrap();
                    assert_eq!((model.n_inputs(), model.n_labels(), model.dim()), (inputs, labels, dim));
                    assert!((rms(centred_logits(&model).as_ref()) - 7.0).abs() < 1e-12, "{case}");
                    let s = unembedding_singular_values(&model);
                    assert_eq!(s.len(), dim.min(labels - 1), "{case}");
                    assert!((s[0] / s[s.len() - 1] - 20.0).abs() < 1e-7, "{case}");
                }
            }
        }
    }

    #[test]
    fn the_scale_steers_the_smallest_probability() {
        let tau = |scale| {
            let model = BaseModel { scale, ..plain(200, 10, 4) }.sample(&mut rng(2, 0)).unwrap();
            log_probabilities(&model).col_iter().flat_map(|c| c.iter()).copied().fold(0.0, f64::min)
        };
        assert!(tau(0.01) > -2.4 && tau(1.0) < -4.0 && tau(10.0) < -40.0);
    }

    #[test]
    fn a_bias_has_its_own_size_and_is_absent_at_zero() {
        let model = BaseModel { bias: 0.5, ..plain(3, 4000, 2) }.sample(&mut rng(3, 0)).unwrap();
        let bias = model.bias().unwrap();
        let size = (bias.iter().map(|b| b * b).sum::<f64>() / 4000.0).sqrt();
        assert!((size - 0.5).abs() < 0.02);
        assert!(plain(3, 4, 2).sample(&mut rng(3, 0)).unwrap().bias().is_none());
    }

    #[test]
    fn the_smallest_models_exist() {
        for (inputs, labels, dim) in [(1, 1, 1), (1, 2, 1), (5, 1, 3), (1, 2, 9), (2, 3, 1), (4, 4, 4)] {
            for unembeddings in [Unembeddings::Gaussian, Unembeddings::Simplex] {
                let base = BaseModel { unembeddings, condition: Some(1.0), ..plain(inputs, labels, dim) };
                let model = base.sample(&mut rng(4, 0)).unwrap();
                let wanted = if labels == 1 { 0.0 } else { 1.0 };
                assert!((rms(centred_logits(&model).as_ref()) - wanted).abs() < 1e-12, "{base:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let coinciding = Unembeddings::Clustered { clusters: 1, spread: 0.0 };
        for (base, message) in [
            (plain(0, 3, 2), "inputs is 0; it must be at least 1"),
            (plain(5, 0, 2), "labels is 0; it must be at least 1"),
            (plain(5, 3, 0), "dim is 0; it must be at least 1"),
            (
                BaseModel { condition: Some(0.5), ..plain(5, 3, 2) },
                "condition is 0.5; it must be finite and at least 1",
            ),
            (
                BaseModel { condition: Some(10.0), ..plain(5, 3, 1) },
                "condition is 10; it must be 1 or absent with fewer than 3 labels or dimension 1, where G̃ has at most \
                 one singular value",
            ),
            (BaseModel { scale: 0.0, ..plain(5, 3, 2) }, "scale is 0; it must be finite and greater than 0"),
            (BaseModel { bias: f64::NAN, ..plain(5, 3, 2) }, "bias is NaN; it must be finite and at least 0"),
            (
                BaseModel { embeddings: Embeddings::StudentT(2.0), ..plain(5, 3, 2) },
                "degrees of freedom of embeddings student_t is 2; it must be finite and greater than 2",
            ),
            (
                BaseModel { unembeddings: coinciding, ..plain(5, 3, 2) },
                "all centred logits of gaussian embeddings with clustered(1;0) unembeddings are 0, so their scale \
                 cannot be 1",
            ),
        ] {
            assert_eq!(base.sample(&mut rng(5, 0)).unwrap_err().to_string(), message);
        }
    }
}
