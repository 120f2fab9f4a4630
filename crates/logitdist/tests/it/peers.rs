//! Similarities of representations against values of other packages; `fixtures/peers/make.py` made them.

use crate::fixtures::{fixture, network};
use logitdist::{Comparison, Pair, Settings, compare};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::Value;
use std::collections::BTreeMap;

/// The largest relative difference that is no contradiction.
fn tolerance(package: &str, token: &str) -> f64 {
    match (package, token) {
        // rsatoolbox takes roots of the eigenvalues of a product of kernels, which halves the digits.
        ("rsatoolbox", "procrustes") => 1e-6,
        _ => 1e-9,
    }
}

/// A measure as a list; a number is a list of one.
fn measured(comparison: &Comparison, token: &str) -> Vec<f64> {
    let list = comparison.lists.iter().find(|(name, _)| *name == token);
    match list {
        Some((_, values)) => values.as_ref().unwrap().clone(),
        None => vec![comparison.value(token).unwrap()],
    }
}

#[test]
fn similarities_are_those_of_other_packages() {
    let text = std::fs::read_to_string(fixture("peers/values.json")).unwrap();
    let pairs: BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>> =
        serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for (name, packages) in &pairs {
        let [a, b] = ["a", "b"].map(|side| network(&format!("peers/{name}-{side}")));
        let pair = Pair::new(&a, &b).unwrap();
        let comparison = compare(&pair, &Settings::default(), &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        for (package, values) in packages {
            for (token, theirs) in values {
                let theirs: Vec<f64> = match theirs {
                    Value::Array(list) => list.iter().map(|value| value.as_f64().unwrap()).collect(),
                    number => vec![number.as_f64().unwrap()],
                };
                let ours = measured(&comparison, token);
                assert_eq!(ours.len(), theirs.len(), "{name}: {token} of {package}");
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    let allowed = tolerance(package, token) * theirs.abs();
                    assert!(
                        (ours - theirs).abs() <= allowed,
                        "{name}: {token} is {ours}, {theirs} of {package}"
                    );
                    compared += 1;
                }
            }
        }
    }
    // Five pairs with ten numbers and lists of 5, 5, 3, 4 and 3 correlations.
    assert_eq!(compared, 5 * 9 + 20);
}
