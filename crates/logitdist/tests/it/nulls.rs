//! What reordered inputs show: against comparisons of reordered models, and against the law of chance.

use crate::pairs::{assert_close, compared, model, noisy, normal, rng};
use logitdist::{Comparison, Mat, Model, Pair, Reordering, Settings, compare};

fn with_null(a: &Model, b: &Model, settings: Settings) -> Comparison {
    let settings = Settings { null: 300, ..settings };
    compare(&Pair::new(a, b).unwrap(), &settings, &mut rng(0)).unwrap()
}

/// Embeddings that follow each other slowly.
fn slow(inputs: usize, dim: usize, seed: u64) -> Model {
    let mut rng = rng(seed);
    let steps = normal(inputs, dim, &mut rng);
    let mut f = steps.clone();
    for i in 1..inputs {
        for j in 0..dim {
            f[(i, j)] = 0.9 * f[(i - 1, j)] + (1.0f64 - 0.81).sqrt() * steps[(i, j)];
        }
    }
    Model::new(f, normal(8, dim, &mut rng), None).unwrap()
}

#[test]
fn shifts_show_what_comparisons_of_shifted_models_show() {
    // Ten inputs have nine shifts: all of them are among 300, and each value is one of a comparison.
    let inputs = 12;
    let (a, b) = (slow(inputs, 2, 1), slow(inputs, 3, 2));
    let found = with_null(&a, &b, Settings::default());
    let nulls = found.nulls.unwrap();
    assert_eq!(nulls.reordering, Reordering::Shifts);
    let shifted: Vec<Comparison> = (1..inputs)
        .map(|by| {
            let f = b.embeddings();
            let moved = Mat::from_fn(inputs, b.dim(), |i, j| f[((i + by) % inputs, j)]);
            compared(&a, &Model::new(moved, b.unembeddings().to_owned(), None).unwrap())
        })
        .collect();
    for (token, law) in &nulls.of {
        let mut values: Vec<f64> = shifted.iter().map(|c| c[token]).collect();
        values.sort_by(f64::total_cmp);
        let most = if *token == "procrustes" { values[0] } else { values[values.len() - 1] };
        assert_close(law.q99, most, 1e-9, token);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let spread = values[values.len() - 1] - values[0];
        assert!((law.mean - mean).abs() < 0.15 * spread, "{token}: {law:?}, {mean}");
    }
    assert_eq!(nulls.of.len(), 9);
}

#[test]
fn unrelated_models_are_within_and_related_ones_beyond() {
    let mut rng = rng(5);
    let (a, b) = (model(400, 9, 6, false, &mut rng), model(400, 9, 6, false, &mut rng));
    let unrelated = with_null(&a, &b, Settings::default());
    let nulls = unrelated.nulls.as_ref().unwrap();
    assert_eq!(nulls.reordering, Reordering::Free);
    let law = nulls.get("m_cca").unwrap();
    assert!((law.mean - unrelated["m_cca_null"]).abs() < 0.03 * law.mean, "{law:?}");
    assert!(law.share > 0.01 && law.q95 < law.q99);
    assert!(nulls.get("cka_debiased").unwrap().mean.abs() < 0.01);
    let near = with_null(&a, &noisy(&a, 0.1, &mut rng), Settings::default());
    for (token, law) in &near.nulls.as_ref().unwrap().of {
        assert_close(law.share, 1.0 / 301.0, 1e-12, token);
    }
}

#[test]
fn inputs_that_depend_on_each_other_show_more_by_chance() {
    let (a, b) = (slow(1000, 20, 3), slow(1000, 20, 4));
    let found = with_null(&a, &b, Settings::default());
    let shifts = *found.nulls.as_ref().unwrap().get("m_cca").unwrap();
    assert!(found["m_cca"] > 0.25 && found["m_cca_null"] < 0.13);
    assert!(shifts.q99 > found["m_cca"] - 0.03, "{shifts:?}");
    // In groups of fifty neighbours they are nearly as dependent.
    let groups = Some((0..1000).map(|i| i / 50).collect());
    let grouped = with_null(&a, &b, Settings { groups, ..Settings::default() });
    let nulls = grouped.nulls.unwrap();
    assert_eq!(nulls.reordering, Reordering::Groups);
    assert!(nulls.get("m_cca").unwrap().mean > 0.25);
}

#[test]
fn nulls_change_no_other_number() {
    let (a, b) = crate::pairs::regular_pair(3);
    let (plain, with) = (compared(&a, &b), with_null(&a, &b, Settings::default()));
    assert_eq!(plain.scalars, with.scalars);
    assert!(plain.nulls.is_none());
}
