//! Labels that trade places together with the embeddings of their inputs.

use crate::error::SynthError;
use logitdist::Model;
use logitdist_linalg::{Mat, MatRef, matmul_nt};
use rand::Rng;
use rand::seq::SliceRandom;

/// A random cycle over a fraction `level` of the predicted labels.
pub(super) fn permute_labels<R: Rng + ?Sized>(
    model: &Model,
    level: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let (f, g) = (model.embeddings(), model.unembeddings());
    let cluster = predictions(model);
    let mut size = vec![0usize; model.n_labels()];
    cluster.iter().for_each(|&y| size[y] += 1);
    let mut predicted: Vec<usize> = (0..size.len()).filter(|&y| size[y] > 0).collect();
    if predicted.len() < 2 {
        return Err(SynthError::Impossible(format!(
            "label_permutation needs at least two labels that are the most likely one of some input; label {} is of all {}",
            predicted[0],
            model.n_inputs()
        )));
    }
    let moving = ((level * predicted.len() as f64).round() as usize).max(2);
    predicted.shuffle(rng);
    let mut permutation: Vec<usize> = (0..size.len()).collect();
    for i in 0..moving {
        permutation[predicted[i]] = predicted[(i + 1) % moving];
    }
    let centre = cluster_means(f, &cluster, &size);
    let moved = Mat::from_fn(f.nrows(), f.ncols(), |i, j| {
        let (from, to) = (cluster[i], permutation[cluster[i]]);
        if from == to { f[(i, j)] } else { f[(i, j)] - centre[(from, j)] + centre[(to, j)] }
    });
    let permuted = Mat::from_fn(g.nrows(), g.ncols(), |y, j| g[(permutation[y], j)]);
    let bias = model.bias().map(|b| permutation.iter().map(|&y| b[y]).collect());
    Ok(Model::new(moved, permuted, bias)?)
}

/// The most likely label of every input, the first of several. One input at a time: the N×K logits are not
/// held.
fn predictions(model: &Model) -> Vec<usize> {
    let predict = |i: usize| {
        let logits = matmul_nt(model.unembeddings(), model.embeddings().subrows(i, 1));
        let logit = |y: usize| logits[(y, 0)] + model.bias().map_or(0.0, |b| b[y]);
        (1..model.n_labels()).fold(0, |best, y| if logit(y) > logit(best) { y } else { best })
    };
    (0..model.n_inputs()).map(predict).collect()
}

/// Mean embedding of every cluster, K×M; 0 for an empty one.
fn cluster_means(f: MatRef<'_, f64>, cluster: &[usize], size: &[usize]) -> Mat<f64> {
    let mut means = Mat::zeros(size.len(), f.ncols());
    for (i, &y) in cluster.iter().enumerate() {
        for j in 0..f.ncols() {
            means[(y, j)] += f[(i, j)] / size[y] as f64;
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use crate::direct::{d_logit_squared, kl, m_cca, predictions};
    use crate::random::rng;
    use crate::{BaseModel, Embeddings, Perturbation, Spectrum, SynthError, Unembeddings};
    use logitdist::Model;
    use logitdist_linalg::Mat;

    fn clusters(labels: usize, dim: usize, scale: f64) -> Model {
        let base = BaseModel {
            inputs: 60 * labels,
            labels,
            dim,
            embeddings: Embeddings::Clustered(0.02),
            spectrum: Spectrum::Isotropic,
            unembeddings: Unembeddings::Simplex,
            condition: None,
            scale,
            bias: 0.0,
        };
        base.sample(&mut rng(1, 0)).unwrap()
    }

    #[test]
    fn well_separated_clusters_keep_their_predictions_but_not_their_geometry() {
        for seed in 0..5 {
            let model = clusters(9, 2, 60.0);
            let permuted = Perturbation::LabelPermutation.apply(&model, 1.0, &mut rng(seed, 0)).unwrap();
            assert_eq!(predictions(&permuted), predictions(&model), "seed {seed}");
            assert!(kl(&model, &permuted) < 1e-3, "seed {seed}");
            assert!(d_logit_squared(&model, &permuted) > 100.0, "seed {seed}");
            assert!(m_cca(model.embeddings(), permuted.embeddings()) < 0.95, "seed {seed}");
        }
    }

    #[test]
    fn the_level_is_the_fraction_of_labels_that_move_and_at_least_two_do() {
        let model = clusters(10, 3, 20.0);
        for (level, moving) in [(0.01, 2), (0.2, 2), (0.5, 5), (1.0, 10)] {
            for seed in 0..5 {
                let permuted =
                    Perturbation::LabelPermutation.apply(&model, level, &mut rng(seed, 0)).unwrap();
                let moved =
                    (0..10).filter(|&y| permuted.unembeddings().row(y) != model.unembeddings().row(y));
                assert_eq!(moved.count(), moving, "level {level}, seed {seed}");
            }
        }
    }

    #[test]
    fn a_model_that_predicts_one_label_is_refused() {
        let model = Model::new(Mat::full(4, 1, 1.0), Mat::from_fn(3, 1, |y, _| y as f64), None).unwrap();
        let error = Perturbation::LabelPermutation.apply(&model, 0.5, &mut rng(1, 0)).unwrap_err();
        assert!(matches!(&error, SynthError::Impossible(m) if m.contains("label 2 is of all 4")), "{error}");
    }
}
