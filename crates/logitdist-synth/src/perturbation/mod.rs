//! Perturbations: ways to change a model by a level.

mod change;
mod dropout;
mod label_permutation;
mod noise;
mod prune;
mod round;
mod temperature;
mod truncate;

pub use prune::prune_entries;
pub use round::{round_rows, round_tensor};

use crate::embeddings::require_degrees;
use crate::error::{SynthError, require_count};
use logitdist::Model;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A way to change a model by a level. Level 0 returns the same model, bit for bit, and draws nothing.
///
/// Noise levels are relative: 0.1 is noise of a tenth of the root mean square of what it is added to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Perturbation {
    /// Normal noise on f. Level ≥ 0: its standard deviation, relative to the root mean square of F's entries.
    NoiseEmbeddings,
    /// Normal noise on g. Level ≥ 0: its standard deviation, relative to the root mean square of G̃'s entries
    /// (centred over labels, as the mean of g does not reach p).
    NoiseUnembeddings,
    /// Normal noise on the logits. The number is its rank r ≥ 1: u' = u + z(x)·w(y), z, w ∈ R^r. The dimension of
    /// the model becomes M + r. Level ≥ 0: the root mean square of the noise in the centred logits, relative to
    /// that of u. So d_logit = level · √(E‖u‖²), exactly.
    NoiseLogits(usize),
    /// f ↦ A f, g ↦ A⁻ᵀ g: no probability changes, but for rounding that grows with the level. Level ≥ 0: the
    /// singular values of A are spaced geometrically from 1 + level to 1, its singular vectors are random.
    /// Condition number 1 + level for M ≥ 2.
    LinearChange,
    /// f ↦ A f + c, g ↦ A⁻ᵀ g, b ↦ b − c·A⁻ᵀg: no probability changes. The model has a bias afterwards. Level
    /// ≥ 0: A as in `LinearChange`; c normal, of standard deviation level relative to the root mean square of
    /// F.
    AffineChange,
    /// Labels trade places, and the embeddings of their inputs move with them. π is a random cycle over some of
    /// the predicted labels (those that are the most likely one of some input): g'(y) = g(π(y)) and
    /// b'(y) = b(π(y)). Where y is the most likely label, f'(x) = f(x) − μ_y + μ_π(y), with μ_y the mean embedding
    /// of those inputs. If the clusters are well separated, the predictions stay and the geometry changes. Level
    /// in [0, 1]: the share of the predicted labels in the cycle, rounded, at least two. Nielsen et al. 2025,
    /// Theorem 3.1.
    LabelPermutation,
    /// Rounding of embeddings and unembeddings to b bits, with one step per array: s = max|·|/(2^(b−1) − 1),
    /// v ↦ s·round(v/s). The bias is left alone. Level: 0 for no rounding, else b, a whole number from 2 to
    /// 16: FEWER bits are a larger perturbation.
    RoundTensor,
    /// The same with one step per row, that is per input and per label.
    RoundRow,
    /// Entries of smallest magnitude set to zero, in embeddings and in unembeddings alike. Level in [0, 1]:
    /// the fraction of entries of each array, rounded to a count.
    Prune,
    /// The closest model in d_logit with fewer dimensions: centred logits projected on their first M − r
    /// principal directions, their mean kept as a bias; d_logit² = Σ_{i > M−r} σ_i (Eckart–Young), the
    /// compression floor. Level: r, the number of directions removed, a whole number from 0 to M − 1.
    Truncate,
    /// Logits multiplied by 1/(1 + level) through g and b. Level ≥ 0: temperature minus 1.
    Temperature,
    /// Independent Student t noise of variance 1 on the entries of f; the number given is the degrees of
    /// freedom, > 2. Level ≥ 0 as in `NoiseEmbeddings`.
    HeavyTailedNoise(f64),
    /// Inputs lose their embedding: it becomes 0. Level in [0, 1]: the probability, independent for each input.
    Dropout,
}

