//! How sure numbers are: against the plain jackknife, against simulation, and where there is nothing to be said.

use crate::pairs::{assert_close, model, noisy, normal, rng};
use logitdist::bound::Side;
use logitdist::measure::kl;
use logitdist::{
    Bound, Comparison, Direction, Interval, Mat, Model, Pair, PairSummary, ProbabilityInputs, Reduced,
    Selection, Settings, Statement, Subsets, compare, jackknife,
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

/// Both sides of a bound, the left or certified one first.
fn sides(bound: &Bound) -> Option<[f64; 2]> {
    bound.statement.map(|statement| match statement {
        Statement::AtMost { lhs, rhs } => [lhs, rhs],
        Statement::AtLeast { bound, value } => [bound, value],
    })
}

type Function = fn(f64) -> f64;

#[test]
fn sides_of_bounds_are_as_sure_as_comparisons_without_a_block_say() {
    for (seed, noise) in [(0, 0.02), (1, 0.1), (2, 0.5)] {
        let mut rng = rng(seed);
        // All 30 subsets are looked at without each block.
        let a = model(200, 5, 2, true, &mut rng);
        let b = noisy(&a, noise, &mut rng);
        let comparison = compared(&a, &b, &settings());
        let plain = Settings { llv: false, ..Settings::default() };
        let without: Vec<Comparison> = (0..20)
            .map(|block| {
                let others: Vec<usize> = (0..200).filter(|input| input / 10 != block).collect();
                let [a, b] = [&a, &b].map(|m| {
                    let f = Mat::from_fn(others.len(), 2, |i, j| m.embeddings()[(others[i], j)]);
                    Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
                });
                compared(&a, &b, &plain)
            })
            .collect();
        let intervals = comparison.intervals.as_ref().unwrap();
        let (mut seen, mut certified) = (0, 0);
        for (direction, bound) in comparison.all_bounds() {
            let own = intervals.of_bound(bound.theorem, direction).unwrap();
            let token = bound.theorem.token;
            for side in 0..2 {
                let Ok(found) = &own.sides[side] else { continue };
                let value = sides(bound).unwrap()[side];
                if bound.theorem.is_lower() && side == 1 {
                    // It is a measure; of those of a direction that of its own.
                    let of = [["m_cca"; 2], ["m_cca_logits"; 2], ["r2_ab", "r2_ba"], ["top1_agreement"; 2]];
                    let Side::AtLeast(about) = bound.theorem.side else {
                        unreachable!("it is a lower bound")
                    };
                    let tokens = of.into_iter().find(|tokens| tokens[0] == about).unwrap();
                    let token = tokens[usize::from(direction == Direction::Ba)];
                    assert_close(value, comparison[token], 1e-12, token);
                    assert_eq!(Ok(found), interval(&comparison, token));
                    continue;
                }
                let values: Vec<f64> = without
                    .iter()
                    .map(|rest| {
                        let same = |(d, b): &(Direction, &Bound)| *d == direction && b.theorem.token == token;
                        sides(rest.all_bounds().find(same).unwrap().1).unwrap()[side]
                    })
                    .collect();
                assert_close(found.se, error(&values), 1e-7, token);
                let (forth, back): (Function, Function) = match token {
                    "top1_from_logit" => (|x| (x / (1.0 - x)).ln(), |x| 1.0 / (1.0 + (-x).exp())),
                    // So that it rises.
                    "r2_from_logit" => (|x| -(1.0 - x).ln(), |x| 1.0 - (-x).exp()),
                    _ if bound.theorem.is_lower() => (f64::atanh, f64::tanh),
                    _ => (f64::ln, f64::exp),
                };
                // Student's t of 19 degrees of freedom.
                let reach = 2.093_024_054 * error(&values.iter().map(|x| forth(*x)).collect::<Vec<f64>>());
                let low = back(forth(value) - reach);
                assert_close(
                    found.low,
                    if bound.theorem.is_lower() { low.max(0.0) } else { low },
                    1e-6,
                    token,
                );
                let most =
                    if ["tv_from_logit", "hellinger_from_logit"].contains(&token) { 1.0 } else { f64::MAX };
                assert_close(found.high, back(forth(value) + reach).min(most), 1e-6, token);
                seen += 1;
                certified += usize::from(bound.theorem.is_lower());
            }
        }
        assert!(seen > 30, "{seen}");
        assert!(certified > 4 || noise > 0.1, "{certified}");
    }
}

/// The plain jackknife's error, of equal blocks.
fn error(rests: &[f64]) -> f64 {
    let n = rests.len() as f64;
    let mean = rests.iter().sum::<f64>() / n;
    ((n - 1.0) / n * rests.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()).sqrt()
}

#[test]
fn a_side_alone_is_as_sure_as_among_all_others() {
    let mut rng = rng(11);
    let a = model(300, 6, 3, true, &mut rng);
    // The third dimension varies at one input only: without its block a rank is smaller.
    let poor = |m: &Model| {
        let f = Mat::from_fn(300, 3, |i, j| if j < 2 || i == 7 { m.embeddings()[(i, j)] } else { 0.0 });
        Model::new(f, m.unembeddings().to_owned(), None).unwrap()
    };
    let b = noisy(&a, 0.05, &mut rng);
    let (poor_a, poor_b) = (poor(&a), poor(&b));
    for (a, b) in [(&a, &b), (&poor_a, &poor_b)] {
        let all = compared(a, b, &settings());
        for token in [
            "m_cca_two_spectra",
            "m_cca_contrasts",
            "kl_from_logit_sharp",
            "r2_from_logit",
            "top1_from_logit",
        ] {
            let selection = Selection::only([token]).unwrap();
            let alone = compared(a, b, &Settings { selection, ..settings() });
            for direction in [Direction::Ab, Direction::Ba] {
                let theorem = logitdist::theorem(token).unwrap();
                let [of_all, own] = [&all, &alone].map(|comparison| {
                    comparison.intervals.as_ref().unwrap().of_bound(theorem, direction).unwrap().sides.clone()
                });
                match (&of_all[0], &own[0]) {
                    (Ok(x), Ok(y)) => {
                        assert_close(x.low, y.low, 1e-12, token);
                        assert_close(x.high, y.high, 1e-12, token);
                    }
                    (x, y) => assert_eq!(x, y, "{token}"),
                }
            }
        }
    }
    let poor = compared(&poor_a, &poor_b, &settings());
    let theorem = logitdist::theorem("m_cca_two_spectra").unwrap();
    let of = poor.intervals.as_ref().unwrap().of_bound(theorem, Direction::Ab).unwrap();
    assert!(of.sides[0].clone().unwrap_err().contains("rank"), "{of:?}");
}

#[test]
fn a_side_without_an_interval_says_why() {
    let mut rng = rng(5);
    let a = model(200, 7, 3, true, &mut rng);
    let b = noisy(&a, 3.0, &mut rng);
    let comparison = compared(&a, &b, &settings());
    let intervals = comparison.intervals.as_ref().unwrap();
    let reason = |token: &str, side: usize| {
        let own = intervals.of_bound(logitdist::theorem(token).unwrap(), Direction::Ab).unwrap();
        own.sides[side].clone().unwrap_err()
    };
    assert!(reason("logit_from_kl", 1).contains("smallest probability"));
    assert!(reason("m_cca_from_kl", 0).contains("smallest probability"));
    assert!(reason("logit_from_kl_pointwise", 1).contains("not kept"));
    assert!(reason("kl_weighted_lower", 0).contains("not kept"));
    assert!(reason("kl_weighted_upper", 1).contains("not kept"));
    assert!(reason("d_fg_linear", 0).contains("chosen once"));
    assert!(reason("m_cca_linear", 0).contains("certifies nothing"));
    let same = compared(&a, &a, &settings());
    let of_same = same.intervals.as_ref().unwrap();
    let own = of_same.of_bound(logitdist::theorem("kl_from_logit").unwrap(), Direction::Ab).unwrap();
    // What is a measure has its interval, which leaves no doubt here.
    assert_eq!(own.sides[0].as_ref().map(|found| (found.low, found.high)), Ok((0.0, 0.0)));
    assert!(own.sides[1].clone().unwrap_err().contains("rounding"));
    let m_cca = of_same.of_bound(logitdist::theorem("m_cca_two_spectra").unwrap(), Direction::Ab).unwrap();
    let certified = m_cca.sides[0].clone().unwrap();
    assert_eq!((certified.low, certified.high), (1.0, 1.0));
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
    // Inputs of a group count as one.
    let mut rng = rng(3);
    let a = model(900, 7, 3, false, &mut rng);
    let b = noisy(&a, 0.5, &mut rng);
    let grouped = Settings { groups: Some((0..900).map(|input| input / 10).collect()), ..settings() };
    let marked = interval(&compared(&a, &b, &grouped), "m_cca_cv").unwrap().marked.clone();
    assert!(marked.unwrap().contains("90 independent inputs"));
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
