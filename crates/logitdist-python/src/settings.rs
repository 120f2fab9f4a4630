//! What Python asks for, as the core takes it.

use logitdist::{LogitPrecision, Settings};
use logitdist_cli::compare::{QUICK_INPUTS, parse_subsets, selected};
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
    only: Option<Vec<String>>,
    skip: Vec<String>,
    quick: bool,
    shifts: bool,
    per_input: bool,
    intervals: Option<bool>,
    blocks: Option<usize>,
    groups: Option<Vec<i64>>,
    null: usize,
    targets: Option<Vec<i64>>,
    by_confidence: bool,
}

impl Asked {
    /// Whether rows were asked for by their tokens.
    pub fn is_selection(&self) -> bool {
        self.quick || self.only.is_some()
    }

    /// Whether intervals are wanted; where they cost little if nothing is said.
    ///
    /// # Errors
    /// `ValueError` if they are not, and something that is asked for by its name needs them.
    pub fn intervals(&self) -> PyResult<Option<bool>> {
        let by_name = self.only.iter().flatten().any(|token| token == "m_cca_cv");
        match self.intervals {
            Some(false) if by_name => Err(PyValueError::new_err(
                "intervals=False leaves out what m_cca_cv needs: leave out one of the two",
            )),
            intervals => Ok(intervals.or(by_name.then_some(true))),
        }
    }

    /// The settings.
    ///
    /// # Errors
    /// `ValueError` for subsets, logits or names of measures that are none.
    pub fn settings(self) -> PyResult<Settings> {
        let only = self.only.unwrap_or_default();
        let selection = selected(&only, &self.skip, self.quick, &[])
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
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
            selection,
            subsets: subsets.unwrap_or_default(),
            inputs_limit: self.inputs_limit.or(self.quick.then_some(QUICK_INPUTS)),
            logit_precision,
            llv_labels: self.llv_labels,
            llv_inputs: self.llv_inputs,
            per_input: self.per_input,
            blocks: self.blocks.unwrap_or(standard.blocks),
            groups: self.groups,
            null: self.null,
            targets: self.targets,
            by_confidence: self.by_confidence,
            shifts: self.shifts,
            ..standard
        })
    }
}
