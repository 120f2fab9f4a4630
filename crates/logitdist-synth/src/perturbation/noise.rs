//! Additive noise on embeddings, unembeddings and logits.

use crate::error::SynthError;
use crate::moment::{centred_columns, rms, rms_centred_logit, rms_centred_product};
use crate::random::{normal_matrix, random_matrix, unit_student_t};
use logitdist::Model;
use logitdist_linalg::{Mat, MatRef};
use rand::Rng;

/// f + level · rms(F) · z, z standard normal.
pub(super) fn on_embeddings<R: Rng + ?Sized>(
    model: &Model,
    level: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let noise = normal_matrix(model.n_inputs(), model.dim(), rng);
    add_to_embeddings(model, level * rms(model.embeddings()), noise)
}

/// f + level · rms(F) · z, z Student t of variance 1.
pub(super) fn heavy_tailed<R: Rng + ?Sized>(
    model: &Model,
    degrees_of_freedom: f64,
    level: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let (distribution, unit) = unit_student_t(degrees_of_freedom);
    let noise = random_matrix(model.n_inputs(), model.dim(), distribution, rng);
    add_to_embeddings(model, level * rms(model.embeddings()) * unit, noise)
}

fn add_to_embeddings(model: &Model, size: f64, noise: Mat<f64>) -> Result<Model, SynthError> {
    let f = sum(model.embeddings(), size, noise);
    Ok(Model::new(f, model.unembeddings().to_owned(), model.bias().map(<[f64]>::to_vec))?)
}

/// g + level · rms(G̃) · z, z standard normal.
pub(super) fn on_unembeddings<R: Rng + ?Sized>(
    model: &Model,
    level: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let size = level * rms(centred_columns(model.unembeddings()).as_ref());
    let noise = normal_matrix(model.n_labels(), model.dim(), rng);
    let g = sum(model.unembeddings(), size, noise);
    Ok(Model::new(model.embeddings().to_owned(), g, model.bias().map(<[f64]>::to_vec))?)
}

/// u + level · (rms(u)/rms(n)) · n with n = Z W̃ᵀ, Z N×r and W K×r standard normal: columns appended to F and
/// G.
pub(super) fn on_logits<R: Rng + ?Sized>(
    model: &Model,
    rank: usize,
    level: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let z = normal_matrix(model.n_inputs(), rank, rng);
    let w = normal_matrix(model.n_labels(), rank, rng);
    let noise = rms_centred_product(z.as_ref(), w.as_ref());
    // A single label has no centred logits, and so no noise on them.
    let size = if noise > 0.0 { level * rms_centred_logit(model) / noise } else { 0.0 };
    let (f, g, dim) = (model.embeddings(), model.unembeddings(), model.dim());
    let joined = |a: MatRef<'_, f64>, b: &Mat<f64>, factor: f64| {
        Mat::from_fn(a.nrows(), dim + rank, |i, j| if j < dim { a[(i, j)] } else { factor * b[(i, j - dim)] })
    };
    Ok(Model::new(joined(f, &z, size), joined(g, &w, 1.0), model.bias().map(<[f64]>::to_vec))?)
}

fn sum(a: MatRef<'_, f64>, size: f64, noise: Mat<f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] + size * noise[(i, j)])
}

#[cfg(test)]
mod tests {
    use crate::Perturbation;
    use crate::direct::{centred_logits, d_logit_squared};
    use crate::moment::{centred_columns, rms};
    use crate::perturbation::tests::model;
    use crate::random::rng;
    use logitdist_linalg::singular_values;

    #[test]
    fn noise_has_the_level_relative_to_what_it_is_added_to() {
        let model = model(2000, 400, 10, 0.0, 1);
        for level in [1e-6, 0.1, 3.0] {
            for perturbation in [Perturbation::NoiseEmbeddings, Perturbation::HeavyTailedNoise(5.0)] {
                let noisy = perturbation.apply(&model, level, &mut rng(2, 0)).unwrap();
                let noise = noisy.embeddings() - model.embeddings();
                let found = rms(noise.as_ref()) / rms(model.embeddings());
                assert!((found / level - 1.0).abs() < 0.03, "{perturbation}: {found} for {level}");
                assert_eq!(noisy.unembeddings(), model.unembeddings());
            }
            let noisy = Perturbation::NoiseUnembeddings.apply(&model, level, &mut rng(2, 0)).unwrap();
            let noise = noisy.unembeddings() - model.unembeddings();
            let found = rms(noise.as_ref()) / rms(centred_columns(model.unembeddings()).as_ref());
            assert!((found / level - 1.0).abs() < 0.03, "{found} for {level}");
            assert_eq!(noisy.embeddings(), model.embeddings());
        }
    }

    #[test]
    fn noise_on_logits_has_the_rank_and_exactly_the_level() {
        for bias in [0.0, 1.0] {
            for rank in [1, 3] {
                let model = model(40, 12, 3, bias, 4);
                let noisy = Perturbation::NoiseLogits(rank).apply(&model, 0.2, &mut rng(5, 0)).unwrap();
                assert_eq!(noisy.dim(), 3 + rank);
                let u = centred_logits(&model);
                let size = u.squared_norm_l2() / 40.0;
                assert!((d_logit_squared(&model, &noisy) / size - 0.04).abs() < 1e-12, "rank {rank}");
                let s = singular_values((centred_logits(&noisy) - u).as_ref());
                assert!(s[rank - 1] > 1e-3 * s[0] && s[rank] < 1e-12 * s[0], "rank {rank}: {s:?}");
            }
        }
    }

    #[test]
    fn tails_are_heavy() {
        let model = model(5000, 4, 4, 0.0, 1);
        let kurtosis = |perturbation: Perturbation| {
            let noisy = perturbation.apply(&model, 1.0, &mut rng(2, 0)).unwrap();
            let noise = noisy.embeddings() - model.embeddings();
            let fourth: f64 = noise.col_iter().flat_map(|c| c.iter()).map(|v| v.powi(4)).sum();
            fourth / 20_000.0 / rms(noise.as_ref()).powi(4)
        };
        assert!(kurtosis(Perturbation::NoiseEmbeddings) < 3.3);
        assert!(kurtosis(Perturbation::HeavyTailedNoise(5.0)) > 5.0);
    }
}
