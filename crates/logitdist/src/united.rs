//! Summaries of models that are given by their logits, batch by batch: each batch has found directions of its own, and together they are in
//! those of both.

use crate::inputs::InputSide;
use crate::label_directions::{Logits, MORE, MOST_DIRECTIONS, beyond_noise, factor_of, orthonormal, times};
use crate::label_side::LabelSide;
use crate::labels::{KnownDirections, Labels, LogitsAlone};
use crate::summary::PairSummary;
use logitdist_linalg::{
    Mat, MatMut, MatRef, ReborrowMut, Svd, matmul, matmul_nt, matmul_tn, rank_tolerance, svd,
};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// What rounding alone makes of logits, and so many times as much to be safe.
const SAFETY: f64 = 4.0;

/// Whether the directions of these labels hold all that is beyond rounding of the centred logits of `inputs`; the other arguments are those of
/// [`label_directions`](crate::label_directions()). All rows are read once, a block at a time.
///
/// # Errors
/// Those of `fill`.
pub fn are_all_directions<E>(
    of: &Labels,
    inputs: usize,
    rounding: f64,
    fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E>,
) -> Result<bool, E> {
    let (directions, labels) = (of.unembeddings.as_ref(), of.bias.len());
    let unmasked = (labels - of.masked.len()) as f64;
    let mut squares = 0.0;
    Logits { inputs, labels, rounding, fill }.blocks(inputs, |_, logits| {
        let parts = logits.par_row_chunks(16).map(|logits| {
            let coordinates = matmul(logits, directions);
            let rest = logits - matmul_nt(coordinates.as_ref(), directions);
            // Centring is off by a rounding error that all labels have in common.
            let common: f64 = rest.row_iter().map(|row| row.iter().sum::<f64>().powi(2)).sum();
            rest.squared_norm_l2() - common / unmasked
        });
        squares += parts.collect::<Vec<f64>>().into_iter().sum::<f64>();
    })?;
    // Directions that a sketch with m rows more than they are has found are off by so many times the noise (Halko, Martinsson and Tropp 2011).
    let tilted = 1.0 + directions.ncols() as f64 / (MORE - 1) as f64;
    Ok(squares <= (SAFETY * rounding).powi(2) * tilted * (inputs * labels) as f64)
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
            let new = further(own, w, coordinates().as_ref(), rounding, inputs);
            let rank = v.ncols() + new.ncols();
            if rank > MOST_DIRECTIONS {
                let none = Mat::zeros(v.nrows(), 1);
                return Some(beyond(of(none, KnownDirections::Beyond(MOST_DIRECTIONS))?));
            }
            let both = Mat::from_fn(v.nrows(), rank, |y, j| match j.checked_sub(v.ncols()) {
                None => v[(y, j)],
                Some(j) => new[(y, j)],
            });
            let turns =
                [(new.ncols() > 0).then(|| Mat::identity(v.ncols(), rank)), Some(along(w, both.as_ref()))];
            let is_own = new.ncols() == 0 && rounding == alone[0].rounding;
            let labels = if is_own { Arc::clone(own) } else { of(both, KnownDirections::Found)? };
            Some(Turned { labels, turns })
        }
        _ => None,
    }
}

/// The directions that logits with these coordinates along `w` have beyond those of `own`, K×k: orthonormal, and orthogonal to its own.
fn further(
    own: &Labels,
    w: MatRef<'_, f64>,
    coordinates: MatRef<'_, f64>,
    rounding: f64,
    inputs: usize,
) -> Mat<f64> {
    let v = own.unembeddings.as_ref();
    let mut rest = without(v, without(v, w.to_owned()));
    let (labels, width) = rest.shape();
    // Centring is off by a rounding error that all labels have in common.
    let unmasked = (labels - own.masked.len()) as f64;
    rest.par_col_chunks_mut(1).for_each(|mut column| {
        let mean = column.as_ref().col(0).iter().sum::<f64>() / unmasked;
        column.rb_mut().col_mut(0).iter_mut().for_each(|x| *x -= mean);
        own.masked.iter().for_each(|&y| column[(y, 0)] = 0.0);
    });
    // The logits' own rest is `A Qᵀ` with Q the rest of w, as long as `A Rᵀ`.
    let Svd { u, s, .. } = svd(matmul_nt(coordinates, factor_of(&rest).as_ref()).as_ref());
    let rounded = SAFETY * rounding * ((inputs as f64).sqrt() + (labels as f64).sqrt());
    let floor = rounded.max(rank_tolerance(&[coordinates.norm_l2()], inputs.max(labels), width));
    let rank = beyond_noise(&s, floor, [labels, width]);
    if rank == 0 {
        return Mat::zeros(labels, 0);
    }
    let mut turn = matmul_tn(coordinates, u.get(.., ..rank));
    for (column, s) in turn.col_iter_mut().zip(&s) {
        column.iter_mut().for_each(|x| *x /= s);
    }
    orthonormal(without(v, times(rest.as_ref(), turn.as_ref())))
}

/// Less what is along v.
fn without(v: MatRef<'_, f64>, of: Mat<f64>) -> Mat<f64> {
    let inside = times(v, along(v, of.as_ref()).as_ref());
    of - inside
}

/// `vᵀw` of two tall matrices.
fn along(v: MatRef<'_, f64>, w: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(v.ncols(), w.ncols());
    let parts = product.par_col_chunks_mut(16).zip(w.par_col_chunks(16));
    parts.for_each(|(mut part, w)| part.copy_from(matmul_tn(v, w)));
    product
}
