//! What is certified of probes, and why nothing is.

use crate::definitions::arithmetic::{centred_logits, mean};
use crate::pairs::{assert_close, compared, model, noisy, rng, scaled, value, with_dead_unit};
use logitdist::{Mat, Model, Statement};

#[test]
fn a_probe_loses_at_most_the_distance_over_its_weakest_direction() {
    for seed in 0..20 {
        let a = model(40, 6, 1, false, &mut rng(seed));
        let b = noisy(&a, 0.1, &mut rng(seed + 100));
        let comparison = compared(&a, &b);
        // Of one dimension the only eigenvalue of Cov(u) is its trace.
        let u = centred_logits(&a);
        let centre: Vec<f64> = (0..6).map(|y| mean(u.iter().map(|u| u[y]))).collect();
        let variance =
            mean(u.iter().map(|u| u.iter().zip(&centre).map(|(u, c)| (u - c).powi(2)).sum::<f64>()));
        let cost = comparison.certificate.relative_probe_cost.clone().unwrap();
        assert_close(cost, value(&comparison, "d_logit") / variance.sqrt(), 1e-12, &format!("seed {seed}"));
    }
}

#[test]
fn without_variance_in_a_direction_its_probes_have_no_relative_cost() {
    let whole = model(40, 6, 3, false, &mut rng(1));
    let a = with_dead_unit(&whole, 1);
    let reason = compared(&a, &noisy(&a, 0.1, &mut rng(2))).certificate.relative_probe_cost.unwrap_err();
    assert!(reason.to_string().contains("rank 2, under the rank 3"), "{reason}");
}

#[test]
fn what_is_not_certified_says_why() {
    let g = model(5, 5, 2, false, &mut rng(3));
    let constant =
        |c: f64| Model::new(Mat::from_fn(9, 2, |_, _| c), g.unembeddings().to_owned(), None).unwrap();
    let comparison = compared(&constant(1.0), &constant(2.0));
    let reason = comparison.certificate.m_cca.unwrap_err().to_string();
    assert!(reason.contains("constant"), "{reason}");
}

#[test]
fn labels_that_are_hardly_ever_likely_still_count_beside_one_another() {
    // Every label is nearly impossible at some input, down to e⁻²⁰⁰.
    let a = scaled(&model(60, 5, 2, false, &mut rng(8)), 40.0, 1.0);
    let comparison = compared(&a, &a);
    let bound = comparison.bounds.iter().find(|bound| bound.theorem.token == "m_cca_from_kl").unwrap();
    assert!(matches!(bound.statement, Some(Statement::AtLeast { bound, .. }) if bound == 1.0), "{bound:?}");
}
