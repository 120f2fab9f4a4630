//! Logits alone of more labels than are taken as they are: directions are found, and say what all logits say.

use logitdist::{Comparison, Mat, Model, ModelRows, Pair, Reason, Settings, Statement, compare};
use logitdist_io::{Directions, FileModel, LogitForm, ReadOptions, Source, open_model};
use logitdist_testing::npy_of;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::fs;
use std::path::Path;

fn waves(rows: usize, cols: usize, phase: f64) -> Mat<f64> {
    Mat::from_fn(rows, cols, |i, j| ((7 * i + 3 * j + i * j) as f64 * 0.37 + phase + (i * i) as f64).sin())
}

/// A pair of models of five and six dimensions, the second with a bias.
pub(crate) fn pair(inputs: usize, labels: usize) -> [Model; 2] {
    let (f, g) = (waves(inputs, 5, 0.1), waves(labels, 5, 0.7));
    let near = Mat::from_fn(inputs, 6, |i, j| {
        if j == 5 { 0.3 * (i as f64).cos() } else { f[(i, j)] + 0.2 * ((i * (j + 2)) as f64).cos() }
    });
    let other = Mat::from_fn(labels, 6, |y, j| if j == 5 { (y as f64).sin() } else { g[(y, j)] });
    let bias = (0..labels).map(|y| 0.1 * (y as f64 * 0.9).cos()).collect();
    [Model::new(f, g, None).unwrap(), Model::new(near, other, Some(bias)).unwrap()]
}

pub(crate) fn logits(model: &Model) -> Mat<f64> {
    let product = model.embeddings() * model.unembeddings().transpose();
    Mat::from_fn(product.nrows(), product.ncols(), |i, y| {
        product[(i, y)] + model.bias().map_or(0.0, |bias| bias[y]) + (i % 3) as f64
    })
}

fn file(folder: &Path, name: &str, logits: &Mat<f64>) -> Source {
    let path = folder.join(name);
    let entries: Vec<f64> =
        logits.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect();
    fs::write(&path, npy_of(&format!("({}, {})", logits.nrows(), logits.ncols()), &entries)).unwrap();
    Source::Logits(path, LogitForm::Logits)
}

fn opened(source: &Source, directions: Directions) -> FileModel<'static> {
    open_model(source, &ReadOptions { directions, ..ReadOptions::default() }).unwrap()
}

