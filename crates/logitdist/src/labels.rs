//! The labels of a model.

use crate::error::Error;
use crate::masks::is_masked;
use crate::model::{Model, check_labels};
use crate::near::shift;
use crate::rows::ModelRows;
use logitdist_linalg::{Mat, MatMut, MatRef, ReborrowMut, norm};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The labels of one model. Where the mean of a column over labels is far larger than what varies around it, it is taken away: no
/// probability depends on it, and it would only cost digits. Elsewhere it would cost digits to take it away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Labels {
    /// Unembeddings G, K×M, large means taken away.
    #[serde(with = "crate::serial::matrix")]
    pub unembeddings: Mat<f64>,
    /// Means of these columns over labels, M: G̃ is less them.
    pub means: Vec<f64>,
    /// Bias b, K entries, zeros if the model has none; a large mean taken away. Masked labels have no part in it, and 0.
    pub bias: Vec<f64>,
    /// Labels of probability 0, rising.
    pub masked: Vec<usize>,
    /// Norms of G and b as they were given, against which rounding is judged.
    pub uncentred_norms: [f64; 2],
    /// Norms of the columns of G as they were given, M: a small column is as accurate beside a large one as without it.
    pub uncentred_column_norms: Vec<f64>,
    /// For a model that is given by its logits: how these stand for its embeddings.
    pub alone: Option<LogitsAlone>,
}

/// How centred logits stand for the embeddings of a model that has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogitsAlone {
    /// Root mean square of what rounding changed of a logit.
    pub rounding: f64,
    /// E‖u‖², the mean squared length of the centred logits; 0 where the embeddings have it.
    pub squared_size: f64,
    /// What the embeddings are.
    pub directions: KnownDirections,
}

/// Which directions of the centred logits over the labels are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownDirections {
    /// All: the embeddings are the centred logits themselves, and G is the identity.
    All,
    /// Those in which they vary beyond rounding: the columns of G, orthonormal, and the embeddings are coordinates along them. The logits
    /// themselves are read beside them.
    Found,
    /// As many as were asked for, which may not be all in which they vary; else as before.
    Asked,
    /// None, because there are more than this, or no clear end of them. G and the embeddings are 0, and the logits are read beside them.
    Beyond(usize),
}

/// A column of a matrix whose columns are in one piece each.
pub(crate) fn column(m: MatRef<'_, f64>, j: usize) -> &[f64] {
    m.col(j).try_as_col_major().expect("columns are contiguous").as_slice()
}

