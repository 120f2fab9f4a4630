//! Numbers with their intervals, as text.

use logitdist::Comparison;
use logitdist_results::number::{interval, number, short};

/// A similarity: three digits, and six where it is so near 1 that three would hide what is missing.
pub fn similarity(x: f64) -> String {
    if x > 0.995 && x < 1.0 { number(x) } else { short(x) }
}

/// A similarity that is at least so much: never rounded up.
pub fn at_least(x: f64) -> String {
    let digits = if x > 0.995 { 1e6 } else { 1e3 };
    similarity((x * digits).floor() / digits)
}

/// Both ends of an interval.
pub fn rounded([low, high]: [f64; 2]) -> String {
    format!("[{}, {}]", short(low), short(high))
}

/// The value of a token with its interval if it has one, both carried by `unit`; n/a if there is no value.
pub fn with_interval(comparison: &Comparison, token: &str, unit: impl Fn(f64) -> f64) -> String {
    let Ok(value) = comparison.value(token) else { return "n/a".into() };
    match comparison.intervals.as_ref().and_then(|all| all.get(token)) {
        Some(Ok(found)) => interval(unit(value), [unit(found.low), unit(found.high)]),
        _ => short(unit(value)),
    }
}