fn compared(a: &dyn ModelRows, b: &dyn ModelRows) -> Comparison {
    let settings = Settings { intervals: true, ..Settings::default() };
    compare(&Pair::new(a, b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
}

pub(crate) const FOUND: Directions = Directions { most_labels: 0, rank: None };

/// All numbers, lists and sides of bounds that both have are the same; how many those are.
pub(crate) fn common(found: &Comparison, expected: &Comparison) -> usize {
    let same = |token: &str, x: f64, y: f64| {
        assert!((x - y).abs() <= 1e-9 * y.abs().max(1e-3), "{token}: {x} in place of {y}");
    };
    let mut count = 0;
    for (token, value) in &found.scalars {
        // Where logits are all that is known, these are about the logits.
        let (Ok(x), Some(Ok(y))) = (value, expected.scalar(token)) else { continue };
        same(token, *x, *y);
        count += 1;
    }
    for (token, list) in &found.lists {
        let (Ok(xs), Some((_, Ok(ys)))) = (list, expected.lists.iter().find(|(t, _)| t == token)) else {
            continue;
        };
        assert_eq!(xs.len(), ys.len(), "{token}");
        xs.iter().zip(ys).for_each(|(x, y)| same(token, *x, *y));
        count += 1;
    }
    for ((_, x), (_, y)) in found.all_bounds().zip(expected.all_bounds()) {
        assert!(!x.is_violated(), "{}", x.theorem.token);
        match (x.statement, y.statement) {
            (Some(Statement::AtMost { lhs, rhs }), Some(Statement::AtMost { lhs: l, rhs: r })) => {
                same(x.theorem.token, lhs, l);
                same(x.theorem.token, rhs, r);
            }
            (Some(Statement::AtLeast { bound, .. }), Some(Statement::AtLeast { bound: b, .. }))
                if x.theorem.token != "m_cca_contrasts" =>
            {
                same(x.theorem.token, bound, b);
            }
            _ => continue,
        }
        count += 1;
    }
    count
}

#[test]
fn directions_say_what_all_logits_and_what_embeddings_say() {
    let folder = tempfile::tempdir().unwrap();
    for (inputs, labels) in [(150, 60), (90, 1500)] {
        let models = pair(inputs, labels);
        let [a, b] = [0, 1].map(|m| file(folder.path(), &format!("{m}.npy"), &logits(&models[m])));
        let [found_a, found_b] = [&a, &b].map(|source| opened(source, FOUND));
        assert_eq!((found_a.dim(), found_b.dim()), (5, 7), "a bias is a direction, too");
        let found = compared(&found_a, &found_b);
        let whole = compared(&models[0], &models[1]);
        assert!(common(&found, &whole) > 60, "{}", common(&found, &whole));
        for token in ["m_cca_logits", "d_logit", "rank_logits_a", "m_cca_cv", "d_white_ab"] {
            assert!(found.value(token).is_ok(), "{token}");
        }
        if labels < 100 {
            let [exact_a, exact_b] = [&a, &b].map(|source| opened(source, Directions::default()));
            let exact = compared(&exact_a, &exact_b);
            assert!(common(&found, &exact) > 80, "{}", common(&found, &exact));
            let interval = |of: &Comparison, token| of.intervals.as_ref().unwrap().get(token).cloned();
            for token in ["d_logit", "m_cca_logits", "kl_ab"] {
                let [x, y] = [&found, &exact].map(|of| format!("{:.6?}", interval(of, token)));
                assert_eq!(x, y, "{token}");
            }
        }
        // One side may have embeddings.
        let mixed = compared(&models[0], &found_b);
        assert!(common(&mixed, &whole) > 65);
        assert!((mixed["d_ls_ab"] / whole["d_ls_ab"] - 1.0).abs() < 1e-9);
    }
}

#[test]
fn what_is_asked_for_may_be_less_and_the_distance_is_that_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let models = pair(120, 70);
    let [a, b] = [0, 1].map(|m| file(folder.path(), &format!("{m}.npy"), &logits(&models[m])));
    let whole = compared(&models[0], &models[1]);
    let few = Directions { rank: Some(3), ..FOUND };
    let found = compared(&opened(&a, few), &opened(&b, few));
    assert_eq!((found["rank_logits_a"], found["rank_logits_b"]), (3.0, 3.0));
    for token in ["d_logit", "kl_ab", "tv", "d_logit_q99"] {
        assert!((found[token] / whole[token] - 1.0).abs() < 1e-12, "{token}");
    }
    let (_, note) = found.notes.iter().find(|(token, _)| *token == "rank_logits_a").unwrap();
    assert!(note.contains("the 3 directions asked for hold") && note.contains("of b's logits"), "{note}");
    assert!(!found.any_violation());
}

#[test]
fn what_has_no_last_direction_has_its_divergences_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 1_u64;
    let mut noise = |scale: f64| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        scale * ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5)
    };
    let first = Mat::from_fn(1030, 1040, |_, _| noise(6.0));
    let second = Mat::from_fn(1030, 1040, |i, y| first[(i, y)] + noise(1.0));
    let [a, b] = [("a.npy", &first), ("b.npy", &second)].map(|(name, u)| file(folder.path(), name, u));
    let [a, b] = [&a, &b].map(|source| opened(source, FOUND));
    let settings = Settings { intervals: true, per_input: true, ..Settings::default() };
    let found = compare(&Pair::new(&a, &b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    // The definition, written out: centred differences.
    let squared = |i: usize| {
        let of = |y: usize| first[(i, y)] - second[(i, y)];
        let mean = (0..1040).map(of).sum::<f64>() / 1040.0;
        (0..1040).map(|y| (of(y) - mean).powi(2)).sum::<f64>()
    };
    let wanted = ((0..1030).map(squared).sum::<f64>() / 1030.0).sqrt();
    assert!((found["d_logit"] / wanted - 1.0).abs() < 1e-12);
    assert!((found.per_input.as_ref().unwrap().d_logit_x[7] / squared(7).sqrt() - 1.0).abs() < 1e-12);
    assert!(found["kl_ab"] > 0.0 && found["top1_agreement"] > 0.0 && found["kl_ab_q99"] > found["kl_ab"]);
    for token in ["d_logit_centred", "m_cca_logits", "rank_logits_a", "m_cca_null", "m_cca_cv"] {
        let reason = found.scalar(token).unwrap().clone().unwrap_err();
        assert!(matches!(reason, Reason::Directions { width: 1014, .. }), "{token}: {reason}");
    }
    let holding: Vec<&str> = found
        .bounds
        .iter()
        .filter(|bound| bound.holds == Some(true))
        .map(|bound| bound.theorem.token)
        .collect();
    for token in ["kl_from_logit_sharp", "tv_from_logit", "top1_from_logit", "kl_weighted_upper"] {
        assert!(holding.contains(&token), "{token} in {holding:?}");
    }
    assert!(!holding.contains(&"m_cca_logits_sharp") && !found.any_violation());
    assert!(found.certificate.m_cca_logits.is_err());
}
