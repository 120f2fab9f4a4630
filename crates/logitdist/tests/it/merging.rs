//! Summaries merge, and nothing depends on who computed which part.

use crate::pairs::{assert_close, compared, model, noisy, regular_pair, rng};
use logitdist::measure::{cca, d_logit, kl};
use logitdist::{
    Comparison, Error, LogitPrecision, Mat, Model, Pair, PairSummary, ProbabilityInputs, Reduced, Settings,
    compare, compare_summary, jackknife, merge_summaries,
};

/// The inputs `[start, end)` of a model.
fn part(m: &Model, start: usize, end: usize) -> Model {
    let f = m.embeddings().get(start..end, ..).to_owned();
    Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

fn summary(a: &Model, b: &Model) -> PairSummary {
    let pair = Pair::new(a, b).unwrap();
    PairSummary::of(&pair, &ProbabilityInputs::All, &[0, 1]).unwrap()
}

fn parts(a: &Model, b: &Model, cuts: &[usize]) -> Vec<PairSummary> {
    cuts.windows(2).map(|w| summary(&part(a, w[0], w[1]), &part(b, w[0], w[1]))).collect()
}

#[test]
fn logits_in_single_precision_say_how_far_they_are_off_and_break_no_bound() {
    for seed in 0..8 {
        let (a, b) = crate::pairs::regular_pair(seed);
        let pair = Pair::new(&a, &b).unwrap();
        let with = |logit_precision| {
            let settings = Settings { logit_precision, ..Settings::default() };
            compare(&pair, &settings, &mut rng(seed)).unwrap()
        };
        let (double, single) = (with(LogitPrecision::F64), with(LogitPrecision::F32));
        assert!(double.scalar("logit_error").is_none());
        let error = single.scalar("logit_error").unwrap().clone().unwrap();
        let scale = double.reduced.squared_scale().sqrt();
        assert!(error > 0.0 && error < 1e-5 * scale, "seed {seed}: {error}, logits of size {scale}");
        assert!(!single.any_violation(), "seed {seed}");
        for token in ["kl_ab", "kl_ba", "js", "tv", "hellinger"] {
            let get = |c: &Comparison| c.scalar(token).unwrap().clone().unwrap();
            let (exact, rounded) = (get(&double), get(&single));
            assert!(
                exact != rounded && (rounded - exact).abs() < 1e-4 * (exact + exact.sqrt()),
                "seed {seed}, {token}"
            );
        }
        assert_eq!(double.scalar("d_logit"), single.scalar("d_logit"));
    }
}

#[test]
fn logits_beyond_single_precision_are_those_in_double() {
    let (a, b) = crate::pairs::regular_pair(3);
    let [a, b] = [&a, &b].map(|m| crate::pairs::scaled(m, 1e22, 1e22));
    let pair = Pair::new(&a, &b).unwrap();
    let with = |logit_precision| {
        let settings = Settings { logit_precision, ..Settings::default() };
        compare(&pair, &settings, &mut rng(3)).unwrap()
    };
    let (double, single) = (with(LogitPrecision::F64), with(LogitPrecision::F32));
    for token in ["kl_ab", "js", "tv", "d_llv"] {
        assert_eq!(double.scalar(token), single.scalar(token), "{token}");
    }
    // Double precision rounds, too: logits of 1e44 are not known to 0 nats.
    let error = single.scalar("logit_error").unwrap().clone().unwrap();
    let scale = f64::EPSILON * double.reduced.squared_scale().sqrt();
    assert!(error > 1e-3 * scale && error < 10.0 * scale, "{error}, {scale}");
}

#[test]
fn merged_parts_agree_with_all_at_once() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let n = a.n_inputs();
        let whole = summary(&a, &b);
        let merged = merge_summaries(&parts(&a, &b, &[0, 1, n / 3, n - 2, n])).unwrap().unwrap();
        let (x, y) = (Reduced::of(&whole), Reduced::of(&merged));
        let what = format!("seed {seed}");
        assert_close(d_logit::d_logit(&x), d_logit::d_logit(&y), 1e-12, &what);
        assert_close(cca::embeddings(&x).unwrap().mean(), cca::embeddings(&y).unwrap().mean(), 1e-10, &what);
        let (p, q) = (whole.probability.unwrap(), merged.probability.unwrap());
        let (p_all, q_all) = (kl::divergences(&p.sums), kl::divergences(&q.sums));
        assert_close(p_all.kl_ab, q_all.kl_ab, 1e-12, &what);
        assert_eq!((p_all.top1_agreement, p_all.log_tau), (q_all.top1_agreement, q_all.log_tau), "{what}");
    }
}

#[test]
fn summaries_of_different_models_do_not_merge() {
    let (a, b) = regular_pair(1);
    let mut rng = rng(7);
    let other = model(a.n_inputs(), a.n_labels(), b.dim(), false, &mut rng);
    assert_eq!(summary(&a, &b).merge(&summary(&a, &other)), Err(Error::Merge));
    let without = PairSummary::of(&Pair::new(&a, &b).unwrap(), &ProbabilityInputs::None, &[0, 1]).unwrap();
    assert_eq!(summary(&a, &b).merge(&without), Err(Error::Merge));
    assert_eq!(merge_summaries(&[]), Ok(None));
}

