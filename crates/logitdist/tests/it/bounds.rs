//! Every bound holds on every pair, and a wrong one would be noticed.

use crate::pairs::{any_pair, compared, model, rng, value};
use logitdist::{
    Bound, BoundSide, Mat, Model, Pair, Scale, Settings, Statement, Subsets, compare, theorem, theorems,
};
use rayon::prelude::*;
use std::collections::BTreeMap;

#[test]
fn no_bound_is_violated_on_twelve_thousand_pairs_of_all_shapes() {
    let counts: Vec<BTreeMap<(&str, &str), usize>> = (0..12_000u64)
        .into_par_iter()
        .map(|seed| {
            let (a, b) = any_pair(seed);
            let comparison = compared(&a, &b);
            let mut counts = BTreeMap::new();
            for (_, bound) in comparison.all_bounds() {
                assert!(!bound.is_violated(), "seed {seed}: {bound:?}");
                assert!(bound.tightness.is_none_or(|t| (0.0..=1.0).contains(&t)), "seed {seed}: {bound:?}");
                *counts.entry((bound.theorem.token, bound.status.name())).or_insert(0) += 1;
            }
            for (token, scalar) in &comparison.scalars {
                assert!(!scalar.as_ref().is_ok_and(|x| x.is_nan()), "seed {seed}: {token} is NaN");
            }
            counts
        })
        .collect();
    let mut total: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (key, count) in counts.into_iter().flatten() {
        *total.entry(key).or_insert(0) += count;
    }
    let tokens: std::collections::BTreeSet<&str> = total.keys().map(|(token, _)| *token).collect();
    assert_eq!(tokens.len(), theorems().count() - 1, "all but T17, which needs a probe: {tokens:?}");
    for token in tokens {
        let evaluated = total.get(&(token, "ok")).copied().unwrap_or(0);
        assert!(evaluated > 500, "{token} said something on {evaluated} pairs only: {total:?}");
    }
}

#[test]
fn sampled_subsets_do_not_look_like_violations() {
    for seed in 0..200 {
        let mut rng = rng(seed);
        let a = model(40, 9, 3, false, &mut rng);
        let b = model(40, 9, 3, true, &mut rng);
        let settings =
            Settings { subsets: Subsets::Sampled { pivots: 2, per_pivot: 3 }, ..Settings::default() };
        let comparison = compare(&Pair::new(&a, &b).unwrap(), &settings, &mut rng).unwrap();
        assert!(!comparison.any_violation(), "seed {seed}");
        assert_eq!(value(&comparison, "n_subsets_ab"), 6.0);
        assert!(value(&comparison, "d_rep_ab_se") > 0.0);
    }
}

#[test]
fn the_mean_over_all_subsets_of_the_label_error_is_exact() {
    for seed in 0..50 {
        let mut rng = rng(seed);
        let a = model(30, 7, 3, true, &mut rng);
        let b = model(30, 7, 2, false, &mut rng);
        let comparison = compared(&a, &b);
        let chosen = Subsets::All.choose(7, 3, &mut rng).unwrap();
        let measured =
            logitdist::measure::d_rep::d_rep(&comparison.reduced, logitdist::Direction::Ab, &chosen).unwrap();
        let want = (2.0 * 3.0 / 6.0f64).sqrt() * value(&comparison, "d_logit");
        assert!((measured.delta / want - 1.0).abs() < 1e-12, "seed {seed}");
    }
}

#[test]
fn a_constant_five_per_cent_too_small_would_be_noticed() {
    // Two equally likely labels make T10 an equality in the limit, so that no better constant than 1/4 can hold.
    let pair =
        |logit: f64| Model::new(Mat::full(1, 1, logit), Mat::from_fn(2, 1, |y, _| y as f64), None).unwrap();
    let comparison = compared(&pair(0.0), &pair(1e-3));
    let bound = comparison.bounds.iter().find(|b| b.theorem.token == "kl_from_logit").unwrap();
    assert!(bound.tightness.unwrap() > 0.999 && !bound.is_violated());
    let Some(Statement::AtMost { lhs, rhs }) = bound.statement else { panic!("T10 applies") };
    assert!(
        Bound::at_most(theorem("kl_from_logit").unwrap(), lhs, 0.95 * rhs, Scale::Squared(1e-6))
            .is_violated()
    );
}

#[test]
fn probes_err_less_than_their_certificate_and_as_much_as_the_carried_probe_does() {
    for seed in 0..64 {
        let mut rng = rng(seed);
        let a = model(40, 7, 3, true, &mut rng);
        let b = model(40, 7, 4, true, &mut rng);
        let comparison = compared(&a, &b);
        let w = [0.3, -1.0, 2.0];
        let probe =
            logitdist::bound::probe_transfer(&comparison.reduced, logitdist::Direction::Ab, &w).unwrap();
        assert!(probe.error <= probe.certified * (1.0 + 1e-12), "seed {seed}: {probe:?}");
        assert!(probe.probe_sd > 0.0);
        let unit = 2.0 * (0.3f64 * 0.3 + 1.0 + 4.0).sqrt() / 2.0;
        let cost = comparison.certificate.probe_cost.clone().unwrap();
        assert!(probe.certified <= unit * cost * (1.0 + 1e-12), "seed {seed}");
        assert!(
            logitdist::bound::probe_transfer(&comparison.reduced, logitdist::Direction::Ab, &[1.0]).is_err()
        );
        let (m_cca, token) = comparison.certificate.m_cca.clone().unwrap();
        assert!(
            (0.0..=1.0).contains(&m_cca)
                && logitdist::theorem(token).unwrap().side == BoundSide::AtLeast("m_cca"),
            "seed {seed}"
        );
    }
}
