//! What tokens mean.

use logitdist::Section;
use logitdist_cli::explain::explained;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// All that `logitdist explain` says of a name.
#[pyfunction]
pub fn explain(token: &str) -> PyResult<String> {
    explained(token).map_err(PyValueError::new_err)
}

/// Every token: its name, its section, whether it is a bound, and its meaning, formula and range.
#[pyfunction]
pub fn glossary() -> Vec<(&'static str, &'static str, bool, [&'static str; 3])> {
    let entries = logitdist::glossary::glossary().iter();
    entries
        .map(|e| {
            let of_bound = e.section == Section::Bound;
            (e.token, e.section.heading(), of_bound, [e.meaning, e.formula, e.range])
        })
        .collect()
}
