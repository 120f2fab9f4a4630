//! T6, T6′ and T7: what the logit distance says about alignment.

use super::{ABSOLUTE_TOLERANCE, Bound, Form, Scale};
use crate::applicable::{Applicable, Reason};
use crate::measure::d_logit::d_logit;
use crate::measure::d_ls::d_ls;
use crate::measure::d_rep::DRep;
use crate::reduced::{Direction, Reduced};

/// T6 `d_rep_worst_subset` and T6′ `d_rep_per_subset`, in the units of d_rep (square roots of the published statements).
///
/// T6: `d_rep² ≤ (2M/(K−1)) d_logit² / min_L σ_min(L)²`. Over a sample of subsets, the sample's own mean of E‖δ_L‖² stands in for
/// `(2M/(K−1)) d_logit²`, or sampling error could look like a violation.
pub fn d_rep_bounds(reduced: &Reduced, direction: Direction, d_rep: &Applicable<DRep>) -> [Bound; 2] {
    let worst = ("d_rep_worst_subset", Form::Published);
    let each = ("d_rep_per_subset", Form::Sharpened);
    let measured = match d_rep {
        Ok(measured) => measured,
        Err(reason) => {
            return [worst, each].map(|(token, form)| Bound::not_applicable(token, form, reason.clone()));
        }
    };
    let (model, _) = reduced.models(direction);
    let (m, k) = (model.dim as f64, reduced.n_labels as f64);
    let delta = if measured.exhaustive && measured.skipped == 0 {
        (2.0 * m / (k - 1.0)).sqrt() * d_logit(reduced)
    } else {
        measured.delta
    };
    // Errors of the logits are carried through L, and the solves with ill-conditioned L add their own.
    let solve_error = measured.max * measured.solve_error / ABSOLUTE_TOLERANCE;
    let scale = Scale::Linear(reduced.squared_scale().sqrt() / measured.sigma_min + solve_error);
    let mut per_subset = Bound::at_most(each.0, each.1, measured.d_rep, measured.per_subset_rhs, scale);
    per_subset.holds = Some(per_subset.holds == Some(true) && measured.violations == 0);
    [Bound::at_most(worst.0, worst.1, measured.d_rep, delta / measured.sigma_min, scale), per_subset]
}

/// T7 `d_ls`: `d_LS ≤ d_logit / σ_min(G̃)`; and T8 `probe_transfer` for the worst probe.
///
/// T8 says that a linear concept w·f carried over through G̃⁺G̃′ errs by at most `‖G̃^{+T}w‖ d_logit`. Over all w with
/// `‖G̃^{+T}w‖ = 1` the largest error is the largest singular value of Δ restricted to the range of G̃: that is the left-hand side.
pub fn alignment_bounds(reduced: &Reduced, direction: Direction) -> [Bound; 2] {
    let (model, _) = reduced.models(direction);
    let tokens = ["d_ls", "probe_transfer"];
    let Some(sigma_min) = model.smallest_unembedding_value() else {
        let reason = Reason::Constant { what: "unembeddings", side: model.side };
        return tokens.map(|token| Bound::not_applicable(token, Form::Sharpened, reason.clone()));
    };
    let lhs = d_ls(reduced, direction).expect("G̃ is not zero");
    let distance = d_logit(reduced);
    let scale = reduced.squared_scale().sqrt();
    let in_range =
        logitdist_linalg::matmul(model.unembeddings_svd().u.transpose(), reduced.delta.transpose());
    let worst_probe = logitdist_linalg::singular_values(in_range.as_ref())[0];
    [
        Bound::at_most(
            tokens[0],
            Form::Sharpened,
            lhs,
            distance / sigma_min,
            Scale::Linear(scale / sigma_min),
        ),
        Bound::at_most(tokens[1], Form::Sharpened, worst_probe, distance, Scale::Linear(scale)),
    ]
}
