//! A pair whose logits come batch by batch.

use crate::array::{Held, Rows};
use crate::summary::{Summary, inputs};
use crate::wait::wait_for;
use anyhow::Context;
use logitdist::{LabelSide, Labels, ModelRows, Pair, PairSummary};
use logitdist_io::{FileModel, GivenArrays, LogitForm, MOST_LOGITS, OpenedModel, ReadOptions};
use pyo3::prelude::*;
use std::sync::Arc;

/// Reduces the logits of some inputs, or what says as much; `beside` is a summary of others, of the same labels.
#[pyfunction]
#[pyo3(signature = (a, b, *, form, beside, targets, zero_is_mask, probability, threads))]
#[allow(clippy::too_many_arguments, reason = "one for each argument in Python")]
pub fn reduce_logits(
    py: Python<'_>,
    a: Held<'_>,
    b: Held<'_>,
    form: &str,
    beside: Option<&Summary>,
    targets: Option<Vec<i64>>,
    zero_is_mask: bool,
    probability: bool,
    threads: Option<usize>,
) -> PyResult<Summary> {
    let (a, b) = (a.view(), b.view());
    let summary = wait_for(py, threads, None, |progress| {
        let form = LogitForm::ALL.into_iter().find(|known| known.name() == form);
        let form = form.context("logits, log_probabilities or probabilities are needed")?;
        let options = ReadOptions { zero_is_mask, ..ReadOptions::default() };
        let model = |name: &str, rows| -> anyhow::Result<FileModel<'_>> {
            Ok(OpenedModel::given(name, GivenArrays::Logits(rows, form), &options)?.chosen(None, None)?)
        };
        let (a, b) = (model("a", Rows::of(&a, &progress.stop))?, model("b", Rows::of(&b, &progress.stop))?);
        let Some(beside) = beside else {
            let pair = Pair::new(&a, &b)?;
            let side = Arc::new(LabelSide::of(&pair));
            return Ok(PairSummary::of_inputs(&pair, &side, &inputs(probability), &[], targets.as_deref())?);
        };
        let before = &beside.summary.labels;
        let (labels_a, labels_b) = (joined("a", &before.a, &a)?, joined("b", &before.b, &b)?);
        let side = before.with_labels(labels_a, labels_b);
        let (a, b) = (a.with_labels(Arc::clone(&side.a)), b.with_labels(Arc::clone(&side.b)));
        let pair = Pair::new(&a, &b)?;
        Ok(PairSummary::of_inputs(&pair, &side, &inputs(probability), &[], targets.as_deref())?)
    })?;
    Ok(Summary { summary })
}

/// The labels of a batch and of those before it.
fn joined(name: &str, before: &Arc<Labels>, batch: &FileModel<'_>) -> anyhow::Result<Arc<Labels>> {
    let labels = batch.labels();
    before.joined(&labels).with_context(|| {
        if labels.bias.len() > MOST_LOGITS {
            return format!(
                "{name}: there are logits of {} labels; up to {MOST_LOGITS} may come in batches, and more as a whole",
                labels.bias.len()
            );
        }
        format!(
            "{name}: {} labels, {} of them masked, and those before {} with {}: the same labels with the same masks are needed in all batches",
            labels.bias.len(),
            labels.masked.len(),
            before.bias.len(),
            before.masked.len()
        )
    })
}
