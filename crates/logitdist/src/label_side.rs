//! What two models' labels have in common: the factor of both heads.

use crate::error::Error;
use crate::factor::Factor;
use crate::labels::{Labels, labels_of};
use crate::masks::Masks;
use crate::model::Pair;
use crate::near::is_twin;
use crate::progress::{Stage, Watch};
use logitdist_linalg::{Mat, MatMut, ReborrowMut};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;

/// Labels from which on it takes longer to factor a head than to see that another one is equal.
const MANY_LABELS: usize = 4096;

/// The label side of a pair: the labels of both models as they are, and their factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelSide {
    /// Labels of model a.
    #[serde(with = "crate::serial::shared")]
    pub a: Arc<Labels>,
    /// Labels of model b.
    #[serde(with = "crate::serial::shared")]
    pub b: Arc<Labels>,
    /// Labels of probability 0 in one model or both.
    pub masks: Masks,
    /// Which columns of [G′ b′] are in the factor as their differences to those of [G b], M′ + 1.
    pub twins: Vec<bool>,
    /// R_y, the factor of [1 G b G′ b′] (K rows), twins as differences.
    pub factor: Factor,
}

impl LabelSide {
    /// The label side of a pair.
    pub fn of(pair: &Pair<'_>) -> LabelSide {
        LabelSide::watched(pair, &|_, _| ())
    }

    /// The label side whose factor was computed elsewhere: R of [1 G b G′ b′], G and b as [`Labels`] has them, and [`label_twins`] as
    /// differences.
    ///
    /// # Errors
    /// Other numbers of labels, or an R that is none.
    pub fn of_factor(a: Arc<Labels>, b: Arc<Labels>, r: Mat<f64>) -> Result<LabelSide, Error> {
        if a.bias.len() != b.bias.len() {
            return Err(Error::Labels { a: a.bias.len(), b: b.bias.len() });
        }
        let factor = Factor::given(r, a.bias.len(), 3 + a.means.len() + b.means.len())?;
        let twins = label_twins(&a, &b);
        Ok(LabelSide { masks: Masks::of(&a.masked, &b.masked), a, b, twins, factor })
    }

    /// The label side of these labels, which differ from its own in nothing but how logits were rounded.
    #[must_use]
    pub fn with_labels(self: &Arc<Self>, a: Arc<Labels>, b: Arc<Labels>) -> Arc<LabelSide> {
        if Arc::ptr_eq(&a, &self.a) && Arc::ptr_eq(&b, &self.b) {
            return Arc::clone(self);
        }
        Arc::new(LabelSide { a, b, ..LabelSide::clone(self) })
    }

    /// The label side of two summaries of the same models.
    pub(crate) fn joined(self: &Arc<Self>, other: &Arc<Self>) -> Option<Arc<LabelSide>> {
        if Arc::ptr_eq(self, other) {
            return Some(Arc::clone(self));
        }
        Some(self.with_labels(self.a.joined(&other.a)?, self.b.joined(&other.b)?))
    }

    pub(crate) fn watched(pair: &Pair<'_>, watch: Watch<'_>) -> LabelSide {
        let labels = labels_of(&[pair.a(), pair.b()]);
        LabelSide::of_labels(&labels[0], &labels[1], watch)
    }

    /// The label side of two heads that are equal: all columns of the second are twins, and nothing is left of their differences.
    fn of_one_head(a: &Arc<Labels>, b: &Arc<Labels>, watch: Watch<'_>) -> LabelSide {
        let (labels, m) = (a.bias.len(), a.unembeddings.ncols());
        let fill = |start: usize, piece: MatMut<'_, f64>| {
            watch(Stage::Labels, piece.nrows());
            write_first(a, start, piece);
            Ok::<_, Infallible>(())
        };
        let Ok(own) = Factor::of_rows(labels, 2 + m, fill);
        LabelSide::of_factored_head(&own, a, b)
    }

    /// The label side of two heads that are equal, from the factor of [1 G b].
    pub(crate) fn of_factored_head(own: &Factor, a: &Arc<Labels>, b: &Arc<Labels>) -> LabelSide {
        let (r, further) = (own.r(), a.means.len() + 1);
        // Further columns are zero, and so would further rows be.
        let beside = |i: usize, j: usize| if j < r.ncols() { r[(i, j)] } else { 0.0 };
        let both = Mat::from_fn(r.nrows(), r.ncols() + further, beside);
        LabelSide {
            masks: Masks::of(&a.masked, &b.masked),
            a: Arc::clone(a),
            b: Arc::clone(b),
            twins: vec![true; further],
            factor: Factor::of_triangle(both, own.rows()),
        }
    }

    /// The label side of two models with these labels, of which there are as many. `watch` is told how many rows are done.
    pub fn of_labels(a: &Arc<Labels>, b: &Arc<Labels>, watch: Watch<'_>) -> LabelSide {
        let (m_a, m_b) = (a.unembeddings.ncols(), b.unembeddings.ncols());
        if a.bias.len() > MANY_LABELS && (Arc::ptr_eq(a, b) || a == b) {
            return LabelSide::of_one_head(a, b, watch);
        }
        let twins = label_twins(a, b);
        let fill = |start: usize, piece: MatMut<'_, f64>| {
            watch(Stage::Labels, piece.nrows());
            let (first, second) = piece.split_at_col_mut(2 + m_a);
            write_first(a, start, first);
            write_second(a, b, &twins, start, second);
            Ok::<_, Infallible>(())
        };
        let Ok(factor) = Factor::of_rows(a.bias.len(), 3 + m_a + m_b, fill);
        let (a, b) = (Arc::clone(a), Arc::clone(b));
        LabelSide { masks: Masks::of(&a.masked, &b.masked), a, b, twins, factor }
    }
}

