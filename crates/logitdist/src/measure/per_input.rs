//! Logit distance and KL divergence input by input: where two models part.

use super::source::LOGIT_DISTANCE;
use super::table::{Measure, Of, Part, Section};
use crate::error::Error;
use crate::labels::Labels;
use crate::model::Pair;
use crate::probability::InputDivergences;
use crate::reduced::{Direction, Reduced};
use crate::summary::ProbabilityInputs;
use crate::tolerance::ROUNDING;
use logitdist_linalg::{Mat, MatRef, ReborrowMut, matmul_nt, norm, r_factor};
use rayon::prelude::*;

const AT_AN_INPUT: Measure = Measure { section: Section::Detail, part: Part::Detail, ..Measure::DISTANCE };

pub(super) const ROWS: [Measure; 1] = [Measure {
    log_p: true,
    tokens: &["d_logit_x"],
    name: "logit distance at an input",
    meaning: "Logit distance at one input x",
    formula: "‖u(x) − u′(x)‖; d_logit² = E_x d_logit_x²",
    source: LOGIT_DISTANCE,
    ..AT_AN_INPUT
}];

pub(super) const KL: [Measure; 1] = [Measure {
    tokens: &["kl_ab_x", "kl_ba_x"],
    name: "KL({a} ‖ {b}) at an input",
    meaning: "KL({a} ‖ {b}) at one input x, expected under {a}",
    formula: "Σ_y p_{a} (eᵈ − 1 − d), d = log p_{b} − log p_{a}; kl_{a}{b} = E_x kl_{a}{b}_x",
    of: Of::Directions,
    ..AT_AN_INPUT
}];

/// Inputs in one product; fixed, so that the values do not depend on threads.
const BLOCK: usize = 512;

/// The distances at each input that the means over inputs are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct PerInput {
    /// `d_logit_x` of every input, N: see [`d_logit_x`]; empty if labels are masked, or if it needs directions of logits that are not known.
    pub d_logit_x: Vec<f64>,
    /// The inputs of the probability part, rising: all, a sample, or none.
    pub probability_inputs: Vec<usize>,
    /// `kl_ab_x = KL(p(·|x) ‖ p′(·|x))` of these inputs, nats, ≥ 0; its mean is `kl_ab`.
    pub kl_ab_x: Vec<f64>,
    /// `kl_ba_x = KL(p′(·|x) ‖ p(·|x))` of these inputs, nats, ≥ 0; its mean is `kl_ba`.
    pub kl_ba_x: Vec<f64>,
}

impl PerInput {
    /// Distances of a pair whose divergences at `inputs` are known.
    pub(crate) fn of(
        pair: &Pair<'_>,
        reduced: &Reduced,
        inputs: ProbabilityInputs,
        divergences: &[InputDivergences],
    ) -> Result<PerInput, Error> {
        let beside = reduced.a.has_logits_beside() || reduced.b.has_logits_beside();
        Ok(PerInput {
            d_logit_x: if reduced.masked().is_some() {
                Vec::new()
            } else if beside && inputs == ProbabilityInputs::All {
                divergences.iter().map(InputDivergences::d_logit).collect()
            } else if reduced.unknown_directions().is_some() {
                Vec::new()
            } else {
                d_logit_x(pair, reduced)?
            },
            probability_inputs: match inputs {
                ProbabilityInputs::None => Vec::new(),
                ProbabilityInputs::All => (0..pair.n_inputs()).collect(),
                ProbabilityInputs::These(inputs) => inputs,
            },
            kl_ab_x: divergences.iter().map(|d| d.kl_ab).collect(),
            kl_ba_x: divergences.iter().map(|d| d.kl_ba).collect(),
        })
    }
}

