//! Values that say by themselves whether they are large, of real networks, against independently computed ones.

use crate::fixtures::{fixture, network};
use crate::pairs::{assert_close, compared};
use serde_json::Value;

#[test]
fn scales_chance_levels_and_percentiles_of_networks_are_reproduced() {
    let text = std::fs::read_to_string(fixture("expected-2.json")).unwrap();
    for entry in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
        let (a, b) = (entry["a"].as_str().unwrap(), entry["b"].as_str().unwrap());
        let comparison = compared(&network(a), &network(b));
        for (token, want) in entry["expected"].as_object().unwrap() {
            let (Some(want), Some(got)) = (want.as_f64(), comparison.scalar(token)) else { continue };
            let got = *got.as_ref().unwrap_or_else(|reason| panic!("{a}, {b}: {token}: {reason}"));
            // The values of the equivalent pair are rounding errors.
            if want > 1e-14 {
                assert_close(got, want, 1e-9, &format!("{a}, {b}: {token}"));
            } else {
                assert!((0.0..1e-13).contains(&got), "{a}, {b}: {token} is {got}");
            }
        }
    }
}
