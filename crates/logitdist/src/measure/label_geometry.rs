//! Label geometry: how each model places the labels to one another, in a form that no linear change of it can alter.
//!
//! Cosines of g̃(y) and g̃(y′) are not that: f ↦ A f, g ↦ A^{−T} g leaves every probability as it is and turns them into anything.
//! Measured in the metric of Cov(f), the very same unembeddings have the cosine
//!
//! `g̃(y)ᵀ Cov(f) g̃(y′) / √(g̃(y)ᵀ Cov(f) g̃(y) · g̃(y′)ᵀ Cov(f) g̃(y′)) = corr_x(u_y(x), u_y′(x))`,
//!
//! the correlation over inputs of the centred logits of two labels: a function of the distribution alone. It says which labels
//! the model raises and lowers together. A bias is the same at every input and does not enter.

use super::invariance::Change;
use super::seriation::seriation;
use super::table::{Measure, Of, Part, Range, Same, Section};
use crate::labels::Labels;
use crate::reduced::{CENTRING_NOISE, Direction, Reduced, ReducedModel};
use logitdist_linalg::{Mat, MatRef, matmul, matmul_nt, r_factor};

pub(super) const ROWS: [Measure; 1] = [Measure {
    log_p: true,
    tokens: &["label_correlation_a", "label_correlation_b"],
    name: "correlation of two labels in model {a}",
    meaning: "Correlation over inputs of the centred logits of two labels, in model {a}",
    formula: "corr_x(u_y, u_y′), the cosine of g̃(y), g̃(y′) in the metric of Cov(f): a function of the \
              distribution alone, where cosines of g depend on the choice of basis",
    source: "this project",
    of: Of::Models,
    range: Range::between(-1.0, 1.0)
        .with("1 = raised and lowered together; does not exist for a label whose logit is constant"),
    same: Same::Neither,
    invariance: [Change::Coordinates, Change::Any],
    section: Section::Detail,
    part: Part::Detail,
    ..Measure::SIMILARITY
}];

/// Correlations between the labels of one model, n×n, as the inner products of n unit vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelCorrelations {
    /// A row per label: u_y over the inputs, in coordinates, scaled to length 1; zeros if u_y is constant.
    vectors: Mat<f64>,
}

impl LabelCorrelations {
    /// `corr_x(u_y, u_y′)` of the labels at positions i and j, in [−1, 1]; 1 on the diagonal.
    ///
    /// `None` if the logits of either are constant over the inputs.
    pub fn get(&self, i: usize, j: usize) -> Option<f64> {
        let (x, y) = (self.vectors.row(i), self.vectors.row(j));
        if self.is_constant(i) || self.is_constant(j) {
            return None;
        }
        let product: f64 = x.iter().zip(y.iter()).map(|(x, y)| x * y).sum();
        Some(if i == j { 1.0 } else { product.clamp(-1.0, 1.0) })
    }

    fn is_constant(&self, i: usize) -> bool {
        self.vectors.row(i).iter().all(|&x| x == 0.0)
    }
}

/// The labels of both models to one another, in an order that shows groups.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelGeometry {
    /// The n labels shown, in an order in which neighbours are alike in the mean of both models.
    pub labels: Vec<usize>,
    /// `label_correlation_a` between them, in this order.
    pub a: LabelCorrelations,
    /// `label_correlation_b` between them.
    pub b: LabelCorrelations,
}

/// Correlations between the labels of both models (`label_correlation_a`, `label_correlation_b`), for at most `at_most` labels.
///
/// None if labels are masked. If there are more, those with the largest variance are taken: the largest Var_x(u_y)/tr Cov(u) + Var_x(u′_y)/tr Cov(u′), the
/// first of equals. Both models have the same order, from the mean of their correlations, so that a difference between the two
/// pictures is one between the models. Cost: K·M² for the choice, nothing of size K×K.
pub fn label_geometry(reduced: &Reduced, at_most: usize) -> LabelGeometry {
    let (labels_a, labels_b) = reduced.labels(Direction::Ab);
    let factors = [factor(&reduced.a), factor(&reduced.b)];
    let chosen = if reduced.masked().is_some() {
        Vec::new()
    } else if reduced.n_labels <= at_most {
        (0..reduced.n_labels).collect()
    } else {
        most_varying([labels_a, labels_b], &factors, at_most)
    };
    let vectors = |model: &ReducedModel, labels: &Labels, factor: &Mat<f64>| {
        let g = &labels.unembeddings;
        let rows = Mat::from_fn(chosen.len(), g.ncols(), |i, j| g[(chosen[i], j)] - labels.means[j]);
        let noise = CENTRING_NOISE * model.embeddings.norm_l2() * labels.uncentred_norms[0];
        unit_rows(matmul_nt(rows.as_ref(), factor.as_ref()), noise)
    };
    let a = vectors(&reduced.a, labels_a, &factors[0]);
    let b = vectors(&reduced.b, labels_b, &factors[1]);
    let order = seriation(&beside(a.as_ref(), b.as_ref()));
    let ordered = |vectors: Mat<f64>| LabelCorrelations {
        vectors: Mat::from_fn(order.len(), vectors.ncols(), |i, j| vectors[(order[i], j)]),
    };
    LabelGeometry { labels: order.iter().map(|&i| chosen[i]).collect(), a: ordered(a), b: ordered(b) }
}

/// R of the centred embeddings, so that `R g̃(y)` has the inner products of u_y over the inputs.
fn factor(model: &ReducedModel) -> Mat<f64> {
    r_factor(model.centred_embeddings().to_owned())
}

/// The labels that take the largest shares of the two models' variance, rising.
fn most_varying(labels: [&Labels; 2], factors: &[Mat<f64>; 2], at_most: usize) -> Vec<usize> {
    let mut shares = vec![0.0; labels[0].bias.len()];
    for (labels, factor) in labels.into_iter().zip(factors) {
        let mut logits = matmul(factor.as_ref(), labels.unembeddings.transpose());
        let means = MatRef::from_column_major_slice(&labels.means, labels.means.len(), 1);
        let of_means = matmul(factor.as_ref(), means);
        for mut u in logits.col_iter_mut() {
            u -= of_means.col(0);
        }
        let total = logits.squared_norm_l2();
        if total > 0.0 {
            for (share, u) in shares.iter_mut().zip(logits.col_iter()) {
                *share += u.squared_norm_l2() / total;
            }
        }
    }
    let mut chosen: Vec<usize> = (0..shares.len()).collect();
    chosen.sort_by(|&x, &y| shares[y].total_cmp(&shares[x]));
    chosen.truncate(at_most);
    chosen.sort_unstable();
    chosen
}

/// Rows scaled to length 1; those of at most `noise` are constant but for rounding, and zero.
fn unit_rows(mut rows: Mat<f64>, noise: f64) -> Mat<f64> {
    for i in 0..rows.nrows() {
        let length = rows.row(i).norm_l2();
        rows.row_mut(i).iter_mut().for_each(|x| *x = if length > noise { *x / length } else { 0.0 });
    }
    rows
}

/// [A B], whose rows have the sum of both inner products.
fn beside(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols() + b.ncols(), |i, j| {
        if j < a.ncols() { a[(i, j)] } else { b[(i, j - a.ncols())] }
    })
}
