//! Distances at each input.

use crate::definitions::arithmetic::{centred, log_probabilities, logits, mean};
use crate::fixtures::{expected, network};
use crate::invariance::{permutation, reordered};
use crate::label_geometry::geometry;
use crate::pairs::{any_pair, assert_close, changed, model, noisy, normal, regular_pair, rng, scaled, value};
use logitdist::{Comparison, Mat, Model, Pair, PerInput, Settings, compare};
use rand::RngExt;

pub fn detailed(a: &Model, b: &Model) -> (Comparison, PerInput) {
    with_settings(a, b, Settings::default())
}

fn with_settings(a: &Model, b: &Model, settings: Settings) -> (Comparison, PerInput) {
    let settings = Settings { per_input: true, ..settings };
    let comparison = compare(&Pair::new(a, b).unwrap(), &settings, &mut rng(0)).unwrap();
    let per_input = comparison.per_input.clone().unwrap();
    (comparison, per_input)
}

/// The means of the values at each input are the quantities of the whole pair.
fn check_means(comparison: &Comparison, per_input: &PerInput, absolute: f64, what: &str) {
    let root_mean_square = mean(per_input.d_logit_x.iter().map(|d| d * d)).sqrt();
    let means = [
        ("d_logit", root_mean_square),
        ("kl_ab", mean(per_input.kl_ab_x.iter().copied())),
        ("kl_ba", mean(per_input.kl_ba_x.iter().copied())),
    ];
    for (token, got) in means {
        let want = value(comparison, token);
        assert!((got - want).abs() <= 1e-11 * want + absolute, "{what}: {token} is {want}, its mean {got}");
    }
}

#[test]
fn the_means_of_the_values_at_each_input_are_those_of_the_pair() {
    for seed in 0..2000 {
        let (a, b) = any_pair(seed);
        let (comparison, per_input) = detailed(&a, &b);
        let scale = comparison.reduced.squared_scale().sqrt();
        check_means(&comparison, &per_input, 1e-13 * scale, &format!("seed {seed}"));
        assert!(per_input.d_logit_x.iter().all(|d| *d >= 0.0 && d.is_finite()), "seed {seed}");
        assert_eq!(per_input.probability_inputs, (0..a.n_inputs()).collect::<Vec<_>>());
    }
    for entry in expected() {
        let names = ["a", "b"].map(|side| entry[side].as_str().unwrap());
        let (comparison, per_input) = detailed(&network(names[0]), &network(names[1]));
        check_means(&comparison, &per_input, 1e-11, &format!("{names:?}"));
    }
}

#[test]
fn values_at_an_input_by_their_definitions() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let (_, per_input) = detailed(&a, &b);
        let (u, v) = (logits(&a), logits(&b));
        let (lp, lq) = (log_probabilities(&u), log_probabilities(&v));
        let (u, v) = (centred(&u), centred(&v));
        for x in 0..a.n_inputs() {
            let squared = u[x].iter().zip(&v[x]).map(|(u, v)| (u - v).powi(2)).sum::<f64>();
            let kl = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p.exp() * (p - q)).sum::<f64>();
            let what = |token| format!("seed {seed}, input {x}: {token}");
            assert_close(per_input.d_logit_x[x], squared.sqrt(), 1e-11, &what("d_logit_x"));
            assert_close(per_input.kl_ab_x[x], kl(&lp[x], &lq[x]), 1e-9, &what("kl_ab_x"));
            assert_close(per_input.kl_ba_x[x], kl(&lq[x], &lp[x]), 1e-9, &what("kl_ba_x"));
        }
    }
}

#[test]
fn values_at_an_input_follow_it_and_know_nothing_of_bases() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let (_, plain) = detailed(&a, &b);
        let (inputs, labels) = (permutation(a.n_inputs()), permutation(a.n_labels()));
        let (_, moved) = detailed(&reordered(&a, &inputs, &labels), &reordered(&b, &inputs, &labels));
        let (_, other) = detailed(&changed(&a, &normal(a.dim(), a.dim(), &mut rng(seed))), &b);
        let (_, swapped) = detailed(&b, &a);
        for (x, &from) in inputs.iter().enumerate() {
            let what = format!("seed {seed}, input {x}");
            assert_close(moved.d_logit_x[x], plain.d_logit_x[from], 1e-11, &what);
            assert_close(moved.kl_ab_x[x], plain.kl_ab_x[from], 1e-9, &what);
            assert_close(other.d_logit_x[x], plain.d_logit_x[x], 1e-9, &what);
            assert_close(swapped.d_logit_x[x], plain.d_logit_x[x], 1e-11, &what);
            assert_close(swapped.kl_ba_x[x], plain.kl_ab_x[x], 1e-11, &what);
        }
    }
}

