//! Compares two models that are arrays in memory: `cargo run --example compare_arrays -p logitdist`.

#![allow(clippy::print_stdout, reason = "an example prints what it finds")]

use logitdist::{Mat, Model, Pair, Settings, compare};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // 200 inputs and 10 labels in 3 dimensions: a row for each input, and a row for each label.
    let embeddings = Mat::from_fn(200, 3, |i, j| ((7 * i + 3 * j + i * j) as f64).sin());
    let unembeddings = Mat::from_fn(10, 3, |y, j| ((5 * y + 2 * j + y * j) as f64).cos());
    let a = Model::new(embeddings.clone(), unembeddings.clone(), None)?;

    // The second model has slightly different embeddings.
    let moved = Mat::from_fn(200, 3, |i, j| embeddings[(i, j)] + 0.05 * ((11 * i + j) as f64).cos());
    let b = Model::new(moved, unembeddings, None)?;

    // Randomness is needed only where label subsets or inputs are sampled.
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let comparison = compare(&Pair::new(&a, &b)?, &Settings::default(), &mut rng)?;

    println!("logit distance             {:.6} nats", comparison["d_logit"]);
    println!("KL(a ‖ b)                  {:.6} nats", comparison["kl_ab"]);
    println!("mean canonical correlation {:.6}", comparison["m_cca"]);
    match &comparison.certificate.m_cca {
        Ok((least, by)) => println!("the predictions guarantee  {least:.6} (by {by})"),
        Err(reason) => println!("nothing is guaranteed: {reason}"),
    }
    // A measure that does not exist for a pair says why.
    if let Err(reason) = comparison.value("logit_error") {
        println!("{reason}");
    }
    Ok(())
}
