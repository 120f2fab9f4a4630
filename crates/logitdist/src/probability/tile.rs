//! Tiles of logits: a few inputs × all labels, of both models.

use super::terms::{InputTerms, Space};
use super::{AtTarget, Kept, lower};
use crate::error::Error;
use crate::label_side::LabelSide;
use crate::labels::{Labels, column};
use crate::model::Pair;
use crate::progress::{Stage, Watch};
use crate::rows::{ModelRows, logits_of, rows_of};
use logitdist_linalg::{Mat, MatMut, MatRef, Reborrow, ReborrowMut, matmul, matmul_into, matmul_into_f32};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Numbers in one tile and model if there are few labels; with its fixed size the sums do not depend on threads.
const TILE_ENTRIES: usize = 1 << 17;

/// Inputs in a tile: at least so many that the product of a large vocabulary with them is not a matter of reading the vocabulary,
/// at most so many as there are in a block.
const TILE_INPUTS: [usize; 2] = [128, 512];

/// Inputs whose terms one task computes if threads work on one tile together.
const INPUTS_PER_TASK: usize = 8;

/// Labels whose logits are multiplied together: few enough that their logits, and what is rounded of them, stay in the cache.
const LABELS_AT_ONCE: usize = 256;

/// With more labels than these, threads work on one tile together.
const MANY_LABELS: usize = 4096;

/// The logit of a masked label: under every other, so that its exponential is 0, and finite, so that a difference of two is a number.
const MASKED_LOGIT: f64 = -1e300;

/// In which precision logits are computed. Everything made of them is in f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogitPrecision {
    /// Double precision.
    #[default]
    F64,
    /// Single precision, in about half of the time for a large vocabulary. One input in each tile is computed in both, and the
    /// largest difference is reported as `logit_error`; logits beyond the range of single precision are computed in double. Bounds hold all the same: the rounded logits are those of a pair, too.
    F32,
}

/// How the inputs of a pair are cut into tiles.
pub(super) struct Tiling<'a> {
    pub pair: &'a Pair<'a>,
    pub labels: &'a LabelSide,
    pub kept: &'a Kept<'a>,
    /// Whether differences of logits are products of differences.
    pub near: bool,
    pub watch: Watch<'a>,
}

/// Logits of the first model with their largest known error, and its rows if a pair needs differences.
struct First<'a> {
    rows: Option<Mat<f64>>,
    logits: MatRef<'a, f64>,
    error: f64,
}