#[test]
fn keeping_the_values_at_each_input_changes_no_other_number() {
    for settings in [
        Settings::default(),
        Settings { inputs_limit: Some(7), ..Settings::default() },
        Settings { probability: false, llv: false, ..Settings::default() },
    ] {
        let (a, b) = regular_pair(5);
        let (with, per_input) = with_settings(&a, &b, settings.clone());
        let without = compare(&Pair::new(&a, &b).unwrap(), &settings, &mut rng(0)).unwrap();
        assert!(without.per_input.is_none());
        assert_eq!((&with.scalars, &with.bounds), (&without.scalars, &without.bounds));
        let n = if settings.probability { settings.inputs_limit.unwrap_or(a.n_inputs()) } else { 0 };
        assert_eq!(
            [per_input.probability_inputs.len(), per_input.kl_ab_x.len(), per_input.kl_ba_x.len()],
            [n; 3]
        );
        assert!(per_input.probability_inputs.is_sorted());
        let all = detailed(&a, &b).1;
        assert_eq!(per_input.d_logit_x, all.d_logit_x, "a sample of inputs is one for KL alone");
        for (&input, kl) in per_input.probability_inputs.iter().zip(&per_input.kl_ab_x) {
            assert_close(*kl, all.kl_ab_x[input], 1e-12, &format!("input {input}"));
        }
    }
}

#[test]
fn many_inputs_and_labels_cross_every_block_and_tile() {
    let mut rng = rng(3);
    for (inputs, labels) in [(513, 4), (1500, 300), (3, 2000)] {
        let (a, b) = (model(inputs, labels, 3, true, &mut rng), model(inputs, labels, 2, false, &mut rng));
        let (comparison, per_input) = detailed(&a, &b);
        check_means(&comparison, &per_input, 0.0, &format!("{inputs}×{labels}"));
    }
}

#[test]
fn near_models_differ_at_an_input_by_the_difference_of_their_logits() {
    for seed in 0..64 {
        let a = model(40, 7, 3, true, &mut rng(seed));
        let near = noisy(&a, 1e-6, &mut rng(seed + 100));
        let bias = a.bias().unwrap().iter().zip(0..).map(|(b, y)| b + 1e-6 * f64::from(y % 3)).collect();
        let b = Model::new(near.embeddings().to_owned(), near.unembeddings().to_owned(), Some(bias)).unwrap();
        let (_, per_input) = detailed(&a, &b);
        let (u, v) = (centred(&logits(&a)), centred(&logits(&b)));
        for x in 0..40 {
            let squared = u[x].iter().zip(&v[x]).map(|(u, v)| (u - v).powi(2)).sum::<f64>();
            assert_close(1e6 * per_input.d_logit_x[x], 1e6 * squared.sqrt(), 1e-7, &format!("{seed}, {x}"));
        }
    }
}

/// Eighths between −4 and 4, the same with the opposite sign in the other half.
fn eighths(rows: usize, cols: usize, seed: u64) -> Mat<f64> {
    let mut rng = rng(seed);
    let half = Mat::from_fn(rows / 2, cols, |_, _| f64::from(rng.random_range(-32..=32)) / 8.0);
    Mat::from_fn(rows, cols, |i, j| if i < rows / 2 { half[(i, j)] } else { -half[(i - rows / 2, j)] })
}

