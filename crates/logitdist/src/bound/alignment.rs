//! T6, T6′, T7 and T8: what the logit distance says about alignment.

use super::{Bound, Form, Side, Theorem};
use crate::applicable::{Applicable, Reason};
use crate::measure::baselines::r2;
use crate::measure::d_logit::d_logit;
use crate::measure::d_ls::{d_ls, d_ls_centred};
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
    Ok(Bound { holds: Some(bound.holds == Some(true) && measured.violations == 0), ..bound })
}

/// Errors of the logits are carried through L, and the solves with ill-conditioned L add their own.
fn subset_scale(shared: &Shared, direction: Direction) -> Applicable<Scale> {
    let measured = shared.d_rep(direction)?;
    let solve_error = measured.max * measured.solve_error / ABSOLUTE_TOLERANCE;
    Ok(Scale::Linear(shared.reduced.squared_scale().sqrt() / measured.sigma_min + solve_error))
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
    let tolerance = ABSOLUTE_TOLERANCE * shared.reduced.squared_scale() / (sigma_min * sigma_min);
    let tolerated = residual * (1.0 + RELATIVE_TOLERANCE) + tolerance;
    Ok(Bound::at_least(theorem, value, 1.0 - residual / total, 1.0 - tolerated / total))
}

fn smallest_unembedding_value(shared: &Shared, direction: Direction) -> Applicable<f64> {
    let model = shared.model(direction);
    model.smallest_unembedding_value().ok_or(Reason::Constant { what: "unembeddings", side: model.side })
}
