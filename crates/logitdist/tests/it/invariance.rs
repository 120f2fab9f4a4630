//! What must not change: the order of labels and inputs, the roles of the models. `walk.rs` changes the models themselves.

use crate::pairs::{assert_close, changed, compared, normal, regular_pair, rng, value};
use logitdist::{Bound, Mat, Model, Statement};

pub fn reordered(m: &Model, inputs: &[usize], labels: &[usize]) -> Model {
    let (f, g) = (m.embeddings(), m.unembeddings());
    Model::new(
        Mat::from_fn(inputs.len(), m.dim(), |i, j| f[(inputs[i], j)]),
        Mat::from_fn(labels.len(), m.dim(), |i, j| g[(labels[i], j)]),
        m.bias().map(|b| labels.iter().map(|&y| b[y]).collect()),
    )
    .unwrap()
}

/// A permutation of 0..n that moves everything when n > 1.
pub fn permutation(n: usize) -> Vec<usize> {
    (0..n).map(|i| (i + n / 2) % n).collect()
}

fn sides(bounds: &[Bound]) -> Vec<(&'static str, f64, f64)> {
    bounds
        .iter()
        .filter_map(|b| match b.statement? {
            Statement::AtMost { lhs, rhs } => Some((b.theorem.token, lhs, rhs)),
            Statement::AtLeast { bound, value } => Some((b.theorem.token, bound, value)),
        })
        .collect()
}

#[test]
fn a_linear_change_of_a_model_is_no_dissimilarity() {
    for seed in 0..64 {
        let (a, _) = regular_pair(seed);
        let shape = normal(a.dim(), a.dim(), &mut rng(1000 + seed));
        assert!(value(&compared(&a, &changed(&a, &shape)), "d_rep_ab") < 1e-9, "seed {seed}");
    }
}

#[test]
fn the_order_of_labels_and_inputs_does_not_matter() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let (inputs, labels) = (permutation(a.n_inputs()), permutation(a.n_labels()));
        let plain = compared(&a, &b);
        let moved = compared(&reordered(&a, &inputs, &labels), &reordered(&b, &inputs, &labels));
        let fixed_sets = |t: &str| {
            ["llv", "d_llv", "d_svd", "d_fg", "m_cca_cv"].iter().any(|by_place| t.starts_with(by_place))
        };
        for (token, x) in plain.scalars.iter().filter(|(t, _)| !fixed_sets(t)) {
            let x = *x.as_ref().unwrap();
            assert_close(value(&moved, token), x, 1e-8, &format!("seed {seed}: {token}"));
        }
        let [x, y] = [&plain, &moved].map(|c| value(c, "llv_min_t1"));
        assert_close(y, x, 1e-8, &format!("seed {seed}: llv_min_t1"));
    }
}

#[test]
fn swapping_the_models_swaps_the_directions() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let (ab, ba) = (compared(&a, &b), compared(&b, &a));
        for (token, x) in &ab.scalars {
            let mirrored = match token {
                t if t.contains("_ab") => t.replace("_ab", "_ba"),
                t if t.contains("_ba") => t.replace("_ba", "_ab"),
                t if t.ends_with("_a") => format!("{}_b", &t[..t.len() - 2]),
                t if t.ends_with("_b") => format!("{}_a", &t[..t.len() - 2]),
                t => (*t).to_string(),
            };
            let x = *x.as_ref().unwrap();
            assert_close(value(&ba, &mirrored), x, 1e-9, &format!("seed {seed}: {token}"));
        }
        for (x, y) in sides(&ab.bounds).iter().zip(sides(&ba.bounds_ba)) {
            assert_eq!(x.0, y.0);
            assert_close(x.1, y.1, 1e-8, &format!("seed {seed}: {} left", x.0));
            assert_close(x.2, y.2, 1e-8, &format!("seed {seed}: {} right", x.0));
        }
    }
}

#[test]
fn d_logit_is_a_metric() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let c = crate::pairs::noisy(&a, 0.3, &mut rng(seed));
        let d = |x: &Model, y: &Model| value(&compared(x, y), "d_logit");
        assert!(d(&a, &b) <= d(&a, &c) + d(&c, &b) + 1e-12, "seed {seed}");
        assert_close(d(&a, &b), d(&b, &a), 1e-13, &format!("seed {seed}"));
        assert!(d(&a, &a) < 1e-14 * 100.0, "seed {seed}");
    }
}
