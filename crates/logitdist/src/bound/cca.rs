//! T1–T5 and T11: what the logit distance says about canonical correlations.

use super::{Bound, Form, Side, Theorem};
use crate::applicable::{Applicable, Reason};
use crate::measure::cca::CanonicalCorrelations;
use crate::measure::d_logit::d_logit_centred;
use crate::measure::table::Step;
use crate::measure::whose::Whose;
use crate::reduced::{Direction, Reduced};
use crate::shared::Shared;
use crate::tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Scale, VISIBLE};

const EVERY_DIRECTION: &str =
    "embeddings that vary, and no direction of them dropped as rounding that the logits see";

const LOWER: Theorem = Theorem {
    side: Side::AtLeast("m_cca"),
    needs: EVERY_DIRECTION,
    source: "proved in this project; sharpens m_cca_linear",
    ..Theorem::SHARPENED
};

pub(super) const ROWS: [Theorem; 8] = [
    Theorem {
        token: "cca_spectral",
        number: "T1",
        name: "canonical correlations, one spectrum",
        family: "canonical correlations",
        meaning: "Canonical correlations that the distance leaves no room to lose",
        statement: "Σ (1 − ρᵢ²) σᵢ ≤ d̄²",
        form: Form::Published,
        source: "Theorem F.1 of Nielsen et al. 2026 (arXiv 2602.15438)",
        equality: "shrinkage-noise pairs, E1",
        anchor: "t1",
        steps: &[Step::LogitsCca],
        evaluate: |theorem, shared, direction| {
            Ok(CcaSide::of(&shared.reduced, direction).spectral(theorem, lost(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "cca_two_spectra",
        number: "T4",
        name: "canonical correlations, both spectra",
        family: "canonical correlations",
        meaning: "Canonical correlations that the distance leaves no room to lose, by both spectra",
        statement: "Σ (√σᵢ − √σ′ᵢ)² + 2 Σ (1 − ρᵢ) √(σᵢσ′ᵢ) ≤ d̄²",
        source: "proved in this project; implies cca_spectral",
        equality: "coupled spectra, E2",
        anchor: "t4",
        steps: &[Step::LogitsCca],
        evaluate: |theorem, shared, direction| {
            Ok(CcaSide::of(&shared.reduced, direction).two_spectra(theorem, lost(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "m_cca_linear",
        number: "T2",
        name: "linear",
        meaning: "Linear lower bound on m_CCA",
        statement: "m_CCA ≥ 1 − (d̄² − Σ_{i > r} σᵢ)/(r σᵣ), r the smaller rank of the embeddings",
        form: Form::Published,
        source: "corollary of Theorem F.1 of Nielsen et al. 2026 (arXiv 2602.15438)",
        equality: "only if every ρᵢ is 0 or 1 and the lost direction is the weakest",
        anchor: "t2",
        steps: &[Step::EmbeddingsCca],
        evaluate: |theorem, shared, direction| {
            let correlations = embeddings_cca(shared)?;
            let side = CcaSide::of(&shared.reduced, direction);
            Ok(side.linear(theorem, correlations.mean(), correlations.rho.len()))
        },
        ..LOWER
    },
    Theorem {
        token: "m_cca_sharp",
        number: "T3",
        name: "one spectrum",
        meaning: "Best lower bound on m_CCA from one spectrum, by water-filling",
        statement: "m_CCA ≥ min (1/r) Σ ρᵢ over Σ (1 − ρᵢ²) σᵢ ≤ d̄², r the smaller rank of the embeddings, ρᵢ = 0 for i > r",
        equality: "shrinkage-noise pairs, E1",
        anchor: "t3",
        steps: &[Step::EmbeddingsCca],
        evaluate: |theorem, shared, direction| {
            let correlations = embeddings_cca(shared)?;
            let side = CcaSide::of(&shared.reduced, direction);
            Ok(side.sharp(theorem, correlations.mean(), correlations.rho.len()))
        },
        ..LOWER
    },
    Theorem {
        token: "m_cca_two_spectra",
        number: "T5",
        name: "both spectra",
        meaning: "Best lower bound on m_CCA from both spectra",
        statement: "m_CCA ≥ min (1/r) Σ ρᵢ over the constraint of cca_two_spectra, r the smaller rank of the embeddings, ρᵢ = 0 for i > r",
        equality: "coupled spectra, E2",
        anchor: "t5",
        steps: &[Step::EmbeddingsCca],
        evaluate: |theorem, shared, direction| {
            let correlations = embeddings_cca(shared)?;
            let side = CcaSide::of(&shared.reduced, direction);
            Ok(side.greedy(theorem, correlations.mean(), correlations.rho.len()))
        },
        ..LOWER
    },
    Theorem {
        token: "m_cca_logits_sharp",
        number: "T3",
        name: "one spectrum, of the logits",
        meaning: "T3 for the correlations of the logits, which always exist",
        statement: "m_cca_logits ≥ the water-filling mean over r",
        side: Side::AtLeast("m_cca_logits"),
        equality: "shrinkage-noise pairs, E1",
        anchor: "t3",
        steps: &[Step::LogitsCca],
        evaluate: |theorem, shared, direction| {
            let side = CcaSide::of(&shared.reduced, direction);
            let correlations = shared.logits_cca().as_ref().map_err(Clone::clone)?;
            Ok(side.sharp(theorem, correlations.mean(), correlations.rho.len()))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "m_cca_logits_two_spectra",
        number: "T5",
        name: "both spectra, of the logits",
        meaning: "T5 for the correlations of the logits",
        statement: "m_cca_logits ≥ the two-spectra mean over r",
        side: Side::AtLeast("m_cca_logits"),
        equality: "coupled spectra, E2",
        anchor: "t5",
        steps: &[Step::LogitsCca],
        evaluate: |theorem, shared, direction| {
            let correlations = shared.logits_cca().as_ref().map_err(Clone::clone)?;
            let side = CcaSide::of(&shared.reduced, direction);
            Ok(side.greedy(theorem, correlations.mean(), correlations.rho.len()))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "compression_floor",
        number: "T11",
        name: "compression floor",
        meaning: "No model of dimension M′ comes closer",
        statement: "Σ_{i > M′} σᵢ ≤ d̄²",
        form: Form::Published,
        source: "corollary of Theorem F.1 of Nielsen et al. 2026 (arXiv 2602.15438)",
        equality: "the best model of rank M′",
        anchor: "t11",
        whose: Whose::Seconds,
        evaluate: |_, shared, direction| Ok(compression_floor(&shared.reduced, direction)),
        ..Theorem::SHARPENED
    },
];

/// What T1–T5 are evaluated from, in one direction. All concern the centred parts.
#[derive(Debug, Clone)]
pub struct CcaSide<'a> {
    /// Non-zero eigenvalues σ of Cov(u), largest first.
    pub spectrum: &'a [f64],
    /// Non-zero eigenvalues σ′ of Cov(u′).
    pub other_spectrum: &'a [f64],
    /// d̄², the centred squared logit distance.
    pub budget: f64,
    /// E‖u‖² + E‖u′‖².
    pub squared_scale: f64,
}

/// Smallest correlations that a spectrum and a budget allow: ρ minimising Σ ρ_i subject to `Σ (1 − ρ_i²) σ_i ≤ B`.
///
/// `spectrum` falls; weakest directions are given up first, the first that the budget cannot pay in full keeps
/// `ρ = √(1 − B/σ)`, the stronger ones keep 1. (The gain 1 − √(1 − s) is convex in the share s, so an optimum has at
/// most one partial index.) Source: theory T3.
pub fn water_filling(spectrum: &[f64], budget: f64) -> Vec<f64> {
    let mut left = budget;
    let mut rho = vec![1.0; spectrum.len()];
    for (rho, &sigma) in rho.iter_mut().zip(spectrum).rev() {
        if left < sigma {
            *rho = (1.0 - left / sigma).sqrt();
            break;
        }
        *rho = 0.0;
        left -= sigma;
    }
    rho
}

/// Smallest correlations that two spectra and a budget allow: ρ minimising Σ ρ_i subject to
/// `Σ (√σ_i − √σ′_i)² + 2 Σ (1 − ρ_i) √(σ_i σ′_i) ≤ d̄²`.
///
/// Both spectra fall and have the length of the result; linear, so greedy from the smallest weight √(σ_i σ′_i). Source: theory T5.
pub fn greedy_two_spectra(spectrum: &[f64], other: &[f64], budget: f64) -> Vec<f64> {
    let weights: Vec<f64> = spectrum.iter().zip(other).map(|(a, b)| a.sqrt() * b.sqrt()).collect();
    let mismatch: f64 = spectrum.iter().zip(other).map(|(a, b)| (a.sqrt() - b.sqrt()).powi(2)).sum();
    let mut left = (0.5 * (budget - mismatch)).max(0.0);
    let mut rho = vec![1.0; weights.len()];
    for (rho, &weight) in rho.iter_mut().zip(&weights).rev() {
        if left < weight {
            *rho = 1.0 - left / weight;
            break;
        }
        *rho = 0.0;
        left -= weight;
    }
    rho
}

/// `values` followed by zeros, `count` in all.
fn padded(values: &[f64], count: usize) -> Vec<f64> {
    let mut padded = values.to_vec();
    padded.resize(count, 0.0);
    padded
}

impl CcaSide<'_> {
    /// The spectra and the budget of a pair.
    pub fn of(reduced: &Reduced, direction: Direction) -> CcaSide<'_> {
        let (model, other) = reduced.models(direction);
        CcaSide {
            spectrum: model.spectrum(),
            other_spectrum: other.spectrum(),
            budget: d_logit_centred(reduced).powi(2),
            squared_scale: reduced.squared_scale(),
        }
    }

    /// A budget that forgives rounding.
    fn tolerated_budget(&self) -> f64 {
        self.budget * (1.0 + RELATIVE_TOLERANCE) + ABSOLUTE_TOLERANCE * self.squared_scale
    }

    fn at_most(&self, theorem: &'static Theorem, lhs: f64) -> Bound {
        Bound::at_most(theorem, lhs, self.budget, Scale::Squared(self.squared_scale))
    }

    /// T1 `cca_spectral`: `Σ (1 − ρ_i²) σ_i ≤ d̄²`; `one_minus_rho_squared` is padded with ones.
    pub fn spectral(&self, theorem: &'static Theorem, one_minus_rho_squared: &[f64]) -> Bound {
        let lost = one_minus_rho_squared.iter().copied().chain(std::iter::repeat(1.0));
        let lhs = self.spectrum.iter().zip(lost).map(|(sigma, lost)| sigma * lost).sum();
        self.at_most(theorem, lhs)
    }

    /// T4 `cca_two_spectra`: `Σ (√σ_i − √σ′_i)² + 2 Σ (1 − ρ_i) √(σ_i σ′_i) ≤ d̄²`.
    pub fn two_spectra(&self, theorem: &'static Theorem, one_minus_rho_squared: &[f64]) -> Bound {
        let count = self.spectrum.len().max(self.other_spectrum.len());
        let (sigma, other) = (padded(self.spectrum, count), padded(self.other_spectrum, count));
        let mut lhs = 0.0;
        for i in 0..count {
            let squared = one_minus_rho_squared.get(i).copied().unwrap_or(1.0);
            // 1 − ρ = (1 − ρ²)/(1 + ρ) keeps its digits where ρ rounds to 1.
            let one_minus_rho = squared / (1.0 + (1.0 - squared).max(0.0).sqrt());
            lhs += (sigma[i].sqrt() - other[i].sqrt()).powi(2)
                + 2.0 * one_minus_rho * sigma[i].sqrt() * other[i].sqrt();
        }
        self.at_most(theorem, lhs)
    }

    /// What is left of a budget for the first r directions: those beyond r are lost for certain, and paid for first.
    fn left_for(&self, r: usize, budget: f64) -> f64 {
        (budget - self.spectrum.iter().skip(r).sum::<f64>()).max(0.0)
    }

    /// T2 `m_cca_linear`: `m_CCA ≥ 1 − (d̄² − Σ_{i > r} σ_i)/(r σ_r)`.
    fn linear(&self, theorem: &'static Theorem, value: f64, r: usize) -> Bound {
        let smallest = self.spectrum.get(r - 1).copied().unwrap_or(0.0);
        let at = |budget: f64| 1.0 - self.left_for(r, budget) / (r as f64 * smallest);
        if smallest == 0.0 {
            // Not −∞: canonical correlations are never negative, so 0 is what the bound amounts to.
            return Bound::at_least(theorem, value, 0.0, 0.0).vacuous_if(true, || {
                format!("σ_r = 0: Cov(u) has rank {}, under the r = {r} of m_CCA", self.spectrum.len())
            });
        }
        Bound::at_least(theorem, value, at(self.budget), at(self.tolerated_budget()))
    }

    /// T3 `m_cca_sharp` and `m_cca_logits_sharp`: the mean of the [`water_filling`] of the first r eigenvalues.
    pub(super) fn sharp(&self, theorem: &'static Theorem, value: f64, r: usize) -> Bound {
        let spectrum = padded(self.spectrum, r);
        let at = |budget| water_filling(&spectrum, self.left_for(r, budget)).iter().sum::<f64>() / r as f64;
        Bound::at_least(theorem, value, at(self.budget), at(self.tolerated_budget()))
    }

    /// T5 `m_cca_two_spectra` and `m_cca_logits_two_spectra`: the mean of the first r of [`greedy_two_spectra`].
    pub(super) fn greedy(&self, theorem: &'static Theorem, value: f64, r: usize) -> Bound {
        let count = self.spectrum.len().max(self.other_spectrum.len()).max(r);
        let (sigma, other) = (padded(self.spectrum, count), padded(self.other_spectrum, count));
        let at = |budget| {
            let rho = greedy_two_spectra(&sigma, &other, budget);
            rho.iter().take(r).sum::<f64>() / r as f64
        };
        let (exact, tolerated) = (at(self.budget), at(self.tolerated_budget()));
        // Where one model's logits vanish in the directions of the other's, all weights are rounding errors, and so is what is left for them.
        let bound = if exact - tolerated > VISIBLE { tolerated } else { exact };
        Bound::at_least(theorem, value, bound, tolerated)
    }
}

/// 1 − ρ² of the logits. Constant logits have no correlations; then every one counts as 0.
fn lost(shared: &Shared) -> &[f64] {
    shared.logits_cca().as_ref().map_or(&[], |c| &c.one_minus_rho_squared)
}

/// The correlations of the embeddings, which those of the logits are no larger than: both logits are linear functions of them.
///
/// Not applicable where directions that the logits see were dropped as rounding.
fn embeddings_cca(shared: &Shared) -> Applicable<&CanonicalCorrelations> {
    let Reduced { a, b, .. } = &shared.reduced;
    if let Some(m) = [a, b].into_iter().find(|m| m.rank_embeddings() < m.rank_logits()) {
        return Err(Reason::EmbeddingRank {
            side: m.side,
            rank: m.rank_embeddings(),
            logits: m.rank_logits(),
        });
    }
    shared.embeddings_cca().as_ref().map_err(Clone::clone)
}

/// m_CCA of the embeddings, and the number r of correlations that it is the mean of.
pub(super) fn mean_over_rank(shared: &Shared) -> Applicable<(f64, usize)> {
    let correlations = embeddings_cca(shared)?;
    Ok((correlations.mean(), correlations.rho.len()))
}

/// T11 `compression_floor`: `Σ_{i > M′} σ_i ≤ d̄²`, no model of dimension M′ comes closer.
pub fn compression_floor(reduced: &Reduced, direction: Direction) -> Bound {
    let (model, other) = reduced.models(direction);
    let floor = model.spectrum().iter().skip(other.dim).sum();
    CcaSide::of(reduced, direction).at_most(&ROWS[7], floor).vacuous_if(floor == 0.0, || {
        format!(
            "dimension {} of model {} is not under the rank {} of model {}'s logits",
            other.dim,
            other.side,
            model.spectrum().len(),
            model.side
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_filling_spends_the_budget_and_gives_up_the_weakest_first() {
        let spectrum = [4.0, 2.0, 1.0];
        assert_eq!(water_filling(&spectrum, 0.0), [1.0, 1.0, 1.0]);
        assert_eq!(water_filling(&spectrum, 100.0), [0.0, 0.0, 0.0]);
        let rho = water_filling(&spectrum, 1.5);
        assert_eq!(rho, [1.0, 0.75f64.sqrt(), 0.0]);
        let spent: f64 = rho.iter().zip(spectrum).map(|(r, s)| (1.0 - r * r) * s).sum();
        assert!((spent - 1.5).abs() < 1e-15);
    }

    #[test]
    fn no_feasible_correlations_have_a_smaller_sum() {
        let spectrum = [3.0, 1.5, 0.7];
        let other = [2.0, 1.0, 0.9];
        let grid = |i: usize| i as f64 / 20.0;
        for budget in [0.1, 0.9, 2.0, 4.0] {
            let best: f64 = water_filling(&spectrum, budget).iter().sum();
            let best_two: f64 = greedy_two_spectra(&spectrum, &other, budget).iter().sum();
            for code in 0..21 * 21 * 21 {
                let rho = [grid(code % 21), grid(code / 21 % 21), grid(code / 441)];
                let sum: f64 = rho.iter().sum();
                let one: f64 = rho.iter().zip(spectrum).map(|(r, s)| (1.0 - r * r) * s).sum();
                assert!(one > budget || sum >= best - 1e-12, "{rho:?} beats T3 at {budget}");
                let two: f64 = (0..3)
                    .map(|i| {
                        let (a, b) = (spectrum[i], other[i]);
                        (a.sqrt() - b.sqrt()).powi(2) + 2.0 * (1.0 - rho[i]) * (a * b).sqrt()
                    })
                    .sum();
                assert!(two > budget || sum >= best_two - 1e-12, "{rho:?} beats T5 at {budget}");
            }
        }
    }

    #[test]
    fn mixing_centred_correlations_with_uncentred_moments_is_caught() {
        // Equal constant parts make the uncentred spectrum large and leave d̄ alone: the published plotting script's slip.
        let side =
            CcaSide { spectrum: &[1000.0], other_spectrum: &[1000.0], budget: 1.0, squared_scale: 2000.0 };
        assert!(side.spectral(&ROWS[0], &[0.5]).is_violated());
        assert!(side.two_spectra(&ROWS[1], &[0.5]).is_violated());
    }
}
