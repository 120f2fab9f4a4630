//! A comparison that was written and read again is the same.

use logitdist::{Mat, Model, Pair, Settings, compare, label_geometry};
use logitdist_results::pair::{Inputs, Labels, PROBE_TOKENS, PairComparison, PairResults, PairRun};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// A model whose embeddings are a fixed pattern that `shift` changes.
fn model(shift: f64) -> Model {
    let f = Mat::from_fn(40, 3, |i, j| ((3 * i + 7 * j) as f64 + shift * (i as f64).cos()).sin());
    let g = Mat::from_fn(8, 3, |y, j| ((5 * y + 2 * j) as f64).cos());
    Model::new(f, g, None).unwrap()
}

fn results(a: &Model, b: &Model) -> PairResults {
    let settings = Settings { per_input: true, ..Settings::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let comparison = compare(&Pair::new(a, b).unwrap(), &settings, &mut rng).unwrap();
    let probe = |by: f64| PROBE_TOKENS.iter().enumerate().map(|(i, &token)| (token, by * i as f64)).collect();
    let probes = vec![probe(0.3), probe(-7.0)];
    let run = PairRun {
        model_a: "a, \"first\".npz".into(),
        model_b: "b.npz".into(),
        seed: u64::MAX,
        version: env!("CARGO_PKG_VERSION").into(),
        command: "logitdist compare 'a, \"first\".npz' b.npz".into(),
    };
    let verdict = vec!["Every bound holds.".to_owned(), "a & b, it seems, are close.".to_owned()];
    let labels = Labels::of(&label_geometry(&comparison.reduced, 5));
    let inputs = Inputs::of(comparison.per_input.as_ref().unwrap());
    PairResults::of(PairComparison::of(run, &comparison, probes, verdict), labels, inputs)
}

#[test]
fn a_folder_gives_back_what_was_written() {
    let near = results(&model(0.0), &model(1e-3));
    assert_eq!((near.comparison.probes.len(), near.comparison.certificates.len()), (2, 8));
    let folder = tempfile::tempdir().unwrap();
    near.write(folder.path()).unwrap();
    assert_eq!(PairResults::read(folder.path()).unwrap(), near);
}
