//! What Python asks for, as the core takes it.

use logitdist::{LogitPrecision, Settings};
use logitdist_cli::compare::parse_subsets;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Settings of a comparison, by the names of Python's arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Asked {
    subsets: Option<String>,
    inputs_limit: Option<usize>,
    logits: String,
    llv_labels: Option<Vec<usize>>,
    llv_inputs: Option<Vec<usize>>,
    probability: bool,
    d_rep: bool,
    llv: bool,
    baselines: bool,
    per_input: bool,
    /// Whether intervals are wanted; where they cost little if nothing is said.
    pub intervals: Option<bool>,
    blocks: Option<usize>,
    groups: Option<Vec<i64>>,
    null: usize,
}

impl Asked {
    /// The settings.
    ///
    /// # Errors
    /// `ValueError` for subsets or logits that are none.
    pub fn settings(self) -> PyResult<Settings> {
        let refused = |error: anyhow::Error| PyValueError::new_err(format!("subsets: {error}"));
        let subsets = self.subsets.as_deref().map(parse_subsets).transpose().map_err(refused)?;
        let logit_precision = match self.logits.as_str() {
            "f64" => LogitPrecision::F64,
            "f32" => LogitPrecision::F32,
            other => {
                return Err(PyValueError::new_err(format!("logits is {other:?}; f64 or f32 is needed")));
            }
        };
        let standard = Settings::default();
        Ok(Settings {
            probability: self.probability,
            d_rep: self.d_rep,
            llv: self.llv && self.probability,
            baselines: self.baselines,
            subsets: subsets.unwrap_or_default(),
            inputs_limit: self.inputs_limit,
            logit_precision,
            llv_labels: self.llv_labels,
            llv_inputs: self.llv_inputs,
            per_input: self.per_input,
            blocks: self.blocks.unwrap_or(standard.blocks),
            groups: self.groups,
            null: self.null,
            ..standard
        })
    }
}
