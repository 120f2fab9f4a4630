//! The definitions of the measures, written out slowly on N×K logits: what the tests of generators check
//! against.

use crate::moment::centred_columns;
use logitdist::Model;
use logitdist_linalg::{Mat, MatRef, matmul_nt, matmul_tn, orthonormal_columns, singular_values};

/// u, N×K.
pub(crate) fn centred_logits(model: &Model) -> Mat<f64> {
    let mut logits = matmul_nt(model.embeddings(), model.unembeddings());
    for i in 0..model.n_inputs() {
        for y in 0..model.n_labels() {
            logits[(i, y)] += model.bias().map_or(0.0, |b| b[y]);
        }
    }
    centred_columns(logits.transpose()).transpose().to_owned()
}

/// log p(y|x), N×K.
pub(crate) fn log_probabilities(model: &Model) -> Mat<f64> {
    let mut u = centred_logits(model);
    for i in 0..u.nrows() {
        let largest = u.row(i).iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = largest + u.row(i).iter().map(|v| (v - largest).exp()).sum::<f64>().ln();
        u.row_mut(i).iter_mut().for_each(|v| *v -= log_sum);
    }
    u
}

/// d_logit² = E‖u − u'‖².
pub(crate) fn d_logit_squared(a: &Model, b: &Model) -> f64 {
    (centred_logits(a) - centred_logits(b)).squared_norm_l2() / a.n_inputs() as f64
}

/// The centred part of d_logit².
pub(crate) fn d_logit_squared_centred(a: &Model, b: &Model) -> f64 {
    let difference = centred_logits(a) - centred_logits(b);
    centred_columns(difference.as_ref()).squared_norm_l2() / a.n_inputs() as f64
}

/// E KL(p ‖ p'), every term as p (e^d − 1 − d) ≥ 0, d = log p' − log p.
pub(crate) fn kl(a: &Model, b: &Model) -> f64 {
    let (p, q) = (log_probabilities(a), log_probabilities(b));
    let mut sum = 0.0;
    for i in 0..p.nrows() {
        for y in 0..p.ncols() {
            let d: f64 = q[(i, y)] - p[(i, y)];
            sum += p[(i, y)].exp() * (d.exp_m1() - d);
        }
    }
    sum / a.n_inputs() as f64
}

/// The most likely label of every input.
pub(crate) fn predictions(model: &Model) -> Vec<usize> {
    let u = centred_logits(model);
    let best = |i: usize| (0..u.ncols()).max_by(|&y, &z| u[(i, y)].total_cmp(&u[(i, z)])).unwrap();
    (0..u.nrows()).map(best).collect()
}

/// Canonical correlations of the columns of A and B over their rows, largest first.
pub(crate) fn canonical_correlations(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Vec<f64> {
    let basis = |m: MatRef<'_, f64>| orthonormal_columns(centred_columns(m).as_ref(), m.nrows());
    singular_values(matmul_tn(basis(a).as_ref(), basis(b).as_ref()).as_ref())
}

/// Mean canonical correlation.
pub(crate) fn m_cca(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> f64 {
    let rho = canonical_correlations(a, b);
    rho.iter().sum::<f64>() / rho.len() as f64
}

/// Eigenvalues of the covariance of the rows of A, largest first.
pub(crate) fn covariance_spectrum(a: MatRef<'_, f64>) -> Vec<f64> {
    let s = singular_values(centred_columns(a).as_ref());
    s.iter().map(|s| s * s / a.nrows() as f64).collect()
}

/// Non-zero singular values of G̃, largest first.
pub(crate) fn unembedding_singular_values(model: &Model) -> Vec<f64> {
    let s = singular_values(centred_columns(model.unembeddings()).as_ref());
    s.iter().copied().filter(|&v| v > 1e-10 * s[0]).collect()
}

/// The largest difference between the probabilities of two models.
pub(crate) fn largest_log_probability_difference(a: &Model, b: &Model) -> f64 {
    (log_probabilities(a) - log_probabilities(b)).norm_max()
}
