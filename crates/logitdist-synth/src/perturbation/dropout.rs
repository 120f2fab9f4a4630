//! Inputs that lose their embedding.

use crate::error::SynthError;
use logitdist::Model;
use rand::{Rng, RngExt};

/// Replaces the embedding of every input by 0 with the given probability.
pub(super) fn drop_inputs<R: Rng + ?Sized>(
    model: &Model,
    probability: f64,
    rng: &mut R,
) -> Result<Model, SynthError> {
    let mut f = model.embeddings().to_owned();
    for i in 0..f.nrows() {
        if rng.random_bool(probability) {
            f.row_mut(i).fill(0.0);
        }
    }
    Ok(Model::new(f, model.unembeddings().to_owned(), model.bias().map(<[f64]>::to_vec))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perturbation::tests::model;
    use crate::random::rng;

    #[test]
    fn inputs_are_lost_whole_with_the_probability_given() {
        let model = model(4000, 3, 2, 0.0, 6);
        for probability in [0.1, 0.5, 1.0] {
            let dropped = drop_inputs(&model, probability, &mut rng(7, 0)).unwrap();
            let mut lost = 0;
            for (a, b) in model.embeddings().row_iter().zip(dropped.embeddings().row_iter()) {
                lost += usize::from(b.iter().all(|v| *v == 0.0));
                assert!(a == b || b.iter().all(|v| *v == 0.0));
            }
            assert!((lost as f64 / 4000.0 - probability).abs() < 0.03, "{lost} of 4000 at {probability}");
        }
    }
}
