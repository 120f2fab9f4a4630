//! What the tests of families ask of a comparison.

use logitdist::{Bound, Comparison, Model, Pair, Settings, Statement, compare};

pub fn compared(a: &Model, b: &Model) -> Comparison {
    let settings = Settings { llv: false, d_rep: false, ..Settings::default() };
    compare(&Pair::new(a, b).unwrap(), &settings, &mut crate::random::rng(0, 0)).unwrap()
}

pub fn bound<'a>(comparison: &'a Comparison, token: &str) -> &'a Bound {
    comparison.bounds.iter().find(|bound| bound.theorem.token == token).unwrap()
}

/// lhs/rhs, or bound/value of a bound from below.
pub fn tightness(comparison: &Comparison, token: &str) -> f64 {
    let bound = bound(comparison, token);
    assert!(!bound.is_violated(), "{bound:?}");
    ratio(bound)
}

pub fn ratio(bound: &Bound) -> f64 {
    match bound.statement {
        Some(Statement::AtMost { lhs, rhs }) => lhs / rhs,
        Some(Statement::AtLeast { bound, value }) => bound / value,
        None => panic!("{bound:?}"),
    }
}
