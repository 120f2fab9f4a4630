//! A table of a report, before it is HTML or Markdown.

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Stands above it.
    pub heading: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
}

/// A column of texts.
pub fn text(heading: impl Into<String>) -> Column {
    Column { heading: heading.into(), numeric: false }
}

/// A column of numbers.
pub fn numbers(heading: impl Into<String>) -> Column {
    Column { heading: heading.into(), numeric: true }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is about.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// A text per column.
    pub rows: Vec<Vec<String>>,
    /// What was left out, in a sentence; empty if nothing was.
    pub left_out: String,
}

impl Table {
    /// Header and rows as Markdown.
    pub fn to_markdown(&self) -> String {
        let headings: Vec<&str> = self.columns.iter().map(|column| column.heading.as_str()).collect();
        let rules = self.columns.iter().map(|column| if column.numeric { "---:|" } else { "---|" });
        let rows = self.rows.iter().map(|row| format!("| {} |\n", row.join(" | ")));
        format!("| {} |\n|{}\n{}", headings.join(" | "), rules.collect::<String>(), rows.collect::<String>())
    }
}
