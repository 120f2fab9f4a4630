//! What must not change: linear changes of a model, the order of labels and inputs, the roles of the models.

use crate::pairs::{assert_close, changed, compared, list, normal, regular_pair, rng, value};
use logitdist::{Bound, Comparison, Mat, Model, Statement};

const DISTRIBUTION: [&str; 21] = [
    "d_logit",
    "d_logit_centred",
    "kl_ab",
    "kl_ba",
    "jeffreys",
    "js",
    "tv",
    "hellinger",
    "tau",
    "log_tau",
    "top1_agreement",
    "d_llv",
    "llv_t1",
    "llv_t2",
    "llv_t3",
    "llv_t4",
    "llv_min_t1",
    "m_cca",
    "m_cca_logits",
    "m_cca_unembeddings",
    "d_fg",
];

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

fn assert_same(tokens: &[&str], x: &Comparison, y: &Comparison, what: &str) {
    for token in tokens {
        assert_close(value(x, token), value(y, token), 1e-8, &format!("{what}: {token}"));
    }
}

#[test]
fn a_linear_change_of_either_model_changes_no_function_of_the_distributions() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let mut rng = rng(1000 + seed);
        let (shape_a, shape_b) = (normal(a.dim(), a.dim(), &mut rng), normal(b.dim(), b.dim(), &mut rng));
        let plain = compared(&a, &b);
        let both = compared(&changed(&a, &shape_a), &changed(&b, &shape_b));
        let what = format!("seed {seed}");
        assert_same(&DISTRIBUTION, &plain, &both, &what);
        for token in ["rho", "rho_logits", "spectrum_a", "spectrum_b"] {
            for (x, y) in list(&plain, token).iter().zip(list(&both, token)) {
                assert_close(*x, *y, 1e-8, &format!("{what}: {token}"));
            }
        }
        // What is measured in the units of f keeps its value if only the other model is changed.
        let other = compared(&a, &changed(&b, &shape_b));
        assert_same(&["d_rep_ab", "d_ls_ab", "d_rep_ab_max", "pwcca_ab", "r2_ab"], &plain, &other, &what);
        assert!(value(&compared(&a, &changed(&a, &shape_a)), "d_rep_ab") < 1e-9, "{what}");
    }
}

#[test]
fn the_order_of_labels_and_inputs_does_not_matter() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let (inputs, labels) = (permutation(a.n_inputs()), permutation(a.n_labels()));
        let plain = compared(&a, &b);
        let moved = compared(&reordered(&a, &inputs, &labels), &reordered(&b, &inputs, &labels));
        let fixed_sets =
            |t: &str| t.starts_with("llv") || t.starts_with("d_llv") || t.starts_with("d_svd") || t == "d_fg";
        for (token, x) in plain.scalars.iter().filter(|(t, _)| !fixed_sets(t)) {
            let x = *x.as_ref().unwrap();
            assert_close(value(&moved, token), x, 1e-8, &format!("seed {seed}: {token}"));
        }
        assert_same(&["llv_min_t1"], &plain, &moved, &format!("seed {seed}"));
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
