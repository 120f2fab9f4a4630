//! `logitdist.compare`.

use crate::array::{Array, Held};
use crate::comparison::Comparison;
use crate::model::{Given, pair};
use crate::settings::Asked;
use crate::wait::wait_for;
use logitdist::bound::LinearProbe;
use logitdist_cli::compare::{ComparedPair, rows_to_see};
use logitdist_results::pair::PairRun;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Compares two models; `command` is what gives the same again.
#[pyfunction]
#[pyo3(signature = (a, b, *, against, floor, names, seed, settings, probe, threads, listener, command))]
#[allow(clippy::too_many_arguments, reason = "one for each argument in Python")]
pub fn compare(
    py: Python<'_>,
    a: Given<'_>,
    b: Given<'_>,
    against: Option<(String, Given<'_>)>,
    floor: Option<(String, Given<'_>)>,
    names: (String, String),
    seed: u64,
    settings: Asked,
    probe: Option<(Held<'_>, Vec<f64>)>,
    threads: Option<usize>,
    listener: Option<Py<PyAny>>,
    command: String,
) -> PyResult<Comparison> {
    let intervals = settings.intervals;
    let settings = settings.settings()?;
    let refused = |error: anyhow::Error| PyValueError::new_err(format!("{error:#}"));
    let (seen_a, seen_b) = (a.seen().map_err(refused)?, b.seen().map_err(refused)?);
    let mut seen_others = [None, None];
    for (seen, other) in seen_others.iter_mut().zip([&against, &floor]) {
        if let Some((name, given)) = other {
            *seen = Some((name.as_str(), given.seen().map_err(refused)?));
        }
    }
    let probe = probe.as_ref().map(|(weights, offsets)| (weights.view(), offsets));
    let compared = wait_for(py, threads, listener, |progress| {
        let (name_a, name_b) = (names.0.as_str(), names.1.as_str());
        let (a, b) =
            rayon::join(|| seen_a.open(name_a, &progress.stop), || seen_b.open(name_b, &progress.stop));
        let (a, b) = (a?, b?);
        let compared_pair = pair(&a, &b, [name_a, name_b])?;
        let mut opened = [None, None];
        for (opened, seen) in opened.iter_mut().zip(&seen_others) {
            if let Some((name, seen)) = seen {
                *opened = Some((*name, seen.open(name, &progress.stop)?));
            }
        }
        let mut others = [None, None];
        for (other, opened) in others.iter_mut().zip(&opened) {
            if let Some((name, model)) = opened {
                *other = Some(((*name).to_owned(), pair(&a, model, [name_a, name])?));
            }
        }
        let probes = probe.as_ref().map(|(weights, offsets)| probes(weights, offsets)).transpose()?;
        let run = PairRun {
            model_a: name_a.into(),
            model_b: name_b.into(),
            seed,
            version: env!("CARGO_PKG_VERSION").into(),
            command: command.clone(),
        };
        progress.expect(rows_to_see(&compared_pair, &settings));
        let watch = |stage, rows| progress.watch(stage, rows);
        let probes = probes.as_ref().map(|probes| ("probe", probes.as_slice()));
        ComparedPair::of(&compared_pair, None, &settings, intervals, run, probes, &watch)?
            .beside(others, &settings)
    })?;
    Ok(Comparison::of(compared))
}

/// Probes with their weights in rows, and their offsets.
fn probes(weights: &Array<'_>, offsets: &[f64]) -> anyhow::Result<Vec<LinearProbe>> {
    let weights = weights.matrix("probe")?;
    let probe = |(i, offset): (usize, &f64)| LinearProbe {
        weights: weights.row(i).iter().copied().collect(),
        offset: *offset,
    };
    Ok(offsets.iter().enumerate().map(probe).collect())
}
