//! Meanings as JSON, in the form of `schema.json`.

use super::numbered::numbered;
use super::words::{every_word, words};
use logitdist_results::schema::{BoundEntry, Column, Named, bounds_of, measures_of};
use serde::Serialize;
use std::collections::BTreeSet;

/// What the names mean, by what they are.
#[derive(Serialize)]
struct Meanings {
    measures: Named<Column>,
    bounds: Named<BoundEntry>,
    /// Columns of tables, and parameters. One name may mean something else in each table.
    words: Named<Vec<Column>>,
}

/// The JSON text of what the names mean; of all if there are none. A theorem's number stands for its bounds.
pub fn json(names: &[String]) -> String {
    const SUFFIXES: [&str; 5] = ["", "_ab", "_ba", "_a", "_b"];
    let is_wanted = |token: &str| {
        let of_name = |name: &String| SUFFIXES.iter().any(|suffix| format!("{name}{suffix}") == token);
        names.is_empty() || names.iter().any(of_name)
    };
    let is_numbered =
        |number: &str| names.iter().any(|name| numbered(name).is_some_and(|(known, ..)| known == number));
    let mut in_words: Vec<&str> = every_word().flat_map(|word| word.names.iter().copied()).collect();
    if names.is_empty() {
        let mut known = BTreeSet::new();
        in_words.retain(|name| known.insert(*name));
    } else {
        in_words = names.iter().map(String::as_str).filter(|name| words(name).next().is_some()).collect();
    }
    let meaning = |name: &str| (name.to_owned(), words(name).map(Column::of).collect());
    let meanings = Meanings {
        measures: measures_of(is_wanted),
        bounds: bounds_of(|row| is_wanted(row.token) || is_numbered(row.number)),
        words: Named(in_words.into_iter().map(meaning).collect()),
    };
    serde_json::to_string_pretty(&meanings).expect("meanings are plain data") + "\n"
}
