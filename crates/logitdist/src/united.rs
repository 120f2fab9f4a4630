//! Models that are given by their logits, batch by batch: the directions in which these vary are found as they come, and summaries that have
//! found others are written in those of both.

use crate::inputs::InputSide;
use crate::label_directions::{Logits, MOST_DIRECTIONS, along, decomposed, factor_of, orthonormal, times};
use crate::label_side::LabelSide;
use crate::labels::{KnownDirections, Labels, LogitsAlone, are_equal};
use crate::summary::PairSummary;
use logitdist_linalg::{Mat, MatMut, MatRef, Svd, matmul, matmul_nt, matmul_tn, rank_tolerance, svd};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// What rounding alone makes of logits, and so many times as much to be safe.
const SAFETY: f64 = 4.0;

/// Noise up to so many times the rounding is no direction, since logits may be computed with less digits than their type has;
const MOST_NOISE: f64 = 256.0;

/// but never more than this of their size: of a type with few digits, the rounding alone.
const NEGLIGIBLE: f64 = 1e-5;

/// Directions over the labels, after some inputs more.
#[derive(Debug, Clone, PartialEq)]
pub enum FurtherDirections {
    /// No more than were known.
    Known,
    /// Those that were known, and others after them, K×r.
    More(Mat<f64>),
    /// More than this.
    Beyond(usize),
}

/// The directions of the centred logits of `inputs` beyond those that are `known` (K×r, orthonormal); the other arguments are those of
/// [`label_directions`](crate::label_directions()). All rows are read once, a block at a time.
///
/// A direction is what a block has beyond those before it above the noise. So it may be one too many, whose coordinates are noise. None is
/// missed but those in which the logits of every block vary by less than a hundred-thousandth of their size, or than their type rounds.
///
/// # Errors
/// Those of `fill`.
pub fn further_directions<E>(
    known: MatRef<'_, f64>,
    inputs: usize,
    rounding: f64,
    fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E>,
) -> Result<FurtherDirections, E> {
    let labels = known.nrows();
    let mut all: Option<Mat<f64>> = None;
    Logits { inputs, labels, rounding, fill }.blocks(inputs, |_, logits| {
        let v = all.as_ref().map_or(known, Mat::as_ref);
        if v.ncols() > MOST_DIRECTIONS {
            return;
        }
        let mut rest = Mat::zeros(labels, logits.nrows());
        rest.par_col_chunks_mut(16).zip(logits.par_row_chunks(16)).for_each(|(mut rest, logits)| {
            let inside = matmul_nt(matmul(logits, v).as_ref(), v);
            rest.copy_from((logits - inside).transpose());
        });
        let floor = noise(logits.norm_l2(), rounding, [logits.nrows(), labels]);
        if rest.norm_l2() <= floor {
            return;
        }
        let of = decomposed(&rest);
        let rank = of.s.iter().filter(|s| **s > floor).count();
        if rank > 0 {
            let new = orthonormal(without(v, along(&rest, &of, rank)));
            all = Some(beside(v, &new));
        }
    })?;
    Ok(match all {
        None => FurtherDirections::Known,
        Some(all) if all.ncols() > MOST_DIRECTIONS => FurtherDirections::Beyond(MOST_DIRECTIONS),
        Some(all) => FurtherDirections::More(all),
    })
}

/// Under what singular values of logits of this norm are noise, of so many inputs and labels.
fn noise(norm: f64, rounding: f64, [inputs, labels]: [usize; 2]) -> f64 {
    let [n, k] = [inputs, labels].map(|count| (count as f64).sqrt());
    let size = norm / (n * k);
    let error = (NEGLIGIBLE * size).clamp(rounding, MOST_NOISE * rounding);
    (SAFETY * error * (n + k)).max(rank_tolerance(&[norm], inputs.max(labels), 1))
}

/// The columns of both.
fn beside(v: MatRef<'_, f64>, new: &Mat<f64>) -> Mat<f64> {
    let mut both = Mat::zeros(v.nrows(), v.ncols() + new.ncols());
    both.get_mut(.., ..v.ncols()).copy_from(v);
    both.get_mut(.., v.ncols()..).copy_from(new);
    both
}

/// Two summaries, written so that they merge.
pub(crate) struct United {
    pub labels: Arc<LabelSide>,
    pub inputs: [InputSide; 2],
}

/// Labels of one model that both summaries can have, and what carries their coordinates there: `F T`, or F as it is.
struct Turned {
    labels: Arc<Labels>,
    turns: [Option<Mat<f64>>; 2],
}

/// The summaries in the directions of both; `None` if they are not of the same labels, or not of logits alone.
pub(crate) fn united(first: &PairSummary, second: &PairSummary) -> Option<United> {
    let [m_a, m_b] = second.inputs.frame.dims();
    let of_model = |own: &Arc<Labels>, others: &Arc<Labels>, columns: Range<usize>| {
        turned(
            own,
            others,
            || {
                let plain = second.inputs.plain();
                plain.get(.., columns).to_owned()
            },
            second.inputs.factor.rows(),
        )
    };
    let a = of_model(&first.labels.a, &second.labels.a, 1..1 + m_a)?;
    let b = of_model(&first.labels.b, &second.labels.b, 1 + m_a..1 + m_a + m_b)?;
    let frame = first.inputs.frame.of_dims([a.labels.means.len(), b.labels.means.len()]);
    let inputs = [&first.inputs, &second.inputs]
        .into_iter()
        .enumerate()
        .map(|(i, inputs)| inputs.turned([a.turns[i].as_ref(), b.turns[i].as_ref()], &frame));
    let inputs: Vec<InputSide> = inputs.collect();
    let is_same = Arc::ptr_eq(&a.labels, &first.labels.a) && Arc::ptr_eq(&b.labels, &first.labels.b);
    let labels = if is_same {
        Arc::clone(&first.labels)
    } else {
        Arc::new(LabelSide::of_labels(&a.labels, &b.labels, &|_, _| ()))
    };
    Some(United { labels, inputs: inputs.try_into().expect("two summaries") })
}

