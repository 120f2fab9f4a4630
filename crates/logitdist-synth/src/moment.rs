//! Means and root mean squares, which set the size of noise and logits.

use logitdist::Model;
use logitdist_linalg::{Mat, MatRef, matmul_tn};

/// The mean of every column.
pub(crate) fn column_means(a: MatRef<'_, f64>) -> Vec<f64> {
    a.col_iter().map(|col| col.iter().sum::<f64>() / a.nrows() as f64).collect()
}

/// A with the mean of every column subtracted.
pub(crate) fn centred_columns(a: MatRef<'_, f64>) -> Mat<f64> {
    let means = column_means(a);
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] - means[j])
}

/// Root mean square of the entries.
pub(crate) fn rms(a: MatRef<'_, f64>) -> f64 {
    a.norm_l2() / ((a.nrows() * a.ncols()) as f64).sqrt()
}

/// Root mean square of the centred logits of a model, √(E‖u‖²/K) with u = G̃ f + b̃.
pub(crate) fn rms_centred_logit(model: &Model) -> f64 {
    match model.bias() {
        None => rms_centred_product(model.embeddings(), model.unembeddings()),
        Some(bias) => {
            let (f, g) = (model.embeddings(), model.unembeddings());
            let dim = model.dim();
            let f = Mat::from_fn(f.nrows(), dim + 1, |i, j| if j < dim { f[(i, j)] } else { 1.0 });
            let g = Mat::from_fn(g.nrows(), dim + 1, |y, j| if j < dim { g[(y, j)] } else { bias[y] });
            rms_centred_product(f.as_ref(), g.as_ref())
        }
    }
}

/// Root mean square of the entries of F G̃ᵀ (N×K) for F N×M, G K×M, from the M×M moments of each.
pub(crate) fn rms_centred_product(f: MatRef<'_, f64>, g: MatRef<'_, f64>) -> f64 {
    let centred = centred_columns(g);
    let moments_f = matmul_tn(f, f);
    let moments_g = matmul_tn(centred.as_ref(), centred.as_ref());
    let mut sum = 0.0;
    for j in 0..f.ncols() {
        for i in 0..f.ncols() {
            sum += moments_f[(i, j)] * moments_g[(i, j)];
        }
    }
    // Rounding can leave a sum of zeros slightly negative.
    (sum.max(0.0) / (f.nrows() * g.nrows()) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::centred_logits;
    use crate::random::{normal_matrix, rng};

    #[test]
    fn the_size_of_the_logits_is_that_of_the_logits_themselves() {
        for (n, k, m) in [(1, 2, 1), (7, 3, 5), (30, 11, 4)] {
            for bias in [false, true] {
                let rng = &mut rng(3, 0);
                let (f, g) = (normal_matrix(n, m, rng), normal_matrix(k, m, rng));
                let b = bias.then(|| (0..k).map(|y| (y as f64).sin()).collect());
                let model = Model::new(f, g, b).unwrap();
                let direct = rms(centred_logits(&model).as_ref());
                let error = (rms_centred_logit(&model) - direct).abs();
                assert!(error < 1e-13 * direct, "{n} inputs, {k} labels, dim {m}, bias {bias}");
            }
        }
    }
}
