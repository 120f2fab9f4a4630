//! Probes against slow definitions, their invariances and degenerate inputs.

use super::*;
use logitdist::Mat;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const EVERY: [(Regression, Penalty); 4] = [
    (Regression::Ridge, Penalty::Score),
    (Regression::Ridge, Penalty::Weights),
    (Regression::Logistic, Penalty::Score),
    (Regression::Logistic, Penalty::Weights),
];

fn spec((regression, penalty): (Regression, Penalty), strength: f64) -> ProbeSpec {
    ProbeSpec { regression, penalty, strength }
}

/// Embeddings with correlated columns and a mean, and a noisy linear concept of them.
fn sample(n: usize, m: usize, seed: u64) -> (Mat<f64>, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = || rng.random_range(-1.0..1.0);
    let mix = Mat::from_fn(m, m, |i, j| uniform() + if i == j { 1.5 } else { 0.0 });
    let f = Mat::from_fn(n, m, |_, _| uniform()) * &mix;
    let f = Mat::from_fn(n, m, |i, j| f[(i, j)] + j as f64);
    let holds = (0..n).map(|i| (0..m).map(|j| f[(i, j)] - j as f64).sum::<f64>() + uniform() > 0.1).collect();
    (f, holds)
}

/// The penalty's matrix P: penalty(w) = wᵀ P w.
fn penalty_matrix(f: &Mat<f64>, penalty: Penalty) -> Mat<f64> {
    let (n, m) = f.shape();
    let mean = |j: usize| f.col(j).iter().sum::<f64>() / n as f64;
    let covariance = Mat::from_fn(m, m, |a, b| {
        (0..n).map(|i| (f[(i, a)] - mean(a)) * (f[(i, b)] - mean(b))).sum::<f64>() / n as f64
    });
    match penalty {
        Penalty::Score => covariance,
        Penalty::Weights => {
            let mean_variance = (0..m).map(|j| covariance[(j, j)]).sum::<f64>() / m as f64;
            Mat::from_fn(m, m, |i, j| if i == j { mean_variance } else { 0.0 })
        }
    }
}

/// Gradient of the documented objective in (w, c), written out input by input.
fn gradient(f: &Mat<f64>, holds: &[bool], probe: &Probe, spec: &ProbeSpec, p: &Mat<f64>) -> (Vec<f64>, f64) {
    let (n, m) = f.shape();
    let (mut in_w, mut in_c) = (vec![0.0; m], 0.0);
    for i in 0..n {
        let t = if holds[i] { 1.0 } else { -1.0 };
        let s = (0..m).map(|j| probe.weights[j] * f[(i, j)]).sum::<f64>() + probe.intercept;
        let slope = match spec.regression {
            Regression::Ridge => s - t,
            Regression::Logistic => -t / (1.0 + (t * s).exp()),
        };
        (0..m).for_each(|j| in_w[j] += slope * f[(i, j)] / n as f64);
        in_c += slope / n as f64;
    }
    for j in 0..m {
        in_w[j] += spec.strength * (0..m).map(|k| p[(j, k)] * probe.weights[k]).sum::<f64>();
    }
    (in_w, in_c)
}

#[test]
fn the_objective_is_stationary_at_every_probe() {
    // For ridge regression these are the normal equations.
    for seed in 0..16 {
        for kind in EVERY {
            for strength in [1e-6, 1e-3, 1.0, 100.0] {
                let (f, holds) = sample(50, 4, seed);
                let spec = spec(kind, strength);
                let probe = Probe::fit(f.as_ref(), &holds, &spec).unwrap();
                let (in_w, in_c) = gradient(&f, &holds, &probe, &spec, &penalty_matrix(&f, spec.penalty));
                let worst = in_w.iter().fold(in_c.abs(), |a, b| a.max(b.abs()));
                assert!(worst < 1e-8, "seed {seed}, {spec:?}: {worst}");
            }
        }
    }
}