/// The tiles of some inputs, in their order, each of all pairs: these have their first model in common.
///
/// # Errors
/// [`Error::Unreadable`] if a model's embeddings cannot be read.
pub(super) fn tiles(pairs: &[Tiling<'_>], inputs: &[usize]) -> Result<Vec<Vec<Tile>>, Error> {
    let own = &pairs[0];
    let is_near = pairs.iter().any(|pair| pair.near);
    let of_inputs = |[logits_a, logits_b]: &mut [Mat<f64>; 2], inputs: &[usize]| {
        let rows = is_near.then(|| rows_of(own.pair.a(), inputs)).transpose()?;
        let mut logits = logits_a.get_mut(.., ..inputs.len());
        let error = match &rows {
            Some(rows) => own.logits(&own.labels.a, rows, logits.rb_mut()),
            None => own.logits_at(own.pair.a(), &own.labels.a, inputs, logits.rb_mut())?,
        };
        let first = First { rows, logits: logits.rb(), error };
        pairs.iter().map(|pair| pair.tile(inputs, &first, logits_b)).collect()
    };
    // Memory that every tile of a thread has in turn: for a large vocabulary, to get it costs as much as a tenth of the product.
    let space = || [(); 2].map(|()| Mat::zeros(own.pair.n_labels(), own.step().min(inputs.len())));
    if own.one_at_a_time() {
        let mut space = space();
        inputs.chunks(own.step()).map(|inputs| of_inputs(&mut space, inputs)).collect()
    } else {
        inputs.par_chunks(own.step()).map_init(space, of_inputs).collect()
    }
}

/// What one tile leaves behind.
pub(super) struct Tile {
    /// An entry per input.
    pub terms: Vec<InputTerms>,
    /// The smallest probability of each label over the tile's inputs and both models.
    pub smallest: Vec<f64>,
    /// Of each input what both models make of its right answer; empty if no right answers were given.
    pub at_targets: Vec<Option<AtTarget>>,
    /// Rows of [1, log p, log p′] for the tracked labels.
    pub tracked: Mat<f64>,
    /// The largest error of a logit that is known; 0 in double precision.
    pub logit_error: f64,
}

impl Tiling<'_> {
    /// Whether there are so many labels that threads work on one tile together; else each has its own.
    pub fn one_at_a_time(&self) -> bool {
        self.pair.n_labels() > MANY_LABELS
    }

    /// What `of_input` makes of the logits of the first model at each of some inputs, in their order.
    ///
    /// # Errors
    /// As [`tiles`](Tiling::tiles).
    pub fn of_first<T: Send>(
        &self,
        inputs: &[usize],
        of_input: &(impl Fn(&[f64]) -> T + Sync),
    ) -> Result<Vec<T>, Error> {
        let tile = |inputs: &[usize]| -> Result<Vec<T>, Error> {
            let mut logits = Mat::zeros(self.pair.n_labels(), inputs.len());
            self.logits_at(self.pair.a(), &self.labels.a, inputs, logits.as_mut())?;
            let of_column = |i| of_input(column(logits.as_ref(), i));
            if self.one_at_a_time() {
                Ok((0..inputs.len()).into_par_iter().map(of_column).collect())
            } else {
                Ok((0..inputs.len()).map(of_column).collect())
            }
        };
        let step = self.step();
        let tiles: Vec<Vec<T>> = if self.one_at_a_time() {
            inputs.chunks(step).map(tile).collect::<Result<_, _>>()?
        } else {
            inputs.par_chunks(step).map(tile).collect::<Result<_, _>>()?
        };
        Ok(tiles.into_iter().flatten().collect())
    }

    /// Inputs in a tile.
    fn step(&self) -> usize {
        (TILE_ENTRIES / self.pair.n_labels()).clamp(TILE_INPUTS[0], TILE_INPUTS[1])
    }

    /// The tile of some inputs, from rows and logits of the first model; `space` is for those of the second.
    fn tile(&self, inputs: &[usize], first: &First<'_>, space: &mut Mat<f64>) -> Result<Tile, Error> {
        let First { rows, logits: u, error: error_u } = first;
        let mut v = space.get_mut(.., ..inputs.len());
        let (differences, error_v) = if let Some(rows_a) = rows.as_ref().filter(|_| self.near) {
            let rows_b = rows_of(self.pair.b(), inputs)?;
            let differences = self.differences(rows_a, &rows_b);
            v.copy_from(u);
            v -= &differences;
            let error = self.error(&self.labels.b, &rows_b, v.rb());
            (Some(differences), error)
        } else {
            (None, self.logits_at(self.pair.b(), &self.labels.b, inputs, v.rb_mut())?)
        };
        let v = v.rb();
        let of_inputs = |range: Range<usize>| {
            let mut space = Space::default();
            let of_input = |i| {
                let differences = differences.as_ref().map(|d| column(d.as_ref(), i));
                InputTerms::of(column(*u, i), column(v, i), differences, &mut space)
            };
            let terms: Vec<InputTerms> = range.map(of_input).collect();
            (terms, space.smallest(self.pair.n_labels()))
        };
        let (mut terms, smallest) = if self.one_at_a_time() {
            let parts: Vec<usize> = (0..inputs.len()).step_by(INPUTS_PER_TASK).collect();
            let ends = |&start: &usize| start..inputs.len().min(start + INPUTS_PER_TASK);
            parts
                .par_iter()
                .map(|start| of_inputs(ends(start)))
                .reduce_with(|(mut terms, mut smallest), (others, smallest_others)| {
                    terms.extend(others);
                    lower(&mut smallest, &smallest_others);
                    (terms, smallest)
                })
                .expect("a tile has inputs")
        } else {
            of_inputs(0..inputs.len())
        };
        // A label of probability 0 in one model has some in the other, at every input.
        let masks = &self.labels.masks;
        for terms in &mut terms {
            terms.kl_ab = if masks.only_b.is_empty() { terms.kl_ab } else { f64::INFINITY };
            terms.kl_ba = if masks.only_a.is_empty() { terms.kl_ba } else { f64::INFINITY };
        }
        let at_target = |i: usize, target: Option<usize>| {
            let label = target?;
            let of_pair = [u[(label, i)], v[(label, i)]];
            let difference = differences.as_ref().map_or(of_pair[0] - of_pair[1], |d| d[(label, i)]);
            Some(self.at_target(label, &terms[i], of_pair, difference))
        };
        let at_targets = self.kept.targets.map_or_else(Vec::new, |targets| {
            inputs.iter().enumerate().map(|(i, &input)| at_target(i, targets[input])).collect()
        });
        let tracked_labels = self.kept.tracked;
        let columns = tracked_labels.len();
        let is_masked: Vec<bool> = tracked_labels.iter().map(|&y| masks.contains(y)).collect();
        let tracked = Mat::from_fn(inputs.len(), 1 + 2 * columns, |i, j| match j {
            0 => 1.0,
            // What follows from it does not exist, and must not overflow.
            j if is_masked[(j - 1) % columns] => 0.0,
            j if j <= columns => u[(tracked_labels[j - 1], i)] - terms[i].normalisers[0],
            j => match &differences {
                Some(differences) => differences[(tracked_labels[j - 1 - columns], i)] + terms[i].between,
                None => v[(tracked_labels[j - 1 - columns], i)] - terms[i].normalisers[1],
            },
        });
        (self.watch)(Stage::Probability, inputs.len());
        Ok(Tile { terms, smallest, at_targets, tracked, logit_error: error_v.max(*error_u) })
    }

    /// What both models make of a label at an input, from its logits and their difference.
    fn at_target(&self, label: usize, terms: &InputTerms, logits: [f64; 2], difference: f64) -> AtTarget {
        let masked = [&self.labels.a, &self.labels.b].map(|of| of.masked.binary_search(&label).is_ok());
        let log_labels = (self.pair.n_labels() as f64).ln();
        let own = |model: usize| logits[model] - terms.normalisers[model] - log_labels;
        // Nothing is left of a logit in its difference from a masked one.
        let ratio = difference + terms.between;
        let other = if masked[0] { own(1) } else { own(0) - ratio };
        let log_p = |log_p: f64, masked: bool| if masked { f64::NEG_INFINITY } else { log_p.min(0.0) };
        let [p, q] = [log_p(own(0), masked[0]), log_p(other, masked[1])];
        AtTarget {
            log_p: [p, q],
            log_ratio: if masked == [false; 2] { ratio } else { p - q },
            right: terms.most_probable.map(|most_probable| most_probable == label),
        }
    }

    /// Writes the logits of a model at some inputs, K×n, a column per input; returns the largest error of the first column.
    fn logits_at(
        &self,
        model: &dyn ModelRows,
        labels: &Labels,
        inputs: &[usize],
        mut logits: MatMut<'_, f64>,
    ) -> Result<f64, Error> {
        if !model.has_logits_beside() {
            return Ok(self.logits(labels, &rows_of(model, inputs)?, logits));
        }
        logits.copy_from(logits_of(model, inputs)?.transpose());
        labels.masked.iter().for_each(|&y| logits.rb_mut().row_mut(y).fill(MASKED_LOGIT));
        Ok(0.0)
    }

    /// Writes `f(x)·g(y) + b(y)`, K×n, a column per input; returns the largest error of the first column.
    fn logits(&self, labels: &Labels, rows: &Mat<f64>, mut logits: MatMut<'_, f64>) -> f64 {
        let (unembeddings, inputs) = (labels.unembeddings.as_ref(), self.operand(rows.as_ref()));
        let of_part = |mut logits: MatMut<'_, f64>, unembeddings: MatRef<'_, f64>, bias: &[f64]| {
            inputs.product(logits.rb_mut(), unembeddings);
            logits.col_iter_mut().for_each(|column| column.iter_mut().zip(bias).for_each(|(l, b)| *l += b));
        };
        if self.one_at_a_time() {
            let labels =
                unembeddings.par_row_chunks(LABELS_AT_ONCE).zip(labels.bias.par_chunks(LABELS_AT_ONCE));
            let parts = logits.rb_mut().par_row_chunks_mut(LABELS_AT_ONCE).zip(labels);
            parts.for_each(|(logits, (unembeddings, bias))| of_part(logits, unembeddings, bias));
        } else {
            of_part(logits.rb_mut(), unembeddings, &labels.bias);
        }
        labels.masked.iter().for_each(|&y| logits.rb_mut().row_mut(y).fill(MASKED_LOGIT));
        self.error(labels, rows, logits.rb())
    }

    /// The logits of a less those of b, `f·(g − g′) + (f − f′)·g′ + b − b′`, K×n; 0 for masked labels.
    fn differences(&self, rows_a: &Mat<f64>, rows_b: &Mat<f64>) -> Mat<f64> {
        let (a, b) = (&self.labels.a, &self.labels.b);
        let beyond = rows_a - rows_b;
        let (inputs, inputs_beyond) = (self.operand(rows_a.as_ref()), self.operand(beyond.as_ref()));
        let mut differences = Mat::zeros(a.bias.len(), rows_a.nrows());
        let of_part = |mut part: MatMut<'_, f64>, g_a: MatRef<'_, f64>, g_b: MatRef<'_, f64>| {
            let g = g_a - g_b;
            if g.norm_max() > 0.0 {
                inputs.product(part.rb_mut(), g.as_ref());
            }
            if beyond.norm_max() > 0.0 {
                let mut rest = Mat::zeros(part.nrows(), part.ncols());
                inputs_beyond.product(rest.as_mut(), g_b);
                part += &rest;
            }
        };
        let (g_a, g_b) = (a.unembeddings.as_ref(), b.unembeddings.as_ref());
        if self.one_at_a_time() {
            let labels = g_a.par_row_chunks(LABELS_AT_ONCE).zip(g_b.par_row_chunks(LABELS_AT_ONCE));
            let parts = differences.par_row_chunks_mut(LABELS_AT_ONCE).zip(labels);
            parts.for_each(|(part, (g_a, g_b))| of_part(part, g_a, g_b));
        } else {
            of_part(differences.as_mut(), g_a, g_b);
        }
        for i in 0..rows_a.nrows() {
            let column = differences.col_as_slice_mut(i);
            column.iter_mut().zip(a.bias.iter().zip(&b.bias)).for_each(|(d, (a, b))| *d += a - b);
            a.masked.iter().for_each(|&y| column[y] = 0.0);
        }
        differences
    }

    /// Right-hand sides of products, rounded if these are to be in single precision.
    fn operand(&self, rows: MatRef<'_, f64>) -> Operand {
        let inputs = rows.transpose().to_owned();
        let rounded = (self.kept.precision == LogitPrecision::F32).then(|| single(inputs.as_ref()));
        Operand { inputs, rounded }
    }

    /// The largest error of the first input's logits, rounding in double precision included; 0 if nothing was in single.
    fn error(&self, labels: &Labels, rows: &Mat<f64>, logits: MatRef<'_, f64>) -> f64 {
        if self.kept.precision == LogitPrecision::F64 {
            return 0.0;
        }
        let exact = matmul(labels.unembeddings.as_ref(), rows.transpose().get(.., ..1));
        let mut error = 0.0_f64;
        for (y, bias) in labels.bias.iter().enumerate() {
            if labels.masked.binary_search(&y).is_err() {
                let exact = exact[(y, 0)] + bias;
                error = error.max((exact - logits[(y, 0)]).abs() + f64::EPSILON * exact.abs());
            }
        }
        error
    }
}

