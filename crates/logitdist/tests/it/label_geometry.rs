//! The geometry of the labels.

use crate::definitions::arithmetic::{centred, column, logits, mean};
use crate::details::detailed;
use crate::invariance::{permutation, reordered};
use crate::pairs::{changed, model, normal, regular_pair, rng, scaled};
use logitdist::{LabelGeometry, Mat, Model, label_geometry};

pub fn geometry(a: &Model, b: &Model, at_most: usize) -> LabelGeometry {
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
                    let m = mean(c.iter().copied());
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
