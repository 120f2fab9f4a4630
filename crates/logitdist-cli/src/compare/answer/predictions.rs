//! How alike the predictions are.

use super::Part;
use super::thresholds::{Level, PREDICTIONS};
use crate::compare::shown::with_interval;
use logitdist::{Comparison, Interval};
use logitdist_results::number::short;

/// What the level depends on: agreement, and the larger of both directions of the percentiles of KL.
#[derive(Clone, Copy)]
struct Facts {
    agreement: f64,
    median: f64,
    q90: f64,
}

impl Facts {
    fn level(self) -> Level {
        let reached = PREDICTIONS.iter().find(|least| {
            self.agreement >= least.agreement && self.median <= least.median && self.q90 <= least.q90
        });
        reached.map_or(Level::Different, |least| least.level)
    }

    /// The facts, each by what `of` makes of a token: `None` if there is none.
    fn of(of: impl Fn(&str) -> Option<f64>) -> Option<Facts> {
        let larger = |ab: &str, ba: &str| Some(of(ab)?.max(of(ba)?));
        Some(Facts {
            agreement: of("top1_agreement")?,
            median: larger("kl_ab_median", "kl_ba_median")?,
            q90: larger("kl_ab_q90", "kl_ba_q90")?,
        })
    }
}

/// The level, and a warning if the intervals allow another one.
pub(super) fn of(comparison: &Comparison) -> (Part, Option<String>) {
    let value = |token: &str| comparison.value(token).ok();
    let Some(facts) = Facts::of(value) else {
        let words = "not compared: what they are judged by was left out".to_owned();
        return (Part { level: None, words }, None);
    };
    let level = facts.level();
    let end = |token: &str, end: fn(&Interval) -> f64| {
        let interval = comparison.intervals.as_ref().and_then(|all| all.get(token)?.as_ref().ok());
        interval.map(end).or_else(|| value(token))
    };
    let is_share = |token: &str| token == "top1_agreement";
    let low = |interval: &Interval| interval.low;
    let high = |interval: &Interval| interval.high;
    let worst = Facts::of(|token| end(token, if is_share(token) { low } else { high }));
    let best = Facts::of(|token| end(token, if is_share(token) { high } else { low }));
    let others: Vec<&str> = [worst, best]
        .into_iter()
        .flatten()
        .map(Facts::level)
        .filter(|other| *other != level)
        .map(in_words)
        .collect();
    let undecided = (!others.is_empty()).then(|| {
        format!(
            "the intervals also allow predictions that are {}: more inputs would tell",
            others.join(" or ")
        )
    });
    let percent = |x: f64| 100.0 * x;
    let agreement = with_interval(comparison, "top1_agreement", percent);
    let larger = |ab, ba| if value(ab) >= value(ba) { ab } else { ba };
    let median = with_interval(comparison, larger("kl_ab_median", "kl_ba_median"), |x| x);
    let q99 = value("kl_ab_q99").unwrap_or(0.0).max(value("kl_ba_q99").unwrap_or(0.0));
    let words = format!(
        "{}: the same label for {agreement} % of the inputs; KL divergence has median {median}, and 99 % of the inputs \
         are under {} nats",
        in_words(level),
        short(q99)
    );
    (Part { level: Some(level), words }, undecided)
}

fn in_words(level: Level) -> &'static str {
    match level {
        Level::Same => "the same",
        Level::Nearly => "nearly the same",
        Level::Different | Level::Chance => "different",
    }
}