/// Logit distance at each input, N values ≥ 0, nats; 0 = equal predictions at that input.
///
/// `d_logit_x = ‖u(x) − u′(x)‖`, whose mean square over inputs is `d_logit²`. `reduced` must be that of the pair. In orthonormal
/// coordinates of the labels Δ(x) is a triangular matrix times (1, f(x), f′(x)), so an input costs (1 + M + M′)² and never K.
/// Masked labels are left out: [`Reduced::masked`]. A value under 1e-14 of the size of the logits at x, before any centring, is rounding and given as 0.
///
/// # Errors
/// [`Error::Unreadable`] if a model's embeddings cannot be read.
pub fn d_logit_x(pair: &Pair<'_>, reduced: &Reduced) -> Result<Vec<f64>, Error> {
    let (a, b) = (pair.a(), pair.b());
    assert_eq!(
        (a.n_inputs(), a.dim(), b.dim()),
        (reduced.n_inputs, reduced.a.dim, reduced.b.dim),
        "the reduced pair is of other models"
    );
    let difference = label_difference(reduced);
    let (labels_a, labels_b) = reduced.labels(Direction::Ab);
    let starts: Vec<usize> = (0..a.n_inputs()).step_by(BLOCK).collect();
    let of_block = |&start: &usize| {
        let end = a.n_inputs().min(start + BLOCK);
        let mut rows = Mat::zeros(end - start, difference.ncols());
        rows.col_mut(0).fill(1.0);
        let (mut f, mut f_other) = rows.as_mut().get_mut(.., 1..).split_at_col_mut(a.dim());
        a.read(start, f.rb_mut())?;
        b.read(start, f_other.rb_mut())?;
        let sizes: Vec<f64> = match &reduced.near {
            Some(near) => {
                // Less f, whose product with what the labels have in common is not computed either.
                near.less(f_other.rb_mut(), f.as_ref());
                let (f, beyond) = (f.as_ref(), f_other.as_ref());
                let (labels, bias) = (near.unembeddings.norm_l2(), norm(&near.bias));
                let size = |i: usize| {
                    f.row(i).norm_l2() * labels + beyond.row(i).norm_l2() * labels_b.uncentred_norms[0] + bias
                };
                (0..end - start).map(size).collect()
            }
            None => (0..end - start)
                .map(|i| size(f.as_ref(), i, labels_a) + size(f_other.as_ref(), i, labels_b))
                .collect(),
        };
        let delta = matmul_nt(difference.as_ref(), rows.as_ref());
        let value = |(i, scale): (usize, f64)| {
            let distance = delta.col(i).norm_l2();
            if distance > ROUNDING * scale { distance } else { 0.0 }
        };
        Ok(sizes.into_iter().enumerate().map(value).collect::<Vec<f64>>())
    };
    // Blocks are collected before an error is looked at, so that it is that of the first.
    let blocks: Vec<Result<Vec<f64>, Error>> = starts.par_iter().map(of_block).collect();
    let mut distances = Vec::with_capacity(a.n_inputs());
    for block in blocks {
        distances.extend(block?);
    }
    Ok(distances)
}

/// Triangular factor of [b̃ − b̃′, G̃, −G̃′], min(q, p)×p with p = 1 + M + M′: its product with (1, f, f′) has the norm of Δ. Of near models
/// that of [b̃ − b̃′, G̃ − G̃′, −G̃′], which belongs to (1, f, f′ − f), in columns that have a twin.
fn label_difference(reduced: &Reduced) -> Mat<f64> {
    let (a, b) = (&reduced.a, &reduced.b);
    if let Some(near) = &reduced.near {
        return r_factor(Mat::from_fn(a.unembeddings.nrows(), 1 + a.dim + b.dim, |i, j| match j {
            0 => -near.bias[i],
            j if j <= a.dim => -near.unembeddings[(i, j - 1)],
            j => -b.unembeddings[(i, j - 1 - a.dim)],
        }));
    }
    r_factor(Mat::from_fn(a.unembeddings.nrows(), 1 + a.dim + b.dim, |i, j| match j {
        0 => a.bias[i] - b.bias[i],
        j if j <= a.dim => a.unembeddings[(i, j - 1)],
        j => -b.unembeddings[(i, j - 1 - a.dim)],
    }))
}

/// ‖f(x)‖ ‖G‖ + ‖b‖, what the rounding errors of the logits at x are judged against.
fn size(embeddings: MatRef<'_, f64>, input: usize, labels: &Labels) -> f64 {
    let [unembeddings, bias] = labels.uncentred_norms;
    embeddings.row(input).norm_l2() * unembeddings + bias
}
