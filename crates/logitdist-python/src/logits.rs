//! A pair whose logits come batch by batch.

use crate::array::{Held, Rows};
use crate::summary::{Summary, inputs};
use crate::wait::wait_for;
use anyhow::Context;
use logitdist::{LabelSide, Labels, ModelRows, Pair, PairSummary};
use logitdist_io::{FileModel, GivenArrays, LogitForm, OpenedModel, ReadOptions};
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
        let labels = beside.map(|beside| [&beside.summary.labels.a, &beside.summary.labels.b]);
        let model = |name: &str, rows, m: usize| -> anyhow::Result<FileModel<'_>> {
            let before = labels.map(|labels| labels[m]);
            let batch = OpenedModel::given(name, GivenArrays::Logits(rows, form), &options)?;
            let batch = batch.as_batch(before).chosen(None, None)?;
            before.map_or(Ok(()), |before| check(name, before, &batch.labels()))?;
            Ok(batch)
        };
        let a = model("a", Rows::of(&a, &progress.stop), 0)?;
        let b = model("b", Rows::of(&b, &progress.stop), 1)?;
        let pair = Pair::new(&a, &b)?;
        let is_as_before = |model: &FileModel<'_>, m: usize| {
            labels.is_some_and(|labels| labels[m].joined(&model.labels()).is_some())
        };
        let side = match beside {
            // What was reduced of the labels before is not reduced again.
            Some(beside) if is_as_before(&a, 0) && is_as_before(&b, 1) => {
                beside.summary.labels.with_labels(a.labels(), b.labels())
            }
            _ => Arc::new(LabelSide::of(&pair)),
        };
        Ok(PairSummary::of_inputs(&pair, &side, &inputs(probability), &[], targets.as_deref())?)
    })?;
    Ok(Summary { summary })
}

/// The labels of a batch are those before it.
fn check(name: &str, before: &Labels, batch: &Labels) -> anyhow::Result<()> {
    anyhow::ensure!(
        before.are_alike(batch),
        "{name}: {} labels, {} of them masked, and those before {} with {}: the same labels with the same masks are needed in all batches",
        batch.bias.len(),
        batch.masked.len(),
        before.bias.len(),
        before.masked.len()
    );
    Ok(())
}
