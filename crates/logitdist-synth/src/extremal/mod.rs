//! Pairs of models that attain a bound, and counter-examples.
//!
//! | family | what it shows |
//! |---|---|
//! | [`ShrinkageNoise`] (E1) | `Σ(1 − ρ²)σ ≤ d̄²` is an equality; with ρ from water-filling, so is the best bound on m_CCA |
//! | [`CoupledSpectra`] (E2) | the same for the bounds that use both spectra |
//! | [`WeakestDirection`] (E3) | `d_LS ≤ d_logit/σ_min(G̃)` is an equality |
//! | [`RareLabels`] (E4) | `(τ/2) d_logit² ≤ d_KL` is an equality in the limit |
//! | [`EvenLabels`] (E5) | `d_KL ≤ d_logit²/4` is an equality in the limit |
//! | [`PermutedClusters`] (E6) | d_KL → 0 with unrelated embeddings |
//! | [`SharedEmbeddings`] (E7) | small d_KL and equal embeddings with unembeddings that are not linearly related |
//! | [`TurnedClusters`] (E8) | m_CCA = 1 on both sides and no prediction in common |
//! | [`DistantLabels`] (E9) | the best bound on d_KL is an equality at every distance |
//! | [`MovedMargins`] (E10) | agreement is as low as the margins allow |
//! | [`MovedScores`] (E11) | a carried probe keeps as few decisions as its scores allow |
//! | [`VanishingDifference`] (E12) | d_KL lies between weighted logit distances that meet |
//! | [`UncorrelatedResidual`] (E13) | R² is as small as the distributions allow |

#[cfg(test)]
mod attained;
mod coupled_spectra;
mod distant_labels;
mod even_labels;
mod moved_margins;
mod moved_scores;
mod permuted_clusters;
mod plane;
mod rare_labels;
mod shared_embeddings;
mod shrinkage_noise;
mod turned_clusters;
mod uncorrelated_residual;
mod vanishing_difference;
mod weakest_direction;

pub use coupled_spectra::CoupledSpectra;
pub use distant_labels::DistantLabels;
pub use even_labels::EvenLabels;
pub use moved_margins::MovedMargins;
pub use moved_scores::MovedScores;
pub use permuted_clusters::PermutedClusters;
pub use rare_labels::RareLabels;
pub use shared_embeddings::SharedEmbeddings;
pub use shrinkage_noise::ShrinkageNoise;
pub use turned_clusters::TurnedClusters;
pub use uncorrelated_residual::UncorrelatedResidual;
pub use vanishing_difference::VanishingDifference;
pub use weakest_direction::WeakestDirection;

use crate::error::{SynthError, require, require_count, require_non_negative};
use crate::spectrum::Joined;
use logitdist::Model;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the families, with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Extremal {
    /// E1: shrunk and noisy, at the spectral bound on canonical correlations.
    ShrinkageNoise(ShrinkageNoise),
    /// E2: at the bound with two spectra.
    CoupledSpectra(CoupledSpectra),
    /// E3: a difference in the direction that the unembeddings see least.
    WeakestDirection(WeakestDirection),
    /// E4: a difference on two improbable labels.
    RareLabels(RareLabels),
    /// E5: a difference on two equally likely labels.
    EvenLabels(EvenLabels),
    /// E6: clusters that trade places.
    PermutedClusters(PermutedClusters),
    /// E7: the same embeddings, labels swapped in pairs.
    SharedEmbeddings(SharedEmbeddings),
    /// E8: embeddings and unembeddings turned in opposite directions.
    TurnedClusters(TurnedClusters),
    /// E9: two labels at a distance.
    DistantLabels(DistantLabels),
    /// E10: the cheapest answers changed.
    MovedMargins(MovedMargins),
    /// E11: the cheapest decisions of a probe changed.
    MovedScores(MovedScores),
    /// E12: any pair, ever closer.
    VanishingDifference(VanishingDifference),
    /// E13: a difference that regression cannot make smaller.
    UncorrelatedResidual(UncorrelatedResidual),
}

