//! Flatter distributions.

use crate::error::SynthError;
use logitdist::Model;
use logitdist_linalg::Mat;

/// Logits divided by 1 + `level`.
pub(super) fn flatten(model: &Model, level: f64) -> Result<Model, SynthError> {
    let temperature = 1.0 + level;
    let g = model.unembeddings();
    let g = Mat::from_fn(g.nrows(), g.ncols(), |y, j| g[(y, j)] / temperature);
    let bias = model.bias().map(|b| b.iter().map(|v| v / temperature).collect());
    Ok(Model::new(model.embeddings().to_owned(), g, bias)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::centred_logits;
    use crate::perturbation::tests::model;

    #[test]
    fn every_centred_logit_is_divided_by_the_temperature() {
        for bias in [0.0, 2.0] {
            let model = model(30, 7, 3, bias, 6);
            let flat = flatten(&model, 1.5).unwrap();
            let difference = centred_logits(&model) - centred_logits(&flat) * 2.5;
            assert!(difference.norm_max() < 1e-13);
        }
    }
}
