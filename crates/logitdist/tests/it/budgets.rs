//! Budgets: against independent values and slow definitions, and as guarantees for pairs that come as close.

use crate::definitions::arithmetic::{centred_logits, logits};
use crate::fixtures::{fixture, network};
use crate::pairs::{any_pair, assert_close, compared, model, noisy, normal, regular_pair, rng, value};
use logitdist::bound::{Budgets, LinearProbe, kl_budget, probe_agreement, tv_budget};
use logitdist::{Direction, Mat, Model, Pair, Statement};
use logitdist_linalg::svd;
use rand::RngExt;
use serde_json::Value;

/// Pairs `[asked, budget]` of the independent values.
fn wanted(values: &Value) -> Vec<(f64, Option<f64>)> {
    let pair = |v: &Value| (v[0].as_f64().unwrap(), v[1].as_f64());
    values.as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn every_expected_budget_is_reproduced() {
    let text = std::fs::read_to_string(fixture("expected-budgets.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    for entry in expected["models"].as_array().unwrap() {
        let name = entry["model"].as_str().unwrap();
        let model = network(name);
        let budgets = Budgets::of(&model).unwrap();
        assert_close(budgets.size(), entry["size"].as_f64().unwrap(), 1e-11, name);
        assert_eq!(Some(budgets.rank() as u64), entry["rank"].as_u64(), "{name}");
        for (asked, budget) in wanted(&entry["m_cca"]) {
            match (budgets.m_cca(asked), budget) {
                (Ok(got), Some(want)) => assert_close(got, want, 1e-8, name),
                (Err(reason), None) => assert!(reason.to_string().contains("directions"), "{reason}"),
                other => panic!("{name}, {asked}: {other:?}"),
            }
        }
        let weights = (0..model.dim()).map(|j| (j as f64).cos()).collect();
        let probe = budgets.probe(&model, &LinearProbe { weights, offset: 0.25 }).unwrap();
        for (decisions, token) in [(&budgets.answers, "top1_agreement"), (&probe, "probe_kept")] {
            for (asked, budget) in wanted(&entry[token]) {
                // Gaps are differences of logits, so that the smallest have lost digits.
                assert!((decisions.budget(asked) - budget.unwrap()).abs() < 1e-8 * budget.unwrap() + 1e-12);
            }
        }
        let input = budgets.answers.cheapest();
        let [first, second] = budgets.margins[input].labels;
        let lost: Vec<usize> = serde_json::from_value(entry["lost_first"].clone()).unwrap();
        assert_eq!([input, first, second], lost[..], "{name}");
    }
    for (budget, token) in [(tv_budget as fn(f64) -> f64, "tv"), (kl_budget, "kl")] {
        for (asked, want) in wanted(&expected[token]) {
            assert!((budget(asked) / want.unwrap() - 1.0).abs() < 1e-10, "{token} {asked}");
        }
    }
}

/// The largest distance at which `certified` is at least `asked`, by halving an interval.
fn largest(asked: f64, certified: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e4);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if certified(middle) >= asked { low = middle } else { high = middle }
    }
    low
}

