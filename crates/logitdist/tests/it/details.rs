//! Distances at each input, and the labels' geometry.

use crate::definitions::arithmetic::{centred, column, log_probabilities, logits};
use crate::fixtures::{expected, network};
use crate::invariance::{permutation, reordered};
use crate::pairs::{any_pair, assert_close, changed, model, noisy, normal, regular_pair, rng, scaled, value};
use logitdist::{Comparison, LabelGeometry, Mat, Model, Pair, PerInput, Settings, compare, label_geometry};
use rand::RngExt;

fn detailed(a: &Model, b: &Model) -> (Comparison, PerInput) {
    with_settings(a, b, Settings::default())
}

fn with_settings(a: &Model, b: &Model, settings: Settings) -> (Comparison, PerInput) {
    let settings = Settings { per_input: true, ..settings };
    let comparison = compare(&Pair::new(a, b).unwrap(), &settings, &mut rng(0)).unwrap();
    let per_input = comparison.per_input.clone().unwrap();
    (comparison, per_input)
}

fn mean(values: impl Iterator<Item = f64>, n: usize) -> f64 {
    values.sum::<f64>() / n as f64
}

/// The means of the values at each input are the quantities of the whole pair.
fn check_means(comparison: &Comparison, per_input: &PerInput, absolute: f64, what: &str) {
    let n = per_input.d_logit_x.len();
    let root_mean_square = mean(per_input.d_logit_x.iter().map(|d| d * d), n).sqrt();
    let means = [
        ("d_logit", root_mean_square),
        ("kl_ab", mean(per_input.kl_ab_x.iter().copied(), per_input.kl_ab_x.len())),
        ("kl_ba", mean(per_input.kl_ba_x.iter().copied(), per_input.kl_ba_x.len())),
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

fn geometry(a: &Model, b: &Model, at_most: usize) -> LabelGeometry {
    label_geometry(&detailed(a, b).0.reduced, at_most)
}

/// Both matrices by label rather than by position, NaN where there is no value.
fn by_label(geometry: &LabelGeometry, labels: usize) -> [Mat<f64>; 2] {
    [&geometry.a, &geometry.b].map(|correlations| {
        let mut matrix = Mat::full(labels, labels, f64::NAN);
        for (i, &y) in geometry.labels.iter().enumerate() {
            for (j, &z) in geometry.labels.iter().enumerate() {
                matrix[(y, z)] = correlations.get(i, j).unwrap_or(f64::NAN);
            }
        }
        matrix
    })
}

#[test]
fn label_correlations_are_those_of_the_centred_logits() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let labels = a.n_labels();
        let geometry = geometry(&a, &b, 64);
        for (got, m) in by_label(&geometry, labels).iter().zip([&a, &b]) {
            let u = centred(&logits(m));
            let columns: Vec<Vec<f64>> = (0..labels)
                .map(|y| {
                    let c = column(&u, y);
                    let m = mean(c.iter().copied(), c.len());
                    c.iter().map(|x| x - m).collect()
                })
                .collect();
            let dot =
                |y: usize, z: usize| columns[y].iter().zip(&columns[z]).map(|(p, q)| p * q).sum::<f64>();
            for y in 0..labels {
                for z in 0..labels {
                    let want = dot(y, z) / (dot(y, y) * dot(z, z)).sqrt();
                    assert!(
                        (got[(y, z)] - want).abs() < 1e-10,
                        "seed {seed}: {y}, {z}: {} {want}",
                        got[(y, z)]
                    );
                }
                assert_eq!(got[(y, y)], 1.0);
            }
        }
    }
}

#[test]
fn label_geometry_depends_on_the_distribution_alone_and_follows_the_labels() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let (inputs, labels) = (permutation(a.n_inputs()), permutation(a.n_labels()));
        let plain = geometry(&a, &b, 64);
        let mut rng = rng(seed);
        let other = geometry(
            &changed(&a, &normal(a.dim(), a.dim(), &mut rng)),
            &changed(&b, &normal(b.dim(), b.dim(), &mut rng)),
            64,
        );
        let moved = geometry(&reordered(&a, &inputs, &labels), &reordered(&b, &inputs, &labels), 64);
        let [x, y, z] = [&plain, &other, &moved].map(|g| by_label(g, labels.len()));
        for side in 0..2 {
            for i in 0..labels.len() {
                for j in 0..labels.len() {
                    let want = x[side][(labels[i], labels[j])];
                    assert!((z[side][(i, j)] - want).abs() < 1e-10, "seed {seed}: labels moved");
                    assert!((x[side][(i, j)] - y[side][(i, j)]).abs() < 1e-9, "seed {seed}: linear change");
                }
            }
        }
        assert_eq!(plain.labels, other.labels, "seed {seed}");
        let mut back: Vec<usize> = moved.labels.iter().map(|&i| labels[i]).collect();
        if back != plain.labels {
            back.reverse();
        }
        // In one dimension every correlation is 1 or −1: labels tie, and their numbers decide.
        if a.dim() > 1 || b.dim() > 1 {
            assert_eq!(back, plain.labels, "seed {seed}: the order is not that of the labels");
        }
    }
}

