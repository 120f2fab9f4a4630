//! How far rounding may reach, bound by bound, and bounds that are asked for alone.

use crate::pairs::{assert_close, compared, model, regular_pair, rng};
use logitdist::bound::{Budgets, LinearProbe, evaluate, probe_agreement};
use logitdist::{Direction, Error, Form, Mat, Model, Pair, Part, Settings, Statement, compare, theorems};

#[test]
fn what_counts_as_rounding_is_of_the_size_of_the_logits() {
    for seed in 0..5 {
        let (a, b) = regular_pair(seed);
        let comparison = compared(&a, &b);
        let scale = comparison.reduced.squared_scale();
        let mut checked = 0;
        for (direction, bound) in comparison.all_bounds() {
            if bound.theorem.is_lower() || bound.statement.is_none() {
                continue;
            }
            let model =
                if direction == Direction::Ab { &comparison.reduced.a } else { &comparison.reduced.b };
            let wanted = match bound.theorem.token {
                "d_fg_linear" | "d_fg_quadratic" => 1e-14,
                "tv_from_logit" | "hellinger_from_logit" | "probe_transfer" => 1e-14 * scale.sqrt(),
                "d_ls" => 1e-14 * scale.sqrt() / model.smallest_unembedding_value().unwrap(),
                // They depend on the subsets.
                "d_rep_worst_subset" | "d_rep_per_subset" => continue,
                _ => 1e-28 * scale,
            };
            assert_close(bound.rounding / wanted, 1.0, 1e-9, bound.theorem.token);
            checked += 1;
        }
        assert!(checked >= 28, "seed {seed}: {checked} bounds");
    }
}

#[test]
fn a_bound_alone_is_that_of_a_comparison() {
    let (a, b) = regular_pair(3);
    let pair = Pair::new(&a, &b).unwrap();
    let settings = Settings::default();
    let comparison = compare(&pair, &settings, &mut rng(7)).unwrap();
    let mut compared = 0;
    for (direction, bound) in comparison.all_bounds() {
        let alone = evaluate(&pair, bound.theorem, direction, &settings, &mut rng(7)).unwrap();
        assert_eq!(alone.status, bound.status, "{}", bound.theorem.token);
        let sides = |statement: &Option<Statement>| match statement {
            Some(Statement::AtMost { lhs, rhs }) => [*lhs, *rhs],
            Some(Statement::AtLeast { bound, value }) => [*bound, *value],
            None => [0.0; 2],
        };
        for (one, other) in sides(&alone.statement).into_iter().zip(sides(&bound.statement)) {
            assert_close(one, other, 1e-9, bound.theorem.token);
        }
        compared += 1;
    }
    assert_eq!(compared, 2 * theorems().filter(|row| row.part != Part::Concept).count());
    let probe = theorems().find(|row| row.part == Part::Concept).unwrap();
    let error = evaluate(&pair, probe, Direction::Ab, &settings, &mut rng(7)).unwrap_err();
    assert!(matches!(&error, Error::Option(text) if text.contains("more than a pair")), "{error}");
}

#[test]
fn forms_have_names() {
    assert_eq!([Form::Published, Form::Sharpened].map(|form| form.to_string()), ["published", "sharpened"]);
}

#[test]
fn a_probe_is_carried_with_the_offset_that_the_biases_ask_for() {
    // f′ = f + t and b′ = b − G t: the same distribution, and so the same decisions.
    let a = model(40, 6, 2, true, &mut rng(5));
    let t = [3.0, -2.0];
    let moved = Mat::from_fn(40, 2, |i, j| a.embeddings()[(i, j)] + t[j]);
    let g = a.unembeddings();
    let bias = a.bias().unwrap().iter().enumerate().map(|(y, b)| b - g[(y, 0)] * t[0] - g[(y, 1)] * t[1]);
    let b = Model::new(moved, g.to_owned(), Some(bias.collect())).unwrap();
    let comparison = compared(&a, &b);
    for direction in [Direction::Ab, Direction::Ba] {
        let probe = LinearProbe { weights: vec![1.0, 0.5], offset: 0.1 };
        let bound =
            probe_agreement(&Pair::new(&a, &b).unwrap(), &comparison.reduced, direction, &probe).unwrap();
        let Some(Statement::AtLeast { value, .. }) = bound.statement else { panic!("{bound:?}") };
        assert_eq!(value, 1.0);
    }
}

#[test]
fn no_distance_changes_a_probe_that_the_logits_do_not_see() {
    // The second unembedding coordinate is the same for all labels.
    let seen = model(20, 5, 2, false, &mut rng(6));
    let g = Mat::from_fn(5, 2, |y, j| if j == 0 { seen.unembeddings()[(y, 0)] } else { 1.0 });
    let a = Model::new(seen.embeddings().to_owned(), g, None).unwrap();
    let budgets = Budgets::of(&a).unwrap();
    for offset in [0.0, 1.0] {
        let probe = LinearProbe { weights: vec![0.0, 1.0], offset };
        assert_eq!(budgets.probe(&a, &probe).unwrap().budget(1.0), f64::INFINITY, "{offset}");
    }
    // The logits see one of two directions: a mean of one half is all that can be asked for, and can be.
    assert!(budgets.m_cca(0.5).is_ok());
    assert!(budgets.m_cca(0.51).is_err());
}
