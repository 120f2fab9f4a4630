//! Changes that no test can notice, each with the reason.

use super::list::{Change, without_place};
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::fs;

const FILE: &str = "xtask/equivalent-mutants.toml";

#[derive(Deserialize)]
pub(super) struct Equivalents {
    #[serde(default)]
    mutant: Vec<Equivalent>,
}

/// A change without effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    /// As cargo-mutants has it, without line and column.
    name: String,
    /// The line of the source that it changes: others of the same name count.
    line: String,
    /// How many changes have this name and this line.
    #[serde(default = "one")]
    places: usize,
    /// Why no test can notice it.
    reason: String,
}

fn one() -> usize {
    1
}

impl Equivalent {
    fn is(&self, change: &Change) -> bool {
        self.line == change.line && self.name == without_place(&change.name)
    }
}

impl Equivalents {
    /// Reads the list. If `all` changes of the files are given, each of the list must be among them.
    pub fn read(all: Option<&[Change]>) -> anyhow::Result<Equivalents> {
        let list: Equivalents = toml::from_str(&fs::read_to_string(FILE).context(FILE)?).context(FILE)?;
        for entry in &list.mutant {
            ensure!(!entry.reason.trim().is_empty(), "{FILE}: {} has no reason", entry.name);
            let Some(all) = all else { continue };
            let places = all.iter().filter(|change| entry.is(change)).count();
            ensure!(
                places == entry.places,
                "{FILE}: {} changes are {} on the line {}, and not {}",
                places,
                entry.name,
                entry.line,
                entry.places
            );
        }
        Ok(list)
    }

    /// Whether a change is listed.
    pub fn has(&self, change: &Change) -> bool {
        self.mutant.iter().any(|entry| entry.is(change))
    }
}
