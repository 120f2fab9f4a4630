//! Computes one cell, to see its result or why it fails.

use crate::cell::run_with;
use crate::config::Config;
use crate::error::SimError;
use crate::options::SweepOptions;
use crate::panics;
use crate::search::Pairs;
use crate::table::Columns;
use crate::train::Networks;
use logitdist_results::{BOUND_COLUMNS, seed_text};
use rayon::prelude::*;

/// The result of one cell.
#[derive(Debug, Clone)]
pub struct SingleCell {
    /// Names and values of `rows.csv`.
    pub row: Vec<(String, String)>,
    /// Header of `bounds.csv` after the seed.
    pub bound_header: Vec<String>,
    /// Its rows.
    pub bounds: Vec<Vec<String>>,
    /// Tokens of violated bounds.
    pub violated: Vec<String>,
}

/// Computes the cell of a config whose `cell_seed` is `seed`. The inner error says why the cell failed.
///
/// # Errors
/// The config is wrong or has no such cell.
pub fn single(options: &SweepOptions, seed: u64) -> Result<Result<SingleCell, String>, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let found =
        (0..config.grid.len()).into_par_iter().find_first(|&cell| config.coordinates(cell).cell_seed == seed);
    let Some(cell) = found else {
        let message = "no cell of this config has the cell_seed; was it run with overrides (--set)?";
        return Err(SimError::Usage(format!("{}: {}: {message}", options.config.display(), seed_text(seed))));
    };
    let columns = config.columns();
    let networks = Networks::beside(&options.config);
    let outcome = panics::caught(|| run_with(&config, &config.grid.cell(cell), &networks, &Pairs::nowhere()));
    Ok(outcome.map(|outcome| {
        let coordinates = columns.coordinates(&outcome.coordinates);
        let header = columns.row_header();
        let comparison = outcome.comparison.as_ref().ok();
        let values = coordinates.into_iter().chain(columns.row(&outcome.comparison));
        SingleCell {
            row: header.into_iter().zip(values).collect(),
            bound_header: BOUND_COLUMNS.map(String::from).into(),
            bounds: comparison.map(Columns::bounds).unwrap_or_default(),
            violated: outcome.violated(),
        }
    }))
}
