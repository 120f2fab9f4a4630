//! Rows of a CSV by the names of its columns.

use std::collections::BTreeMap;

/// Fields of a row by the names of their columns.
pub type Row = BTreeMap<String, String>;

/// The rows of a CSV with a header.
pub fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// A field that is a number.
pub fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is no number in {row:?}"))
}
