//! T12 and T13: d_LLV against the PLS-SVD dissimilarity.

use super::{Bound, Form, Scale};
use crate::applicable::Applicable;
use crate::measure::llv::Llv;

/// T12 `d_fg_linear`: `d_{f,g} ≤ 2 M d_LLV`; T13 `d_fg_quadratic`: `d_{f,g} ≤ 2 d_LLV²`, for the same label and input sets of
/// size M = `set_size`.
pub fn fg_bounds(d_fg: &Applicable<f64>, llv: &Applicable<Llv>, set_size: usize) -> [Bound; 2] {
    let tokens = [("d_fg_linear", Form::Published), ("d_fg_quadratic", Form::Sharpened)];
    let sides = d_fg.clone().and_then(|d_fg| llv.clone().map(|llv| (d_fg, llv.d_llv)));
    match sides {
        Ok((d_fg, d_llv)) => {
            let rhs = [2.0 * set_size as f64 * d_llv, 2.0 * d_llv * d_llv];
            [0, 1].map(|i| Bound::at_most(tokens[i].0, tokens[i].1, d_fg, rhs[i], Scale::Linear(1.0)))
        }
        Err(reason) => tokens.map(|(token, form)| Bound::not_applicable(token, form, reason.clone())),
    }
}
