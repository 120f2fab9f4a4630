//! A comparison that was written and read again is the same.

use logitdist::{Mat, Model, Pair, Settings, compare, label_geometry};
use logitdist_results::pair::{
    Inputs, Labels, PROBE_TOKENS, PairComparison, PairNames, PairResults, PairRun,
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

const N: usize = 40;
const LABELS: usize = 8;

/// A model whose embeddings are a fixed pattern that `shift` changes.
fn model(shift: f64) -> Model {
    scaled(shift, LABELS, 1.0)
}

/// The same, for so many labels and with logits so many times larger.
fn scaled(shift: f64, labels: usize, times: f64) -> Model {
    let f = Mat::from_fn(N, 3, |i, j| times * ((3 * i + 7 * j) as f64 + shift * (i as f64).cos()).sin());
    let g = Mat::from_fn(labels, 3, |y, j| ((5 * y + 2 * j) as f64).cos());
    Model::new(f, g, None).unwrap()
}

/// A model that says the same of every input.
fn constant() -> Model {
    let g = Mat::from_fn(LABELS, 2, |y, j| ((y + 3 * j) as f64).sin());
    Model::new(Mat::from_fn(N, 2, |_, j| 1.0 + j as f64), g, None).unwrap()
}

fn results(a: &Model, b: &Model) -> PairResults {
    let settings = Settings { per_input: true, by_confidence: true, intervals: true, ..Settings::default() };
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
    let names = PairNames::new((0..3).map(|y| Some(format!("label, {y}"))), [None, Some("=input".into())]);
    PairResults::of(PairComparison::of(run, &comparison, probes, verdict), labels, inputs, names)
}

#[test]
fn a_folder_gives_back_what_was_written() {
    let near = results(&model(0.0), &model(1e-3));
    assert_eq!(near.comparison.deciles.len(), 10);
    assert_eq!((near.comparison.probes.len(), near.comparison.certificates.len()), (2, 8));
    assert!(near.comparison.sides.iter().any(|line| line.side == "bound"), "{:?}", near.comparison.sides);
    let folder = tempfile::tempdir().unwrap();
    near.write(folder.path()).unwrap();
    assert_eq!(PairResults::read(folder.path()).unwrap(), near);
}

#[test]
fn pairs_at_the_edges_come_back_as_they_were() {
    let cases = [
        ("one constant", constant(), model(0.0)),
        ("both constant", constant(), constant()),
        ("two labels", scaled(0.0, 2, 1.0), scaled(0.5, 2, 1.0)),
        ("huge logits", scaled(0.0, LABELS, 1e60), scaled(0.5, LABELS, 1e60)),
        ("huge beside ordinary", scaled(0.0, LABELS, 1e12), model(0.5)),
    ];
    for (name, a, b) in cases {
        let written = results(&a, &b);
        let folder = tempfile::tempdir().unwrap();
        written.write(folder.path()).unwrap();
        let read = PairResults::read(folder.path()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, written, "{name}");
    }
}
