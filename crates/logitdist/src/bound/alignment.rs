//! T6, T6′, T7 and T8: what the logit distance says about alignment.

use super::{Bound, Form, Side, Theorem};
use crate::applicable::{Applicable, Reason};
use crate::measure::baselines::r2;
use crate::measure::d_logit::d_logit;
use crate::measure::d_ls::{d_ls, d_ls_centred};
use crate::measure::d_rep::DRep;
use crate::measure::invariance::CARRIED;
use crate::measure::table::Part;
use crate::measure::whose::Whose;
use crate::reduced::Direction;
use crate::shared::Shared;
use crate::tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Scale};

pub(super) const ROWS: [Theorem; 2] = [
    Theorem {
        token: "d_ls",
        number: "T7",
        name: "least-squares alignment",
        meaning: "Logit distance bounds the least-squares alignment",
        statement: "d_LS ≤ d_logit/σ_min(G̃), the smallest non-zero singular value",
        source: "proved in this project; sharpens d_rep_worst_subset",
        equality: "a difference in the weakest direction, E3",
        left: "d_ls_ab",
        anchor: "t7",
        invariance: CARRIED,
        whose: Whose::Firsts,
        evaluate: least_squares,
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "probe_transfer",
        number: "T8",
        name: "linear probes",
        meaning: "What any linear probe w·f can lose when carried over through G̃⁺G̃′",
        statement: "√(E(w·G̃⁺Δ)²) ≤ ‖G̃⁺ᵀw‖ · d_logit; lhs is the worst over probes with ‖G̃⁺ᵀw‖ = 1",
        equality: "a difference in the weakest direction, E3",
        anchor: "t8",
        whose: Whose::Firsts,
        evaluate: worst_probe,
        ..Theorem::SHARPENED
    },
];

pub(super) const D_REP: [Theorem; 2] = [
    Theorem {
        token: "d_rep_worst_subset",
        number: "T6",
        name: "d_rep, worst subset",
        family: "d_rep",
        meaning: "Logit distance bounds d_rep through the worst label subset",
        statement: "d_rep ≤ √(2M/(K − 1)) d_logit/min_L σ_min(L)",
        needs: "more labels than dimensions, and a regular subset of them",
        form: Form::Published,
        source: "Nielsen et al. 2026 (arXiv 2602.15438)",
        equality: "M = 1 and K ≤ 3; else at most 0.94 found",
        left: "d_rep_ab",
        anchor: "t6",
        invariance: CARRIED,
        whose: Whose::Firsts,
        part: Part::DRep,
        evaluate: worst_subset,
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "d_rep_per_subset",
        number: "T6′",
        name: "d_rep, subset by subset",
        family: "d_rep",
        meaning: "Logit distance bounds d_rep subset by subset",
        statement: "d_rep ≤ √(mean over subsets of E‖δ_L‖²/σ_min(L)²), and each subset by its own",
        needs: "more labels than dimensions, and a regular subset of them",
        source: "proved in this project; sharpens d_rep_worst_subset",
        equality: "M = 1; else at most 0.93 found",
        left: "d_rep_ab",
        anchor: "t6prime",
        invariance: CARRIED,
        whose: Whose::Firsts,
        part: Part::DRep,
        evaluate: per_subset,
        ..Theorem::SHARPENED
    },
];

pub(super) const R2: [Theorem; 1] = [Theorem {
    token: "r2_from_logit",
    number: "T20",
    name: "explained variance",
    meaning: "Least share of the variance of the embeddings that a linear regression on the other's explains",
    statement: "R² ≥ 1 − tr Cov(G̃⁺Δ)/tr Cov(f)",
    needs: "full column rank of G̃, and embeddings that are not constant",
    side: Side::AtLeast("r2_ab"),
    equality: "if and only if G̃⁺Δ is uncorrelated with f′, as in E13",
    anchor: "t20",
    invariance: CARRIED,
    whose: Whose::Firsts,
    part: Part::Baselines,
    evaluate: explained_variance,
    ..Theorem::SHARPENED
}];

/// T6, in the units of d_rep (the square root of the published statement).
///
/// Over a sample of subsets, the sample's own mean of E‖δ_L‖² stands in for `(2M/(K−1)) d_logit²`, or sampling error could
/// look like a violation.
fn worst_subset(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let measured = shared.d_rep(direction)?;
    let (m, k) = (shared.model(direction).dim as f64, shared.reduced.n_labels as f64);
    let delta = if measured.exhaustive && measured.skipped == 0 {
        (2.0 * m / (k - 1.0)).sqrt() * d_logit(&shared.reduced)
    } else {
        measured.delta
    };
    let scale = subset_scale(shared, direction)?;
    Ok(Bound::at_most(theorem, measured.d_rep, delta / measured.sigma_min, scale))
}

/// T6′, in the units of d_rep.
fn per_subset(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let measured = shared.d_rep(direction)?;
    let scale = subset_scale(shared, direction)?;
    let bound = Bound::at_most(theorem, measured.d_rep, measured.per_subset_rhs, scale);
    Ok(on_every_subset(bound, measured.violations))
}

