//! What a comparison found, for the class of the same name in the package.

use logitdist::{Applicable, Unit, label_geometry, measure};
use logitdist_cli::compare::{ComparedPair, MOST_LABELS, Page};
use logitdist_report::pair::pictures;
use logitdist_results::pair::{Inputs, Labels, PairResults};
use numpy::{IntoPyArray, PyArray1};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use std::path::PathBuf;

/// A comparison as the core made it.
#[pyclass(frozen, module = "logitdist._native")]
pub struct Comparison {
    compared: ComparedPair,
}

/// A token, its value, and the reason why it has none.
type Valued<'py> = (&'static str, Option<Bound<'py, PyAny>>, Option<String>);

impl Comparison {
    /// For Python.
    pub fn of(compared: ComparedPair) -> Comparison {
        Comparison { compared }
    }

    /// What is written and shown of it; empty where no input's distances were kept.
    fn results(&self) -> PairResults {
        let comparison = &self.compared.comparison;
        let labels = Labels::of(&label_geometry(&comparison.reduced, MOST_LABELS));
        let inputs = comparison.per_input.as_ref().map(Inputs::of).unwrap_or_default();
        PairResults::of(self.compared.results(), labels, inputs, self.compared.names.clone())
    }
}

#[pymethods]
impl Comparison {
    /// Every number and list, in the order of the tables: token, value, and why there is none.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Vec<Valued<'py>>> {
        let comparison = &self.compared.comparison;
        let is_count = |token: &str| measure(token).is_some_and(|(row, _)| row.unit == Unit::Count);
        let number = |token: &str, x: f64| match is_count(token) {
            true => (x as u64).into_bound_py_any(py),
            false => x.into_bound_py_any(py),
        };
        let mut values = Vec::new();
        for (token, value) in &comparison.scalars {
            let (value, reason) = split(value);
            values.push((*token, value.map(|x| number(token, *x)).transpose()?, reason));
        }
        for (token, list) in &comparison.lists {
            let (list, reason) = split(list);
            values.push((*token, list.map(|x| x.into_bound_py_any(py)).transpose()?, reason));
        }
        Ok(values)
    }

    /// The command's JSON.
    fn to_json(&self) -> String {
        self.compared.to_json()
    }

    /// The command's CSV.
    fn to_csv(&self) -> String {
        self.compared.results().to_csv()
    }

    /// The command's table.
    fn to_table(&self) -> String {
        self.compared.to_table(false)
    }

    /// The verdict, a sentence each.
    fn verdict(&self) -> Vec<String> {
        self.compared.verdict()
    }

    /// Tokens of the bounds that are violated.
    fn violated(&self) -> Vec<&'static str> {
        self.compared.violated()
    }

    /// Whether the distances at each input were kept.
    fn has_inputs(&self) -> bool {
        self.compared.comparison.per_input.is_some()
    }

    /// The distances at each input by token, if they were kept.
    fn inputs<'py>(&self, py: Python<'py>) -> Vec<(&'static str, Bound<'py, PyAny>)> {
        let Some(kept) = &self.compared.comparison.per_input else { return Vec::new() };
        let floats = |x: &[f64]| x.to_vec().into_pyarray(py).into_any();
        let inputs: Bound<'py, PyArray1<usize>> = kept.probability_inputs.clone().into_pyarray(py);
        vec![
            ("d_logit_x", floats(&kept.d_logit_x)),
            ("inputs", inputs.into_any()),
            ("kl_ab_x", floats(&kept.kl_ab_x)),
            ("kl_ba_x", floats(&kept.kl_ba_x)),
        ]
    }

    /// The pictures: name, title, the question that it answers, SVG.
    fn pictures(&self, py: Python<'_>) -> Vec<(String, String, String, String)> {
        py.detach(|| {
            let drawn = pictures(&self.results()).into_iter();
            drawn.map(|p| (p.name, p.title, p.question, p.figure.to_svg())).collect()
        })
    }

    /// Writes the command's report into a folder.
    fn report(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        if !self.has_inputs() {
            return Err(PyValueError::new_err("the distances at each input were not kept"));
        }
        let has_distance = self.compared.comparison.scalar("d_logit").is_some();
        if self.compared.is_selection || !has_distance {
            return Err(PyValueError::new_err(
                "a page shows a whole comparison, d_logit above all, and this one was asked for some numbers: compare without only, quick or skip of d_logit",
            ));
        }
        let written = || {
            let page = Page::begin(&folder)?;
            page.write(&self.compared)?;
            page.finish()
        };
        py.detach(written).map_err(|error| PyOSError::new_err(format!("{error:#}")))
    }
}

fn split<T>(value: &Applicable<T>) -> (Option<&T>, Option<String>) {
    match value {
        Ok(value) => (Some(value), None),
        Err(reason) => (None, Some(reason.to_string())),
    }
}
