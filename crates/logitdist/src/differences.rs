//! Models that are nearly equal: their differences, taken before products.

use crate::reduced::ReducedModel;
use logitdist_linalg::{Mat, MatMut, MatRef, ReborrowMut, matmul_nt};

/// What the second model has beyond the first, in coordinates; of models of one dimension. Products of these keep the digits that a
/// difference of products would lose: `u′ − u = F (G̃′ − G̃)ᵀ + (F′ − F) G̃′ᵀ + b̃′ − b̃`. Columns that have no twin stay as they are,
/// `F′ G̃′ᵀ − F G̃ᵀ`: they may be of very different size.
#[derive(Debug, Clone)]
pub(crate) struct Differences {
    /// Columns that have a twin among the embeddings or the unembeddings, M.
    pub paired: Vec<bool>,
    /// F′ − F, and F′ of other columns, p×M.
    pub embeddings: Mat<f64>,
    /// G̃′ − G̃, and −G̃ of other columns, q×M.
    pub unembeddings: Mat<f64>,
    /// b̃′ − b̃, q entries.
    pub bias: Vec<f64>,
}

impl Differences {
    /// Δ = u − u′, p×q.
    pub fn delta(&self, a: &ReducedModel, b: &ReducedModel) -> Mat<f64> {
        let mut beyond = matmul_nt(a.embeddings.as_ref(), self.unembeddings.as_ref())
            + matmul_nt(self.embeddings.as_ref(), b.unembeddings.as_ref());
        for (j, bias) in self.bias.iter().enumerate() {
            beyond[(0, j)] += a.constant * bias;
        }
        -beyond
    }

    /// Takes from embeddings of the second model, n×M, those of the first at the same inputs, where columns have a twin.
    pub fn less(&self, mut second: MatMut<'_, f64>, first: MatRef<'_, f64>) {
        for (j, _) in self.paired.iter().enumerate().filter(|(_, paired)| **paired) {
            second.rb_mut().col_mut(j).iter_mut().zip(first.col(j).iter()).for_each(|(b, a)| *b -= a);
        }
    }

    /// Δ over the labels at inputs whose embeddings are the rows of `f` and `f_other` (n×M each): q×n.
    pub fn of_rows(&self, b: &ReducedModel, f: MatRef<'_, f64>, f_other: MatRef<'_, f64>) -> Mat<f64> {
        let mut beyond = f_other.to_owned();
        self.less(beyond.as_mut(), f);
        let mut all =
            matmul_nt(self.unembeddings.as_ref(), f) + matmul_nt(b.unembeddings.as_ref(), beyond.as_ref());
        for column in all.col_iter_mut() {
            column.iter_mut().zip(&self.bias).for_each(|(x, bias)| *x += bias);
        }
        -all
    }
}
