//! Over 2²⁰ inputs values are counted: a summary no longer grows, and says the same whoever made which part.

use crate::pairs::rng;
use logitdist::{
    Comparison, LabelSide, MOST_EACH, Mat, Model, Pair, PairSummary, PartialSummary, ProbabilityInputs,
    Settings, Share, Statement, compare, compare_reduced, compare_summary,
};
use logitdist_io::{SavedSummary, summary_to_bytes};
use std::sync::{Arc, LazyLock};

/// More inputs than are kept one by one.
const INPUTS: usize = MOST_EACH + 3000;

/// Two models of two labels, whose logits differ by f and f + h.
static VALUES: LazyLock<[Vec<f64>; 2]> = LazyLock::new(|| {
    let f = (0..INPUTS).map(|i| 3.0 * ((i % 9973) as f64 * 0.37).sin()).collect::<Vec<f64>>();
    let b = f.iter().enumerate().map(|(i, f)| f + 0.05 * ((i % 8117) as f64 * 0.71).cos()).collect();
    [f, b]
});

fn model(f: &[f64]) -> Model {
    let g = Mat::from_fn(2, 1, |y, _| y as f64);
    Model::new(Mat::from_fn(f.len(), 1, |i, _| f[i]), g, None).unwrap()
}

fn settings() -> Settings {
    Settings { intervals: false, llv: false, d_rep: false, held_out: false, null: 0, ..Settings::default() }
}

fn kl(a: f64, b: f64) -> f64 {
    let log_p = |f: f64| [-(f.exp().ln_1p()), -((-f).exp().ln_1p())];
    let (p, q) = (log_p(a), log_p(b));
    (0..2).map(|y| p[y].exp() * (p[y] - q[y])).sum()
}

#[test]
fn percentiles_are_within_a_twentieth_of_a_percent_and_certificates_hold() {
    let [fa, fb] = &*VALUES;
    let (a, b) = (model(fa), model(fb));
    let c = compare(&Pair::new(&a, &b).unwrap(), &settings(), &mut rng(1)).unwrap();
    let mut exact: Vec<f64> = fa.iter().zip(fb).map(|(&a, &b)| kl(a, b)).collect();
    exact.sort_by(f64::total_cmp);
    for (token, level) in
        [("kl_ab_median", 0.5), ("kl_ab_q90", 0.9), ("kl_ab_q99", 0.99), ("kl_ab_q999", 0.999)]
    {
        let (found, exact) = (c.value(token).unwrap(), exact[(level * (INPUTS - 1) as f64) as usize]);
        assert!((found / exact - 1.0).abs() < 6e-4, "{token}: {found}, exactly {exact}");
    }
    let max = c.value("kl_ab_max").unwrap();
    assert!((max / exact[INPUTS - 1] - 1.0).abs() < 1e-6, "the largest is not rounded to a range");

    // T16 from the exact gaps: what is certified is no more, and hardly less.
    let budget: f64 = fa.iter().zip(fb).map(|(a, b)| 0.5 * (a - b).powi(2)).sum();
    let mut costs: Vec<f64> = fa.iter().map(|f| 0.5 * f * f).collect();
    costs.sort_by(f64::total_cmp);
    let mut left = budget;
    let paid = costs
        .iter()
        .take_while(|&&cost| {
            left -= cost;
            left >= 0.0
        })
        .count();
    let t16 = c.bounds.iter().find(|bound| bound.theorem.token == "top1_from_logit").unwrap();
    let Some(Statement::AtLeast { bound: certified, .. }) = t16.statement else {
        panic!("T16 is a lower bound")
    };
    let exact = 1.0 - paid as f64 / INPUTS as f64;
    assert!(certified <= exact + 1e-9 && certified > exact - 1e-3, "{certified}, exactly {exact}");
}

#[test]
fn parts_say_what_one_run_says_and_do_not_grow() {
    let [fa, fb] = &*VALUES;
    let (a, b) = (model(fa), model(fb));
    let pair = Pair::new(&a, &b).unwrap();
    let whole = compare(&pair, &settings(), &mut rng(1)).unwrap();
    let labels = LabelSide::of(&pair);
    let part = |number| {
        let share = Share::new(number, 3).unwrap();
        PartialSummary::of(&pair, &labels, &settings(), share, &mut rng(1), &|_, _| ()).unwrap()
    };
    let joined = [2, 0, 1].map(|i| part(i + 1)).into_iter().reduce(|x, y| x.join(y).unwrap()).unwrap();
    let found = compare_reduced(&pair, joined.clone(), &settings(), &mut rng(1), &|_, _| ()).unwrap();
    let said = |c: &Comparison| format!("{:?} {:?} {:?} {:?}", c.scalars, c.notes, c.bounds, c.bounds_ba);
    assert_eq!(said(&found), said(&whole));
    let saved = SavedSummary::Share {
        labels: [0; 32],
        own: [None, None],
        rows_from: None,
        part: Box::new(joined.clone()),
    };
    let bytes = summary_to_bytes(&saved).len();
    assert!(bytes < 2_000_000, "{bytes} bytes for {INPUTS} inputs");

    let asked = Settings { intervals: true, ..settings() };
    let refused = compare_reduced(&pair, joined, &asked, &mut rng(1), &|_, _| ()).map(|_| ()).unwrap_err();
    assert!(
        refused.to_string().contains("intervals cannot be had from summaries of over 1048576"),
        "{refused}"
    );
}

#[test]
fn batches_that_were_kept_one_by_one_are_counted_once_they_are_too_many() {
    let [fa, fb] = &*VALUES;
    let of = |from: usize, to: usize| {
        let (a, b) = (model(&fa[from..to]), model(&fb[from..to]));
        let pair = Pair::new(&a, &b).unwrap();
        let labels = Arc::new(LabelSide::of(&pair));
        PairSummary::of_inputs(&pair, &labels, &ProbabilityInputs::All, &[], None).unwrap()
    };
    let half = INPUTS / 2;
    let both = of(0, half).merge(&of(half, INPUTS)).unwrap();
    let again = both.merge(&of(0, 1000)).unwrap();
    let parts = [&both, &again].map(|summary| summary.probability.as_ref().unwrap());
    for part in parts {
        assert!(part.at_inputs.is_empty() && part.gaps.iter().all(Vec::is_empty));
        assert_eq!(part.counted.as_ref().unwrap().kl_ab.count(), part.sums.n as u64);
    }
    let (a, b) = (model(fa), model(fb));
    let whole = compare(&Pair::new(&a, &b).unwrap(), &settings(), &mut rng(1)).unwrap();
    let found = compare_summary(both.clone(), &settings(), &mut rng(1)).unwrap();
    for token in ["kl_ab_median", "kl_ba_q99", "d_logit_q90"] {
        assert_eq!(found.value(token).unwrap(), whole.value(token).unwrap(), "{token}");
    }
}