#[test]
fn labels_whose_logits_are_constant_have_no_correlation_in_any_unit() {
    for scale in [1e-30, 1e-8, 1.0, 1e8, 1e30] {
        let m = scaled(&model(50, 5, 3, false, &mut rng(4)), scale, 1.0);
        // The second label is the mean of all but for rounding, so that its logit is 0.
        let g = m.unembeddings();
        let mean_of_others = |j: usize| (g[(0, j)] + g[(2, j)] + g[(3, j)] + g[(4, j)]) / 4.0;
        let g = Mat::from_fn(5, 3, |y, j| if y == 1 { mean_of_others(j) } else { g[(y, j)] });
        let one = Model::new(m.embeddings().to_owned(), g, None).unwrap();
        let [of_a, of_b] = by_label(&geometry(&one, &m, 64), 5);
        for y in 0..5 {
            assert!(of_a[(1, y)].is_nan(), "{scale}: {}", of_a[(1, y)]);
            assert!(y == 1 || of_a[(y, y)] == 1.0, "{scale}: {y}");
            assert_eq!(of_b[(y, y)], 1.0, "{scale}: {y}");
        }
    }
}

#[test]
fn of_a_model_that_says_the_same_of_all_inputs_no_label_has_a_correlation() {
    let a = model(50, 9, 3, false, &mut rng(4));
    let still = Model::new(Mat::zeros(50, 3), a.unembeddings().to_owned(), None).unwrap();
    let plain = geometry(&a, &a, 4).labels;
    for (first, second) in [(&a, &still), (&still, &a)] {
        // The other model alone chooses which labels are shown.
        let own = geometry(first, second, 4);
        assert_eq!(own.labels, plain);
        let sides = [(&own.a, first), (&own.b, second)];
        for (correlations, model) in sides {
            let is_none = std::ptr::eq(model, &still);
            assert!((0..4).all(|i| correlations.get(i, i).is_none() == is_none), "{correlations:?}");
        }
    }
}

#[test]
fn of_many_labels_those_are_shown_that_vary_most_in_either_model() {
    let mut rng = rng(8);
    let weak = |m: &Model, strong: [usize; 2], scale: f64| {
        let g = m.unembeddings();
        let kept = |y: usize| if strong.contains(&y) { scale } else { 1e-3 * scale };
        let g = Mat::from_fn(g.nrows(), g.ncols(), |y, j| kept(y) * g[(y, j)]);
        Model::new(m.embeddings().to_owned(), g, None).unwrap()
    };
    let a = weak(&model(80, 1200, 4, false, &mut rng), [7, 900], 1.0);
    // However small its logits, each model has its say.
    let b = weak(&model(80, 1200, 3, false, &mut rng), [11, 1100], 1e-6);
    let mut shown = geometry(&a, &b, 4).labels;
    shown.sort_unstable();
    assert_eq!(shown, [7, 11, 900, 1100]);
    assert_eq!(geometry(&a, &b, 64).labels.len(), 64);
    assert!(geometry(&a, &b, 0).labels.is_empty());
}

#[test]
fn labels_that_do_not_vary_have_no_correlation() {
    let mut rng = rng(9);
    let (a, b) = (model(40, 5, 3, true, &mut rng), model(40, 5, 3, false, &mut rng));
    // Embeddings without their third direction: a label along it has constant logits once its share of the mean is gone.
    let flat = Model::new(
        Mat::from_fn(40, 3, |i, j| if j == 2 { 1.0 } else { a.embeddings()[(i, j)] }),
        Mat::from_fn(4, 3, |y, j| {
            [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]][y][j]
        }),
        None,
    )
    .unwrap();
    let four = Model::new(b.embeddings().to_owned(), b.unembeddings().get(..4, ..).to_owned(), None).unwrap();
    let [flat_correlations, other] = by_label(&geometry(&flat, &four, 64), 4);
    for y in 0..4 {
        for z in 0..4 {
            assert_eq!(flat_correlations[(y, z)].is_nan(), y > 1 || z > 1, "{y}, {z}");
            assert!(!other[(y, z)].is_nan());
        }
    }
    assert!((flat_correlations[(0, 1)] + 1.0).abs() < 1e-12);
    let constant = Model::new(Mat::full(40, 3, 0.7), b.unembeddings().to_owned(), None).unwrap();
    let nothing = geometry(&constant, &constant, 64);
    assert_eq!(nothing.labels, [0, 1, 2, 3, 4]);
    assert!((0..5).all(|y| nothing.a.get(y, y).is_none()));
}

#[test]
fn few_labels_and_inputs_have_a_geometry_or_none_and_scales_change_nothing() {
    let mut rng = rng(10);
    for (inputs, labels, dim) in [(1, 1, 1), (1, 5, 2), (30, 1, 2), (30, 2, 3), (2, 2, 1), (4, 3, 9)] {
        let (a, b) =
            (model(inputs, labels, dim, true, &mut rng), model(inputs, labels, dim, false, &mut rng));
        let plain = geometry(&a, &b, 64);
        let exists = inputs > 1 && labels > 1;
        for i in 0..labels {
            for j in 0..labels {
                assert_eq!(plain.a.get(i, j).is_some(), exists, "{inputs}×{labels}×{dim}");
            }
        }
        if labels == 2 && exists {
            assert!(
                (plain.a.get(0, 1).unwrap() + 1.0).abs() < 1e-12,
                "two labels rise and fall against each other"
            );
        }
        for scale in [1e-50, 1e50] {
            // A bias that grew to −1e9 would mask its label; none enters the geometry.
            let plain_a = Model::new(a.embeddings().to_owned(), a.unembeddings().to_owned(), None).unwrap();
            let far = geometry(&scaled(&plain_a, scale, 1.0), &scaled(&b, 1.0, scale), 64);
            assert_eq!(far.labels, plain.labels);
            for i in 0..labels {
                let (x, y) = (far.b.get(0, i).unwrap_or(0.0), plain.b.get(0, i).unwrap_or(0.0));
                assert!((x - y).abs() < 1e-10, "{scale}");
            }
        }
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
