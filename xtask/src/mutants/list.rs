//! The list of changes, which cargo-mutants makes.

use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A change of the code.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Change {
    /// `src/a.rs:3:14: replace + with - in f`.
    pub name: String,
    pub file: String,
    pub package: String,
    pub genre: Genre,
    /// What takes the place of the span; empty where something is deleted.
    pub replacement: String,
    pub span: Span,
    /// The line of the source on which it begins, without spaces at its ends.
    #[serde(skip)]
    pub line: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Genre {
    BinaryOperator,
    UnaryOperator,
    FnValue,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Span {
    pub start: Place,
    pub end: Place,
}

/// A place in a text: its line and its character, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// How many bytes of a text are before the place.
    pub fn offset(self, text: &str) -> Option<usize> {
        let start: usize = text.split_inclusive('\n').take(self.line.checked_sub(1)?).map(str::len).sum();
        let line = text[start..].split_inclusive('\n').next().unwrap_or("");
        let mut places = line.char_indices().map(|(at, _)| at).chain([line.len()]);
        Some(start + places.nth(self.column.checked_sub(1)?)?)
    }
}

/// A change's name without line and column, which move with every edit: `src/a.rs: replace + with - in f`.
pub(super) fn without_place(name: &str) -> String {
    let Some((place, what)) = name.split_once(": ") else { return name.to_owned() };
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

/// All changes of files that match globs.
pub(super) fn changes(program: &Path, tree: &Path, globs: &[&str]) -> anyhow::Result<Vec<Change>> {
    let mut command = Command::new(program);
    command.args(["mutants", "--list", "--json", "--colors", "never", "--dir"]).arg(tree);
    for glob in globs {
        command.args(["--file", glob]);
    }
    let output = command.output().with_context(|| format!("{} cannot be started", program.display()))?;
    ensure!(output.status.success(), "no list of changes: {}", String::from_utf8_lossy(&output.stderr));
    let mut changes: Vec<Change> =
        serde_json::from_slice(&output.stdout).context("the list of changes is not what it was")?;
    ensure!(!changes.is_empty(), "there is nothing to change in {}", globs.join(", "));
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for change in &mut changes {
        if !sources.contains_key(&change.file) {
            let text = fs::read_to_string(tree.join(&change.file)).with_context(|| change.file.clone())?;
            sources.insert(change.file.clone(), text);
        }
        let line = sources[&change.file].lines().nth(change.span.start.line - 1);
        change.line = line.with_context(|| format!("{}: no such line", change.name))?.trim().to_owned();
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_its_name_when_lines_move() {
        let name = "crates/a/src/b.rs:12:5: replace <impl Display for A>::fmt -> fmt::Result with Ok(())";
        let wanted = "crates/a/src/b.rs: replace <impl Display for A>::fmt -> fmt::Result with Ok(())";
        assert_eq!(without_place(name), wanted);
        assert_eq!(without_place(wanted), wanted);
    }

    #[test]
    fn places_count_characters_and_offsets_bytes() {
        let text = "a\nx′ + y\n";
        assert_eq!(Place { line: 2, column: 4 }.offset(text), Some(text.find('+').unwrap()));
        assert_eq!(Place { line: 1, column: 1 }.offset(text), Some(0));
        assert_eq!(Place { line: 0, column: 1 }.offset(text), None);
    }
}
