//! What a head does beside f·g + b.

use faer::{Mat, MatMut};

/// `softcap · tanh(z / softcap)` of `z = scale · (f·g + b)`, f and g normalised first if they are to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fold {
    /// What all logits are multiplied with, above 0.
    pub scale: f64,
    /// Whether embeddings are divided by their lengths.
    pub normalise_embeddings: bool,
    /// Whether unembeddings are.
    pub normalise_unembeddings: bool,
    /// The bound that logits are bent to, above 0.
    pub softcap: Option<f64>,
}

impl Default for Fold {
    /// Nothing.
    fn default() -> Fold {
        Fold { scale: 1.0, normalise_embeddings: false, normalise_unembeddings: false, softcap: None }
    }
}

impl Fold {
    /// Unembeddings and bias with all that is linear in them.
    pub(crate) fn labels(
        &self,
        mut unembeddings: Mat<f64>,
        bias: Option<Vec<f64>>,
    ) -> (Mat<f64>, Option<Vec<f64>>) {
        if self.normalise_unembeddings {
            normalise(unembeddings.as_mut());
        }
        if self.scale == 1.0 {
            return (unembeddings, bias);
        }
        for column in unembeddings.col_iter_mut() {
            column.iter_mut().for_each(|x| *x *= self.scale);
        }
        (unembeddings, bias.map(|bias| bias.into_iter().map(|b| b * self.scale).collect()))
    }
}

/// Divides rows by their lengths. A row of zeros stays one.
pub(crate) fn normalise(mut rows: MatMut<'_, f64>) {
    let mut lengths = vec![0.0_f64; rows.nrows()];
    // The largest first, lest squares overflow.
    for column in rows.as_ref().col_iter() {
        lengths.iter_mut().zip(column.iter()).for_each(|(length, x)| *length = length.max(x.abs()));
    }
    let largest = lengths.clone();
    lengths.fill(0.0);
    for column in rows.as_ref().col_iter() {
        for ((length, largest), x) in lengths.iter_mut().zip(&largest).zip(column.iter()) {
            *length += if *largest > 0.0 { (x / largest).powi(2) } else { 0.0 };
        }
    }
    for column in rows.as_mut().col_iter_mut() {
        for ((length, largest), x) in lengths.iter().zip(&largest).zip(column.iter_mut()) {
            *x = if *largest > 0.0 { *x / largest / length.sqrt() } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_length_one_whatever_their_size_and_zeros_stay() {
        let mut rows = Mat::from_fn(3, 2, |i, j| [[3e40, 4e40], [0.0, 0.0], [-5e-50, 0.0]][i][j]);
        normalise(rows.as_mut());
        let right = Mat::from_fn(3, 2, |i, j| [[0.6, 0.8], [0.0, 0.0], [-1.0, 0.0]][i][j]);
        assert!((rows - right).norm_max() < 1e-15);
    }
}
