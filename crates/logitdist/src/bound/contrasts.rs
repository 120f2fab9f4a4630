//! T19: the two-spectra bound on m_CCA, after whitening the logits by degrees.

use super::cca::CcaSide;
use super::{Bound, Side, Statement, Theorem};
use crate::measure::d_white::variances;
use crate::measure::table::Step;
use crate::reduced::{Reduced, ReducedModel};
use logitdist_linalg::{Mat, matmul_tn, squared_singular_values};
use rayon::prelude::*;

/// How much of the whitening is done: 0 only takes away what is outside the range of Σ; 1 makes all variances alike.
const EXPONENTS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

pub(super) const ROWS: [Theorem; 1] = [Theorem {
    token: "m_cca_contrasts",
    number: "T19",
    name: "both spectra, after whitening",
    meaning: "Best lower bound on m_CCA from both spectra after whitening the logits by degrees",
    statement: "m_CCA ≥ m_cca_two_spectra's bound for Hu, Hu′; the largest over H = Σ^(−e/2), Σ = Cov(u) or Cov(u′), e = 0, ¼, ½, ¾, 1",
    needs: "no direction of the embeddings dropped as rounding",
    side: Side::AtLeast("m_cca"),
    source: "proved in this project; at least m_cca_two_spectra",
    equality: "coupled spectra, E2",
    anchor: "t19",
    steps: &[Step::EmbeddingsCca, Step::Contrasts],
    evaluate: |theorem, shared, direction| {
        let (value, rank) = super::cca::mean_over_rank(shared)?;
        let plain = CcaSide::of(&shared.reduced, direction).greedy(theorem, value, rank);
        let through = shared.contrasts().iter().map(|contrast| contrast.side().greedy(theorem, value, rank));
        Ok(through.fold(plain, sharper))
    },
    ..Theorem::SHARPENED
}];

/// The logits of both models seen through one matrix H.
#[derive(Debug, Clone)]
pub(crate) struct Contrast {
    /// Eigenvalues of Cov(Hu) of the model whose logits are whitened, and of the other; the latter empty if the budget pays for all.
    spectra: [Vec<f64>; 2],
    /// tr Cov(HΔ).
    budget: f64,
    /// Scale of the rounding errors of the squared logits, times ‖H‖².
    squared_scale: f64,
}

impl Contrast {
    fn side(&self) -> CcaSide<'_> {
        let [spectrum, other_spectrum] = &self.spectra;
        CcaSide { spectrum, other_spectrum, budget: self.budget, squared_scale: self.squared_scale }
    }
}

/// The contrasts of both models. Those of a and of b serve both directions: T5 does not change when the models change places.
pub(crate) fn contrasts(reduced: &Reduced) -> Vec<Contrast> {
    let (a, b) = (&reduced.a, &reduced.b);
    let (from_a, from_b) = rayon::join(|| variances(a, reduced), || variances(b, reduced));
    // P′ᵀP, between the principal directions of the labels of b and of a.
    let between = matmul_tn(b.logits_directions().as_ref(), a.logits_directions().as_ref());
    let of = |(i, exponent): (usize, f64)| match i {
        0 => contrast(reduced, a, b, &from_a, exponent, |i, j| between[(i, j)]),
        _ => contrast(reduced, b, a, &from_b, exponent, |i, j| between[(j, i)]),
    };
    let all: Vec<(usize, f64)> = (0..2).flat_map(|i| EXPONENTS.map(|e| (i, e))).collect();
    all.into_par_iter().map(of).collect()
}

/// Both models through `H = Σ_u^{−e/2}` on the range of Σ_u, u that of `model`.
///
/// With `U = Q S Pᵀ` that is `P S^{−e} Pᵀ`: Hu has the spectrum S^{2−2e}, and `U′Hᵀ` has the singular values of `S′ P′ᵀP S^{−e}`.
fn contrast(
    reduced: &Reduced,
    model: &ReducedModel,
    other: &ReducedModel,
    variances: &[f64],
    exponent: f64,
    between: impl Fn(usize, usize) -> f64,
) -> Contrast {
    let own = model.spectrum();
    let shrunk: Vec<f64> = own.iter().map(|sigma| sigma.powf(-0.5 * exponent)).collect();
    let lengths: Vec<f64> = other.spectrum().iter().map(|sigma| sigma.sqrt()).collect();
    let seen = Mat::from_fn(lengths.len(), own.len(), |i, j| lengths[i] * between(i, j) * shrunk[j]);
    let squared_norm = shrunk.last().map_or(0.0, |largest| largest * largest);
    let spectrum: Vec<f64> = own.iter().zip(&shrunk).map(|(sigma, s)| sigma * s * s).collect();
    let budget: f64 = variances.iter().zip(&shrunk).map(|(v, s)| v * s * s).sum();
    // Whatever the spectrum of Hu′ is, its sum is ‖Hu′‖²: a budget over both sums pays for every direction.
    let pays_for_all = budget >= spectrum.iter().sum::<f64>() + seen.squared_norm_l2();
    let others = if pays_for_all { Vec::new() } else { squared_singular_values(seen.as_ref()) };
    Contrast { spectra: [spectrum, others], budget, squared_scale: reduced.squared_scale() * squared_norm }
}

/// The one that certifies more; one that is violated before one that holds, so that the largest hides none.
fn sharper(best: Bound, next: Bound) -> Bound {
    let rank = |bound: &Bound| match bound.statement {
        Some(Statement::AtLeast { bound: least, .. }) => (bound.is_violated(), least),
        _ => (false, f64::NEG_INFINITY),
    };
    if rank(&next) > rank(&best) { next } else { best }
}
