//! The log-likelihood variance distance d_LLV.

use super::source::CLOSENESS;
use super::table::{Measure, Part, Same, Uncertainty, Unit, Value};
use super::whose::Whose;
use crate::applicable::{Applicable, Reason};
use crate::error::Side;
use crate::factor::Factor;
use crate::measure::pls_svd::d_svd;
use crate::reduced::{CENTRING_NOISE, Reduced, ReducedModel};
use logitdist_linalg::{Mat, MatRef};

const TERM: Measure = Measure {
    source: CLOSENESS,
    unit: Unit::One,
    same: Same::Zero("equal distributions"),
    part: Part::Llv,
    log_p: true,
    whose: Whose::Both,
    uncertainty: Uncertainty::Never("it is of chosen labels and inputs"),
    ..Measure::DISTANCE
};

pub(super) const ROWS: [Measure; 5] = [
    Measure {
        tokens: &["d_llv"],
        name: "log-likelihood variance, given sets",
        meaning: "Log-likelihood variance distance, over a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        formula: "max{t1, t2, λ t3, λ t4}, λ = 1e-5",
        headline: true,
        note: |shared| Some(shared.llv().description.clone()),
        value: Value::Number(|shared, _| Ok(shared.llv().given()?.d_llv)),
        ..TERM
    },
    Measure {
        tokens: &["llv_t1"],
        name: "t1 of d_llv",
        meaning: "Term t1 of d_llv: standardised, over inputs, over a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        formula: "max over the set of sd_x(log p/s − log p′/s′), of its labels and the pivot",
        value: Value::Number(|shared, _| Ok(shared.llv().given()?.t1)),
        ..TERM
    },
    Measure {
        tokens: &["llv_t2"],
        name: "t2 of d_llv",
        meaning: "Term t2 of d_llv: standardised, over labels, over a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        formula: "llv_t1 with inputs and labels exchanged",
        value: Value::Number(|shared, _| Ok(shared.llv().given()?.t2)),
        ..TERM
    },
    Measure {
        tokens: &["llv_t3"],
        name: "t3 of d_llv",
        meaning: "Term t3 of d_llv: difference of sds over inputs, over a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        formula: "max over the set of |s_y − s′_y|, s_y = sd_x(log p(y|x) − log p(y₀|x)); sd with ddof = 0",
        value: Value::Number(|shared, _| Ok(shared.llv().given()?.t3)),
        ..TERM
    },
    Measure {
        tokens: &["llv_t4"],
        name: "t4 of d_llv",
        meaning: "Term t4 of d_llv: difference of sds over labels, over a pivot label and M labels, a pivot input and M inputs; evenly spread ones unless named",
        formula: "llv_t3 with inputs and labels exchanged; sd with ddof = 0",
        value: Value::Number(|shared, _| Ok(shared.llv().given()?.t4)),
        ..TERM
    },
];

pub(super) const MINIMISED: [Measure; 5] = [
    Measure {
        tokens: &["d_llv_min"],
        name: "log-likelihood variance, minimised",
        meaning: "Log-likelihood variance distance, over sets that minimise: t1 over the pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        formula: "max{t1, t2, λ t3, λ t4}, λ = 1e-5",
        headline: true,
        note: |shared| shared.llv().minimised_description.clone(),
        value: Value::Number(|shared, _| Ok(shared.llv().minimised()?.d_llv)),
        ..TERM
    },
    Measure {
        tokens: &["llv_min_t1"],
        name: "t1 of d_llv_min",
        meaning: "Term t1 of d_llv_min: standardised, over inputs, over sets that minimise: t1 over the pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        formula: "max over the set of sd_x(log p/s − log p′/s′), of its labels and the pivot",
        value: Value::Number(|shared, _| Ok(shared.llv().minimised()?.t1)),
        ..TERM
    },
    Measure {
        tokens: &["llv_min_t2"],
        name: "t2 of d_llv_min",
        meaning: "Term t2 of d_llv_min: standardised, over labels, over sets that minimise: t1 over the pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        formula: "llv_min_t1 with inputs and labels exchanged",
        value: Value::Number(|shared, _| Ok(shared.llv().minimised()?.t2)),
        ..TERM
    },
    Measure {
        tokens: &["llv_min_t3"],
        name: "t3 of d_llv_min",
        meaning: "Term t3 of d_llv_min: difference of sds over inputs, over sets that minimise: t1 over the pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        formula: "max over the set of |s_y − s′_y|, s_y = sd_x(log p(y|x) − log p(y₀|x)); sd with ddof = 0",
        value: Value::Number(|shared, _| Ok(shared.llv().minimised()?.t3)),
        ..TERM
    },
    Measure {
        tokens: &["llv_min_t4"],
        name: "t4 of d_llv_min",
        meaning: "Term t4 of d_llv_min: difference of sds over labels, over sets that minimise: t1 over the pivot and one left-out label, t2 over random disjoint sets of M + 1 inputs",
        formula: "llv_min_t3 with inputs and labels exchanged; sd with ddof = 0",
        value: Value::Number(|shared, _| Ok(shared.llv().minimised()?.t4)),
        ..TERM
    },
];