#[test]
fn gradient_descent_ends_at_the_same_logistic_probe() {
    for penalty in [Penalty::Score, Penalty::Weights] {
        let (f, holds) = sample(60, 3, 7);
        let spec = spec((Regression::Logistic, penalty), 0.05);
        let p = penalty_matrix(&f, penalty);
        let mut probe = Probe { weights: vec![0.0; 3], intercept: 0.0 };
        for _ in 0..20_000 {
            let (in_w, in_c) = gradient(&f, &holds, &probe, &spec, &p);
            probe.weights.iter_mut().zip(&in_w).for_each(|(w, g)| *w -= 0.2 * g);
            probe.intercept -= 0.2 * in_c;
        }
        let fitted = Probe::fit(f.as_ref(), &holds, &spec).unwrap();
        for (slow, fast) in probe.weights.iter().zip(&fitted.weights) {
            assert!((slow - fast).abs() < 1e-7, "{penalty:?}: {probe:?}, {fitted:?}");
        }
        assert!((probe.intercept - fitted.intercept).abs() < 1e-7, "{penalty:?}");
    }
}

#[test]
fn coordinates_of_the_embeddings_do_not_matter() {
    for seed in 0..8 {
        let (all, all_answers) = sample(280, 4, seed);
        let (f, held_out) = (all.get(..80, ..).to_owned(), all.get(80.., ..).to_owned());
        let (holds, answers) = all_answers.split_at(80);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let any = Mat::from_fn(4, 4, |i, j| rng.random_range(-1.0..1.0) + if i == j { 3.0 } else { 0.0 });
        // A Householder reflection, ten times as large.
        let rotation = Mat::from_fn(4, 4, |i, j| 10.0 * (if i == j { 1.0 } else { 0.0 } - 0.5));
        let changed = |f: &Mat<f64>, a: &Mat<f64>| {
            let g = f * a;
            Mat::from_fn(g.nrows(), 4, |i, j| g[(i, j)] + 5.0)
        };
        for kind in EVERY {
            let a = if kind.1 == Penalty::Score { &any } else { &rotation };
            let spec = spec(kind, 1e-3);
            let before = Probe::fit(f.as_ref(), holds, &spec).unwrap();
            let after = Probe::fit(changed(&f, a).as_ref(), holds, &spec).unwrap();
            let there = changed(&held_out, a);
            for (x, y) in before.scores(held_out.as_ref()).iter().zip(after.scores(there.as_ref())) {
                assert!((x - y).abs() < 1e-8 * (1.0 + x.abs()), "seed {seed}, {kind:?}: {x}, {y}");
            }
            let accuracy = before.accuracy(held_out.as_ref(), answers).unwrap();
            assert_eq!(accuracy, after.accuracy(there.as_ref(), answers).unwrap(), "seed {seed}");
            assert!(accuracy > 0.75, "seed {seed}, {kind:?}: {accuracy}");
        }
    }
}

#[test]
fn separable_classes_have_a_finite_probe_that_separates_them() {
    let f = Mat::from_fn(40, 2, |i, j| if j == 0 { i as f64 } else { ((i * 7) % 5) as f64 });
    let holds: Vec<bool> = (0..40).map(|i| i >= 20).collect();
    for penalty in [Penalty::Score, Penalty::Weights] {
        let mut last = 0.0;
        for strength in [1.0, 1e-3, 1e-6, 1e-9] {
            let probe =
                Probe::fit(f.as_ref(), &holds, &spec((Regression::Logistic, penalty), strength)).unwrap();
            assert_eq!(probe.accuracy(f.as_ref(), &holds).unwrap(), 1.0);
            assert!(
                probe.weights[0].is_finite() && probe.weights[0] > last,
                "{penalty:?} {strength}: {probe:?}"
            );
            last = probe.weights[0];
        }
    }
}