/// `coordinates` are those of the second summary's logits along its own directions, of `inputs` inputs.
fn turned(
    own: &Arc<Labels>,
    others: &Arc<Labels>,
    coordinates: impl FnOnce() -> Mat<f64>,
    inputs: usize,
) -> Option<Turned> {
    if let Some(labels) = own.joined(others) {
        return Some(Turned { labels, turns: [None, None] });
    }
    if !own.are_alike(others) {
        return None;
    }
    let alone = [own.alone?, others.alone?];
    let to_nothing = |of: &Labels| Some(Mat::zeros(of.means.len(), 1));
    let beyond = |labels: Arc<Labels>| Turned { labels, turns: [to_nothing(own), to_nothing(others)] };
    match alone.map(|alone| alone.directions) {
        [KnownDirections::Beyond(_), KnownDirections::Beyond(_) | KnownDirections::Found] => {
            Some(beyond(Arc::clone(own)))
        }
        [KnownDirections::Found, KnownDirections::Beyond(_)] => Some(beyond(Arc::clone(others))),
        [KnownDirections::Found, KnownDirections::Found] => {
            let (v, w) = (own.unembeddings.as_ref(), others.unembeddings.as_ref());
            let rounding = alone[0].rounding.max(alone[1].rounding);
            let squared_size = alone[0].squared_size.max(alone[1].squared_size);
            let of = |directions: Mat<f64>, known: KnownDirections| {
                let alone = LogitsAlone { rounding, squared_size, directions: known };
                Labels::alone(directions, &own.masked, alone).ok().map(Arc::new)
            };
            if begins_with(w, v) {
                let turns = [Some(Mat::identity(v.ncols(), w.ncols())), None];
                return Some(Turned { labels: Arc::clone(others), turns });
            }
            if begins_with(v, w) {
                let turns = [None, Some(Mat::identity(w.ncols(), v.ncols()))];
                return Some(Turned { labels: Arc::clone(own), turns });
            }
            let new = further(v, w, coordinates().as_ref(), rounding, inputs);
            let both = beside(v, &new);
            if both.ncols() > MOST_DIRECTIONS {
                let none = Mat::zeros(v.nrows(), 1);
                return Some(beyond(of(none, KnownDirections::Beyond(MOST_DIRECTIONS))?));
            }
            let turns = [
                (new.ncols() > 0).then(|| Mat::identity(v.ncols(), both.ncols())),
                Some(inner(w, both.as_ref())),
            ];
            let labels = if new.ncols() == 0 { Arc::clone(own) } else { of(both, KnownDirections::Found)? };
            Some(Turned { labels, turns })
        }
        _ => None,
    }
}

/// Whether the first columns of a matrix are all those of another.
fn begins_with(matrix: MatRef<'_, f64>, other: MatRef<'_, f64>) -> bool {
    other.ncols() <= matrix.ncols() && are_equal(matrix.get(.., ..other.ncols()), other)
}

/// The directions that logits with these coordinates along `w` have beyond those of v, K×k: orthonormal, and orthogonal to v.
fn further(
    v: MatRef<'_, f64>,
    w: MatRef<'_, f64>,
    coordinates: MatRef<'_, f64>,
    rounding: f64,
    inputs: usize,
) -> Mat<f64> {
    let rest = without(v, without(v, w.to_owned()));
    // The logits' own rest is `A Qᵀ` with Q the rest of w, as long as `A Rᵀ`.
    let Svd { u, s, .. } = svd(matmul_nt(coordinates, factor_of(&rest).as_ref()).as_ref());
    let floor = noise(coordinates.norm_l2(), rounding, [inputs, rest.nrows()]);
    let rank = s.iter().filter(|s| **s > floor).count();
    if rank == 0 {
        return Mat::zeros(rest.nrows(), 0);
    }
    let mut turn = matmul_tn(coordinates, u.get(.., ..rank));
    for (column, s) in turn.col_iter_mut().zip(&s) {
        column.iter_mut().for_each(|x| *x /= s);
    }
    orthonormal(without(v, times(rest.as_ref(), turn.as_ref())))
}

/// Less what is along v.
fn without(v: MatRef<'_, f64>, of: Mat<f64>) -> Mat<f64> {
    let inside = times(v, inner(v, of.as_ref()).as_ref());
    of - inside
}

/// `vᵀw` of two tall matrices.
fn inner(v: MatRef<'_, f64>, w: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(v.ncols(), w.ncols());
    let parts = product.par_col_chunks_mut(16).zip(w.par_col_chunks(16));
    parts.for_each(|(mut part, w)| part.copy_from(matmul_tn(v, w)));
    product
}
