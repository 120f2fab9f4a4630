//! What a search for the worst case found. Only a sweep makes one.

use super::table::{Measure, Part, Range, Same, Section, Unit};

const SEARCHED: Measure = Measure {
    unit: Unit::Share,
    range: Range::between(0.0, 1.0).with("only in sweeps with a search"),
    same: Same::Neither,
    section: Section::Size,
    part: Part::Search,
    source: "this project",
    ..Measure::DISTANCE
};

const COUNTED: Measure = Measure {
    unit: Unit::Count,
    range: Range::at_least(0.0).with("only in sweeps with a search"),
    ..SEARCHED
};

/// In the order of the columns.
pub(super) const ROWS: [Measure; 6] = [
    Measure {
        tokens: &["search_tightness"],
        name: "largest tightness found",
        meaning: "The largest tightness of the bound that a search met: that of this pair",
        formula: "lhs/rhs; for a lower bound (1 − value)/(1 − bound), the share of the loss it allows",
        range: Range::between(0.0, 1.0)
            .with("above 1 only for a violated bound; only in sweeps with a search"),
        ..SEARCHED
    },
    Measure {
        tokens: &["search_random"],
        name: "median tightness of random pairs",
        meaning: "The median tightness of the random pairs that the search began with",
        formula: "over those on which the bound says something",
        ..SEARCHED
    },
    Measure {
        tokens: &["search_family"],
        name: "tightness of the extremal family",
        meaning: "The largest tightness of the extremal families before any ascent",
        formula: "over the families E1 to E5 that have the shape",
        ..SEARCHED
    },
    Measure {
        tokens: &["search_start"],
        name: "start of the best ascent",
        meaning: "Where the ascent to the largest tightness began",
        formula: "0 for a random pair, n for the extremal family En",
        ..COUNTED
    },
    Measure {
        tokens: &["search_ascents"],
        name: "ascents",
        meaning: "Ascents that the search made",
        ..COUNTED
    },
    Measure {
        tokens: &["search_evaluations"],
        name: "pairs evaluated",
        meaning: "Pairs on which the search evaluated the bound",
        ..COUNTED
    },
];
