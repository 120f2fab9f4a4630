//! How alike the representations are.

use super::thresholds::{Level, REPRESENTATIONS};
use super::{Part, limit_of_chance, similarity_token};
use crate::compare::shown::{similarity, with_interval};
use logitdist::Comparison;
use logitdist_results::number::short;

/// The level and its sentence.
pub(super) fn of(comparison: &Comparison) -> Part {
    let token = similarity_token(comparison);
    let value = |token: &str| comparison.value(token).ok();
    let (Some(m_cca), Some(null), Some(limit)) =
        (value(token), value("m_cca_null"), limit_of_chance(comparison))
    else {
        let missing = [token, "m_cca_null"].into_iter().find_map(|token| comparison.value(token).err());
        let reason = missing.map_or_else(String::new, |reason| reason.to_string());
        return Part { level: None, words: format!("nothing to compare: {reason}") };
    };
    let alignment = alignment(comparison);
    let level = if m_cca <= limit {
        Level::Chance
    } else {
        let correlation = value("m_cca_cv").unwrap_or_else(|| beyond_chance(m_cca, null));
        let reached = REPRESENTATIONS.iter().find(|least| {
            correlation >= least.correlation && alignment.is_none_or(|error| error <= least.alignment)
        });
        reached.map_or(Level::Different, |least| least.level)
    };
    let mut words = format!("{}: {token} {}", in_words(level), with_interval(comparison, token, |x| x));
    if let Some(held_out) = value("m_cca_cv") {
        words.push_str(&format!(", on inputs held out {}", similarity(held_out)));
    }
    words.push_str(&format!("; unrelated models would show {}", short(null)));
    if let Some(error) = alignment {
        words.push_str(&format!(
            "; carried over by the labels they are off by {} % of the spread",
            short(100.0 * error)
        ));
    }
    Part { level: Some(level), words }
}

/// The larger alignment error of both directions, by the spread of f.
pub(super) fn alignment(comparison: &Comparison) -> Option<f64> {
    let of = |token: &str| comparison.value(token).ok();
    Some(of("d_ls_relative_ab")?.max(of("d_ls_relative_ba")?))
}

/// The share of what chance leaves open: 0 at chance, 1 at 1.
pub(super) fn beyond_chance(m_cca: f64, null: f64) -> f64 {
    ((m_cca - null) / (1.0 - null).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
}

fn in_words(level: Level) -> &'static str {
    match level {
        Level::Same => "the same up to a linear map",
        Level::Nearly => "nearly the same up to a linear map",
        Level::Different => "different",
        Level::Chance => "cannot be told from chance",
    }
}