/// A bound on a mean over subsets, which must hold on each of them.
fn on_every_subset(bound: Bound, violations: usize) -> Bound {
    Bound { holds: Some(bound.holds == Some(true) && violations == 0), ..bound }
}

/// Errors of the logits are carried through L, and the solves with ill-conditioned L add their own.
fn subset_scale(shared: &Shared, direction: Direction) -> Applicable<Scale> {
    Ok(scale_of_subsets(shared.d_rep(direction)?, shared.reduced.squared_scale()))
}

fn scale_of_subsets(measured: &DRep, squared_scale: f64) -> Scale {
    let solve_error = measured.max * measured.solve_error / ABSOLUTE_TOLERANCE;
    Scale::Linear(squared_scale.sqrt() / measured.sigma_min + solve_error)
}

/// T7: `d_LS ≤ d_logit / σ_min(G̃)`.
fn least_squares(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let sigma_min = smallest_unembedding_value(shared, direction)?;
    let lhs = d_ls(&shared.reduced, direction)?;
    let scale = Scale::Linear(shared.reduced.squared_scale().sqrt() / sigma_min);
    Ok(Bound::at_most(theorem, lhs, d_logit(&shared.reduced) / sigma_min, scale))
}

/// T8 for the worst probe.
///
/// A linear concept w·f carried over through G̃⁺G̃′ errs by at most `‖G̃^{+T}w‖ d_logit`. Over all w with `‖G̃^{+T}w‖ = 1` the
/// largest error is the largest singular value of Δ restricted to the range of G̃: that is the left-hand side.
fn worst_probe(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    smallest_unembedding_value(shared, direction)?;
    let (reduced, model) = (&shared.reduced, shared.model(direction));
    let in_range =
        logitdist_linalg::matmul(model.unembeddings_svd().u.transpose(), reduced.delta.transpose());
    let worst = logitdist_linalg::singular_values(in_range.as_ref())[0];
    Ok(Bound::at_most(theorem, worst, d_logit(reduced), Scale::Linear(reduced.squared_scale().sqrt())))
}

/// T20: the least-squares alignment is one linear prediction of f from f′, and regression is the best.
fn explained_variance(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let model = shared.model(direction);
    if model.rank_unembeddings() < model.dim {
        return Err(Reason::UnembeddingRank {
            side: model.side,
            rank: model.rank_unembeddings(),
            dim: model.dim,
        });
    }
    let value = r2(&shared.reduced, direction)?;
    let sigma_min = smallest_unembedding_value(shared, direction)?;
    let residual = d_ls_centred(&shared.reduced, direction)?.powi(2);
    let total = model.centred_embeddings().squared_norm_l2();
    let tolerated = tolerated_residual(residual, shared.reduced.squared_scale(), sigma_min);
    Ok(Bound::at_least(theorem, value, 1.0 - residual / total, 1.0 - tolerated / total))
}

/// E‖f − G̃⁺(u′ − ū)‖² enlarged by what rounding of the logits makes of it.
fn tolerated_residual(residual: f64, squared_scale: f64, sigma_min: f64) -> f64 {
    residual * (1.0 + RELATIVE_TOLERANCE) + ABSOLUTE_TOLERANCE * squared_scale / (sigma_min * sigma_min)
}

fn smallest_unembedding_value(shared: &Shared, direction: Direction) -> Applicable<f64> {
    let model = shared.model(direction);
    model.smallest_unembedding_value().ok_or(Reason::Constant { what: "unembeddings", side: model.side })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_grows_with_the_logits_and_as_unembeddings_get_thin() {
        let measured = DRep {
            d_rep: 1.0,
            standard_error: 0.0,
            median: 1.0,
            max: 3.0,
            used: 4,
            skipped: 0,
            exhaustive: true,
            sigma_min: 2.0,
            delta: 1.0,
            per_subset_rhs: 2.0,
            solve_error: 4e-12,
            violations: 0,
        };
        let Scale::Linear(scale) = scale_of_subsets(&measured, 100.0) else { panic!("sides are lengths") };
        assert!((scale - (10.0 / 2.0 + 3.0 * 4.0)).abs() < 1e-12, "{scale}");
        let tolerated = tolerated_residual(8.0, 1e6, 0.25);
        assert!((tolerated - (8.0 + 8e-9 + 1.6e-5)).abs() < 1e-14, "{tolerated}");
    }

    #[test]
    fn one_subset_on_which_it_fails_is_a_violation() {
        let bound = |lhs: f64| Bound::at_most(&D_REP[1], lhs, 1.0, Scale::Linear(1.0));
        assert!(!on_every_subset(bound(0.5), 0).is_violated());
        assert!(on_every_subset(bound(0.5), 1).is_violated());
        assert!(on_every_subset(bound(1.5), 0).is_violated());
    }
}
