//! One model against many: the same numbers as pair by pair.

use crate::fixtures::network;
use crate::pairs::{changed, model, noisy, normal, rng, scaled, shifted, with_dead_unit};
use logitdist::{
    Comparison, Mat, Model, ModelRows, Pair, Selection, Settings, Status, Unit, compare, compare_many,
    measure,
};
use rand::RngExt;

/// What is asked of a value: 1e-12 of it, beside what is rounding alone in both.
fn close(x: f64, y: f64, rounding: f64) -> bool {
    x == y || (x - y).abs() <= 1e-12 * x.abs().max(y.abs()) + rounding
}

fn all(first: &Model, others: &[Model], settings: &Settings) -> Vec<Comparison> {
    let rows: Vec<&dyn ModelRows> = others.iter().map(|other| other as &dyn ModelRows).collect();
    let mut found = Vec::new();
    compare_many(
        first,
        &rows,
        settings,
        || rng(7),
        &|_, _| (),
        |i, comparison| {
            assert_eq!(i, found.len());
            found.push(comparison);
        },
    )
    .unwrap();
    found
}

fn check(first: &Model, others: &[Model], settings: &Settings, what: &str) {
    let found = all(first, others, settings);
    assert_eq!(found.len(), others.len());
    for (i, (other, many)) in others.iter().zip(&found).enumerate() {
        let single = compare(&Pair::new(first, other).unwrap(), settings, &mut rng(7)).unwrap();
        let scale = single.reduced.squared_scale().sqrt();
        for ((token, x), (other_token, y)) in single.scalars.iter().zip(&many.scalars) {
            assert_eq!(token, other_token);
            let rounding = match measure(token).unwrap().0.unit {
                Unit::One | Unit::Share | Unit::Count => 4e-15,
                _ => 4e-15 * scale,
            };
            match (x, y) {
                (Ok(x), Ok(y)) => assert!(close(*x, *y, rounding), "{what}, {i}: {token} {x} {y}"),
                _ => assert_eq!(x, y, "{what}, {i}: {token}"),
            }
        }
        let (x, y) = (&single.certificate.m_cca, &many.certificate.m_cca);
        if let (Ok((x, _)), Ok((y, _))) = (x, y) {
            assert!(close(*x, *y, 4e-15), "{what}, {i}: certificate {x} {y}");
        } else {
            assert_eq!(x, y, "{what}, {i}");
        }
        for ((_, x), (_, y)) in single.all_bounds().zip(many.all_bounds()) {
            let applies = |status: &Status| !matches!(status, Status::NotApplicable(_));
            assert_eq!(applies(&x.status), applies(&y.status), "{what}, {i}: {}", x.theorem.token);
        }
    }
}

/// What `logitdist matrix` computes of a pair, more or less.
fn headlines() -> Settings {
    let names = [
        "bounds",
        "d_logit",
        "d_logit_relative",
        "d_logit_per_label",
        "m_cca",
        "m_cca_null",
        "m_cca_logits",
        "kl_ab",
        "kl_ba",
        "js",
        "tv",
        "top1_agreement",
        "cka",
    ];
    Settings { selection: Selection::only(names).unwrap(), d_rep: false, ..Settings::default() }
}

/// Models of all kinds on the inputs and labels of one.
fn others(first: &Model, seed: u64) -> Vec<Model> {
    let rng = &mut rng(seed);
    let (n, k, m) = (first.n_inputs(), first.n_labels(), first.dim());
    let own = |f: Mat<f64>| {
        let bias = first.bias().map(<[f64]>::to_vec);
        Model::new(f, first.unembeddings().to_owned(), bias).unwrap()
    };
    let moved = noisy(first, 0.3, rng);
    let masked = {
        let bias = (0..k).map(|y| if y == 1 { f64::NEG_INFINITY } else { 0.1 * y as f64 }).collect();
        let (f, g, _) = moved.clone().into_parts();
        Model::new(f, g, Some(bias)).unwrap()
    };
    let same_head_as_moved = {
        let (_, g, bias) = moved.clone().into_parts();
        Model::new(normal(n, m, rng), g, bias).unwrap()
    };
    vec![
        first.clone(),
        own(normal(n, m, rng)),
        own(noisy(first, 1e-6, rng).into_parts().0),
        moved.clone(),
        same_head_as_moved,
        noisy(first, 1e-9, rng),
        changed(&moved, &normal(m, m, rng)),
        with_dead_unit(&moved, 0),
        shifted(&moved, 300.0),
        scaled(&moved, 3.0, 0.5),
        model(n, k, m + 2, true, rng),
        model(n, k, 1, false, rng),
        masked,
    ]
}