impl Extremal {
    /// Checks the parameters, before anything is drawn.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        match self {
            Extremal::ShrinkageNoise(family) => family.check(),
            Extremal::CoupledSpectra(family) => family.check(),
            Extremal::WeakestDirection(family) => family.check(),
            Extremal::RareLabels(family) => family.check(),
            Extremal::EvenLabels(family) => family.check(),
            Extremal::PermutedClusters(family) => family.check(),
            Extremal::SharedEmbeddings(family) => family.check(),
            Extremal::TurnedClusters(family) => family.check(),
            Extremal::DistantLabels(family) => family.check(),
            Extremal::MovedMargins(family) => family.check(),
            Extremal::MovedScores(family) => family.check(),
            Extremal::VanishingDifference(family) => family.check(),
            Extremal::UncorrelatedResidual(family) => family.check(),
        }
    }

    /// Draws a pair: model a, model b.
    ///
    /// # Errors
    /// As [`check`](Extremal::check); parameters so large that entries overflow.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        match self {
            Extremal::ShrinkageNoise(family) => family.sample(rng),
            Extremal::CoupledSpectra(family) => family.sample(rng),
            Extremal::WeakestDirection(family) => family.sample(rng),
            Extremal::RareLabels(family) => family.sample(rng),
            Extremal::EvenLabels(family) => family.sample(rng),
            Extremal::PermutedClusters(family) => family.sample(rng),
            Extremal::SharedEmbeddings(family) => family.sample(rng),
            Extremal::TurnedClusters(family) => family.sample(rng),
            Extremal::DistantLabels(family) => family.sample(rng),
            Extremal::MovedMargins(family) => family.sample(rng),
            Extremal::MovedScores(family) => family.sample(rng),
            Extremal::VanishingDifference(family) => family.sample(rng),
            Extremal::UncorrelatedResidual(family) => family.sample(rng),
        }
    }
}

impl fmt::Display for Extremal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extremal::ShrinkageNoise(e) => {
                write!(f, "shrinkage_noise({}|{})", Joined(&e.spectrum), Joined(&e.rho))
            }
            Extremal::CoupledSpectra(e) => {
                let (a, b, rho) = (Joined(&e.spectrum), Joined(&e.spectrum_b), Joined(&e.rho));
                write!(f, "coupled_spectra({a}|{b}|{rho})")
            }
            Extremal::WeakestDirection(e) => {
                write!(f, "weakest_direction({};{};{})", e.dim, e.condition, e.epsilon)
            }
            Extremal::RareLabels(e) => write!(f, "rare_labels({};{};{})", e.labels, e.tau, e.epsilon),
            Extremal::EvenLabels(e) => write!(f, "even_labels({})", e.epsilon),
            Extremal::PermutedClusters(e) => {
                write!(f, "permuted_clusters({}|{})", e.gamma, Joined(&e.permutation))
            }
            Extremal::SharedEmbeddings(e) => write!(f, "shared_embeddings({})", e.gamma),
            Extremal::TurnedClusters(e) => write!(f, "turned_clusters({})", e.gamma),
            Extremal::DistantLabels(e) => write!(f, "distant_labels({})", e.range),
            Extremal::MovedMargins(e) => write!(f, "moved_margins({};{})", e.labels, e.flipped),
            Extremal::MovedScores(e) => write!(f, "moved_scores({};{})", e.labels, e.flipped),
            Extremal::VanishingDifference(e) => {
                write!(f, "vanishing_difference({};{};{})", e.labels, e.dim, e.epsilon)
            }
            Extremal::UncorrelatedResidual(e) => {
                write!(f, "uncorrelated_residual({};{};{})", e.labels, e.dim, e.epsilon)
            }
        }
    }
}

/// Checks a spectrum and correlations for E1 and E2: M of each, none negative, none increasing, ρ ≤ 1; room
/// for 2M orthonormal columns beside the constant over inputs, and for M over labels.
fn check_coupled(
    inputs: usize,
    labels: usize,
    spectra: &[(&'static str, &[f64])],
    rho: &[f64],
) -> Result<(), SynthError> {
    let dim = rho.len();
    require_count("length of rho", dim, 1)?;
    require_count("inputs", inputs, 2 * dim + 1)?;
    require_count("labels", labels, dim + 1)?;
    for &(name, values) in spectra.iter().chain([&("rho", rho)]) {
        let length = format_args!("{} values", values.len());
        require(values.len() == dim, name, length, format_args!("as long as rho, that is {dim}"))?;
        for &value in values {
            require_non_negative(name, value)?;
        }
        let sorted = values.windows(2).all(|w| w[0] >= w[1]);
        // The bounds sum over sorted values: in another order the pair would miss the equality.
        require(sorted, name, Joined(values), "sorted from large to small")?;
    }
    require(rho[0] <= 1.0, "rho", rho[0], "at most 1")
}

/// Checks the sizes of E10 and E11, and the number k of inputs that are decided otherwise.
fn check_flipped(inputs: usize, labels: usize, flipped: usize) -> Result<(), SynthError> {
    require_count("inputs", inputs, 1)?;
    require_count("labels", labels, 2)?;
    require_count("flipped", flipped, 1)?;
    require(flipped <= inputs, "flipped", flipped, format_args!("at most inputs, that is {inputs}"))
}