#[test]
fn budgets_are_what_their_bounds_still_certify_by_definition() {
    for seed in 0..60 {
        let mut rng = rng(seed);
        let a = model(25, 7, rng.random_range(1..5), seed % 2 == 0, &mut rng);
        let budgets = Budgets::of(&a).unwrap();
        let asked: f64 = rng.random_range(0.05..1.0);
        // T3, with the eigenvalues of N×K logits, by trying every number of directions that are lost whole.
        let mut u = centred_logits(&a);
        let means: Vec<f64> = (0..7).map(|y| u.iter().map(|u| u[y]).sum::<f64>() / 25.0).collect();
        u.iter_mut().for_each(|u| u.iter_mut().zip(&means).for_each(|(u, mean)| *u -= mean));
        let s = svd(Mat::from_fn(25, 7, |i, y| u[i][y] / 5.0).as_ref()).s;
        let sigma: Vec<f64> = s.iter().take(a.dim()).rev().map(|s| s * s).collect();
        let certified = |distance: f64| {
            let mut left = distance * distance;
            let rho = |sigma: &f64| {
                let share = (left / sigma).min(1.0);
                left -= share * sigma;
                (1.0 - share).sqrt()
            };
            sigma.iter().map(rho).sum::<f64>() / sigma.len() as f64
        };
        let budget = budgets.m_cca(asked).unwrap();
        assert_close(budget, largest(asked, certified), 1e-7, &format!("seed {seed}: m_cca {asked}"));
        assert_close(budgets.m_cca_at(budget).unwrap(), asked, 1e-9, &format!("seed {seed}"));
        // T16, over all logits.
        let mut costs: Vec<f64> = logits(&a)
            .iter_mut()
            .map(|logits| {
                logits.sort_by(f64::total_cmp);
                0.5 * (logits[6] - logits[5]).powi(2)
            })
            .collect();
        costs.sort_by(f64::total_cmp);
        let kept = |distance: f64| {
            let mut left = 25.0 * distance * distance;
            let paid = costs.iter().take_while(|cost| {
                left -= **cost;
                left >= 0.0
            });
            1.0 - paid.count() as f64 / 25.0
        };
        let budget = budgets.answers.budget(asked);
        assert_close(budget, largest(asked, kept), 1e-7, &format!("seed {seed}: agreement {asked}"));
    }
}

/// Whatever was measured of a pair that is within a budget, the budget's need is met.
#[test]
fn no_pair_within_a_budget_lacks_what_was_asked_for() {
    let mut compared_pairs = 0;
    for seed in 0..600 {
        let (a, b) = if seed % 3 == 0 { any_pair(seed) } else { regular_pair(seed) };
        let b = if seed % 3 == 1 { noisy(&a, 10f64.powi(-(seed as i32 % 4)), &mut rng(seed)) } else { b };
        for (a, b) in [(&a, &b), (&b, &a)] {
            let comparison = compared(a, b);
            let budgets = Budgets::of(a).unwrap();
            let distance = value(&comparison, "d_logit");
            let at = |token: &str| comparison.scalar(token).unwrap().as_ref().ok().copied();
            // More than was measured is not certified at this distance: the budget for it must be smaller.
            let rounding = 1e-7 * (distance + budgets.size());
            if let (Some(m_cca), true) = (at("m_cca"), budgets.m_cca_at(0.0).is_ok()) {
                let asked = m_cca + 1e-6;
                if let (true, Ok(budget)) = (asked <= 1.0, budgets.m_cca(asked.min(1.0))) {
                    assert!(
                        budget <= distance + rounding,
                        "seed {seed}: m_cca {asked} within {budget}, {distance}"
                    );
                    compared_pairs += 1;
                }
            }
            let (agreement, n) = (at("top1_agreement").unwrap(), a.n_inputs() as f64);
            if agreement < 1.0 {
                let budget = budgets.answers.budget(agreement + 1.0 / n);
                assert!(
                    budget <= distance + rounding,
                    "seed {seed}: {agreement} within {budget}, {distance}"
                );
            }
            let (tv, kl) = (at("tv").unwrap(), at("kl_ab").unwrap().max(at("kl_ba").unwrap()));
            assert!(tv_budget((tv - 1e-14).max(0.0)) <= distance * (1.0 + 1e-6) + rounding, "seed {seed}");
            assert!(kl_budget(kl) <= distance * (1.0 + 1e-6) + rounding, "seed {seed}");
        }
    }
    assert!(compared_pairs > 300, "{compared_pairs}");
}