impl Perturbation {
    /// Checks parameters and a level for models of dimension `dim`, before anything is drawn.
    ///
    /// # Errors
    /// A parameter or level outside its range; the message names the perturbation, the value and the range.
    pub fn check(&self, dim: usize, level: f64) -> Result<(), SynthError> {
        match *self {
            Perturbation::NoiseLogits(rank) => require_count("rank of perturbation noise_logits", rank, 1)?,
            Perturbation::HeavyTailedNoise(degrees) => {
                require_degrees("degrees of freedom of perturbation heavy_tailed_noise", degrees)?;
            }
            _ => {}
        }
        let whole = level.fract() == 0.0;
        let (ok, needed) = match self {
            Perturbation::RoundTensor | Perturbation::RoundRow => (
                whole && (level == 0.0 || (2.0..=16.0).contains(&level)),
                "0 (no rounding) or a whole number of bits from 2 to 16".to_owned(),
            ),
            Perturbation::Truncate => (
                whole && level >= 0.0 && level < dim as f64,
                format!("a whole number of directions from 0 to {} (dimension {dim})", dim.saturating_sub(1)),
            ),
            Perturbation::LabelPermutation | Perturbation::Prune | Perturbation::Dropout => {
                ((0.0..=1.0).contains(&level), "a fraction from 0 to 1".to_owned())
            }
            Perturbation::NoiseEmbeddings
            | Perturbation::NoiseUnembeddings
            | Perturbation::NoiseLogits(_)
            | Perturbation::LinearChange
            | Perturbation::AffineChange
            | Perturbation::Temperature
            | Perturbation::HeavyTailedNoise(_) => {
                (level.is_finite() && level >= 0.0, "finite and at least 0".to_owned())
            }
        };
        if ok {
            return Ok(());
        }
        Err(SynthError::Level { perturbation: self.to_string(), level, needed })
    }

    /// The perturbed model.
    ///
    /// # Errors
    /// As [`check`](Perturbation::check); `LabelPermutation` on a model that predicts a single label; a level so large
    /// that entries overflow.
    pub fn apply<R: Rng + ?Sized>(
        &self,
        model: &Model,
        level: f64,
        rng: &mut R,
    ) -> Result<Model, SynthError> {
        self.check(model.dim(), level)?;
        if level == 0.0 {
            return Ok(model.clone());
        }
        match *self {
            Perturbation::NoiseEmbeddings => noise::on_embeddings(model, level, rng),
            Perturbation::NoiseUnembeddings => noise::on_unembeddings(model, level, rng),
            Perturbation::NoiseLogits(rank) => noise::on_logits(model, rank, level, rng),
            Perturbation::LinearChange => change::linear(model, level, rng),
            Perturbation::AffineChange => change::affine(model, level, rng),
            Perturbation::LabelPermutation => label_permutation::permute_labels(model, level, rng),
            Perturbation::RoundTensor => round::per_tensor(model, level as u32),
            Perturbation::RoundRow => round::per_row(model, level as u32),
            Perturbation::Prune => prune::prune(model, level),
            Perturbation::Truncate => truncate::truncate(model, level as usize),
            Perturbation::Temperature => temperature::flatten(model, level),
            Perturbation::HeavyTailedNoise(degrees) => noise::heavy_tailed(model, degrees, level, rng),
            Perturbation::Dropout => dropout::drop_inputs(model, level, rng),
        }
    }
}

