//! Changes of coordinates that change no probability.

use crate::error::SynthError;
use crate::moment::rms;
use crate::orthonormal::orthonormal;
use crate::random::normal;
use logitdist::Model;
use logitdist_linalg::{Mat, matmul, matmul_nt};
use rand::Rng;

/// f ↦ A f, g ↦ A⁻ᵀ g.
pub(super) fn linear<R: Rng + ?Sized>(model: &Model, level: f64, rng: &mut R) -> Result<Model, SynthError> {
    let (f, g) = transform(model, level, rng);
    Ok(Model::new(f, g, model.bias().map(<[f64]>::to_vec))?)
}

/// f ↦ A f + c, g ↦ A⁻ᵀ g, b ↦ b − c·A⁻ᵀ g.
pub(super) fn affine<R: Rng + ?Sized>(model: &Model, level: f64, rng: &mut R) -> Result<Model, SynthError> {
    let (mut f, g) = transform(model, level, rng);
    let size = level * rms(model.embeddings());
    let shift = Mat::from_fn(model.dim(), 1, |_, _| size * normal(rng));
    for i in 0..f.nrows() {
        for j in 0..f.ncols() {
            f[(i, j)] += shift[(j, 0)];
        }
    }
    let moved = matmul(g.as_ref(), shift.as_ref());
    let bias = (0..g.nrows()).map(|y| model.bias().map_or(0.0, |b| b[y]) - moved[(y, 0)]).collect();
    Ok(Model::new(f, g, Some(bias))?)
}

/// F Aᵀ and G A⁻¹ with A = P diag(s) Qᵀ, s geometric from 1 + level to 1, P and Q random rotations.
fn transform<R: Rng + ?Sized>(model: &Model, level: f64, rng: &mut R) -> (Mat<f64>, Mat<f64>) {
    let dim = model.dim();
    let (p, q) = (orthonormal(dim, dim, rng), orthonormal(dim, dim, rng));
    let s = |j: usize| (1.0 + level).powf(1.0 - j as f64 / (dim.max(2) - 1) as f64);
    let stretched = Mat::from_fn(dim, dim, |i, j| q[(i, j)] * s(j));
    let shrunk = Mat::from_fn(dim, dim, |i, j| q[(i, j)] / s(j));
    let f = matmul(model.embeddings(), matmul_nt(stretched.as_ref(), p.as_ref()).as_ref());
    let g = matmul(model.unembeddings(), matmul_nt(shrunk.as_ref(), p.as_ref()).as_ref());
    (f, g)
}

#[cfg(test)]
mod tests {
    use crate::Perturbation;
    use crate::direct::{d_logit_squared, largest_log_probability_difference, m_cca};
    use crate::perturbation::tests::model;
    use crate::random::rng;
    use logitdist_linalg::{Mat, matmul_tn, singular_values, svd};

    #[test]
    fn neither_change_moves_a_probability_or_a_canonical_correlation() {
        for perturbation in [Perturbation::LinearChange, Perturbation::AffineChange] {
            for (labels, dim, bias) in [(7, 4, 0.0), (7, 4, 1.0), (2, 1, 0.0), (3, 6, 0.5)] {
                for level in [1e-3, 1.0, 1e3] {
                    let model = model(60, labels, dim, bias, 3);
                    let changed = perturbation.apply(&model, level, &mut rng(8, 0)).unwrap();
                    let case = format!("{perturbation} at {level}, {labels} labels, dimension {dim}");
                    assert_ne!(changed.embeddings(), model.embeddings(), "{case}");
                    let worst = largest_log_probability_difference(&model, &changed);
                    assert!(worst < 1e-13 * (10.0 + level), "{case}: {worst}");
                    assert!(d_logit_squared(&model, &changed).sqrt() < 1e-12 * (1.0 + level), "{case}");
                    assert!(m_cca(model.embeddings(), changed.embeddings()) > 1.0 - 1e-10, "{case}");
                    let wants_bias = bias > 0.0 || perturbation == Perturbation::AffineChange;
                    assert_eq!(changed.bias().is_some(), wants_bias);
                }
            }
        }
    }

    #[test]
    fn the_linear_change_has_condition_number_one_plus_level() {
        let model = model(60, 7, 4, 0.0, 3);
        let changed = Perturbation::LinearChange.apply(&model, 9.0, &mut rng(8, 0)).unwrap();
        // F' = F Aᵀ, so Aᵀ = F⁺ F'.
        let d = svd(model.embeddings());
        let coordinates = matmul_tn(d.u.as_ref(), changed.embeddings());
        let scaled = Mat::from_fn(4, 4, |i, j| coordinates[(i, j)] / d.s[i]);
        let s = singular_values(scaled.as_ref());
        assert!((s[0] - 10.0).abs() < 1e-11 && (s[3] - 1.0).abs() < 1e-11, "{s:?}");
    }
}
