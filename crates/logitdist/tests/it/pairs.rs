//! Random pairs of all shapes, and what the slow definitions are made of.

use logitdist::{Comparison, Mat, Model, Pair, Settings, compare};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn normal(rows: usize, cols: usize, rng: &mut ChaCha8Rng) -> Mat<f64> {
    Mat::from_fn(rows, cols, |_, _| StandardNormal.sample(rng))
}

pub fn model(inputs: usize, labels: usize, dim: usize, with_bias: bool, rng: &mut ChaCha8Rng) -> Model {
    let (f, g) = (normal(inputs, dim, rng), normal(labels, dim, rng));
    let bias = with_bias.then(|| (0..labels).map(|_| StandardNormal.sample(rng)).collect());
    Model::new(f, g, bias).unwrap()
}

/// A pair in general position: K > M, N large enough for every measure.
pub fn regular_pair(seed: u64) -> (Model, Model) {
    let mut rng = rng(seed);
    let (dim_a, dim_b) = (rng.random_range(1..5), rng.random_range(1..5));
    let labels = rng.random_range(6..9);
    let inputs = rng.random_range(20..60);
    let bias = rng.random_bool(0.5);
    (model(inputs, labels, dim_a, bias, &mut rng), model(inputs, labels, dim_b, bias, &mut rng))
}

/// Any pair: degenerate shapes, null directions, scales, near copies, equal models.
pub fn any_pair(seed: u64) -> (Model, Model) {
    let mut rng = rng(seed);
    let rng = &mut rng;
    let (inputs, labels) = (rng.random_range(1..30), rng.random_range(1..8));
    let dim = rng.random_range(1..6);
    let a = model(inputs, labels, dim, rng.random_bool(0.5), rng);
    let a = match rng.random_range(0..6) {
        0 => with_dead_unit(&a, rng.random_range(0..dim)),
        1 => scaled(&a, 10f64.powf(rng.random_range(-6.0..3.0)), 1.0),
        2 => scaled(&a, 1e30, 1e-30),
        3 => shifted(&a, 1e3),
        _ => a,
    };
    let level = 10f64.powf(rng.random_range(-14.0..1.0));
    let b = match rng.random_range(0..6) {
        0 => a.clone(),
        1 | 2 => noisy(&a, level, rng),
        3 => changed(&noisy(&a, level, rng), &normal(dim, dim, rng)),
        4 => scaled(&a, 1.0 + level, 1.0),
        _ => {
            let dim_b = rng.random_range(1..6);
            model(inputs, labels, dim_b, rng.random_bool(0.5), rng)
        }
    };
    (a, b)
}

pub fn noisy(m: &Model, level: f64, rng: &mut ChaCha8Rng) -> Model {
    let f = m.embeddings();
    let size = f.norm_max();
    let noise = normal(f.nrows(), f.ncols(), rng);
    let moved = Mat::from_fn(f.nrows(), f.ncols(), |i, j| f[(i, j)] + level * size * noise[(i, j)]);
    Model::new(moved, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

pub fn scaled(m: &Model, embeddings: f64, unembeddings: f64) -> Model {
    let times =
        |x: logitdist::MatRef<'_, f64>, s: f64| Mat::from_fn(x.nrows(), x.ncols(), |i, j| s * x[(i, j)]);
    let bias = m.bias().map(|b| b.iter().map(|b| b * embeddings * unembeddings).collect());
    Model::new(times(m.embeddings(), embeddings), times(m.unembeddings(), unembeddings), bias).unwrap()
}

pub fn shifted(m: &Model, by: f64) -> Model {
    let f = m.embeddings();
    let moved = Mat::from_fn(f.nrows(), f.ncols(), |i, j| f[(i, j)] + by);
    Model::new(moved, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

pub fn with_dead_unit(m: &Model, unit: usize) -> Model {
    let mut f = m.embeddings().to_owned();
    f.col_mut(unit).fill(0.0);
    Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

/// f ↦ A f, g ↦ A^{−T} g with A = I + QR-free shear: the distribution stays. `shape` fills the strict upper triangle of A.
pub fn changed(m: &Model, shape: &Mat<f64>) -> Model {
    let dim = m.dim();
    let upper = |i: usize, j: usize| if i < j { shape[(i, j)] } else { 0.0 };
    let a = Mat::from_fn(dim, dim, |i, j| if i == j { 2.0 } else { upper(i, j) });
    let f = m.embeddings() * a.transpose();
    // Solves A^T h = g for every label by forward substitution: A^T is lower triangular.
    let g = m.unembeddings();
    let mut h = Mat::zeros(g.nrows(), dim);
    for y in 0..g.nrows() {
        for i in 0..dim {
            let known: f64 = (0..i).map(|k| a[(k, i)] * h[(y, k)]).sum();
            h[(y, i)] = (g[(y, i)] - known) / a[(i, i)];
        }
    }
    Model::new(f, h, m.bias().map(<[f64]>::to_vec)).unwrap()
}

pub fn compared(a: &Model, b: &Model) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), &Settings::default(), &mut rng(0)).unwrap()
}

pub fn value(comparison: &Comparison, token: &str) -> f64 {
    let value = comparison.scalar(token).unwrap_or_else(|| panic!("no token {token}"));
    *value.as_ref().unwrap_or_else(|reason| panic!("{token}: {reason}"))
}

pub fn list<'a>(comparison: &'a Comparison, token: &str) -> &'a [f64] {
    let (_, list) = comparison.lists.iter().find(|(t, _)| *t == token).unwrap();
    list.as_ref().unwrap()
}

#[track_caller]
pub fn assert_close(got: f64, want: f64, relative: f64, what: &str) {
    let error = (got - want).abs();
    assert!(error <= relative * want.abs().max(1e-3), "{what}: {got}, expected {want}");
}
