//! Tiles of logits: a few inputs × all labels, of both models.

use super::terms::InputTerms;
use crate::error::Error;
use crate::labels::{LabelSide, Labels};
use crate::model::Pair;
use crate::progress::{Stage, Watch};
use crate::rows::{ModelRows, rows_of};
use logitdist_linalg::{Mat, MatMut, MatRef, ReborrowMut, matmul, matmul_into, matmul_into_f32};
use rayon::prelude::*;

/// Numbers in one tile and model if there are few labels; with its fixed size the sums do not depend on threads.
const TILE_ENTRIES: usize = 1 << 17;

/// Inputs in a tile: at least so many that the product of a large vocabulary with them is not a matter of reading the vocabulary,
/// at most so many as there are in a block.
const TILE_INPUTS: [usize; 2] = [128, 512];

/// Labels whose logits one task computes.
const LABELS_PER_TASK: usize = 2048;

/// The logit of a masked label: under every other, so that its exponential is 0, and finite, so that a difference of two is a number.
const MASKED_LOGIT: f64 = -1e300;

/// In which precision logits are computed. Everything made of them is in f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    pub tracked: &'a [usize],
    pub precision: LogitPrecision,
    pub watch: Watch<'a>,
}

/// What one tile leaves behind.
pub(super) struct Tile {
    /// An entry per input.
    pub terms: Vec<InputTerms>,
    /// Rows of [1, log p, log p′] for the tracked labels.
    pub tracked: Mat<f64>,
    /// The largest error of a logit that is known; 0 in double precision.
    pub logit_error: f64,
}

impl Tiling<'_> {
    /// Whether there are so many labels that threads work on one tile together; else each has its own.
    pub fn one_at_a_time(&self) -> bool {
        self.pair.n_labels() > 2 * LABELS_PER_TASK
    }

    /// The tiles of some inputs, in their order.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if a model's embeddings cannot be read.
    pub fn tiles(&self, inputs: &[usize]) -> Result<Vec<Tile>, Error> {
        let step = (TILE_ENTRIES / self.pair.n_labels()).clamp(TILE_INPUTS[0], TILE_INPUTS[1]);
        if self.one_at_a_time() {
            inputs.chunks(step).map(|inputs| self.tile(inputs)).collect()
        } else {
            inputs.par_chunks(step).map(|inputs| self.tile(inputs)).collect()
        }
    }

    fn tile(&self, inputs: &[usize]) -> Result<Tile, Error> {
        let (u, error_u) = self.logits(self.pair.a(), &self.labels.a, inputs)?;
        let (v, error_v) = self.logits(self.pair.b(), &self.labels.b, inputs)?;
        let of_input = |space: &mut _, i| InputTerms::of(column(u.as_ref(), i), column(v.as_ref(), i), space);
        let mut terms: Vec<InputTerms> = if self.one_at_a_time() {
            (0..inputs.len()).into_par_iter().map_init(Vec::new, of_input).collect()
        } else {
            let mut space = Vec::new();
            (0..inputs.len()).map(|i| of_input(&mut space, i)).collect()
        };
        // A label of probability 0 in one model has some in the other, at every input.
        let masks = &self.labels.masks;
        for terms in &mut terms {
            terms.kl_ab = if masks.only_b.is_empty() { terms.kl_ab } else { f64::INFINITY };
            terms.kl_ba = if masks.only_a.is_empty() { terms.kl_ba } else { f64::INFINITY };
        }
        let columns = self.tracked.len();
        let is_masked: Vec<bool> = self.tracked.iter().map(|&y| masks.contains(y)).collect();
        let tracked = Mat::from_fn(inputs.len(), 1 + 2 * columns, |i, j| match j {
            0 => 1.0,
            // What follows from it does not exist, and must not overflow.
            j if is_masked[(j - 1) % columns] => 0.0,
            j if j <= columns => u[(self.tracked[j - 1], i)] - terms[i].normalisers[0],
            j => v[(self.tracked[j - 1 - columns], i)] - terms[i].normalisers[1],
        });
        (self.watch)(Stage::Probability, inputs.len());
        Ok(Tile { terms, tracked, logit_error: error_u.max(error_v) })
    }

    /// `f(x)·g̃(y) + b̃(y)`, K×n, a column per input, and the largest error of the first column.
    fn logits(
        &self,
        model: &dyn ModelRows,
        labels: &Labels,
        inputs: &[usize],
    ) -> Result<(Mat<f64>, f64), Error> {
        let rows = rows_of(model, inputs)?;
        let rows = rows.transpose();
        let unembeddings = labels.unembeddings.as_ref();
        let mut logits = Mat::zeros(model.n_labels(), inputs.len());
        let rows_f32 = match self.precision {
            LogitPrecision::F64 => Mat::new(),
            LogitPrecision::F32 => single(rows),
        };
        let product = |logits: MatMut<'_, f64>, unembeddings: MatRef<'_, f64>| match self.precision {
            LogitPrecision::F64 => matmul_into(logits, unembeddings, rows),
            LogitPrecision::F32 => product_f32(logits, unembeddings, rows, rows_f32.as_ref()),
        };
        if self.one_at_a_time() {
            let parts =
                logits.par_row_chunks_mut(LABELS_PER_TASK).zip(unembeddings.par_row_chunks(LABELS_PER_TASK));
            parts.for_each(|(logits, unembeddings)| product(logits, unembeddings));
        } else {
            product(logits.as_mut(), unembeddings);
        }
        let error = match self.precision {
            LogitPrecision::F64 => 0.0,
            LogitPrecision::F32 => (matmul(unembeddings, rows.get(.., ..1)) - logits.get(.., ..1)).norm_max(),
        };
        for i in 0..inputs.len() {
            logits.col_as_slice_mut(i).iter_mut().zip(&labels.bias).for_each(|(l, b)| *l += b);
            labels.masked.iter().for_each(|&y| logits[(y, i)] = MASKED_LOGIT);
        }
        Ok((logits, error))
    }
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

fn column(m: MatRef<'_, f64>, i: usize) -> &[f64] {
    m.col(i).try_as_col_major().expect("columns are contiguous").as_slice()
}
