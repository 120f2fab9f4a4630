//! Compares two models in files: `cargo run --example compare_files -p logitdist-io -- A.npz B.npz`.

#![allow(clippy::print_stdout, reason = "an example prints what it finds")]

use logitdist::{Model, Pair, Settings, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../logitdist/tests/fixtures");
    let mut files: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if files.len() != 2 {
        files = ["digits-m8-a.npz", "digits-m8-a-int8.npz"].map(|name| fixtures.join(name)).to_vec();
    }
    // Wrong shapes, types and names are errors that say what was found and what is needed.
    let read = |file: &PathBuf| -> Result<Model, _> {
        read_model(&Source::Path(file.clone()), &ReadOptions::default())
    };
    let (a, b) = (read(&files[0])?, read(&files[1])?);

    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let comparison = compare(&Pair::new(&a, &b)?, &Settings::default(), &mut rng)?;
    for token in ["top1_agreement", "d_logit", "m_cca", "d_rep_ab"] {
        println!("{token:16} {}", comparison.value(token)?);
    }
    for bound in comparison.bounds.iter().filter(|bound| bound.is_violated()) {
        println!("violated: {}", bound.theorem.token);
    }
    Ok(())
}
