//! How right both models are: against sums over N×K logits, with inputs that have no right answer, and what is refused.

use crate::definitions::arithmetic::{log_probabilities, logits};
use crate::pairs::{assert_close, model, noisy, rng};
use logitdist::{AtTarget, Comparison, Mat, Model, NO_TARGET, Pair, Settings, compare, tokens};

fn compared(a: &Model, b: &Model, settings: &Settings) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), settings, &mut rng(0)).unwrap()
}

fn settings(targets: Vec<i64>) -> Settings {
    Settings { targets: Some(targets), intervals: true, ..Settings::default() }
}

/// Every third label is right, and every fifth input has no right answer.
fn targets(inputs: usize, labels: usize) -> Vec<i64> {
    (0..inputs).map(|i| if i % 5 == 0 { NO_TARGET } else { ((3 * i) % labels) as i64 }).collect()
}

fn first_largest(row: &[f64]) -> usize {
    (0..row.len()).fold(0, |best, y| if row[y] > row[best] { y } else { best })
}

fn percentile(mut values: Vec<f64>, level: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = level * (values.len() - 1) as f64;
    let low = values[at.floor() as usize];
    low + (values[at.ceil() as usize] - low) * at.fract()
}

#[test]
fn values_are_those_of_plain_sums() {
    for (seed, noise) in [(0, 0.3), (1, 1e-7), (2, 3.0)] {
        let mut rng = rng(seed);
        let a = model(103, 7, 3, true, &mut rng);
        let b = noisy(&a, noise, &mut rng);
        let targets = targets(103, 7);
        let comparison = compared(&a, &b, &settings(targets.clone()));
        let [p, q] = [&a, &b].map(|m| log_probabilities(&logits(m)));
        let right: Vec<(usize, usize)> = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| **target >= 0)
            .map(|(input, target)| (input, *target as usize))
            .collect();
        let mean = |of: &dyn Fn(usize, usize) -> f64| {
            right.iter().map(|&(x, y)| of(x, y)).sum::<f64>() / right.len() as f64
        };
        let is_right = |rows: &[Vec<f64>], x: usize, y: usize| first_largest(&rows[x]) == y;
        let share = |of: &dyn Fn(usize, usize) -> bool| mean(&|x, y| f64::from(u8::from(of(x, y))));
        let entropies = [mean(&|x, y| -p[x][y]), mean(&|x, y| -q[x][y])];
        let accuracies = [share(&|x, y| is_right(&p, x, y)), share(&|x, y| is_right(&q, x, y))];
        let change = |x: usize, y: usize| q[x][y].exp() - p[x][y].exp();
        let changes = || right.iter().map(|&(x, y)| change(x, y)).collect::<Vec<f64>>();
        let wanted = [
            ("n_targets", right.len() as f64),
            ("target_accuracy_a", accuracies[0]),
            ("target_accuracy_b", accuracies[1]),
            ("target_accuracy_difference", accuracies[1] - accuracies[0]),
            ("target_lost", share(&|x, y| is_right(&p, x, y) && !is_right(&q, x, y))),
            ("target_gained", share(&|x, y| !is_right(&p, x, y) && is_right(&q, x, y))),
            ("cross_entropy_a", entropies[0]),
            ("cross_entropy_b", entropies[1]),
            ("cross_entropy_difference", entropies[1] - entropies[0]),
            ("perplexity_a", entropies[0].exp()),
            ("perplexity_b", entropies[1].exp()),
            ("perplexity_ratio", (entropies[1] - entropies[0]).exp()),
            ("perplexity_difference", entropies[1].exp() - entropies[0].exp()),
            ("target_p_difference", mean(&change)),
            ("target_p_difference_rms", mean(&|x, y| change(x, y).powi(2)).sqrt()),
            ("target_p_difference_q01", percentile(changes(), 0.01)),
            ("target_p_difference_q10", percentile(changes(), 0.1)),
            ("target_p_difference_median", percentile(changes(), 0.5)),
            ("target_p_difference_q90", percentile(changes(), 0.9)),
            ("target_p_difference_q99", percentile(changes(), 0.99)),
        ];
        for (token, want) in wanted {
            let got = comparison.value(token).unwrap();
            assert!((got - want).abs() < 1e-12 * (1.0 + want.abs()), "seed {seed}, {token}: {got} {want}");
        }
        let of_targets = tokens().filter(|(_, row, _)| row.part == logitdist::Part::Targets);
        assert_eq!(of_targets.count(), wanted.len(), "each is looked at");
    }
}

