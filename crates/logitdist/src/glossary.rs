//! What every token means, made from the tables of measures and bounds: what `explain` and the glossaries of pages say.

use crate::bound::{Theorem, theorems};
use crate::measure::invariance::Change;
pub use crate::measure::table::Section;
use crate::measure::table::{Measure, tokens};
use crate::reduced::Direction;
use std::sync::LazyLock;

/// A token and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name in code, tables, JSON, CSV and plots.
    pub token: &'static str,
    /// Where it stands in a report. A token may name a measure and a bound on it.
    pub section: Section,
    /// One line.
    pub meaning: &'static str,
    /// Definition or statement; empty where the meaning says it all.
    pub formula: &'static str,
    /// Range, unit, and which end is which.
    pub range: &'static str,
    /// Where it comes from; empty for common knowledge.
    pub source: &'static str,
    /// What may change in the models and leave it as it is.
    pub invariance: &'static str,
    /// Where docs/theory.md speaks of it.
    pub anchor: &'static str,
}

/// Every token, section by section. The texts are made once and live as long as the program.
pub fn glossary() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let mut all: Vec<Entry> =
            tokens().map(|(token, row, direction)| Entry::of_measure(token, row, direction)).collect();
        all.extend(theorems().map(Entry::of_theorem));
        let place = |section| Section::ALL.iter().position(|s| *s == section);
        all.sort_by_key(|entry| place(entry.section));
        all
    });
    &ENTRIES
}

/// The entries of a token: none, one, or a measure and a bound of the same name.
pub fn explain(token: &str) -> impl Iterator<Item = &'static Entry> {
    glossary().iter().filter(move |entry| entry.token == token)
}

impl Entry {
    fn of_measure(token: &'static str, row: &Measure, direction: Direction) -> Entry {
        Entry {
            token,
            section: row.section,
            meaning: row.words(row.meaning, direction).leak(),
            formula: row.words(row.formula, direction).leak(),
            range: row.range_words().leak(),
            source: row.source,
            invariance: row.words(&Change::both_words(row.invariance), direction).leak(),
            anchor: token,
        }
    }

    fn of_theorem(row: &'static Theorem) -> Entry {
        let needs = if row.needs.is_empty() { String::new() } else { format!("; needs {}", row.needs) };
        Entry {
            token: row.token,
            section: Section::Bound,
            meaning: format!("{}: {}", row.number, row.meaning).leak(),
            formula: format!("{}{needs}", row.statement).leak(),
            range: row.range_words().leak(),
            source: format!("{}: {}", row.form, row.source).leak(),
            invariance: Change::both_words(row.invariance)
                .replace("{a}", "the first model")
                .replace("{b}", "the second")
                .leak(),
            anchor: row.anchor,
        }
    }
}
