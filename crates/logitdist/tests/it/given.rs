//! Factors and divergences that were computed elsewhere make the same summary, or are refused in words.

use crate::pairs::{regular_pair, rng};
use logitdist::{
    Error, GivenInput, LabelSide, Labels, Mat, Pair, PairSummary, ProbabilityInputs, ProbabilityPart,
    Settings, Start, compare_summary,
};
use std::sync::Arc;

#[test]
fn factors_from_elsewhere_make_the_summary_of_the_pair() {
    for seed in 0..8 {
        let (a, b) = regular_pair(seed);
        let pair = Pair::new(&a, &b).unwrap();
        let summary = PairSummary::of(&pair, &ProbabilityInputs::All, &[]).unwrap();
        let sides = &summary.labels;
        let r = sides.factor.r().to_owned();
        let labels = LabelSide::of_factor(Arc::clone(&sides.a), Arc::clone(&sides.b), r).unwrap();
        assert_eq!(labels, **sides, "seed {seed}");
        let frame = Start::of(&pair).unwrap().frame;
        let factor = &summary.inputs.factor;
        let (r, rows) = (factor.r().to_owned(), factor.rows());
        let again =
            PairSummary::of_factor(Arc::new(labels), frame, r, rows, summary.probability.clone()).unwrap();
        assert_eq!(again, summary, "seed {seed}");
    }
}

#[test]
fn divergences_from_elsewhere_are_summed_as_the_own_ones() {
    let (a, b) = regular_pair(3);
    let pair = Pair::new(&a, &b).unwrap();
    let summary = PairSummary::of(&pair, &ProbabilityInputs::All, &[]).unwrap();
    let own = summary.probability.clone().unwrap();
    let inputs: Vec<GivenInput> = own
        .at_inputs
        .iter()
        .enumerate()
        .map(|(i, divergences)| GivenInput {
            divergences: *divergences,
            log_tau: own.sums.log_tau,
            kl_between: [0.0, divergences.kl_ab.max(divergences.kl_ba)],
            gaps: [own.gaps[0][i], own.gaps[1][i]],
        })
        .collect();
    let given = |inputs: &[GivenInput], smallest: &[f64]| {
        ProbabilityPart::of_given(&summary.labels, inputs, smallest.to_vec(), Vec::new(), 0.0)
    };
    let part = given(&inputs, &own.smallest).unwrap();
    assert_eq!((&part.at_inputs, &part.gaps), (&own.at_inputs, &own.gaps));
    let settings = Settings { llv: false, held_out: false, ..Settings::default() };
    let value = |probability: &ProbabilityPart, token: &str| {
        let summary = PairSummary { probability: Some(probability.clone()), ..summary.clone() };
        *compare_summary(summary, &settings, &mut rng(0)).unwrap().scalar(token).unwrap().as_ref().unwrap()
    };
    for token in ["kl_ab", "kl_ba_se", "kl_ab_q99", "js", "tv", "top5_agreement", "log_tau"] {
        let (own, given) = (value(&own, token), value(&part, token));
        assert!((own - given).abs() <= 1e-12 * own.abs(), "{token}: {own} {given}");
    }
    let mut wrong = inputs.clone();
    wrong[2].divergences.tv = f64::NAN;
    let refused = [
        (given(&wrong, &own.smallest), "a number of input 2 is NaN; divergences, gaps"),
        (given(&[], &own.smallest), "there are probabilities of 0 inputs"),
        (given(&inputs, &own.smallest[1..]), "labels are needed"),
    ];
    for (result, message) in refused {
        assert!(result.clone().unwrap_err().to_string().contains(message), "{message}: {result:?}");
    }
}

#[test]
fn what_is_no_factor_is_refused_in_words() {
    let (a, b) = regular_pair(1);
    let pair = Pair::new(&a, &b).unwrap();
    let summary = PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap();
    let (labels, factor) = (&summary.labels, &summary.inputs.factor);
    let of = |r: Mat<f64>, rows: usize| {
        PairSummary::of_factor(Arc::clone(labels), summary.inputs.frame.clone(), r, rows, None)
    };
    let r = factor.r().to_owned();
    let (mut full, mut infinite) = (r.clone(), r.clone());
    full[(1, 0)] = 1.0;
    infinite[(0, 1)] = f64::INFINITY;
    let narrow = r.get(.., 1..).to_owned();
    for r in [full, infinite, narrow] {
        let error = of(r, factor.rows()).unwrap_err();
        assert!(error.to_string().contains("an upper trapezoid of finite numbers is needed"), "{error}");
    }
    assert!(of(r.clone(), 0).unwrap_err().to_string().contains("the factor of 0 rows"));
    let tiny = Mat::from_fn(r.nrows(), r.ncols(), |i, j| r[(i, j)] * if j == 0 { 1.0 } else { 1e-80 });
    assert!(matches!(of(tiny, factor.rows()), Err(Error::Scale { array: "embeddings", .. })));
    let (other, _) = regular_pair(2);
    let others = PairSummary::of(&Pair::new(&other, &other).unwrap(), &ProbabilityInputs::None, &[]).unwrap();
    let mixed =
        PairSummary::of_factor(Arc::clone(labels), others.inputs.frame.clone(), r, factor.rows(), None);
    assert!(mixed.unwrap_err().to_string().contains("both need the models' dimensions"));
}

#[test]
fn labels_of_logits_join_with_the_larger_rounding_and_others_only_with_themselves() {
    let of =
        |labels, masked: &[usize], rounding| Arc::new(Labels::of_logits(labels, masked, rounding).unwrap());
    let (fine, coarse) = (of(5, &[2], 1e-16), of(5, &[2], 1e-3));
    for joined in [fine.joined(&coarse), coarse.joined(&fine)] {
        assert!(Arc::ptr_eq(&joined.unwrap(), &coarse));
    }
    assert!(fine.joined(&of(5, &[], 1e-16)).is_none());
    assert!(fine.joined(&of(6, &[2], 1e-16)).is_none());
    let plain = |size: f64| Arc::new(Labels::new(Mat::full(3, 2, size), None).unwrap());
    assert!(plain(1.0).joined(&plain(1.0)).is_some() && plain(1.0).joined(&plain(2.0)).is_none());
}
