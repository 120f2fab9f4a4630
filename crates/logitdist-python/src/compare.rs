//! `logitdist.compare`.

use crate::array::{Array, Held};
use crate::comparison::Comparison;
use crate::model::{Given, pair};
use crate::settings::Asked;
use crate::wait::wait_for;
use crate::which::Which;
use logitdist::Settings;
use logitdist::bound::LinearProbe;
use logitdist_cli::compare::{ComparedPair, groups_of, repeated_note, rows_to_see, targets_of};
use logitdist_cli::matched::{Opened, matched};
use logitdist_results::pair::PairRun;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Compares two models; `command` is what gives the same again.
#[pyfunction]
#[pyo3(signature = (a, b, *, against, floor, names, seed, settings, which, probe, threads, listener, command))]
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
    which: Which,
    probe: Option<(Held<'_>, Vec<f64>)>,
    threads: Option<usize>,
    listener: Option<Py<PyAny>>,
    command: String,
) -> PyResult<Comparison> {
    let (intervals, is_selection) = (settings.intervals()?, settings.is_selection());
    let settings = settings.settings()?;
    let refused = |error: anyhow::Error| PyValueError::new_err(format!("{error:#}"));
    let asked = which.asked().map_err(refused)?;
    let (name_a, name_b) = (names.0.as_str(), names.1.as_str());
    let (seen_a, seen_b) = (a.seen(name_a).map_err(refused)?, b.seen(name_b).map_err(refused)?);
    // Other models, and the model that each stands for.
    let mut seen_others = [None, None];
    for (seen, (other, m)) in seen_others.iter_mut().zip([(&against, 1), (&floor, 0)]) {
        if let Some((name, given)) = other {
            *seen = Some((name.as_str(), given.seen(name).map_err(refused)?, m));
        }
    }
    let probe = probe.as_ref().map(|(weights, offsets)| (weights.view(), offsets));
    let compared = wait_for(py, threads, listener, |progress| {
        let stop = &progress.stop;
        let (a, b) = rayon::join(|| seen_a.open(name_a, stop), || seen_b.open(name_b, stop));
        let (a, b) = (a?, b?);
        let opened = [Opened { own: seen_a.own(), model: &a }, Opened { own: seen_b.own(), model: &b }];
        let matched = matched(opened, &asked)?;
        let settings = Settings {
            groups: settings.groups.clone().map(|groups| groups_of(groups, &matched)).transpose()?,
            targets: settings.targets.clone().map(|targets| targets_of(targets, &matched)).transpose()?,
            ..settings.clone()
        };
        let chosen = |m: usize| (matched.labels[m].as_deref(), matched.inputs[m].clone());
        let ((labels_a, inputs_a), (labels_b, inputs_b)) = (chosen(0), chosen(1));
        let (a, b) = rayon::join(|| a.chosen(labels_a, inputs_a), || b.chosen(labels_b, inputs_b));
        let (a, b) = (a?, b?);
        let compared_pair = pair(&a, &b, [name_a, name_b])?;
        let mut models = [None, None];
        for (model, seen) in models.iter_mut().zip(&seen_others) {
            if let Some((name, seen, m)) = seen {
                let opened = seen.open(name, stop)?;
                let (labels, inputs) = chosen(*m);
                *model = Some((*name, opened.chosen(labels, inputs)?));
            }
        }
        let mut others = [None, None];
        for (other, model) in others.iter_mut().zip(&models) {
            if let Some((name, model)) = model {
                *other = Some(((*name).to_owned(), pair(&a, model, [name_a, name])?));
            }
        }
        let probes = probe.as_ref().map(|(weights, offsets)| probes(weights, offsets));
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
        let compared = ComparedPair::of(&compared_pair, None, &settings, intervals, run, probes, &watch)?;
        let mut compared = compared.beside(others, &settings)?;
        let repeated = [repeated_note("a", &a), repeated_note("b", &b)];
        compared.add_notes(matched.notes, repeated.into_iter().flatten(), matched.limits);
        Ok(ComparedPair { is_selection, names: matched.names, ..compared })
    })?;
    Ok(Comparison::of(compared))
}

/// Probes with their weights in rows, and their offsets.
fn probes(weights: &Array<'_>, offsets: &[f64]) -> Vec<LinearProbe> {
    let weights = weights.matrix();
    let probe = |(i, offset): (usize, &f64)| LinearProbe {
        weights: weights.row(i).iter().copied().collect(),
        offset: *offset,
    };
    offsets.iter().enumerate().map(probe).collect()
}
