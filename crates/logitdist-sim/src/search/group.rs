//! The columns of a search.

use logitdist::{Comparison, Part, Reason, tokens as all_tokens};
use logitdist_search::{Found, Start};

/// Their name in [`Config::measured`](crate::config::Config::measured).
pub const NAME: &str = "search";

/// Their tokens, in the order of the columns.
pub fn tokens() -> impl Iterator<Item = &'static str> {
    all_tokens().filter(|(_, row, _)| row.part == Part::Search).map(|(token, _, _)| token)
}

/// Adds what a search found to the comparison of its best pair.
pub fn added(mut comparison: Comparison, found: &Found) -> Comparison {
    let start = match found.start {
        Start::Random => 0,
        Start::Family(number) => number,
    };
    let missing = |what: &str| Reason::Undetermined(what.into());
    let values = [
        Ok(found.tightness),
        found.random.ok_or_else(|| missing("the bound says nothing about any random pair of this shape")),
        found.family.ok_or_else(|| missing("the bound says nothing about any family of this shape")),
        Ok(start as f64),
        Ok(found.ascents as f64),
        Ok(found.evaluations as f64),
    ];
    comparison.scalars.extend(tokens().zip(values));
    comparison
}