#[test]
fn every_pair_has_the_numbers_of_its_own_comparison() {
    for seed in 0..6 {
        let (n, k, m, bias) = {
            let rng = &mut rng(seed);
            (rng.random_range(40..90), rng.random_range(20..40), rng.random_range(2..6), rng.random_bool(0.5))
        };
        let first = model(n, k, m, bias, &mut rng(seed + 100));
        check(&first, &others(&first, seed), &headlines(), &format!("seed {seed}"));
        // Fewer rows than columns: nothing is factored together.
        let small = model(7, 5, m, bias, &mut rng(seed + 200));
        check(&small, &others(&small, seed), &headlines(), &format!("small, seed {seed}"));
    }
}

#[test]
fn several_blocks_and_a_sample_of_the_inputs_are_the_same_too() {
    let first = model(9000, 30, 4, true, &mut rng(1));
    let mut some = others(&first, 2);
    some.truncate(6);
    let settings = Settings { inputs_limit: Some(500), llv: false, ..headlines() };
    check(&first, &some, &settings, "blocks");
    let many_labels = model(60, 4300, 4, true, &mut rng(3));
    let mut some = others(&many_labels, 4);
    some.truncate(5);
    check(&many_labels, &some, &settings, "many labels");
}

#[test]
fn fixtures_have_the_numbers_and_intervals_of_their_own_comparison() {
    let names = ["digits-m8-b", "digits-m8-a", "digits-m8-a-equivalent", "digits-m4-a"];
    let first = network("digits-m8-a");
    let others: Vec<Model> = names.iter().map(|name| network(name)).collect();
    let settings = Settings { intervals: true, held_out: true, ..headlines() };
    check(&first, &others, &settings, "fixtures");
    let found = all(&first, &others, &settings);
    for (other, many) in others.iter().zip(&found) {
        let single = compare(&Pair::new(&first, other).unwrap(), &settings, &mut rng(7)).unwrap();
        let (x, y) = (single.intervals.unwrap(), many.intervals.as_ref().unwrap());
        for ((token, x), (_, y)) in x.of.iter().zip(&y.of) {
            if let (Ok(x), Ok(y)) = (x, y) {
                let size = x.low.abs().max(x.high.abs());
                assert!((x.low - y.low).abs() <= 1e-9 * size + 1e-12, "{token}: {x:?} {y:?}");
            }
        }
    }
}

#[test]
fn models_that_do_not_fit_and_settings_that_cannot_be_are_refused() {
    let first = model(20, 6, 2, false, &mut rng(0));
    let shorter = model(19, 6, 2, false, &mut rng(0));
    let refused = |other: &Model, settings: &Settings| {
        let other: &dyn ModelRows = other;
        compare_many(&first, &[other], settings, || rng(0), &|_, _| (), |_, _| ()).unwrap_err().to_string()
    };
    assert!(refused(&shorter, &Settings::default()).contains("20"));
    let none = Settings { inputs_limit: Some(0), ..Settings::default() };
    assert!(refused(&first, &none).contains("at least 1"));
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    let first = model(9000, 30, 4, true, &mut rng(1));
    let mut some = others(&first, 2);
    some.truncate(4);
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| all(&first, &some, &headlines()));
        found.into_iter().map(|comparison| comparison.scalars).collect::<Vec<_>>()
    };
    assert_eq!(format!("{:?}", of(1)), format!("{:?}", of(3)));
}