/// λ of Nielsen et al. 2025: the weight of t3 and t4.
pub const LAMBDA: f64 = 1e-5;

/// The minimisation over pivots tracks all labels; it is done for at most this many.
pub const MOST_LABELS_MINIMISED: usize = 64;

/// Log-probabilities of both models in coordinates: column 0 is the pivot, the others the set.
///
/// Norms of columns are standard deviations (population, ddof = 0: t3 and t4 depend on that, t1 and t2 do not).
#[derive(Debug, Clone)]
pub struct LogProbabilities {
    a: Mat<f64>,
    b: Mat<f64>,
    /// a − b, where it is known to more digits than the subtraction leaves.
    difference: Option<Mat<f64>>,
    over: &'static str,
    /// Norms up to this, for a and for b, are what rounding leaves of a constant difference.
    noise: [f64; 2],
}

/// One half of d_LLV: t1 and t3 over inputs, or t2 and t4 over labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// t1 or t2, ≥ 0: the largest sd of log p/s − log p′/s′ over the set and the pivot.
    pub ratio: f64,
    /// t3 or t4, ≥ 0: the largest |s − s′|.
    pub spread: f64,
}

/// d_LLV and its four terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Llv {
    /// `d_llv = max{t1, t2, λ t3, λ t4}`, ≥ 0; 0 = equal distributions.
    pub d_llv: f64,
    /// Over inputs, standardised.
    pub t1: f64,
    /// Over labels, standardised.
    pub t2: f64,
    /// Over inputs, difference of sds.
    pub t3: f64,
    /// Over labels, difference of sds.
    pub t4: f64,
}

impl Llv {
    /// d_LLV from the half over inputs (a set of labels) and the half over labels (a set of inputs), λ = [`LAMBDA`].
    pub fn new(labels: Terms, inputs: Terms) -> Llv {
        let (t1, t2, t3, t4) = (labels.ratio, inputs.ratio, labels.spread, inputs.spread);
        Llv { d_llv: t1.max(t2).max(LAMBDA * t3).max(LAMBDA * t4), t1, t2, t3, t4 }
    }
}

impl LogProbabilities {
    /// Over inputs, from the factor of the tracked labels' log-probabilities; `chosen` are positions among the tracked
    /// labels, the pivot first.
    ///
    /// If `are_differences`, the factor has log p − log p′ in place of log p′.
    pub fn over_inputs(tracked: &Factor, are_differences: bool, chosen: &[usize]) -> LogProbabilities {
        let centred = tracked.r().get(1.., ..);
        // The first column is of ones.
        let count = tracked.cols() / 2;
        let scale = 1.0 / (tracked.rows() as f64).sqrt();
        let columns = |from: usize| {
            Mat::from_fn(centred.nrows(), chosen.len(), |i, j| scale * centred[(i, from + chosen[j])])
        };
        // The uncentred columns: rounding errors of centring are of their size.
        let noise = |from: usize| {
            let norms = chosen.iter().map(|&j| scale * tracked.r().col(from + j).norm_l2());
            CENTRING_NOISE * norms.fold(0.0, f64::max)
        };
        let (a, second) = (columns(1), columns(1 + count));
        let (b, difference) = if are_differences { (&a - &second, Some(second)) } else { (second, None) };
        LogProbabilities { a, b, difference, over: "inputs", noise: [noise(1), noise(1 + count)] }
    }

