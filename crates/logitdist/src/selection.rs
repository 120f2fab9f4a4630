//! Which rows of the tables of measures and bounds a comparison has.

use crate::bound::{Theorem, theorems};
use crate::measure::table::{Measure, Part, tokens};
use crate::settings::PROBABILITIES;

/// The rows that a comparison has: nothing is computed that none of them needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of both tables.
    #[default]
    All,
    /// Those of these tokens, and the counts that say what was compared.
    Only(Vec<&'static str>),
}

/// Names of several rows at once.
pub const GROUPS_OF_ROWS: [&str; 5] = ["probability", "d_rep", "llv", "baselines", "bounds"];

/// Counts that every comparison has: they cost nothing.
const COUNTS: [&str; 4] = ["n_inputs", "n_labels", "dim_a", "dim_b"];

/// The count that goes with whatever is made of probabilities.
const COUNT_OF_PROBABILITIES: &str = "n_inputs_probability";

impl Selection {
    /// The rows of these names alone; a name is a token or one of [`GROUPS_OF_ROWS`].
    ///
    /// # Errors
    /// The first name that is neither.
    pub fn only<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Selection, String> {
        let mut only = Vec::new();
        for name in names {
            only.extend(rows_of(name)?);
        }
        let of_probabilities =
            |(token, part): (&'static str, Part)| only.contains(&token) && PROBABILITIES.contains(&part);
        if all_rows().any(of_probabilities) {
            only.push(COUNT_OF_PROBABILITIES);
        }
        Ok(Selection::Only(only))
    }

    /// The rows of `self` but those of these names.
    ///
    /// # Errors
    /// The first name that is neither a token nor a group.
    pub fn without<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Result<Selection, String> {
        let mut left_out = Vec::new();
        for name in names {
            left_out.extend(rows_of(name)?);
        }
        if left_out.is_empty() {
            return Ok(self);
        }
        let rest = all_rows().map(|(token, _)| token);
        let rest = rest.filter(|token| self.has(token) && !left_out.contains(token));
        Selection::only(rest.filter(|token| *token != COUNT_OF_PROBABILITIES))
    }

    /// Whether the row of a token is among them.
    pub fn has(&self, token: &str) -> bool {
        match self {
            Selection::All => true,
            Selection::Only(only) => COUNTS.contains(&token) || only.contains(&token),
        }
    }
}

/// The token and part of each row of both tables.
fn all_rows() -> impl Iterator<Item = (&'static str, Part)> {
    let measures = tokens().map(|(token, row, _): (_, &Measure, _)| (token, row.part));
    measures.chain(theorems().map(|theorem: &Theorem| (theorem.token, theorem.part)))
}

/// The tokens that a name stands for.
fn rows_of(name: &str) -> Result<Vec<&'static str>, String> {
    let is_of = |(token, part): (&'static str, Part)| {
        let of = match name {
            // A token of a direction is no group, even if both have a name in common.
            "probability" => PROBABILITIES.contains(&part),
            "d_rep" => part == Part::DRep,
            "llv" => part == Part::Llv,
            "baselines" => part == Part::Baselines,
            "bounds" => theorems().any(|theorem| theorem.token == token),
            _ => token == name,
        };
        of.then_some(token)
    };
    let found: Vec<&'static str> = all_rows().filter_map(is_of).collect();
    if found.is_empty() { Err(name.to_owned()) } else { Ok(found) }
}