#[test]
fn results_are_bit_identical_for_any_number_of_threads() {
    let mut rng = rng(3);
    let a = model(5000, 30, 6, true, &mut rng);
    let b = noisy(&a, 0.1, &mut rng);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compared(&a, &b))
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        let many = run(threads);
        assert_eq!(one.scalars, many.scalars, "{threads} threads");
        assert_eq!(one.lists, many.lists, "{threads} threads");
        assert_eq!(one.bounds, many.bounds, "{threads} threads");
    }
}

#[test]
fn the_jackknife_of_a_mean_is_its_standard_error() {
    let mut rng = rng(5);
    let a = model(40, 6, 3, false, &mut rng);
    let b = noisy(&a, 0.3, &mut rng);
    let cuts: Vec<usize> = (0..=40).collect();
    let singles = parts(&a, &b, &cuts);
    let mean = |s: &PairSummary| kl::divergences(&s.probability.as_ref().unwrap().sums).kl_ab;
    let result = jackknife(&singles, mean).unwrap();
    let direct = summary(&a, &b).probability.unwrap().sums.kl_ab;
    assert_close(result.estimate, direct.mean(), 1e-12, "estimate");
    assert_close(result.standard_error, direct.standard_error().unwrap(), 1e-9, "standard error");
    assert!(jackknife(&singles[..1], mean).is_err());
    let halves = jackknife(&parts(&a, &b, &[0, 20, 40]), mean).unwrap();
    assert!(halves.standard_error > 0.0);
}

#[test]
fn a_sample_of_inputs_estimates_the_divergences_of_all() {
    let mut rng = rng(11);
    let a = model(4000, 12, 4, true, &mut rng);
    let b = noisy(&a, 0.2, &mut rng);
    let pair = Pair::new(&a, &b).unwrap();
    let settings = Settings { inputs_limit: Some(400), ..Settings::default() };
    let (all, sample) = (compared(&a, &b), compare(&pair, &settings, &mut rng).unwrap());
    let get = |c: &logitdist::Comparison, t: &str| *c.scalar(t).unwrap().as_ref().unwrap();
    assert_eq!(get(&sample, "n_inputs_probability"), 400.0);
    assert_eq!(get(&sample, "d_logit"), get(&all, "d_logit"));
    let error = (get(&sample, "kl_ab") - get(&all, "kl_ab")).abs();
    assert!(error < 5.0 * get(&sample, "kl_ab_se"), "{error} against {}", get(&sample, "kl_ab_se"));
    assert!(!sample.any_violation());
    let none = Settings { inputs_limit: Some(0), ..Settings::default() };
    assert!(matches!(compare(&pair, &none, &mut rng), Err(Error::Option(_))));
}

#[test]
fn indices_that_do_not_exist_are_refused() {
    let (a, b) = regular_pair(2);
    let pair = Pair::new(&a, &b).unwrap();
    let beyond = ProbabilityInputs::These(vec![a.n_inputs()]);
    assert!(PairSummary::of(&pair, &beyond, &[]).is_err());
    assert!(PairSummary::of(&pair, &ProbabilityInputs::These(vec![]), &[]).is_err());
    assert!(PairSummary::of(&pair, &ProbabilityInputs::All, &[a.n_labels()]).is_err());
    for labels in [vec![0], vec![0, 0], vec![0, 99]] {
        let settings = Settings { llv_labels: Some(labels.clone()), ..Settings::default() };
        let error = compare(&pair, &settings, &mut rng(0)).unwrap_err().to_string();
        assert!(error.contains(&format!("{labels:?}")), "{error}");
    }
    let one = Mat::zeros(1, 1);
    assert!(Model::new(one.clone(), Mat::zeros(1, 2), None).is_err());
}

#[test]
fn a_comparison_of_a_summary_is_that_of_the_pair() {
    for seed in 0..16 {
        let (a, b) = regular_pair(seed);
        let pair = Pair::new(&a, &b).unwrap();
        for probability in [true, false] {
            let settings = Settings { llv: false, held_out: false, probability, ..Settings::default() };
            let whole = compare(&pair, &settings, &mut rng(seed)).unwrap();
            let inputs = if probability { ProbabilityInputs::All } else { ProbabilityInputs::None };
            let summary = PairSummary::of(&pair, &inputs, &[]).unwrap();
            let again = PairSummary::of_inputs(&pair, &summary.labels, &inputs, &[], None).unwrap();
            assert_eq!(summary, again, "seed {seed}");
            let found = compare_summary(again, &settings, &mut rng(seed)).unwrap();
            assert_eq!(
                (&whole.scalars, &whole.bounds, &whole.bounds_ba),
                (&found.scalars, &found.bounds, &found.bounds_ba),
                "seed {seed}"
            );
            assert_eq!((whole.lists, whole.notes), (found.lists, found.notes), "seed {seed}");
        }
    }
}

#[test]
fn a_summary_has_no_models_and_only_its_own_labels() {
    let (a, b) = regular_pair(1);
    let pair = Pair::new(&a, &b).unwrap();
    let summary = PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap();
    for (settings, message) in [
        (Settings::default(), "need the models"),
        (Settings { llv: false, per_input: true, ..Settings::default() }, "need the models"),
        (Settings { llv: false, held_out: false, ..Settings::default() }, "made without probabilities"),
    ] {
        let error = compare_summary(summary.clone(), &settings, &mut rng(1)).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let (other, _) = regular_pair(2);
    let others = Pair::new(&other, &other).unwrap();
    let refused = PairSummary::of_inputs(&others, &summary.labels, &ProbabilityInputs::None, &[], None);
    assert_eq!(refused, Err(Error::Merge));
}
