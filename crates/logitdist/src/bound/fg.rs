//! T12 and T13: d_LLV against the PLS-SVD dissimilarity, on the same sets of M labels and M inputs.

use super::{Bound, Form, Theorem};
use crate::measure::table::Part;
use crate::measure::whose::Whose;
use crate::tolerance::Scale;

const CHOSEN: [&str; 2] = ["d_LLV's labels and inputs are chosen once, from all inputs"; 2];

pub(super) const ROWS: [Theorem; 2] = [
    Theorem {
        token: "d_fg_linear",
        number: "T12",
        name: "d_fg, linear in d_LLV",
        family: "d_fg",
        meaning: "d_LLV bounds d_fg linearly",
        statement: "d_fg ≤ 2M d_LLV",
        form: Form::Published,
        source: "Nielsen et al. 2025 (arXiv 2506.03784)",
        equality: "never; tightness is at most 1/(√2 M), which is reached: 0.706 at M = 1, 0.354 at M = 2",
        anchor: "t12",
        part: Part::Llv,
        whose: Whose::Both,
        unsure: CHOSEN,
        evaluate: |theorem, shared, _| {
            let (d_fg, llv) = (shared.llv().d_fg()?, shared.llv().given()?);
            let rhs = 2.0 * shared.llv().set_size as f64 * llv.d_llv;
            Ok(Bound::at_most(theorem, d_fg, rhs, Scale::Linear(1.0)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "d_fg_quadratic",
        number: "T13",
        name: "d_fg, quadratic in d_LLV",
        family: "d_fg",
        meaning: "d_LLV bounds d_fg quadratically, without the dimension",
        statement: "d_fg ≤ 2 d_LLV²",
        source: "proved in this project; sharpens d_fg_linear for d_LLV < M",
        equality: "two labels, M = 1 and small logits, in the limit: 0.99986 reached",
        anchor: "t13",
        part: Part::Llv,
        whose: Whose::Both,
        unsure: CHOSEN,
        evaluate: |theorem, shared, _| {
            let (d_fg, llv) = (shared.llv().d_fg()?, shared.llv().given()?);
            Ok(Bound::at_most(theorem, d_fg, 2.0 * llv.d_llv * llv.d_llv, Scale::Linear(1.0)))
        },
        ..Theorem::SHARPENED
    },
];
