//! How sure numbers are: against the plain jackknife, against simulation, and where there is nothing to be said.

use crate::pairs::{assert_close, model, noisy, normal, rng};
use logitdist::measure::kl;
use logitdist::{
    Comparison, Direction, Interval, Mat, Model, Pair, PairSummary, ProbabilityInputs, Reduced, Settings,
    Subsets, compare, jackknife,
};

fn settings() -> Settings {
    Settings { intervals: true, ..Settings::default() }
}

fn compared(a: &Model, b: &Model, settings: &Settings) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), settings, &mut rng(0)).unwrap()
}

fn interval<'a>(comparison: &'a Comparison, token: &str) -> Result<&'a Interval, &'a str> {
    comparison.intervals.as_ref().unwrap().get(token).unwrap().as_ref().map_err(String::as_str)
}

/// The inputs of a range.
fn part(m: &Model, from: usize, to: usize) -> Model {
    let f = m.embeddings().get(from..to, ..).to_owned();
    Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

#[test]
fn errors_are_those_of_the_jackknife_over_summaries_of_blocks() {
    for seed in 0..8 {
        let mut rng = rng(seed);
        let a = model(200, 7, 3, true, &mut rng);
        let b = noisy(&a, 0.3, &mut rng);
        let comparison = compared(&a, &b, &settings());
        let blocks: Vec<PairSummary> = (0..20)
            .map(|i| {
                let [a, b] = [&a, &b].map(|m| part(m, 10 * i, 10 * i + 10));
                PairSummary::of(&Pair::new(&a, &b).unwrap(), &ProbabilityInputs::All, &[]).unwrap()
            })
            .collect();
        let divergences = |s: &PairSummary| kl::divergences(&s.probability.as_ref().unwrap().sums);
        type OfSummary = fn(&Reduced) -> f64;
        let of_reduced: [(&str, OfSummary); 4] = [
            ("d_logit", logitdist::measure::d_logit::d_logit),
            ("m_cca", |r| logitdist::measure::cca::embeddings(r).unwrap().mean()),
            ("d_ls_ab", |r| logitdist::measure::d_ls::d_ls(r, Direction::Ab).unwrap()),
            ("cka", |r| logitdist::measure::baselines::cka(r).unwrap()),
        ];
        for (token, of) in of_reduced {
            let want = jackknife(&blocks, |s| of(&Reduced::of(s))).unwrap();
            let got = interval(&comparison, token).unwrap();
            assert_close(got.se, want.standard_error, 1e-7, token);
            assert!(got.low < got.high, "{token}: {got:?}");
            let inside = got.low < want.estimate && want.estimate < got.high;
            assert!(inside || got.corrected.is_some(), "{token}: {got:?}, {}", want.estimate);
        }
        for (token, of) in [
            ("kl_ab", (|d| d.kl_ab) as fn(kl::Divergences) -> f64),
            ("tv", |d| d.tv),
            ("hellinger", |d| d.hellinger),
        ] {
            let want = jackknife(&blocks, |s| of(divergences(s))).unwrap();
            assert_close(interval(&comparison, token).unwrap().se, want.standard_error, 1e-9, token);
        }
    }
}

#[test]
fn intervals_cover_the_value_of_all_inputs() {
    // 60 samples of 400 inputs out of 24 000 whose values are known.
    let mut rng = rng(1);
    let all = model(24_000, 8, 4, true, &mut rng);
    let other = noisy(&all, 0.1, &mut rng);
    let plain = Settings { llv: false, held_out: false, subsets: Subsets::All, ..Settings::default() };
    let truth = compared(&all, &other, &plain);
    for token in [
        "d_logit",
        "kl_ab",
        "tv",
        "top1_agreement",
        "kl_ab_median",
        "kl_ab_q90",
        "d_ls_ab",
        "d_rep_ab",
        "r2_ab",
        "m_cca",
    ] {
        let covered = (0..60).filter(|i| {
            let [a, b] = [&all, &other].map(|m| part(m, 400 * i, 400 * i + 400));
            let sample = compared(&a, &b, &Settings { intervals: true, ..plain.clone() });
            let found = interval(&sample, token).unwrap();
            found.low <= truth[token] && truth[token] <= found.high
        });
        let covered = covered.count();
        assert!(covered >= 51, "{token}: {covered} of 60");
    }
}

#[test]
fn unrelated_models_cannot_be_told_from_chance() {
    for seed in 0..20 {
        let mut rng = rng(seed);
        let [a, b] = [0, 1].map(|_| model(300, 9, 6, false, &mut rng));
        let comparison = compared(&a, &b, &settings());
        assert!(interval(&comparison, "m_cca").unwrap_err().contains("chance"), "{seed}");
        assert!(comparison["m_cca_cv"] < 0.15 && comparison["m_cca_null"] > 0.08);
    }
}

#[test]
fn directions_that_are_fitted_on_few_inputs_mark_what_is_held_out() {
    for (inputs, is_marked) in [(250, true), (599, true), (600, false), (900, false)] {
        let mut rng = rng(3);
        let a = model(inputs, 7, 3, false, &mut rng);
        let b = noisy(&a, 0.5, &mut rng);
        let marked = interval(&compared(&a, &b, &settings()), "m_cca_cv").unwrap().marked.clone();
        assert_eq!(marked.is_some(), is_marked, "{inputs}: {marked:?}");
        assert!(marked.is_none_or(|why| why.contains("under about 600")));
    }
}

#[test]
fn the_same_models_leave_no_doubt_and_maxima_have_no_interval() {
    let a = model(100, 7, 3, true, &mut rng(0));
    let comparison = compared(&a, &a, &settings());
    for (token, value) in [("d_logit", 0.0), ("kl_ab", 0.0), ("m_cca", 1.0), ("cka", 1.0), ("d_rep_ab", 0.0)]
    {
        let found = interval(&comparison, token).unwrap();
        assert_eq!((found.low, found.high, found.se), (value, value, 0.0), "{token}");
    }
    // A share of 1 has a lower end: 100 inputs cannot say more.
    let agreement = interval(&comparison, "top1_agreement").unwrap();
    assert!((agreement.low - 0.963_78).abs() < 1e-4 && agreement.high == 1.0, "{agreement:?}");
    for token in ["kl_ab_max", "log_tau", "n_inputs", "sigma_min_ab", "d_llv", "m_cca_null"] {
        assert!(interval(&comparison, token).is_err(), "{token}");
    }
    assert!(interval(&comparison, "kl_ab_q99").unwrap_err().contains("about 368 are needed"));
}

#[test]
fn groups_widen_what_depends_within_them() {
    let mut rng = rng(3);
    // 40 documents of 25 inputs each; within one, embeddings differ little.
    let centres = normal(40, 3, &mut rng);
    let within = normal(1000, 3, &mut rng);
    let f = Mat::from_fn(1000, 3, |i, j| 2.0 * centres[(i / 25, j)] + 0.1 * within[(i, j)]);
    // In a shuffled order, so that neighbours are of different documents.
    let place = |i: usize| (i * 389) % 1000;
    let shuffled = Mat::from_fn(1000, 3, |i, j| f[(place(i), j)]);
    let g = normal(8, 3, &mut rng);
    let a = Model::new(shuffled, g.clone(), None).unwrap();
    let turned = Mat::from_fn(8, 3, |y, j| g[(y, (j + 1) % 3)]);
    let b = Model::new(a.embeddings().to_owned(), turned, None).unwrap();
    let free = compared(&a, &b, &settings());
    let groups = Some((0..1000).map(|i| (place(i) / 25) as i64).collect());
    let grouped = compared(&a, &b, &Settings { groups, ..settings() });
    for token in ["d_logit", "kl_ab", "top1_agreement", "kl_ab_median"] {
        let width = |c| interval(c, token).map(|i| i.high - i.low).unwrap();
        assert!(width(&grouped) > 2.0 * width(&free), "{token}");
    }
    assert_eq!(grouped.intervals.unwrap().blocks, 20);
}

#[test]
fn wrong_groups_and_blocks_are_refused() {
    let a = model(10, 5, 2, false, &mut rng(0));
    let pair = Pair::new(&a, &a).unwrap();
    for (wrong, message) in [
        (Settings { groups: Some(vec![1; 9]), ..settings() }, "there are 9 groups and 10 inputs"),
        (Settings { blocks: 1, ..settings() }, "at least 2 are needed"),
    ] {
        let error = compare(&pair, &wrong, &mut rng(0)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let few = compared(&part(&a, 0, 2), &part(&a, 0, 2), &settings());
    assert!(interval(&few, "d_logit").unwrap_err().contains("2 blocks of inputs; at least 3"));
}
