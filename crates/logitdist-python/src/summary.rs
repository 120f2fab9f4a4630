//! A pair whose inputs come part by part.

use crate::array::{Held, Rows};
use crate::comparison::Comparison;
use crate::model::labels;
use crate::settings::Asked;
use crate::wait::wait_for;
use logitdist::{LabelSide, Labels, Pair, PairSummary, ProbabilityInputs, Settings, compare_summary};
use logitdist_cli::compare::ComparedPair;
use logitdist_io::{FileModel, SavedSummary, summary_from_bytes, summary_to_bytes};
use logitdist_results::pair::PairRun;
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::{Arc, OnceLock};

/// The labels of two models.
#[pyclass(frozen, module = "logitdist._native")]
pub struct Heads {
    pub(crate) a: Arc<Labels>,
    pub(crate) b: Arc<Labels>,
    /// What both are together, reduced once, here or elsewhere.
    pub(crate) side: OnceLock<Arc<LabelSide>>,
}

/// Unembeddings and a bias or none.
type Head<'py> = (Held<'py>, Option<PyReadonlyArray1<'py, f64>>);

#[pymethods]
impl Heads {
    #[new]
    fn new(py: Python<'_>, a: Head<'_>, b: Head<'_>) -> PyResult<Heads> {
        let bias = |head: &Head<'_>| -> Option<Vec<f64>> {
            head.1.as_ref().map(|bias| bias.as_array().iter().copied().collect())
        };
        let (bias_a, bias_b, a, b) = (bias(&a), bias(&b), a.0.view(), b.0.view());
        let (a, b) = wait_for(py, None, None, |_| {
            let (a, b) = (labels("a", &a, bias_a)?, labels("b", &b, bias_b)?);
            if a.bias.len() != b.bias.len() {
                let (a, b) = (a.bias.len(), b.bias.len());
                anyhow::bail!(
                    "a has {a} labels (rows of the unembeddings) and b has {b}; a pair needs the same ones in the same order"
                );
            }
            Ok((a, b))
        })?;
        Ok(Heads { a, b, side: OnceLock::new() })
    }

    /// Whether a summary is of these labels.
    fn are_of(&self, summary: &Summary) -> bool {
        let labels = &summary.summary.labels;
        labels.a == self.a && labels.b == self.b
    }

    /// Reduces some inputs, with the right label of each if right answers are looked at.
    #[pyo3(signature = (a, b, *, targets, probability, threads))]
    fn reduce(
        &self,
        py: Python<'_>,
        a: Held<'_>,
        b: Held<'_>,
        targets: Option<Vec<i64>>,
        probability: bool,
        threads: Option<usize>,
    ) -> PyResult<Summary> {
        let (a, b) = (a.view(), b.view());
        let summary = wait_for(py, threads, None, |progress| {
            let a = FileModel::given("a", Rows::of(&a, &progress.stop), Arc::clone(&self.a))?;
            let b = FileModel::given("b", Rows::of(&b, &progress.stop), Arc::clone(&self.b))?;
            let pair = Pair::new(&a, &b)?;
            let side = self.side.get_or_init(|| Arc::new(LabelSide::of(&pair)));
            Ok(PairSummary::of_inputs(&pair, side, &inputs(probability), &[], targets.as_deref())?)
        })?;
        Ok(Summary { summary })
    }
}

/// On which inputs probabilities are computed.
pub fn inputs(probability: bool) -> ProbabilityInputs {
    if probability { ProbabilityInputs::All } else { ProbabilityInputs::None }
}

/// What is left of the inputs that were seen.
#[pyclass(frozen, module = "logitdist._native")]
pub struct Summary {
    pub(crate) summary: PairSummary,
}

#[pymethods]
impl Summary {
    /// The summary of these bytes.
    #[staticmethod]
    fn of_bytes(bytes: &[u8]) -> PyResult<Summary> {
        match summary_from_bytes(bytes) {
            Ok(SavedSummary::Batches(summary)) => Ok(Summary { summary: *summary }),
            Ok(SavedSummary::Share { .. }) => {
                let meant = "this is a share of two files, made by `logitdist reduce`: `logitdist compare A B --summaries` reads it";
                Err(PyValueError::new_err(meant))
            }
            Err(error) => Err(PyValueError::new_err(error.to_string())),
        }
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(
            py,
            &py.detach(|| summary_to_bytes(&SavedSummary::Batches(Box::new(self.summary.clone())))),
        )
    }

    fn n_inputs(&self) -> usize {
        self.summary.inputs.factor.rows()
    }

    fn has_probabilities(&self) -> bool {
        self.summary.probability.is_some()
    }

    fn has_targets(&self) -> bool {
        self.summary.probability.as_ref().is_some_and(|part| !part.at_targets.is_empty())
    }

    /// Precision of the logits: that of the batch with the least.
    fn logits(&self) -> &'static str {
        let error = self.summary.probability.as_ref().map_or(0.0, |part| part.sums.logit_error);
        if error > 0.0 { "f32" } else { "f64" }
    }

    /// Of a pair that is given by its logits how many labels there are; `None` of any other.
    fn labels_of_logits(&self) -> Option<usize> {
        let labels = &self.summary.labels.a;
        labels.alone.map(|_| labels.bias.len())
    }

    /// The inputs of `self`, followed by those of `other`.
    fn merge(&self, py: Python<'_>, other: &Summary) -> PyResult<Summary> {
        let summary = py.detach(|| self.summary.merge(&other.summary));
        Ok(Summary { summary: summary.map_err(|error| PyValueError::new_err(error.to_string()))? })
    }

    /// Every measure and bound of the settings.
    #[pyo3(signature = (*, names, seed, settings, threads, command))]
    fn compare(
        &self,
        py: Python<'_>,
        names: (String, String),
        seed: u64,
        settings: Asked,
        threads: Option<usize>,
        command: String,
    ) -> PyResult<Comparison> {
        let settings = Settings { held_out: false, ..settings.settings()? };
        let compared = wait_for(py, threads, None, |_| {
            let (model_a, model_b) = names.clone();
            let version = env!("CARGO_PKG_VERSION").into();
            let run = PairRun { model_a, model_b, seed, version, command: command.clone() };
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let comparison = compare_summary(self.summary.clone(), &settings, &mut rng)?;
            Ok(ComparedPair::without_probes(comparison, run))
        })?;
        Ok(Comparison::of(compared))
    }
}