/// Whether two matrices have the same shape and entries. Their own equality panics where shapes differ, and goes entry by entry.
pub(crate) fn are_equal(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> bool {
    a.shape() == b.shape() && (0..a.ncols()).all(|j| column(a, j) == column(b, j))
}

impl PartialEq for Labels {
    fn eq(&self, other: &Labels) -> bool {
        self.bias == other.bias
            && self.masked == other.masked
            && self.means == other.means
            && self.uncentred_norms == other.uncentred_norms
            && self.uncentred_column_norms == other.uncentred_column_norms
            && self.alone == other.alone
            && are_equal(self.unembeddings.as_ref(), other.unembeddings.as_ref())
    }
}

impl Labels {
    /// Takes large means from unembeddings (K×M) and a bias (K) where they are: nothing of their size is kept beside them.
    ///
    /// # Errors
    /// What [`Model::new`] says of unembeddings and bias.
    pub fn new(unembeddings: Mat<f64>, bias: Option<Vec<f64>>) -> Result<Labels, Error> {
        check_labels(unembeddings.as_ref(), bias.as_deref())?;
        Ok(Labels::shifted(unembeddings, bias))
    }

    /// The labels of a model that is given by its centred logits: they are the embeddings, and G is the identity. Logits of `masked`
    /// labels, rising, are 0. `rounding` is the root mean square of what the number type of the logits changed of them.
    ///
    /// # Errors
    /// No label, or every one masked.
    pub fn of_logits(labels: usize, masked: &[usize], rounding: f64) -> Result<Labels, Error> {
        let identity = Mat::from_fn(labels, labels, |i, j| f64::from(u8::from(i == j)));
        let alone = LogitsAlone { rounding, squared_size: 0.0, directions: KnownDirections::All };
        Labels::alone(identity, masked, alone)
    }

    /// The labels of a model that is given by its logits, of which `directions` (K×r) are known, as `alone` says; see
    /// [`label_directions`](crate::label_directions).
    ///
    /// # Errors
    /// As [`of_logits`](Labels::of_logits).
    pub fn alone(directions: Mat<f64>, masked: &[usize], alone: LogitsAlone) -> Result<Labels, Error> {
        let mut bias = vec![0.0; directions.nrows()];
        masked.iter().for_each(|&y| bias[y] = f64::NEG_INFINITY);
        Ok(Labels { alone: Some(alone), ..Labels::new(directions, Some(bias))? })
    }

    /// The labels of the same model in another summary, or in another batch: the ones or the others. Of a model that is given by its
    /// logits, those of the larger rounding. `None` if they are not the same.
    pub fn joined(self: &Arc<Self>, other: &Arc<Self>) -> Option<Arc<Labels>> {
        if Arc::ptr_eq(self, other) || self == other {
            return Some(Arc::clone(self));
        }
        let (own, others) = (self.alone?, other.alone?);
        let same_directions = own.directions == others.directions
            && (own.directions == KnownDirections::All
                || are_equal(self.unembeddings.as_ref(), other.unembeddings.as_ref()));
        let are_same = self.are_alike(other) && same_directions;
        are_same.then(|| Arc::clone(if own.rounding >= others.rounding { self } else { other }))
    }

    /// The same labels, of a model that is given by its logits: their rounding is the root mean square over the inputs of two summaries, of
    /// each of which the rounding and the number are given.
    pub(crate) fn rounded(self: &Arc<Self>, parts: [(&Labels, usize); 2]) -> Arc<Labels> {
        let squared = |(labels, inputs): (&Labels, usize)| {
            labels.alone.map_or(0.0, |alone| alone.rounding * alone.rounding * inputs as f64)
        };
        let inputs = (parts[0].1 + parts[1].1) as f64;
        let rounding = (parts.map(squared).iter().sum::<f64>() / inputs).sqrt();
        match self.alone {
            Some(alone) if parts[0].0.alone != parts[1].0.alone => {
                let alone = Some(LogitsAlone { rounding, ..alone });
                Arc::new(Labels { alone, ..Labels::clone(self) })
            }
            _ => Arc::clone(self),
        }
    }

    /// Whether there are as many, and the same ones masked.
    pub fn are_alike(&self, other: &Labels) -> bool {
        self.bias.len() == other.bias.len() && self.masked == other.masked
    }

    pub(crate) fn of(model: &Model) -> Labels {
        let unembeddings = model.unembeddings();
        let mut copy = Mat::zeros(unembeddings.nrows(), unembeddings.ncols());
        copy.par_col_chunks_mut(1)
            .zip(unembeddings.par_col_chunks(1))
            .for_each(|(mut copy, column)| copy.copy_from(column));
        Labels::shifted(copy, model.bias().map(<[f64]>::to_vec))
    }

    fn shifted(mut unembeddings: Mat<f64>, bias: Option<Vec<f64>>) -> Labels {
        let labels = unembeddings.nrows();
        let mut bias = bias.unwrap_or_else(|| vec![0.0; labels]);
        let masked: Vec<usize> = (0..labels).filter(|&y| is_masked(bias[y])).collect();
        masked.iter().for_each(|&y| bias[y] = 0.0);
        let bias_norm = norm(&bias);
        take_large_mean(&mut bias, labels - masked.len());
        masked.iter().for_each(|&y| bias[y] = 0.0);
        let norm_and_mean = |mut column: MatMut<'_, f64>| {
            let column = column.rb_mut().col_mut(0).try_as_col_major_mut().expect("a column in one piece");
            let column = column.as_slice_mut();
            let norm = norm(column);
            take_large_mean(column, labels);
            (norm, column.iter().sum::<f64>() / labels as f64)
        };
        let (uncentred_column_norms, means): (Vec<f64>, Vec<f64>) =
            unembeddings.par_col_chunks_mut(1).map(norm_and_mean).unzip();
        Labels {
            uncentred_norms: [norm(&uncentred_column_norms), bias_norm],
            unembeddings,
            means,
            bias,
            masked,
            uncentred_column_norms,
            alone: None,
        }
    }
}

/// Takes away the mean of `count` entries, if it is large; others are 0.
fn take_large_mean(values: &mut [f64], count: usize) {
    let shift = shift(values, count);
    if shift != 0.0 {
        values.iter_mut().for_each(|x| *x -= shift);
    }
}

