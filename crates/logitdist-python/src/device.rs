//! What torch computes on the device of its tensors, handed to the core.

use crate::array::{Held, Rows};
use crate::model::pair;
use crate::summary::{Heads, Summary};
use crate::wait::wait_for;
use logitdist::{
    AtTarget, CommonLabels, GivenInput, InputDivergences, LabelSide, Labels, Mat, PairSummary,
    ProbabilityPart, label_twins,
};
use logitdist_io::FileModel;
use numpy::ndarray::{Array2, ArrayView1, ArrayView2};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// How a pair is written on the device: decided once, by its first inputs.
#[pyclass(frozen, module = "logitdist._native")]
pub struct Start {
    start: logitdist::Start,
}

#[pymethods]
impl Start {
    /// Which columns of the second model's embeddings are differences to the first's.
    fn twins(&self) -> Vec<bool> {
        self.start.frame.twins().to_vec()
    }

    /// What is taken away from each column of both models' embeddings after that.
    fn taken_away(&self) -> Vec<f64> {
        self.start.frame.taken_away().to_vec()
    }

    /// Whether differences of logits are products of differences.
    fn near(&self) -> bool {
        self.start.near
    }
}

/// Unembeddings and bias with large means taken away, and masked labels.
type GivenOut<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Vec<usize>);

/// Numbers of each input, in this order.
const COLUMNS: usize = 14;

/// Numbers of each right answer: both log-probabilities, the log of their ratio, and whether each model is right.
const ANSWER_COLUMNS: usize = 5;

/// The labels of each model as they are factored.
#[pyfunction]
pub fn device_labels<'py>(py: Python<'py>, heads: &Heads) -> (GivenOut<'py>, GivenOut<'py>) {
    let of = |labels: &Labels| {
        let g = &labels.unembeddings;
        let unembeddings = Array2::from_shape_fn(g.shape(), |at| g[at]).into_pyarray(py);
        (unembeddings, labels.bias.clone().into_pyarray(py), labels.masked.clone())
    };
    (of(&heads.a), of(&heads.b))
}

/// Which columns of the second model's unembeddings, and whether its bias, are differences to the first's in the factor.
#[pyfunction]
pub fn device_label_twins(py: Python<'_>, heads: &Heads) -> Vec<bool> {
    py.detach(|| label_twins(&heads.a, &heads.b))
}

/// Takes the factor of the labels.
#[pyfunction]
pub fn take_label_factor(py: Python<'_>, heads: &Heads, r: PyReadonlyArray2<'_, f64>) -> PyResult<()> {
    let r = matrix(r.as_array());
    let side = py.detach(|| LabelSide::of_factor(Arc::clone(&heads.a), Arc::clone(&heads.b), r));
    let side = side.map_err(|error| PyValueError::new_err(error.to_string()))?;
    heads.side.get_or_init(|| Arc::new(side));
    Ok(())
}

/// How a pair with these first inputs is written.
#[pyfunction]
pub fn device_start(py: Python<'_>, heads: &Heads, a: Held<'_>, b: Held<'_>) -> PyResult<Start> {
    let (a, b) = (a.view(), b.view());
    wait_for(py, Some(1), None, |progress| {
        let a = FileModel::given("a", Rows::of(&a, &progress.stop), Arc::clone(&heads.a))?;
        let b = FileModel::given("b", Rows::of(&b, &progress.stop), Arc::clone(&heads.b))?;
        let start = logitdist::Start::of(&pair(&a, &b, ["a", "b"])?)?;
        Ok(Start { start })
    })
}

/// The summary of so many inputs of factor `r`; `table` has a row for each, `answers` too if right answers were given, with NaN where
/// there is none, and `smallest` an entry for each label.
#[pyfunction]
#[pyo3(signature = (heads, start, r, rows, *, table, smallest, answers, logit_error))]
#[allow(clippy::too_many_arguments, reason = "one for each part")]
pub fn device_summary(
    py: Python<'_>,
    heads: &Heads,
    start: &Start,
    r: PyReadonlyArray2<'_, f64>,
    rows: usize,
    table: Option<PyReadonlyArray2<'_, f64>>,
    smallest: PyReadonlyArray1<'_, f64>,
    answers: Option<PyReadonlyArray2<'_, f64>>,
    logit_error: f64,
) -> PyResult<Summary> {
    let refused = |error: logitdist::Error| PyValueError::new_err(error.to_string());
    let side =
        heads.side.get().ok_or_else(|| PyValueError::new_err("the labels' factor is not there yet"))?;
    let r = matrix(r.as_array());
    let probability = match table {
        None => None,
        Some(table) => {
            let table = table.as_array();
            let answers = answers.as_ref().map(|answers| answers.as_array());
            let widths = (table.ncols(), answers.map_or(ANSWER_COLUMNS, |answers| answers.ncols()));
            if widths != (COLUMNS, ANSWER_COLUMNS) || table.nrows() != rows {
                return Err(PyValueError::new_err(format!(
                    "the table is {:?}; {rows} rows of {COLUMNS} numbers are needed, and answers of {ANSWER_COLUMNS}",
                    table.dim()
                )));
            }
            let labels = side.a.bias.len();
            let inputs: Vec<GivenInput> = table.rows().into_iter().map(|row| input(row, labels)).collect();
            let answers =
                answers.map_or_else(Vec::new, |answers| answers.rows().into_iter().map(answer).collect());
            let smallest = smallest.as_array().to_vec();
            let part = py.detach(|| ProbabilityPart::of_given(side, &inputs, smallest, answers, logit_error));
            Some(part.map_err(refused)?)
        }
    };
    let summary = py
        .detach(|| PairSummary::of_factor(Arc::clone(side), start.start.frame.clone(), r, rows, probability));
    Ok(Summary { summary: summary.map_err(refused)? })
}

fn input(row: ArrayView1<'_, f64>, labels: usize) -> GivenInput {
    let common = |common: f64, most: usize| CommonLabels { common: common as u8, of: most.min(labels) as u8 };
    GivenInput {
        divergences: InputDivergences {
            kl_ab: row[0],
            kl_ba: row[1],
            js: row[2],
            tv: row[3],
            hellinger: row[4],
            squared_logit_distance: row[5],
            agreeing: row[6] != 0.0,
            top: [common(row[7], 5), common(row[8], 10)],
        },
        log_tau: row[9],
        kl_between: [row[10], row[11]],
        gaps: [row[12], row[13]],
    }
}

fn answer(row: ArrayView1<'_, f64>) -> Option<AtTarget> {
    let answer =
        AtTarget { log_p: [row[0], row[1]], log_ratio: row[2], right: [row[3] != 0.0, row[4] != 0.0] };
    (!row[0].is_nan()).then_some(answer)
}

fn matrix(array: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(array.nrows(), array.ncols(), |i, j| array[(i, j)])
}
