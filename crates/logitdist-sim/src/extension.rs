//! Results of an older config in the grid of the present one.

use crate::config::Config;
use crate::document::Document;
use crate::error::SimError;
use std::collections::BTreeSet;
use std::path::Path;

/// Finds the cells of an older config in the present one.
#[derive(Debug)]
pub struct Translation {
    old: Config,
    /// The settings that differ, in words.
    pub difference: String,
}

impl Translation {
    /// The translation from `old`, the text of a config in `journal`.
    ///
    /// # Errors
    /// This version does not understand the old config. Or the old cells have another seed or other measures, and one table must not
    /// hold both.
    pub fn new(journal: &Path, old: &str, config: &Config) -> Result<Translation, SimError> {
        let unreadable = |e: SimError| SimError::Journal {
            path: journal.to_path_buf(),
            message: format!("holds a config that this version does not understand: {e}"),
        };
        let old_document = Document::parse(journal, old, &[]).map_err(unreadable)?;
        let old = Config::of(&old_document).map_err(unreadable)?;
        let document = Document::parse(journal, &config.toml, &[]).map_err(unreadable)?;
        let difference = between(&old_document, &document);
        if old.seed != config.seed || old.measured() != config.measured() {
            let message = format!(
                "was written with other settings that change every result ({difference}); \
                 set them back, or begin again with --fresh or another --out"
            );
            return Err(SimError::Mixed { path: journal.to_path_buf(), message });
        }
        Ok(Translation { old, difference })
    }

    /// The number in the present grid of cell number `cell` of the old grid.
    pub fn cell(&self, cell: usize, config: &Config) -> Option<usize> {
        if cell >= self.old.grid.len() {
            return None;
        }
        config.grid.index_of(&self.old.grid.cell(cell))
    }

    /// A cell of the old config in words.
    pub fn words(&self, cell: usize) -> String {
        if cell >= self.old.grid.len() {
            return format!("number {cell}");
        }
        self.old.coordinates(cell).words()
    }
}

/// The settings in which the texts of two configs differ, as `key: old → new`.
///
/// # Errors
/// A text is not TOML.
pub fn difference(old: &str, new: &str) -> Result<String, SimError> {
    let read = |text: &str| Document::parse(Path::new("config.toml"), text, &[]);
    Ok(between(&read(old)?, &read(new)?))
}

fn between(old: &Document, new: &Document) -> String {
    let paths: BTreeSet<&str> = old.paths().chain(new.paths()).map(|(path, _)| path).collect();
    let text = |document: &Document, path: &str| match (document.get(path), document.section(path)) {
        (Some(setting), _) => setting.value.to_string(),
        (None, Some(_)) => "there".into(),
        (None, None) => "not there".into(),
    };
    let pairs = paths.into_iter().map(|path| (path, text(old, path), text(new, path)));
    let changed =
        pairs.filter(|(_, old, new)| old != new).map(|(path, old, new)| format!("{path}: {old} → {new}"));
    changed.collect::<Vec<_>>().join(", ")
}