/// Embeddings of the inputs of a tile, M×n, each in one piece: a product reads them once for every few labels.
struct Operand {
    inputs: Mat<f64>,
    /// In single precision, if products are to be.
    rounded: Option<Mat<f32>>,
}

impl Operand {
    /// Some labels' unembeddings times the inputs.
    fn product(&self, product: MatMut<'_, f64>, unembeddings: MatRef<'_, f64>) {
        match &self.rounded {
            None => matmul_into(product, unembeddings, self.inputs.as_ref()),
            Some(rounded) => product_f32(product, unembeddings, self.inputs.as_ref(), rounded.as_ref()),
        }
    }
}

/// Relative distance of two models under which differences of logits are products of differences: it costs more than a product of its own, and
/// beyond it the digits that it saves are few.
const NEAR: f64 = 1e-5;

/// Inputs that are looked at to tell whether models are near.
pub(super) const FIRST_INPUTS: usize = 128;

/// Whether the labels, and these inputs, the first of all, are within [`NEAR`] of each other.
pub(super) fn are_near(
    pair: &Pair<'_>,
    [labels_a, labels_b]: [&Labels; 2],
    first: &[usize],
) -> Result<bool, Error> {
    let close = |a: &Mat<f64>, b: &Mat<f64>| {
        let columns = (0..a.ncols()).into_par_iter();
        let squares = |j: usize| {
            let pairs = a.col_as_slice(j).iter().zip(b.col_as_slice(j));
            pairs.fold([0.0; 2], |[apart, size], (a, b)| [apart + (a - b) * (a - b), size + b * b])
        };
        let squares: Vec<[f64; 2]> = columns.map(squares).collect();
        let [apart, size] = [0, 1].map(|i| squares.iter().map(|s| s[i]).sum::<f64>());
        apart <= NEAR * NEAR * size
    };
    let beside = pair.a().has_logits_beside() || pair.b().has_logits_beside();
    if beside
        || pair.a().dim() != pair.b().dim()
        || labels_a.masked != labels_b.masked
        || !close(&labels_a.unembeddings, &labels_b.unembeddings)
    {
        return Ok(false);
    }
    Ok(close(&rows_of(pair.a(), first)?, &rows_of(pair.b(), first)?))
}

/// The product in single precision, widened; in double precision if it is beyond the range of single.
fn product_f32(
    mut product: MatMut<'_, f64>,
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    b_rounded: MatRef<'_, f32>,
) {
    let mut rounded = Mat::<f32>::zeros(product.nrows(), product.ncols());
    matmul_into_f32(rounded.as_mut(), single(a).as_ref(), b_rounded);
    if !rounded.is_all_finite() {
        return matmul_into(product, a, b);
    }
    for j in 0..product.ncols() {
        product
            .rb_mut()
            .col_mut(j)
            .iter_mut()
            .zip(rounded.col_as_slice(j))
            .for_each(|(x, r)| *x = f64::from(*r));
    }
}

/// A matrix rounded to single precision.
fn single(m: MatRef<'_, f64>) -> Mat<f32> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] as f32)
}