/// Writes [1 G b] of the labels from `start` on.
pub(crate) fn write_first(labels: &Labels, start: usize, mut piece: MatMut<'_, f64>) {
    piece.rb_mut().col_mut(0).fill(1.0);
    write(labels, start, piece.get_mut(.., 1..));
}

/// Writes [G′ b′], twins as differences to [G b].
pub(crate) fn write_second(
    first: &Labels,
    second: &Labels,
    twins: &[bool],
    start: usize,
    mut piece: MatMut<'_, f64>,
) {
    write(second, start, piece.rb_mut());
    let rows = start..start + piece.nrows();
    for (j, _) in twins.iter().enumerate().filter(|(_, twin)| **twin) {
        let first =
            if j < first.means.len() { first.unembeddings.col_as_slice(j) } else { first.bias.as_slice() };
        piece.rb_mut().col_mut(j).iter_mut().zip(&first[rows.clone()]).for_each(|(b, a)| *b -= a);
    }
}

fn write(labels: &Labels, start: usize, mut piece: MatMut<'_, f64>) {
    let (rows, m) = (start..start + piece.nrows(), labels.unembeddings.ncols());
    piece.rb_mut().get_mut(.., ..m).copy_from(labels.unembeddings.get(rows.clone(), ..));
    piece.col_mut(m).iter_mut().zip(&labels.bias[rows]).for_each(|(x, b)| *x = *b);
}

/// Which columns of [G′ b′] are twins of those of [G b], M′ + 1: the factor has their differences.
pub fn label_twins(a: &Labels, b: &Labels) -> Vec<bool> {
    let m = b.unembeddings.ncols();
    let same_dim = a.unembeddings.ncols() == m;
    let of_column =
        |j: usize| same_dim && is_twin(a.unembeddings.col_as_slice(j), b.unembeddings.col_as_slice(j));
    let mut twins: Vec<bool> = (0..m).into_par_iter().map(of_column).collect();
    twins.push(same_dim && is_twin(&a.bias, &b.bias));
    twins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_heads_are_factored_once() {
        for labels in [5, 3000, 4097, 6000] {
            let g = Mat::from_fn(labels, 3, |y, j| ((3 * y + j * j + y * j) as f64).sin());
            let bias = (0..labels).map(|y| (y as f64).cos()).collect();
            let head = Arc::new(Labels::new(g, Some(bias)).unwrap());
            let other = Arc::new(Labels::clone(&head));
            let side = LabelSide::of_labels(&head, &other, &|_, _| ());
            assert!(side.twins.iter().all(|twin| *twin) && side.twins == label_twins(&head, &other));
            let rows = Mat::from_fn(labels, 9, |y, j| match j {
                0 => 1.0,
                4 => head.bias[y],
                j if j < 4 => head.unembeddings[(y, j - 1)],
                _ => 0.0,
            });
            let r = side.factor.r();
            assert_eq!(r.shape(), (if labels > MANY_LABELS { 5 } else { labels.min(9) }, 9));
            let gram = r.transpose() * r - rows.transpose() * &rows;
            assert!(gram.norm_max() < 1e-10, "{labels}: {}", gram.norm_max());
        }
    }

    #[test]
    fn equal_labels_are_twins_and_others_are_not() {
        let g = Mat::from_fn(9, 2, |y, j| ((3 * y + j) as f64).sin());
        let near = Mat::from_fn(9, 2, |y, j| g[(y, j)] * if j == 0 { 1.0 + 1e-6 } else { 1.1 });
        let labels = |g: &Mat<f64>| Labels::new(g.clone(), None).unwrap();
        assert_eq!(label_twins(&labels(&g), &labels(&g)), [true; 3]);
        assert_eq!(label_twins(&labels(&g), &labels(&near)), [true, false, true]);
        assert_eq!(label_twins(&labels(&Mat::zeros(9, 3)), &labels(&g)), [false; 3]);
    }
}