    /// Over labels, from the embeddings of chosen inputs (n×M and n×M′, the pivot first): centring over labels makes log p the
    /// centred logit u, so coordinates of G̃ are all it needs.
    pub fn over_labels(
        reduced: &Reduced,
        embeddings_a: MatRef<'_, f64>,
        embeddings_b: MatRef<'_, f64>,
    ) -> LogProbabilities {
        let scale = 1.0 / (reduced.n_labels as f64).sqrt();
        let columns = |model: &ReducedModel, f: MatRef<'_, f64>| {
            let logits = logitdist_linalg::matmul_nt(model.unembeddings.as_ref(), f);
            Mat::from_fn(logits.nrows(), logits.ncols(), |i, j| scale * (logits[(i, j)] + model.bias[i]))
        };
        let difference = reduced.near.as_ref().map(|near| {
            let delta = near.of_rows(&reduced.b, embeddings_a, embeddings_b);
            Mat::from_fn(delta.nrows(), delta.ncols(), |i, j| scale * delta[(i, j)])
        });
        let b = columns(&reduced.b, embeddings_b);
        LogProbabilities {
            difference,
            a: columns(&reduced.a, embeddings_a),
            b,
            over: "labels",
            noise: [&reduced.a, &reduced.b].map(|m| CENTRING_NOISE * scale * m.squared_logit_scale.sqrt()),
        }
    }

    /// Number of columns in the set, without the pivot.
    fn set_size(&self) -> usize {
        self.a.ncols() - 1
    }

    /// t1 and t3, or t2 and t4. Not applicable if a difference to the pivot is constant.
    pub fn terms(&self) -> Applicable<Terms> {
        let mut terms = Terms { ratio: 0.0, spread: 0.0 };
        for index in 1..=self.set_size() {
            let one = self.term(0, index)?;
            terms.ratio = terms.ratio.max(one.ratio);
            terms.spread = terms.spread.max(one.spread);
        }
        Ok(terms)
    }

    /// What one member of the set adds with the given pivot, both as columns.
    fn term(&self, pivot: usize, index: usize) -> Applicable<Terms> {
        let s_a = distance(self.a.as_ref(), index, pivot);
        let s_b = distance(self.b.as_ref(), index, pivot);
        for (side, s, noise) in [(Side::A, s_a, self.noise[0]), (Side::B, s_b, self.noise[1])] {
            if s <= noise {
                return Err(Reason::ConstantDifference { side, index, over: self.over });
            }
        }
        let Some(difference) = &self.difference else {
            let ratio = |column: usize| {
                let (a, b) = (self.a.col(column), self.b.col(column));
                a.iter().zip(b.iter()).map(|(a, b)| (a / s_a - b / s_b).powi(2)).sum::<f64>().sqrt()
            };
            return Ok(Terms { ratio: ratio(index).max(ratio(pivot)), spread: (s_a - s_b).abs() });
        };
        // s² − s′² = (x − x′)·(x + x′), and a/s − b/s′ = ((a − b) − a (s − s′)/s)/s′.
        let products = |i: usize| {
            let sum = (self.a[(i, index)] - self.a[(i, pivot)]) + (self.b[(i, index)] - self.b[(i, pivot)]);
            (difference[(i, index)] - difference[(i, pivot)]) * sum
        };
        let spread = (0..difference.nrows()).map(products).sum::<f64>() / (s_a + s_b);
        let ratio = |column: usize| {
            let (a, d) = (self.a.col(column), difference.col(column));
            a.iter().zip(d.iter()).map(|(a, d)| (d - a * (spread / s_a)).powi(2)).sum::<f64>().sqrt() / s_b
        };
        Ok(Terms { ratio: ratio(index).max(ratio(pivot)), spread: spread.abs() })
    }

    /// d_SVD of the differences to the pivot: `d_svd_embeddings` over inputs, `d_svd_unembeddings` over labels, in [0, 1].
    pub fn d_svd(&self) -> Applicable<f64> {
        self.terms()?;
        let differences =
            |m: &Mat<f64>| Mat::from_fn(m.nrows(), self.set_size(), |i, j| m[(i, j + 1)] - m[(i, 0)]);
        d_svd(differences(&self.a).as_ref(), differences(&self.b).as_ref(), self.over)
    }
}

/// ‖column i − column j‖.
fn distance(m: MatRef<'_, f64>, i: usize, j: usize) -> f64 {
    m.col(i).iter().zip(m.col(j).iter()).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

/// The pivot and the label left out that make t1 smallest, and the terms there; the set is all other labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinimisedLabels {
    /// y0.
    pub pivot: usize,
    /// The label dropped from the set.
    pub left_out: usize,
    /// t1 and t3.
    pub terms: Terms,
}

/// Minimises t1 over the pivot and one left-out label, as the code of Nielsen et al. 2025 does.
///
/// `all` holds every label, in order. Needs at least 3 labels. Pivots with a constant difference are passed over; not
/// applicable if none remains.
pub fn minimised_labels(all: &LogProbabilities) -> Applicable<MinimisedLabels> {
    let labels = all.a.ncols();
    if labels < 3 {
        return Err(Reason::Labels { labels, needed: 3 });
    }
    let mut best: Option<MinimisedLabels> = None;
    let mut refused = None;
    for pivot in 0..labels {
        let of_pivot: Applicable<Vec<(usize, Terms)>> =
            (0..labels).filter(|&y| y != pivot).map(|y| all.term(pivot, y).map(|term| (y, term))).collect();
        let of_pivot = match of_pivot {
            Ok(terms) => terms,
            Err(reason) => {
                refused = Some(reason);
                continue;
            }
        };
        // Leaving out the worst label is best for t1, which is a maximum over the set.
        let worst = of_pivot.iter().max_by(|x, y| x.1.ratio.total_cmp(&y.1.ratio)).expect("2 labels");
        let left_out = worst.0;
        let kept = of_pivot.iter().filter(|(y, _)| *y != left_out);
        let terms = kept.fold(Terms { ratio: 0.0, spread: 0.0 }, |t, (_, x)| Terms {
            ratio: t.ratio.max(x.ratio),
            spread: t.spread.max(x.spread),
        });
        if best.is_none_or(|b| terms.ratio < b.terms.ratio) {
            best = Some(MinimisedLabels { pivot, left_out, terms });
        }
    }
    best.ok_or_else(|| refused.expect("no pivot was possible"))
}
