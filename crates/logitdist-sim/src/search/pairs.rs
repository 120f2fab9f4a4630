//! The best pairs of a run's searches, in a folder among its results. It is a cache: deleting it only costs time.

use crate::error::SimError;
use crate::whole_file::clear_models;
use logitdist::Model;
use logitdist_io::write_npz;
use logitdist_results::seed_text;
use std::path::{Path, PathBuf};

/// Its name.
const FOLDER: &str = "pairs";

/// Where the best pairs are kept, if anywhere.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    folder: Option<PathBuf>,
}

impl Pairs {
    /// Nowhere.
    pub fn nowhere() -> Pairs {
        Pairs::default()
    }

    /// Among the results of a run.
    pub fn of_results(out: &Path) -> Pairs {
        Pairs { folder: Some(out.join(FOLDER)) }
    }

    /// Keeps the pair of a cell as `SEED-a.npz` and `SEED-b.npz`, SEED its `cell_seed` as in the tables.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep(&self, cell_seed: u64, a: &Model, b: &Model) -> Result<(), String> {
        let Some(folder) = &self.folder else { return Ok(()) };
        std::fs::create_dir_all(folder)
            .map_err(|e| SimError::io("make the folder", folder, e).to_string())?;
        for (side, model) in [("a", a), ("b", b)] {
            let path = folder.join(format!("{}-{side}.npz", seed_text(cell_seed)));
            write_npz(&path, model).map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}

/// Removes the pairs of a folder of results.
///
/// # Errors
/// A file cannot be removed.
pub fn clear(out: &Path) -> Result<(), SimError> {
    clear_models(&out.join(FOLDER))
}