#[test]
fn near_models_keep_the_digits_of_their_differences() {
    let mut rng = rng(4);
    let a = model(60, 5, 3, true, &mut rng);
    let b = noisy(&a, 1e-9, &mut rng);
    let of = |b: &Model| compared(&a, b, &settings(targets(60, 5)));
    // Half as far, half as large.
    let f = Mat::from_fn(60, 3, |i, j| {
        let own = a.embeddings()[(i, j)];
        own + 0.5 * (b.embeddings()[(i, j)] - own)
    });
    let g = Mat::from_fn(5, 3, |i, j| {
        let own = a.unembeddings()[(i, j)];
        own + 0.5 * (b.unembeddings()[(i, j)] - own)
    });
    let bias = a.bias().unwrap().iter().zip(b.bias().unwrap()).map(|(a, b)| a + 0.5 * (b - a)).collect();
    let half = Model::new(f, g, Some(bias)).unwrap();
    let token = "target_p_difference_rms";
    assert_close(of(&b).value(token).unwrap(), 2.0 * of(&half).value(token).unwrap(), 1e-4, token);
}

#[test]
fn intervals_are_around_the_values_and_swap_with_the_models() {
    let mut rng = rng(5);
    let a = model(400, 7, 3, true, &mut rng);
    let b = noisy(&a, 0.5, &mut rng);
    let (ab, ba) =
        (compared(&a, &b, &settings(targets(400, 7))), compared(&b, &a, &settings(targets(400, 7))));
    for (token, row, _) in tokens().filter(|(_, row, _)| row.part == logitdist::Part::Targets) {
        let value = ab.value(token).unwrap();
        let interval = ab.intervals.as_ref().unwrap().get(token).unwrap();
        match interval {
            Ok(found) => assert!(found.low <= value && value <= found.high, "{token}: {found:?} {value}"),
            Err(_) => assert!(token == "n_targets" || token.contains("_q"), "{token}: {:?}", row.uncertainty),
        }
    }
    let token = "cross_entropy_difference";
    let [there, back] =
        [&ab, &ba].map(|c| c.intervals.as_ref().unwrap().get(token).unwrap().clone().unwrap());
    assert_close(there.se, back.se, 1e-9, token);
    assert_close(there.low, -back.high, 1e-9, token);
}

#[test]
fn masked_right_labels_are_infinitely_improbable() {
    let mut rng = rng(6);
    let a = model(40, 5, 2, true, &mut rng);
    let mut bias = a.bias().unwrap().to_vec();
    bias[0] = f64::NEG_INFINITY;
    let b = Model::new(a.embeddings().to_owned(), a.unembeddings().to_owned(), Some(bias)).unwrap();
    let given = settings(vec![0; 40]);
    let (ab, ba) = (compared(&a, &b, &given), compared(&b, &a, &given));
    assert_eq!(ab["cross_entropy_b"], f64::INFINITY);
    assert_eq!(
        (ab["cross_entropy_difference"], ba["cross_entropy_difference"]),
        (f64::INFINITY, f64::NEG_INFINITY)
    );
    assert_close(ab["cross_entropy_a"], ba["cross_entropy_b"], 1e-12, "cross_entropy");
    assert_close(ab["target_p_difference"], -(-ab["cross_entropy_a"]).exp(), 1.0, "not NaN");
    assert!(
        compared(&b, &b, &given).value("cross_entropy_difference").unwrap_err().to_string().contains("mask")
    );
}

