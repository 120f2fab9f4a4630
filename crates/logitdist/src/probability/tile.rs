//! Tiles of logits: a few inputs × all labels, of both models.

use super::terms::InputTerms;
use crate::error::Error;
use crate::labels::{LabelSide, Labels};
use crate::model::Pair;
use crate::progress::{Stage, Watch};
use crate::rows::{ModelRows, rows_of};
use logitdist_linalg::{Mat, MatRef, matmul_into};
use rayon::prelude::*;

/// Numbers in one tile and model if there are few labels; with its fixed size the sums do not depend on threads.
const TILE_ENTRIES: usize = 1 << 17;

/// Inputs in a tile: at least so many that the product of a large vocabulary with them is not a matter of reading the vocabulary,
/// at most so many as there are in a block.
const TILE_INPUTS: [usize; 2] = [128, 512];

/// Labels whose logits one task computes.
const LABELS_PER_TASK: usize = 2048;

/// How the inputs of a pair are cut into tiles.
pub(super) struct Tiling<'a> {
    pub pair: &'a Pair<'a>,
    pub labels: &'a LabelSide,
    pub tracked: &'a [usize],
    pub watch: Watch<'a>,
}

/// What one tile leaves behind.
pub(super) struct Tile {
    /// An entry per input.
    pub terms: Vec<InputTerms>,
    /// Rows of [1, log p, log p′] for the tracked labels.
    pub tracked: Mat<f64>,
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
        let u = self.logits(self.pair.a(), &self.labels.a, inputs)?;
        let v = self.logits(self.pair.b(), &self.labels.b, inputs)?;
        let of_input = |i: usize| InputTerms::of(column(u.as_ref(), i), column(v.as_ref(), i));
        let terms: Vec<InputTerms> = if self.one_at_a_time() {
            (0..inputs.len()).into_par_iter().map(of_input).collect()
        } else {
            (0..inputs.len()).map(of_input).collect()
        };
        let columns = self.tracked.len();
        let tracked = Mat::from_fn(inputs.len(), 1 + 2 * columns, |i, j| match j {
            0 => 1.0,
            j if j <= columns => u[(self.tracked[j - 1], i)] - terms[i].normalisers[0],
            j => v[(self.tracked[j - 1 - columns], i)] - terms[i].normalisers[1],
        });
        (self.watch)(Stage::Probability, inputs.len());
        Ok(Tile { terms, tracked })
    }

    /// `f(x)·g̃(y) + b̃(y)`, K×n, a column per input.
    fn logits(&self, model: &dyn ModelRows, labels: &Labels, inputs: &[usize]) -> Result<Mat<f64>, Error> {
        let rows = rows_of(model, inputs)?;
        let rows = rows.transpose();
        let mut logits = Mat::zeros(model.n_labels(), inputs.len());
        let unembeddings = labels.unembeddings.as_ref();
        if self.one_at_a_time() {
            let parts =
                logits.par_row_chunks_mut(LABELS_PER_TASK).zip(unembeddings.par_row_chunks(LABELS_PER_TASK));
            parts.for_each(|(logits, unembeddings)| matmul_into(logits, unembeddings, rows));
        } else {
            matmul_into(logits.as_mut(), unembeddings, rows);
        }
        for i in 0..inputs.len() {
            logits.col_as_slice_mut(i).iter_mut().zip(&labels.bias).for_each(|(l, b)| *l += b);
        }
        Ok(logits)
    }
}

fn column(m: MatRef<'_, f64>, i: usize) -> &[f64] {
    m.col(i).try_as_col_major().expect("columns are contiguous").as_slice()
}