/// The labels of each model; models whose heads in memory are equal share them, and they are made once.
pub(crate) fn labels_of(models: &[&dyn ModelRows]) -> Vec<Arc<Labels>> {
    let heads: Vec<_> = models.iter().map(|model| model.head()).collect();
    let same =
        |i: usize, j: usize| heads[i].is_some_and(|own| heads[j].is_some_and(|other| own.equals(other)));
    // Of each model the first that has the same head.
    let kinds: Vec<usize> =
        (0..models.len()).into_par_iter().map(|i| (0..i).find(|&j| same(i, j)).unwrap_or(i)).collect();
    let own = |(i, model): (usize, &&dyn ModelRows)| (kinds[i] == i).then(|| model.labels());
    let made: Vec<Option<Arc<Labels>>> = models.par_iter().enumerate().map(own).collect();
    kinds
        .iter()
        .map(|&kind| Arc::clone(made[kind].as_ref().expect("the first of a kind has its own")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_means_are_taken_away_in_place_and_others_left() {
        let g = Mat::from_fn(7, 3, |y, j| (y * y + 5 * j) as f64 + if j == 2 { 1e6 } else { 0.25 });
        let bias: Vec<f64> = (0..7).map(|y| y as f64).collect();
        let model = Model::new(Mat::zeros(1, 3), g.clone(), Some(bias.clone())).unwrap();
        let labels = Labels::new(g.clone(), Some(bias.clone())).unwrap();
        assert_eq!(labels, Labels::of(&model));
        assert_eq!(labels.bias, bias);
        for j in 0..3 {
            let mean = g.col(j).iter().sum::<f64>() / 7.0;
            let shift = if j == 2 { mean } else { 0.0 };
            assert!((0..7).all(|y| labels.unembeddings[(y, j)] == g[(y, j)] - shift), "column {j}");
            assert!((labels.means[j] - (mean - shift)).abs() < 1e-9, "column {j}");
        }
        assert!((labels.uncentred_norms[0] / g.norm_l2() - 1.0).abs() < 1e-15);
        assert!((labels.uncentred_norms[1] / 91f64.sqrt() - 1.0).abs() < 1e-15);
        for j in 0..3 {
            assert!((labels.uncentred_column_norms[j] / g.col(j).norm_l2() - 1.0).abs() < 1e-15);
        }
        assert_eq!(Labels::new(g, None).unwrap().bias, [0.0; 7]);
    }

    #[test]
    fn models_in_memory_with_one_head_share_its_labels() {
        let model = |seed: usize, head: usize, bias: Option<f64>| {
            let g = Mat::from_fn(5, 2, |y, j| ((y + head) * (j + 2)) as f64);
            Model::new(Mat::from_fn(3, 2, |x, j| (x + j + seed) as f64), g, bias.map(|b| vec![b; 5])).unwrap()
        };
        let models = [
            model(0, 0, None),
            model(1, 1, None),
            model(2, 0, None),
            model(3, 0, Some(1.0)),
            model(4, 1, None),
        ];
        let rows: Vec<&dyn ModelRows> = models.iter().map(|model| model as &dyn ModelRows).collect();
        let labels = labels_of(&rows);
        let firsts = labels.iter().map(|own| labels.iter().position(|l| Arc::ptr_eq(own, l)).unwrap());
        assert_eq!(firsts.collect::<Vec<_>>(), [0, 1, 0, 3, 1]);
        assert!(labels.iter().zip(&models).all(|(labels, model)| **labels == Labels::of(model)));
    }

    #[test]
    fn labels_of_other_shapes_are_others() {
        let labels = |k, m| Labels::new(Mat::from_fn(k, m, |y, j| (y + 2 * j) as f64), None).unwrap();
        assert_eq!(labels(4, 2), labels(4, 2));
        assert_ne!(labels(4, 2), labels(4, 3));
        assert_ne!(labels(4, 2), labels(5, 2));
    }

    #[test]
    fn labels_are_checked_as_those_of_a_model() {
        let refused = |g: Mat<f64>, bias: Option<Vec<f64>>| {
            let of_model = Model::new(Mat::zeros(1, g.ncols().max(1)), g.clone(), bias.clone()).unwrap_err();
            assert_eq!(Labels::new(g, bias).unwrap_err().to_string(), of_model.to_string());
        };
        refused(Mat::zeros(0, 2), None);
        refused(Mat::from_fn(3, 2, |y, j| if (y, j) == (2, 1) { f64::NAN } else { 1.0 }), None);
        refused(Mat::full(3, 2, 1e-70), None);
        refused(Mat::full(3, 2, 1.0), Some(vec![0.0; 4]));
        refused(Mat::full(3, 2, 1.0), Some(vec![0.0, f64::INFINITY, 0.0]));
    }
}
