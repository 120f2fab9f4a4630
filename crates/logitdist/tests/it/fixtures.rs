//! Real networks trained on the UCI digits, against independently computed values.

use logitdist::{Comparison, Model, Pair, Settings, Statement, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub fn network(name: &str) -> Model {
    let source = Source::Path(fixture(&format!("{name}.npz")));
    read_model(&source, &ReadOptions::default()).unwrap()
}

pub fn expected() -> Vec<Value> {
    values("expected.json")
}

fn values(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture(file)).unwrap();
    serde_json::from_str::<Vec<Value>>(&text).unwrap()
}

/// What is asked of a value: the equivalent pair's are rounding errors, and d_rep depends on the condition of L.
fn close(token: &str, got: f64, want: f64, equivalent: bool) -> bool {
    let relative = if token.starts_with("d_rep") { 1e-6 } else { 1e-9 };
    let absolute = if equivalent { 1e-10 } else { 0.0 };
    (got - want).abs() <= relative * want.abs() + absolute
}

fn check_bound(comparison: &Comparison, pair: &str, token: &str, sides: &Value, equivalent: bool) {
    let bound =
        comparison.bounds.iter().find(|b| b.theorem.token == token).unwrap_or_else(|| panic!("no {token}"));
    let (names, got) = match bound.statement.unwrap_or_else(|| panic!("{pair}: {token} does not apply")) {
        Statement::AtMost { lhs, rhs } => (["lhs", "rhs"], [lhs, rhs]),
        Statement::AtLeast { bound, value } => (["bound", "value"], [bound, value]),
    };
    for (name, got) in names.into_iter().zip(got) {
        let want = sides[name].as_f64().unwrap();
        assert!(close(token, got, want, equivalent), "{pair}: {token}.{name} is {got}, expected {want}");
    }
}

#[test]
fn every_expected_value_is_reproduced() {
    for entry in [expected(), values("expected-bounds.json")].concat() {
        let (a, b) = (entry["a"].as_str().unwrap(), entry["b"].as_str().unwrap());
        let (model_a, model_b) = (network(a), network(b));
        let pair = Pair::new(&model_a, &model_b).unwrap();
        let comparison = compare(&pair, &Settings::default(), &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        let equivalent = b.ends_with("equivalent");
        let names = format!("{a} against {b}");
        for (token, want) in entry["expected"].as_object().unwrap() {
            match want {
                Value::Number(want) => {
                    let key = if token == "n_subsets" { "n_subsets_ab" } else { token };
                    let got = comparison.scalar(key).unwrap_or_else(|| panic!("no {key}"));
                    let got = *got.as_ref().unwrap_or_else(|r| panic!("{names}: {token}: {r}"));
                    let want = want.as_f64().unwrap();
                    assert!(
                        close(token, got, want, equivalent),
                        "{names}: {token} is {got}, expected {want}"
                    );
                }
                Value::Array(want) => {
                    let (_, got) = comparison.lists.iter().find(|(t, _)| t == token).unwrap();
                    let got = got.as_ref().unwrap();
                    assert_eq!(got.len(), want.len(), "{names}: {token}");
                    for (got, want) in got.iter().zip(want) {
                        let want = want.as_f64().unwrap();
                        assert!(
                            close(token, *got, want, equivalent),
                            "{names}: {token} has {got}, expected {want}"
                        );
                    }
                }
                Value::Object(bounds) => {
                    for (token, sides) in bounds {
                        check_bound(&comparison, &names, token, sides, equivalent);
                    }
                }
                other => panic!("unexpected value {other}"),
            }
        }
        assert!(!comparison.any_violation(), "{names}: {:?}", comparison.bounds);
    }
}
