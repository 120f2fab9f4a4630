//! Tiles of logits: a few inputs × all labels, of both models.

use super::terms::InputTerms;
use crate::model::{Model, Pair};
use crate::summary::{LabelSide, Labels};
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
    pair: &'a Pair<'a>,
    labels: &'a LabelSide,
    pub tracked: &'a [usize],
}

/// What one tile leaves behind.
pub(super) struct Tile {
    /// An entry per input.
    pub terms: Vec<InputTerms>,
    /// Rows of [1, log p, log p′] for the tracked labels.
    pub tracked: Mat<f64>,
}

impl<'a> Tiling<'a> {
    pub fn new(pair: &'a Pair<'a>, labels: &'a LabelSide, tracked: &'a [usize]) -> Tiling<'a> {
        Tiling { pair, labels, tracked }
    }

    /// Whether there are so many labels that threads work on one tile together; else each has its own.
    pub fn one_at_a_time(&self) -> bool {
        self.pair.n_labels() > 2 * LABELS_PER_TASK
    }

    /// The tiles of some inputs, in their order.
    pub fn tiles(&self, inputs: &[usize]) -> Vec<Tile> {
        let step = (TILE_ENTRIES / self.pair.n_labels()).clamp(TILE_INPUTS[0], TILE_INPUTS[1]);
        if self.one_at_a_time() {
            inputs.chunks(step).map(|inputs| self.tile(inputs)).collect()
        } else {
            inputs.par_chunks(step).map(|inputs| self.tile(inputs)).collect()
        }
    }

    fn tile(&self, inputs: &[usize]) -> Tile {
        let u = self.logits(self.pair.a(), &self.labels.a, inputs);
        let v = self.logits(self.pair.b(), &self.labels.b, inputs);
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
        Tile { terms, tracked }
    }

    /// `f(x)·g̃(y) + b̃(y)`, K×n, a column per input.
    fn logits(&self, model: &Model, labels: &Labels, inputs: &[usize]) -> Mat<f64> {
        let f = model.embeddings();
        let rows = Mat::from_fn(model.dim(), inputs.len(), |j, i| f[(inputs[i], j)]);
        let mut logits = Mat::zeros(model.n_labels(), inputs.len());
        let unembeddings = labels.unembeddings.as_ref();
        if self.one_at_a_time() {
            let parts =
                logits.par_row_chunks_mut(LABELS_PER_TASK).zip(unembeddings.par_row_chunks(LABELS_PER_TASK));
            parts.for_each(|(logits, unembeddings)| matmul_into(logits, unembeddings, rows.as_ref()));
        } else {
            matmul_into(logits.as_mut(), unembeddings, rows.as_ref());
        }
        if model.bias().is_some() {
            for i in 0..inputs.len() {
                logits.col_as_slice_mut(i).iter_mut().zip(&labels.bias).for_each(|(l, b)| *l += b);
            }
        }
        logits
    }
}

fn column(m: MatRef<'_, f64>, i: usize) -> &[f64] {
    m.col(i).try_as_col_major().expect("columns are contiguous").as_slice()
}