#[test]
fn what_is_no_label_is_refused_and_inputs_without_answers_are_left_out() {
    let mut rng = rng(7);
    let a = model(10, 4, 2, false, &mut rng);
    for (given, part) in [
        (vec![0; 9], "there are 9 targets and 10 inputs"),
        (vec![4; 10], "the target of input 0 is 4; a label from 0 to 3 is needed, or -100"),
        (vec![-1; 10], "the target of input 0 is -1"),
    ] {
        let error = compare(&Pair::new(&a, &a).unwrap(), &settings(given), &mut rng).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let none = compared(&a, &a, &settings(vec![NO_TARGET; 10]));
    assert_eq!(none["n_targets"], 0.0);
    assert!(none.value("target_accuracy_a").unwrap_err().to_string().contains("0 inputs"));
    assert!(none.intervals.unwrap().get("target_lost").unwrap().is_err());
}

#[test]
fn tenths_by_confidence_hold_all_inputs_and_their_means_are_those_of_all() {
    let mut rng = rng(8);
    let a = model(237, 6, 3, true, &mut rng);
    let b = noisy(&a, 0.4, &mut rng);
    let comparison = compared(&a, &b, &Settings { by_confidence: true, ..Settings::default() });
    let deciles = comparison.by_confidence.as_ref().unwrap();
    assert_eq!(deciles.len(), 10);
    assert_eq!(deciles.iter().map(|decile| decile.inputs).sum::<usize>(), 237);
    for (token, of) in [
        ("kl_ab", (|d| d.kl_ab) as fn(&logitdist::Decile) -> f64),
        ("kl_ba", |d| d.kl_ba),
        ("top1_agreement", |d| d.agreement),
    ] {
        let mean = deciles.iter().map(|d| of(d) * d.inputs as f64).sum::<f64>() / 237.0;
        assert_close(mean, comparison[token], 1e-12, token);
    }
    let p = log_probabilities(&logits(&a));
    let mut largest: Vec<f64> =
        p.iter().map(|row| row.iter().fold(f64::MIN, |max, x| x.max(max)).exp()).collect();
    largest.sort_by(f64::total_cmp);
    assert_close(deciles[0].confidence[0], largest[0], 1e-12, "the least sure");
    assert_close(deciles[9].confidence[1], largest[236], 1e-12, "the surest");
    assert!(deciles.windows(2).all(|two| two[0].confidence[1] <= two[1].confidence[0]));
    // Seven inputs make seven tenths.
    let [a, b] = [model(7, 4, 2, false, &mut rng), model(7, 4, 2, false, &mut rng)];
    let few = compared(&a, &b, &Settings { by_confidence: true, ..Settings::default() });
    assert_eq!(few.by_confidence.unwrap().len(), 7);
}

#[test]
fn a_shift_of_rows_is_found_and_unrelated_models_have_none() {
    let mut rng = rng(9);
    let a = model(300, 6, 3, true, &mut rng);
    let near = noisy(&a, 0.1, &mut rng);
    let moved = |by: usize| {
        let f = Mat::from_fn(300, 3, |i, j| near.embeddings()[((i + 300 - by) % 300, j)]);
        Model::new(f, near.unembeddings().to_owned(), None).unwrap()
    };
    let settings = Settings { shifts: true, ..Settings::default() };
    for (by, rows) in [(1, 1), (3, 3), (299, -1), (298, -2)] {
        let shift = compared(&a, &moved(by), &settings).shift.unwrap();
        assert_eq!(shift.rows, rows);
        assert!(shift.m_cca > 0.8, "{shift:?}");
    }
    assert_eq!(compared(&a, &near, &settings).shift, None);
    assert_eq!(compared(&a, &model(300, 6, 3, true, &mut rng), &settings).shift, None);
    assert_eq!(compared(&a, &moved(1), &Settings::default()).shift, None);
}

#[test]
fn differences_keep_their_digits_and_masked_labels_are_no_nan() {
    let of = |p: f64, q: f64| AtTarget { log_p: [p, q], log_ratio: p - q, right: [false; 2] }.p_difference();
    assert!((of(-1.0, -2.0) - ((-2.0_f64).exp() - (-1.0_f64).exp())).abs() < 1e-16);
    assert!((of(-1.0, -1.0 + 1e-14) / (1e-14 * (-1.0_f64).exp()) - 1.0).abs() < 0.01);
    assert_eq!(of(f64::NEG_INFINITY, 0.0), 1.0);
    assert_eq!(of(0.0, f64::NEG_INFINITY), -1.0);
    assert_eq!(of(f64::NEG_INFINITY, f64::NEG_INFINITY), 0.0);
}

#[test]
fn near_models_keep_the_digits_of_what_changes_at_the_right_label() {
    let mut rng = rng(7);
    let a = model(40, 5, 2, true, &mut rng);
    let bias = a.bias().unwrap().to_vec();
    let nudged: Vec<f64> = bias.iter().enumerate().map(|(y, b)| b + 1e-11 * (y * y) as f64).collect();
    let b = Model::new(a.embeddings().to_owned(), a.unembeddings().to_owned(), Some(nudged.clone())).unwrap();
    let targets: Vec<i64> = (0..40).map(|i| i % 5).collect();
    let settings = Settings { targets: Some(targets.clone()), ..Settings::default() };
    let found = compared(&a, &b, &settings);
    let change: Vec<f64> = nudged.iter().zip(&bias).map(|(after, before)| after - before).collect();
    let p = log_probabilities(&logits(&a));
    // To first order; the second is 1e-22.
    let of = |(x, &target): (usize, &i64)| {
        let mean: f64 = p[x].iter().zip(&change).map(|(log_p, change)| log_p.exp() * change).sum();
        mean - change[target as usize]
    };
    let expected = targets.iter().enumerate().map(of).sum::<f64>() / 40.0;
    let difference = found["cross_entropy_difference"];
    assert!((difference / expected - 1.0).abs() < 1e-8, "{difference:e}, expected {expected:e}");
}
