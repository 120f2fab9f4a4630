//! Concepts: whether they can be read off the second network with a probe of its own, and with the first one's.

use super::split::{FEW, Split, Values};
use crate::picture::axes::ticked;
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Point, Shape, Width, palette};
use crate::trained::arms::{Arm, arms, at_the_end};
use crate::trained::unit;
use crate::view::View;
use crate::words;
use logitdist_results::Study;
use std::collections::BTreeSet;

/// The most panels.
const MOST_PANELS: usize = 12;

/// What is shown of a concept, from the top down: measure, name, colour, shape.
const SHOWN: [(&str, &str, Colour, Shape); 3] = [
    ("probe_accuracy_b", "probe refitted on b", palette::BLUE, Shape::Disc),
    ("probe_accuracy_carried", "probe of a carried over to b", palette::VERMILLION, Shape::Triangle),
    ("probe_majority", "the more common answer", palette::GREY, Shape::Diamond),
];

/// Accuracies of concepts, a panel per loss.
#[derive(Debug)]
pub struct Concepts;

impl View<Study> for Concepts {
    const VIEW: &'static str = "training-concepts";
    const TITLE: &'static str = "Concepts carried over";
    /// The arms of each accuracy of `SHOWN`.
    type Numbers = Vec<Vec<Arm>>;

    fn all(_: &Study) -> Vec<Concepts> {
        vec![Concepts]
    }

    fn question(&self, _: &Study) -> String {
        "Concepts read off the second network: accuracy of a probe refitted on it (is the concept still there?), of the first network’s \
         probe carried over (is it in the same place?), and of the more common answer; means with 95 % intervals."
            .into()
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Vec<Arm>>> {
        let concept = study.axis("concept")?;
        let of = |(token, ..): (&str, &str, Colour, Shape)| {
            let arms = at_the_end(study, arms(study, token)).into_iter();
            arms.filter(|arm| arm.values[concept].is_some()).collect::<Vec<Arm>>()
        };
        Some(SHOWN.map(of).to_vec()).filter(|all| all.iter().any(|arms| !arms.is_empty()))
    }

    fn figures(&self, study: &Study, all: &Vec<Vec<Arm>>) -> Vec<Figure> {
        study.axis("concept").map(|concept| figure(study, concept, all)).into_iter().collect()
    }
}

fn figure(study: &Study, concept: usize, all: &[Vec<Arm>]) -> Figure {
    let values: Vec<&Values> = all.iter().flatten().map(|arm| &arm.values[..]).collect();
    // Colours tell the accuracies apart: every other axis makes panels.
    let split = Split::of(study, &values, &[concept]).without_series();
    let panels = split.all(values.iter().copied());
    let names: Vec<String> =
        study.axes[concept].values.iter().map(|value| words::value_of("concept", value)).collect();
    let (low, high) = range(all.iter().flatten());
    let plots = panels.iter().take(MOST_PANELS).map(|panel| {
        let x = ticked("accuracy", low, high);
        let mut plot = Panel::new(split.title(study, panel), x, Axis::places("", &names));
        for (i, ((_, name, colour, shape), arms)) in SHOWN.iter().zip(all).enumerate() {
            // Concepts are in rows, the accuracies of one a little apart.
            let height = |arm: &Arm| arm.values[concept].map_or(0.0, |v| v as f64) + 0.22 * (1.0 - i as f64);
            let own = || arms.iter().filter(|arm| split.panel(&arm.values) == *panel);
            for arm in own() {
                if let Some((from, to)) = arm.estimate.drawn_interval() {
                    let y = height(arm);
                    plot = plot.with(Mark::new(Form::Interval((from, y), (to, y)), *colour));
                }
            }
            let points: Vec<Point> = own().map(|arm| Point::at(arm.estimate.mean, height(arm))).collect();
            if !points.is_empty() {
                plot = plot.with(Mark::new(Form::Points(points, *shape), *colour).labelled(*name));
            }
        }
        plot.shaped(0.18 * names.len().max(3) as f64)
    });
    let plots: Vec<Panel> = plots.collect();
    let columns = columns(&panels, plots.len());
    let width = if columns == 1 { Width::Column } else { Width::Full };
    let figure = Figure::new(width, plots)
        .in_columns(columns)
        .noted(unit::means(&unit::over(study, all.iter().flatten())))
        .noted(unit::when(study))
        .noted(split.fixed(study))
        .noted(if all.iter().flatten().any(|arm| arm.estimate.has_few_clusters()) { FEW } else { "" })
        .noted("The marks of a concept stand a little below one another.");
    match panels.len().saturating_sub(MOST_PANELS) {
        0 => figure,
        n => figure.noted(format!("{n} more panels are left out; all means are in measures.csv.")),
    }
}

/// Panels in a row: those that differ in the last axis only, if they fit, or half of four.
fn columns(panels: &[Vec<Option<usize>>], drawn: usize) -> usize {
    let last: BTreeSet<_> = panels.iter().filter_map(|panel| panel.last()).collect();
    match last.len() {
        2 | 3 if panels.len().is_multiple_of(last.len()) => last.len(),
        4 if panels.len().is_multiple_of(4) => 2,
        _ => drawn.clamp(1, 3),
    }
}

/// From the least to the greatest accuracy, with some room, inside 0 and 1.
fn range<'a>(arms: impl Iterator<Item = &'a Arm>) -> (f64, f64) {
    let (low, high) = arms.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), arm| {
        let (from, to) = arm.estimate.drawn_interval().unwrap_or((arm.estimate.mean, arm.estimate.mean));
        (low.min(from), high.max(to))
    });
    ((low - 0.03).max(0.0), (high + 0.03).min(1.0))
}