#[test]
fn decisions_of_a_probe_stay_within_their_budget() {
    for seed in 0..200 {
        let mut rng = rng(seed);
        let a = model(40, 6, 3, seed % 2 == 0, &mut rng);
        let b = noisy(&a, 10f64.powi(-(seed as i32 % 4) - 1), &mut rng);
        let (pair, comparison) = (Pair::new(&a, &b).unwrap(), compared(&a, &b));
        let probe = LinearProbe { weights: vec![0.4, -1.0, 0.7], offset: 0.2 };
        let bound = probe_agreement(&pair, &comparison.reduced, Direction::Ab, &probe).unwrap();
        let Some(Statement::AtLeast { bound: certified, .. }) = bound.statement else { panic!("{bound:?}") };
        let decisions = Budgets::of(&a).unwrap().probe(&a, &probe).unwrap();
        let distance = value(&comparison, "d_logit");
        assert_close(decisions.kept_at(distance), certified, 1e-12, &format!("seed {seed}"));
        if certified > 0.0 {
            assert!(decisions.budget(certified) >= distance * (1.0 - 1e-8), "seed {seed}");
        }
        if certified < 1.0 {
            assert!(decisions.budget(certified + 1.0 / 40.0) <= distance, "seed {seed}");
        }
    }
}

/// Every answer of `a` whose change its distance pays for, changed.
#[test]
fn the_worst_pair_keeps_what_was_asked_for_up_to_the_budget_and_not_beyond() {
    let mut rng = rng(3);
    let f = normal(60, 5, &mut rng);
    let identity = Mat::<f64>::identity(5, 5);
    let a = Model::new(f.clone(), identity.clone(), None).unwrap();
    let budgets = Budgets::of(&a).unwrap();
    let mut cheapest: Vec<usize> = (0..60).collect();
    cheapest.sort_by(|&i, &j| budgets.margins[i].gap.total_cmp(&budgets.margins[j].gap));
    for changed in [1, 7, 30] {
        let moved_by = |hair: f64| {
            let mut moved = f.clone();
            for &i in &cheapest[..changed] {
                let margin = budgets.margins[i];
                moved[(i, margin.labels[0])] -= 0.5 * margin.gap * (1.0 + hair);
                moved[(i, margin.labels[1])] += 0.5 * margin.gap * (1.0 + hair);
            }
            let comparison = compared(&a, &Model::new(moved, identity.clone(), None).unwrap());
            (value(&comparison, "d_logit"), value(&comparison, "top1_agreement"))
        };
        let asked = 1.0 - (changed as f64 - 1.0) / 60.0;
        let budget = budgets.answers.budget(asked);
        let (distance, agreement) = moved_by(-1e-6);
        assert!(distance < budget && agreement >= asked, "{changed}: {distance} {budget} {agreement}");
        let (distance, agreement) = moved_by(1e-6);
        assert!(distance > budget && distance < budget * (1.0 + 1e-5), "{changed}: {distance} {budget}");
        assert!(agreement < asked, "{changed}");
    }
    // Two labels at the distance of the budget, as far from each other as they can be.
    let two = |log_odds: f64| {
        Model::new(Mat::full(4, 1, log_odds), Mat::from_fn(2, 1, |y, _| 1.0 - y as f64), None).unwrap()
    };
    for asked in [1e-3, 0.01, 0.3] {
        for (step, kept) in [(1.0 - 1e-9, true), (1.0 + 1e-6, false)] {
            let r = std::f64::consts::SQRT_2 * tv_budget(asked) * step;
            let tv = value(&compared(&two(0.5 * r), &two(-0.5 * r)), "tv");
            assert_eq!(tv <= asked, kept, "tv {asked}: {tv}");
            let r = std::f64::consts::SQRT_2 * kl_budget(asked) * step;
            let p = 1.0 / r - 1.0 / r.exp_m1();
            let log_odds = (p / (1.0 - p)).ln();
            let kl = value(&compared(&two(log_odds), &two(log_odds + r)), "kl_ab");
            assert_eq!(kl <= asked, kept, "kl {asked}: {kl}");
        }
    }
}