impl fmt::Display for Perturbation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Perturbation::NoiseEmbeddings => f.write_str("noise_embeddings"),
            Perturbation::NoiseUnembeddings => f.write_str("noise_unembeddings"),
            Perturbation::NoiseLogits(rank) => write!(f, "noise_logits({rank})"),
            Perturbation::LinearChange => f.write_str("linear_change"),
            Perturbation::AffineChange => f.write_str("affine_change"),
            Perturbation::LabelPermutation => f.write_str("label_permutation"),
            Perturbation::RoundTensor => f.write_str("round_tensor"),
            Perturbation::RoundRow => f.write_str("round_row"),
            Perturbation::Prune => f.write_str("prune"),
            Perturbation::Truncate => f.write_str("truncate"),
            Perturbation::Temperature => f.write_str("temperature"),
            Perturbation::HeavyTailedNoise(degrees) => write!(f, "heavy_tailed_noise({degrees})"),
            Perturbation::Dropout => f.write_str("dropout"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::d_logit_squared;
    use crate::random::rng;
    use crate::{BaseModel, Embeddings, Spectrum, Unembeddings};

    /// A model for the tests of perturbations: power-law spectrum, logits of size 2.
    pub(super) fn model(inputs: usize, labels: usize, dim: usize, bias: f64, seed: u64) -> Model {
        let base = BaseModel {
            inputs,
            labels,
            dim,
            embeddings: Embeddings::Gaussian,
            spectrum: Spectrum::PowerLaw(1.0),
            unembeddings: Unembeddings::Gaussian,
            condition: None,
            scale: 2.0,
            bias,
        };
        base.sample(&mut rng(seed, 0)).unwrap()
    }

    const EVERY: [Perturbation; 13] = [
        Perturbation::NoiseEmbeddings,
        Perturbation::NoiseUnembeddings,
        Perturbation::NoiseLogits(2),
        Perturbation::LinearChange,
        Perturbation::AffineChange,
        Perturbation::LabelPermutation,
        Perturbation::RoundTensor,
        Perturbation::RoundRow,
        Perturbation::Prune,
        Perturbation::Truncate,
        Perturbation::Temperature,
        Perturbation::HeavyTailedNoise(3.0),
        Perturbation::Dropout,
    ];

    #[test]
    fn level_zero_is_the_identity_bit_for_bit_and_draws_nothing() {
        for bias in [0.0, 1.0] {
            let model = model(20, 6, 4, bias, 1);
            for perturbation in EVERY {
                let mut random = rng(1, 0);
                assert_eq!(perturbation.apply(&model, 0.0, &mut random).unwrap(), model, "{perturbation}");
                assert_eq!(random, rng(1, 0), "{perturbation}");
            }
        }
    }

    #[test]
    fn every_perturbation_moves_the_logits_unless_it_must_not_and_more_with_the_level() {
        use Perturbation::*;
        let model = model(400, 6, 5, 0.3, 2);
        for perturbation in EVERY {
            let levels = match perturbation {
                RoundTensor | RoundRow => [12.0, 6.0, 3.0],
                Truncate => [1.0, 2.0, 4.0],
                _ => [0.05, 0.3, 0.9],
            };
            let moved = levels.map(|level| {
                let perturbed = perturbation.apply(&model, level, &mut rng(3, 0)).unwrap();
                d_logit_squared(&model, &perturbed)
            });
            match perturbation {
                LinearChange | AffineChange => assert!(moved.iter().all(|d| *d < 1e-24), "{perturbation}"),
                LabelPermutation => assert!(moved.iter().all(|d| *d > 0.1), "{perturbation}"),
                _ => assert!(
                    moved[0] > 0.0 && moved[0] < moved[1] && moved[1] < moved[2],
                    "{perturbation}: {moved:?}"
                ),
            }
        }
    }

    #[test]
    fn degenerate_models_give_a_model_or_an_error_and_never_a_panic() {
        for (inputs, labels, dim) in [(1, 1, 1), (1, 2, 1), (3, 1, 2), (2, 5, 1), (1, 2, 6)] {
            let random = model(inputs, labels, dim, 0.0, 1);
            let zero = Model::new(
                logitdist_linalg::Mat::zeros(inputs, dim),
                logitdist_linalg::Mat::zeros(labels, dim),
                None,
            )
            .unwrap();
            for model in [random, zero] {
                for perturbation in EVERY {
                    for level in [0.5, 1.0, 2.0, 8.0, 1e70, f64::MAX] {
                        let result = perturbation.apply(&model, level, &mut rng(1, 0));
                        assert!(
                            result.is_ok()
                                || perturbation.check(dim, level).is_err()
                                || level > 1e60
                                || matches!(result, Err(SynthError::Impossible(_))),
                            "{perturbation} at {level}: {result:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_level_outside_its_range_is_refused_by_name() {
        for perturbation in EVERY {
            for level in [-1.0, f64::NAN, f64::INFINITY] {
                let message = perturbation.check(4, level).unwrap_err().to_string();
                let start = format!("level of perturbation {perturbation} is {level}; it must be ");
                assert!(message.starts_with(&start), "{message}");
            }
        }
        let message =
            |perturbation: Perturbation, level| perturbation.check(4, level).unwrap_err().to_string();
        assert_eq!(
            message(Perturbation::RoundRow, 2.5),
            "level of perturbation round_row is 2.5; it must be 0 (no rounding) or a whole number of bits from 2 to 16"
        );
        assert_eq!(
            message(Perturbation::Truncate, 4.0),
            "level of perturbation truncate is 4; it must be a whole number of directions from 0 to 3 (dimension 4)"
        );
        assert_eq!(
            message(Perturbation::Dropout, 1.1),
            "level of perturbation dropout is 1.1; it must be a fraction from 0 to 1"
        );
        assert_eq!(
            message(Perturbation::NoiseLogits(0), 0.1),
            "rank of perturbation noise_logits is 0; it must be at least 1"
        );
        assert_eq!(
            message(Perturbation::HeavyTailedNoise(2.0), 0.1),
            "degrees of freedom of perturbation heavy_tailed_noise is 2; it must be finite and greater than 2"
        );
    }
}
