//! `logitdist.sweep`.

use crate::wait::wait_for;
use logitdist_sim::{SweepOptions, sweep};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Runs a sweep. Gives its violations and failed cells in words.
#[pyfunction]
#[pyo3(name = "sweep", signature = (config, *, overrides, out, threads, fresh))]
pub fn run_sweep(
    py: Python<'_>,
    config: PathBuf,
    overrides: Vec<String>,
    out: PathBuf,
    threads: Option<usize>,
    fresh: bool,
) -> PyResult<(Vec<String>, Vec<String>)> {
    wait_for(py, Some(1), None, |progress| {
        let stop = progress.stop.clone();
        let out = Some(out);
        let outcome =
            sweep(&SweepOptions { config, overrides, out, threads, fresh, stop, ..Default::default() })?;
        let violations = outcome.tables.map_or_else(Vec::new, |tables| tables.violations);
        Ok((violations, outcome.failures.0))
    })
}

/// A config as TOML, from JSON.
#[pyfunction]
pub fn toml_of_json(text: &str) -> PyResult<String> {
    let refused = |error: &dyn std::fmt::Display| PyValueError::new_err(format!("the config: {error}"));
    let table: toml::Table = serde_json::from_str(text).map_err(|error| refused(&error))?;
    toml::to_string(&table).map_err(|error| refused(&error))
}