#[test]
fn fewer_inputs_than_dimensions_and_columns_that_repeat_are_no_obstacle() {
    let (f, holds) = sample(6, 12, 3);
    for kind in EVERY {
        let probe = Probe::fit(f.as_ref(), &holds, &spec(kind, 1e-6)).unwrap();
        assert_eq!(probe.accuracy(f.as_ref(), &holds).unwrap(), 1.0, "{kind:?}");
        assert!(probe.weights.iter().all(|w| w.is_finite()));
        // A column given twice shares its weight; scores stay.
        let (f, holds) = sample(30, 3, 5);
        let twice = Mat::from_fn(30, 6, |i, j| f[(i, j % 3)]);
        let (once, twice) = (
            Probe::fit(f.as_ref(), &holds, &spec((kind.0, Penalty::Score), 0.1)).unwrap().scores(f.as_ref()),
            Probe::fit(twice.as_ref(), &holds, &spec((kind.0, Penalty::Score), 0.1))
                .unwrap()
                .scores(twice.as_ref()),
        );
        assert!(once.iter().zip(&twice).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}

#[test]
fn constant_embeddings_give_the_more_common_answer() {
    for value in [0.0, 1.0, 0.1, 1e30] {
        let f = Mat::full(10, 3, value);
        let holds: Vec<bool> = (0..10).map(|i| i < 7).collect();
        for kind in EVERY {
            let probe = Probe::fit(f.as_ref(), &holds, &spec(kind, 1e-3)).unwrap();
            assert_eq!(probe.weights, [0.0; 3], "{kind:?} at {value}");
            assert_eq!(probe.accuracy(f.as_ref(), &holds).unwrap(), 0.7);
        }
    }
}

#[test]
fn what_cannot_be_probed_is_refused_with_the_reason() {
    let (f, holds) = sample(20, 2, 1);
    let message = |f: &Mat<f64>, holds: &[bool], strength: f64| {
        let spec = ProbeSpec { strength, ..ProbeSpec::default() };
        Probe::fit(f.as_ref(), holds, &spec).unwrap_err().to_string()
    };
    assert!(message(&f, &[true; 20], 1.0).starts_with("the concept holds at 20 of 20 inputs"));
    assert!(message(&f, &[false; 20], 1.0).starts_with("the concept holds at 0 of 20 inputs"));
    assert!(message(&f, &holds[..19], 1.0).contains("20 inputs (rows of the embeddings) and 19 answers"));
    assert_eq!(message(&f, &holds, 0.0), "`strength` is 0; it must be finite and greater than 0");
    assert!(message(&f, &holds, f64::NAN).starts_with("`strength` is NaN"));
    let mut bad = f.clone();
    bad[(3, 1)] = f64::NAN;
    assert!(message(&bad, &holds, 1.0).starts_with("embeddings[3, 1] is NaN; every entry must be finite"));
    bad[(3, 1)] = -1e61;
    assert!(message(&bad, &holds, 1.0).ends_with("finite and at most 1e60 in magnitude"));
    let tiny = Mat::from_fn(20, 2, |i, j| 1e-70 * f[(i, j)]);
    assert!(message(&tiny, &holds, 1.0).ends_with("it must be 0 or at least 1e-60"));
    let probe = Probe::fit(f.as_ref(), &holds, &ProbeSpec::default()).unwrap();
    assert!(probe.accuracy(Mat::zeros(20, 3).as_ref(), &holds).is_err());
    assert!(probe.accuracy(Mat::zeros(0, 2).as_ref(), &[]).is_err());
}

#[test]
fn a_regression_without_convergence_says_so() {
    let whitened = Whitened::of(sample(30, 2, 1).0.as_ref());
    let targets: Vec<f64> = sample(30, 2, 1).1.iter().map(|&h| if h { 1.0 } else { -1.0 }).collect();
    let message = logistic::fit(whitened.coordinates(), &targets, &[1e-3; 2], 1).unwrap_err();
    assert!(message.contains("has not converged in 1 Newton steps"), "{message}");
    assert!(logistic::fit(whitened.coordinates(), &targets, &[1e-3; 2], 20).is_ok());
}

#[test]
fn any_embeddings_have_a_finite_probe() {
    for seed in 0..200 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (n, m) = (rng.random_range(2..40), rng.random_range(1..12));
        let size = 10f64.powi(rng.random_range(-50..50));
        // Columns of very different size, and a few outliers.
        let sizes: Vec<f64> = (0..m).map(|_| size * 10f64.powi(rng.random_range(-4..4))).collect();
        let f = Mat::from_fn(n, m, |i, j| {
            let outlier = if (3 * i + j) % 17 == 0 { 1e3 } else { 1.0 };
            sizes[j] * outlier * rng.random_range(-1.0..1.0)
        });
        let mut holds: Vec<bool> = (0..n).map(|_| rng.random_bool(0.2)).collect();
        (holds[0], holds[1]) = (true, false);
        for kind in EVERY {
            for strength in [1e-9, 1e-6, 1e-3, 1e3] {
                let probe = Probe::fit(f.as_ref(), &holds, &spec(kind, strength)).unwrap();
                let scores = probe.scores(f.as_ref());
                assert!(scores.iter().all(|s| s.is_finite()), "seed {seed}, {kind:?}, {strength}: {probe:?}");
            }
            // A penalty under rounding may leave no regular Hessian; then the reason says so.
            if let Err(error) = Probe::fit(f.as_ref(), &holds, &spec(kind, 1e-300)) {
                assert!(error.to_string().contains("a larger `strength` helps"), "{error}");
            }
        }
    }
}
