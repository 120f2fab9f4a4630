//! A perturbation of your own: `cargo run --example own_perturbation -p logitdist-synth`.

#![allow(clippy::print_stdout, reason = "an example prints what it finds")]

use logitdist::{Error, Mat, Model, Pair, Settings, compare};
use logitdist_synth::{BaseModel, Embeddings, Spectrum, Unembeddings, rng};

/// Embeddings that saturate: entries larger than `limit` in magnitude are cut to it.
fn clipped(model: &Model, limit: f64) -> Result<Model, Error> {
    let f = model.embeddings();
    let f = Mat::from_fn(f.nrows(), f.ncols(), |i, j| f[(i, j)].clamp(-limit, limit));
    Model::new(f, model.unembeddings().to_owned(), model.bias().map(<[f64]>::to_vec))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = BaseModel {
        inputs: 300,
        labels: 12,
        dim: 4,
        embeddings: Embeddings::Gaussian,
        spectrum: Spectrum::Isotropic,
        unembeddings: Unembeddings::Gaussian,
        condition: None,
        scale: 2.0,
        bias: 0.0,
    };
    let a = base.sample(&mut rng(1, 0))?;
    println!("limit  d_logit    kl_ab    m_cca    certified");
    for limit in [3.0, 2.0, 1.0, 0.5] {
        let b = clipped(&a, limit)?;
        let comparison = compare(&Pair::new(&a, &b)?, &Settings::default(), &mut rng(1, 1))?;
        let [d_logit, kl, m_cca] = ["d_logit", "kl_ab", "m_cca"].map(|token| comparison[token]);
        let certified = comparison.certificate.m_cca.clone().map_or(0.0, |(least, _)| least);
        println!("{limit:5}  {d_logit:.5}  {kl:.5}  {m_cca:.5}  {certified:.5}");
    }
    Ok(())
}
