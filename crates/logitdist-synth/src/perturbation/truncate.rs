//! The closest model of a smaller dimension.

use crate::error::SynthError;
use crate::moment::{centred_columns, column_means};
use logitdist::Model;
use logitdist_linalg::{Mat, matmul, matmul_nt, matmul_tn, orthonormal_columns, r_factor, svd};

/// Keeps the first M − `removed` principal directions of the centred logits, and their mean as a bias.
///
/// With Q orthonormal columns spanning G̃: u − E u = Q (Qᵀ G̃) (f − E f), so the principal directions are Q
/// times the right singular vectors of (F − E F)(Qᵀ G̃)ᵀ. Where fewer than M − `removed` exist, columns of
/// zeros make up the dimension.
pub(super) fn truncate(model: &Model, removed: usize) -> Result<Model, SynthError> {
    let (f, g) = (model.embeddings(), model.unembeddings());
    let kept = model.dim() - removed;
    let centred_f = centred_columns(f);
    let centred_g = centred_columns(g);
    let basis = orthonormal_columns(centred_g.as_ref(), g.nrows());
    let coordinates = matmul_nt(centred_f.as_ref(), matmul_tn(basis.as_ref(), centred_g.as_ref()).as_ref());
    let directions = svd(r_factor(coordinates.clone()).as_ref()).v;
    let directions = directions.subcols(0, kept.min(directions.ncols()));
    let padded =
        |a: Mat<f64>| Mat::from_fn(a.nrows(), kept, |i, j| if j < a.ncols() { a[(i, j)] } else { 0.0 });
    let means = column_means(f);
    let mean_logits = matmul(g, Mat::from_fn(means.len(), 1, |j, _| means[j]).as_ref());
    let bias = (0..g.nrows()).map(|y| mean_logits[(y, 0)] + model.bias().map_or(0.0, |b| b[y])).collect();
    Ok(Model::new(
        padded(matmul(coordinates.as_ref(), directions)),
        padded(matmul(basis.as_ref(), directions)),
        Some(bias),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::{
        centred_logits, covariance_spectrum, d_logit_squared, largest_log_probability_difference,
    };
    use crate::perturbation::tests::model;

    #[test]
    fn the_distance_is_the_sum_of_the_eigenvalues_removed() {
        for (inputs, labels, dim, bias) in
            [(50, 12, 5, 0.0), (50, 4, 7, 1.0), (3, 9, 5, 0.5), (40, 6, 5, 0.0)]
        {
            let model = model(inputs, labels, dim, bias, 9);
            let sigma = covariance_spectrum(centred_logits(&model).as_ref());
            for removed in 1..dim {
                let truncated = truncate(&model, removed).unwrap();
                assert_eq!(truncated.dim(), dim - removed);
                let floor: f64 = sigma.iter().skip(dim - removed).sum();
                let error = (d_logit_squared(&model, &truncated) - floor).abs();
                assert!(error < 1e-12, "{inputs}×{labels}, {removed} of {dim} removed: off by {error}");
            }
        }
    }

    #[test]
    fn directions_that_the_logits_do_not_use_cost_nothing() {
        // Three labels use two of six dimensions.
        let model = model(50, 3, 6, 0.0, 9);
        let truncated = truncate(&model, 4).unwrap();
        assert!(largest_log_probability_difference(&model, &truncated) < 1e-12);
    }
}
