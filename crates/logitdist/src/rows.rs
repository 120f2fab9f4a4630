//! A model as a comparison reads it: its labels whole, its embeddings in blocks of rows.

use crate::error::Error;
use crate::labels::{Labels, are_equal};
use crate::model::Model;
use logitdist_linalg::{Mat, MatMut, MatRef};
use std::fmt::Debug;
use std::sync::Arc;

/// A model whose embeddings F (N×M) need not be in memory: rows are read when they are needed, by several threads at a time.
///
/// A [`Model`] is one, and so is whatever reads rows from elsewhere. The same rows have to be the same numbers every time.
pub trait ModelRows: Debug + Sync {
    /// N, the number of inputs.
    fn n_inputs(&self) -> usize;

    /// K, the number of labels.
    fn n_labels(&self) -> usize;

    /// M, the dimension of the representation.
    fn dim(&self) -> usize;

    /// The centred labels. Those of a model in memory are copied, others shared.
    fn labels(&self) -> Arc<Labels>;

    /// The head from which the labels are made, if it is in memory: equal heads need labels once.
    fn head(&self) -> Option<Head<'_>> {
        None
    }

    /// Whether it has embeddings and unembeddings of its own. Otherwise it is given by its logits, which stand for the embeddings, and
    /// its labels are those of [`Labels::of_logits`].
    fn has_embeddings(&self) -> bool {
        true
    }

    /// Whether the logits are read as they are, by [`read_logits`](ModelRows::read_logits), because embeddings and labels hold only what
    /// is known of them.
    fn has_logits_beside(&self) -> bool {
        false
    }

    /// Fills `logits` (n×K) with the centred logits of the inputs `start`, …, `start + n − 1`; 0 for masked labels. Asked for only where they
    /// are read as they are.
    ///
    /// # Errors
    /// As [`read`](ModelRows::read).
    fn read_logits(&self, _start: usize, _logits: MatMut<'_, f64>) -> Result<(), Error> {
        unreachable!("logits are read of a model that has them beside its embeddings")
    }

    /// Fills `rows` (n×M) with the embeddings of the inputs `start`, …, `start + n − 1`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if they cannot be read, or an entry is not one that [`Model::new`] accepts.
    fn read(&self, start: usize, rows: MatMut<'_, f64>) -> Result<(), Error>;

    /// Called where the rows were read elsewhere, in parts: verifies what only the whole file shows, such as its checksum.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn verify(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Called when every row was read once: finds what only all rows together show, such as a scale that underflows.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    fn finish_reading(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Unembeddings G, K×M, and the bias b, K, if there is one.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// G.
    pub unembeddings: MatRef<'a, f64>,
    /// b.
    pub bias: Option<&'a [f64]>,
}

impl Head<'_> {
    pub(crate) fn equals(self, other: Head<'_>) -> bool {
        self.bias == other.bias && are_equal(self.unembeddings, other.unembeddings)
    }
}

impl ModelRows for Model {
    fn n_inputs(&self) -> usize {
        self.n_inputs()
    }

    fn n_labels(&self) -> usize {
        self.n_labels()
    }

    fn dim(&self) -> usize {
        self.dim()
    }

    fn labels(&self) -> Arc<Labels> {
        Arc::new(Labels::of(self))
    }

    fn head(&self) -> Option<Head<'_>> {
        Some(Head { unembeddings: self.unembeddings(), bias: self.bias() })
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        let end = start + rows.nrows();
        rows.copy_from(self.embeddings().get(start..end, ..));
        Ok(())
    }
}

/// The embeddings of chosen inputs, n×M, in the order in which they are named.
pub(crate) fn rows_of(model: &dyn ModelRows, inputs: &[usize]) -> Result<Mat<f64>, Error> {
    in_runs(inputs, model.dim(), |start, rows| model.read(start, rows))
}

/// The logits of chosen inputs, n×K, of a model that has them beside its embeddings.
pub(crate) fn logits_of(model: &dyn ModelRows, inputs: &[usize]) -> Result<Mat<f64>, Error> {
    in_runs(inputs, model.n_labels(), |start, logits| model.read_logits(start, logits))
}

fn in_runs(
    inputs: &[usize],
    width: usize,
    read: impl Fn(usize, MatMut<'_, f64>) -> Result<(), Error>,
) -> Result<Mat<f64>, Error> {
    let mut rows = Mat::zeros(inputs.len(), width);
    let mut from = 0;
    for run in inputs.chunk_by(|x, next| x + 1 == *next) {
        read(run[0], rows.as_mut().subrows_mut(from, run.len()))?;
        from += run.len();
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_rows_come_in_the_order_in_which_they_are_named() {
        let model =
            Model::new(Mat::from_fn(9, 2, |i, j| (10 * i + j) as f64), Mat::zeros(2, 2), None).unwrap();
        for inputs in [&[][..], &[4], &[0, 1, 2, 3, 4, 5, 6, 7, 8], &[3, 4, 5, 1, 2, 8, 8, 7, 0]] {
            let rows = rows_of(&model, inputs).unwrap();
            assert_eq!(rows, Mat::from_fn(inputs.len(), 2, |i, j| (10 * inputs[i] + j) as f64));
        }
    }
}
