//! Changes of a model that measures are to survive.

use logitdist::{Change, Mat, Model};
use rand::{Rng, RngExt};

/// The model after a random change of this kind.
pub fn changed(model: &Model, change: Change, rng: &mut impl Rng) -> Model {
    let (n, k, m) = (model.n_inputs(), model.n_labels(), model.dim());
    let (f, g) = (model.embeddings(), model.unembeddings());
    let bias = model.bias().map(<[f64]>::to_vec);
    let one_by_one = |m: usize, scale: f64| Mat::from_fn(m, m, |i, j| if i == j { scale } else { 0.0 });
    match change {
        Change::Any => {
            let labels = entries(k, m, rng);
            Model::new(entries(n, m, rng), labels, bias)
        }
        Change::Affine => {
            let labels = moved(g.to_owned() * shear(m, rng).0, rng);
            Model::new(moved(f.to_owned() * shear(m, rng).0, rng), labels, bias)
        }
        Change::Coordinates => {
            let (to, back) = shear(m, rng);
            Model::new(f.to_owned() * to, g.to_owned() * back.transpose(), bias)
        }
        Change::Similarity => {
            Model::new(f.to_owned() * rotation(m, rng) * one_by_one(m, 3.0), g.to_owned(), bias)
        }
        Change::Rotation => {
            let rotation = rotation(m, rng);
            Model::new(f.to_owned() * &rotation, g.to_owned() * rotation, bias)
        }
        Change::Scaling => Model::new(moved(f.to_owned() * one_by_one(m, 0.3), rng), g.to_owned(), bias),
        Change::Nothing => Model::new(f.to_owned(), g.to_owned(), bias),
    }
    .and_then(|changed| match change {
        Change::Coordinates | Change::Rotation => offset(&changed, rng),
        Change::Similarity => Model::new(
            moved(changed.embeddings().to_owned(), rng),
            changed.unembeddings().to_owned(),
            changed.bias().map(<[f64]>::to_vec),
        ),
        _ => Ok(changed),
    })
    .unwrap()
}

/// f + c and g + v with the bias b − g·c, which keeps every prediction.
fn offset(model: &Model, rng: &mut impl Rng) -> Result<Model, logitdist::Error> {
    let (k, m) = (model.n_labels(), model.dim());
    let (f, g) = (model.embeddings(), model.unembeddings());
    let (c, v) = (entries(1, m, rng), entries(1, m, rng));
    let bias = (0..k).map(|y| {
        let lost: f64 = (0..m).map(|j| c[(0, j)] * g[(y, j)]).sum();
        model.bias().map_or(0.0, |b| b[y]) - lost
    });
    Model::new(
        Mat::from_fn(f.nrows(), m, |i, j| f[(i, j)] + c[(0, j)]),
        Mat::from_fn(k, m, |y, j| g[(y, j)] + v[(0, j)]),
        Some(bias.collect()),
    )
}

/// Numbers between −1 and 1.
fn entries(rows: usize, cols: usize, rng: &mut impl Rng) -> Mat<f64> {
    Mat::from_fn(rows, cols, |_, _| rng.random_range(-1.0..1.0))
}

/// Every row and one random vector.
fn moved(x: Mat<f64>, rng: &mut impl Rng) -> Mat<f64> {
    let offset = entries(1, x.ncols(), rng);
    Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] + offset[(0, j)])
}

/// A triangular matrix far from orthogonal, and its inverse.
fn shear(m: usize, rng: &mut impl Rng) -> (Mat<f64>, Mat<f64>) {
    let upper = entries(m, m, rng);
    let to = Mat::from_fn(m, m, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => upper[(i, j)],
        std::cmp::Ordering::Equal => {
            if i % 2 == 0 {
                2.0
            } else {
                -0.5
            }
        }
        std::cmp::Ordering::Greater => 0.0,
    });
    let mut back = Mat::zeros(m, m);
    for j in 0..m {
        for i in (0..=j).rev() {
            let known: f64 = (i + 1..=j).map(|k| to[(i, k)] * back[(k, j)]).sum();
            back[(i, j)] = (if i == j { 1.0 } else { 0.0 } - known) / to[(i, i)];
        }
    }
    (to, back)
}

/// Plane rotations of every pair of coordinates.
fn rotation(m: usize, rng: &mut impl Rng) -> Mat<f64> {
    let mut q = Mat::from_fn(m, m, |i, j| if i == j { 1.0 } else { 0.0 });
    q[(0, 0)] = -1.0;
    for j in 0..m {
        for i in 0..j {
            let (sin, cos) = rng.random_range(0.3f64..2.8).sin_cos();
            for row in 0..m {
                let (x, y) = (q[(row, i)], q[(row, j)]);
                q[(row, i)] = cos * x - sin * y;
                q[(row, j)] = sin * x + cos * y;
            }
        }
    }
    q
}