#[test]
fn models_that_say_the_same_in_other_coordinates_are_at_distance_zero_at_every_input() {
    let check = |a: &Model, b: &Model, what: &str| {
        for (first, second) in [(a, b), (b, a)] {
            let all = detailed(first, second).1.d_logit_x;
            assert!(all.iter().all(|&d| d == 0.0), "{what}: {all:?}");
        }
    };
    for seed in 0..40 {
        let (f, g) = (eighths(40, 2, seed), eighths(8, 2, seed + 1000));
        let a = Model::new(f.clone(), g.clone(), None).unwrap();
        // Turned, so that both are as large as each other.
        let turned = |m: &Mat<f64>| {
            let (sine, cosine) = (seed as f64 + 0.5).sin_cos();
            let x = |i: usize, j: usize| m[(i, j)];
            Mat::from_fn(m.nrows(), 2, |i, j| match j {
                0 => cosine * x(i, 0) - sine * x(i, 1),
                _ => sine * x(i, 0) + cosine * x(i, 1),
            })
        };
        check(&a, &Model::new(turned(&f), turned(&g), None).unwrap(), "turned");
        let bias = || Some((0..8).map(|y| 50.0 * f64::from(y)).collect());
        let with_bias = Model::new(f.clone(), g.clone(), bias()).unwrap();
        check(&with_bias, &Model::new(turned(&f), turned(&g), bias()).unwrap(), "turned, with a bias");
        // Numbers of few digits, so that what follows changes no logit at all.
        let small = f64::from(2 * seed as i32 + 1) / 1048576.0;
        let sheared = |small: f64, from: usize, m: &Mat<f64>| {
            Mat::from_fn(m.nrows(), 2, |i, j| m[(i, j)] + if j == from { 0.0 } else { small * m[(i, from)] })
        };
        let b = Model::new(sheared(small, 1, &f), sheared(-small, 0, &g), None).unwrap();
        check(&a, &b, "sheared");
        let large = Mat::from_fn(8, 2, |y, j| if j == 0 { g[(y, 0)] } else { 64.0 * g[(y, 1)] });
        let a = Model::new(f.clone(), large.clone(), None).unwrap();
        let b = Model::new(sheared(small, 1, &f), sheared(-small, 0, &large), None).unwrap();
        check(&a, &b, "sheared, with large labels");
        let column = |m: &Mat<f64>, by: f64| Mat::from_fn(m.nrows(), 1, |i, _| m[(i, 0)] + by);
        let bias = |by: f64| Some((0..8).map(|y| 0.5 * y as f64 - by * g[(y, 0)]).collect());
        let a = Model::new(column(&f, 0.0), column(&g, 0.0), bias(0.0)).unwrap();
        let b = Model::new(column(&f, small), column(&g, 0.0), bias(small)).unwrap();
        check(&a, &b, "moved");
    }
}

#[test]
fn equal_models_are_at_distance_zero_at_every_input() {
    for seed in 0..64 {
        let mut rng = rng(seed);
        let scale = 10f64.powi(seed as i32 % 40 - 20);
        // A bias that grew to −1e9 would mask its label.
        let bias = seed % 2 == 0 && scale < 1e8;
        let a = scaled(&model(700, 9, 5, bias, &mut rng), scale, 1.0);
        let (_, per_input) = detailed(&a, &a);
        for values in [&per_input.d_logit_x, &per_input.kl_ab_x, &per_input.kl_ba_x] {
            assert!(
                values.iter().all(|&x| x == 0.0),
                "seed {seed}: {:?}",
                values.iter().max_by(|x, y| x.total_cmp(y))
            );
        }
        // One input that differs is seen beside all that do not.
        let mut f = a.embeddings().to_owned();
        f[(123, 2)] += 1e-9 * scale;
        let b = Model::new(f, a.unembeddings().to_owned(), a.bias().map(<[f64]>::to_vec)).unwrap();
        let (_, per_input) = detailed(&a, &b);
        let differing: Vec<usize> = (0..700).filter(|&x| per_input.d_logit_x[x] > 0.0).collect();
        assert_eq!(differing, [123], "seed {seed}");
    }
}

#[test]
fn details_are_bit_identical_for_any_number_of_threads() {
    let mut rng = rng(11);
    let (a, b) = (model(2000, 150, 6, true, &mut rng), model(2000, 150, 4, false, &mut rng));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (detailed(&a, &b).1, geometry(&a, &b, 64)))
    };
    assert_eq!(on(1), on(3));
}