#[test]
fn correlations_are_lost_just_beyond_their_budget() {
    // E1: u′ = (ρ² Z₁ + ρ√(1 − ρ²) Z₂) S Pᵀ, with ρ from water-filling.
    let mut rng = rng(8);
    let centred = |rows: usize, cols: usize, rng: &mut _| {
        let x = normal(rows, cols, rng);
        let mean = |j: usize| x.col(j).iter().sum::<f64>() / rows as f64;
        svd(Mat::from_fn(rows, cols, |i, j| x[(i, j)] - mean(j)).as_ref()).u
    };
    let (z, g) = (centred(80, 6, &mut rng), centred(6, 3, &mut rng));
    let scale = [3.0, 1.5, 0.4].map(|s: f64| s * 80f64.sqrt());
    let of = |f: Mat<f64>| Model::new(f, g.clone(), None).unwrap();
    let a = of(Mat::from_fn(80, 3, |i, j| scale[j] * z[(i, j)]));
    let budgets = Budgets::of(&a).unwrap();
    for asked in [0.999, 0.9, 0.7, 0.5] {
        let at = |distance: f64| {
            let rho = logitdist::bound::water_filling(&[9.0, 2.25, 0.16], distance * distance);
            let f = |i: usize, j: usize| {
                // A direction that is lost stays in b, however small, and so counts.
                let (r, rest) = (rho[j], (1.0 - rho[j] * rho[j]).sqrt());
                let noise = (r * rest).max(if r == 0.0 { 1e-6 } else { 0.0 });
                scale[j] * (r * r * z[(i, j)] + noise * z[(i, j + 3)])
            };
            let comparison = compared(&a, &of(Mat::from_fn(80, 3, f)));
            (value(&comparison, "d_logit"), value(&comparison, "m_cca"))
        };
        let budget = budgets.m_cca(asked).unwrap();
        let (distance, m_cca) = at(budget * (1.0 - 1e-6));
        assert_close(distance, budget, 1e-5, "the distance of the family");
        assert!(m_cca >= asked, "{asked}: {m_cca}");
        let (distance, m_cca) = at(budget * (1.0 + 1e-3));
        assert!(distance < budget * 1.0011 && m_cca < asked, "{asked}: {m_cca} at {distance}, {budget}");
    }
}

#[test]
fn what_has_no_budget_says_why() {
    let constant = Model::new(Mat::full(5, 2, 1.0), normal(4, 2, &mut rng(1)), None).unwrap();
    let budgets = Budgets::of(&constant).unwrap();
    assert!(budgets.m_cca(0.9).unwrap_err().to_string().contains("they are constant"));
    assert!(budgets.answers.budget(1.0) > 0.0);
    let one_label = Budgets::of(&model(6, 1, 2, false, &mut rng(2))).unwrap();
    assert_eq!(one_label.answers.budget(0.5), f64::INFINITY);
    let few_labels = Budgets::of(&model(20, 3, 6, true, &mut rng(4))).unwrap();
    let reason = few_labels.m_cca(0.5).unwrap_err().to_string();
    assert_eq!(
        reason,
        "at most 0.3333 can be certified: the logits see 2 of the 6 directions of the embeddings"
    );
    assert!(few_labels.m_cca(0.3).unwrap() > 0.0);
    let masked = model(8, 3, 2, false, &mut rng(5));
    let bias = Some(vec![0.0, f64::NEG_INFINITY, 0.0]);
    let masked = Model::new(masked.embeddings().to_owned(), masked.unembeddings().to_owned(), bias).unwrap();
    let error = Budgets::of(&masked).unwrap_err().to_string();
    assert!(error.contains("the model has no budget") && error.contains("log p does not exist"), "{error}");
    let a = model(10, 5, 3, false, &mut rng(6));
    let budgets = Budgets::of(&a).unwrap();
    let probe = |weights: Vec<f64>, offset| budgets.probe(&a, &LinearProbe { weights, offset });
    assert!(probe(vec![1.0; 2], 0.0).unwrap_err().to_string().contains("2 entries"));
    assert!(probe(vec![1.0; 3], f64::INFINITY).unwrap_err().to_string().contains("offset is inf"));
    assert_eq!(
        probe(vec![0.0; 3], 1.0).unwrap().budget(1.0),
        f64::INFINITY,
        "a constant keeps its decisions"
    );
}
