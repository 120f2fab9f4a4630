//! What bounds certify from the predictions alone, and what is measured.

use super::axes::level_style;
use super::family::{certifies, style};
use super::sample::{self, CELLS_DRAWN, SampledCell};
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point, Width, palette};
use crate::sentences::{listed, percent};
use crate::view::View;
use crate::words;
use logitdist::{BoundSide, theorem};
use logitdist_results::{BoundStatus, Cell, Study};
use std::collections::BTreeSet;

/// The most panels of a figure, and side by side.
const MOST_PANELS: usize = 12;
const MOST_COLUMNS: usize = 4;

/// What is certified up to this is a rounding error: nothing.
const ROUNDING: f64 = 1e-12;

/// From this on a similarity is drawn as 1.
const ALL_BUT_ONE: f64 = 0.999;

/// A figure per similarity, a panel per bound that certifies it, a mark per evaluation.
#[derive(Debug)]
pub struct Certificates;

impl View<Study> for Certificates {
    const VIEW: &'static str = "certificates";
    const TITLE: &'static str = "What is certified, and what is measured";
    type Numbers = Vec<OfBound>;

    fn all(_: &Study) -> Vec<Certificates> {
        vec![Certificates]
    }

    fn question(&self, _: &Study) -> String {
        "The measured similarity against what each bound certifies of it from the predictions alone: a mark for each pair and direction, of all \
         sources. On the line the bound is attained; no mark may be under it. Vacuous bounds certify nothing and are counted in the title."
            .into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no cell has a bound that certifies a similarity".into())
    }

    fn numbers(&self, study: &Study) -> Option<Vec<OfBound>> {
        let bounds = (0..study.bounds.len()).filter(|&bound| certifies(study, bound)).map(|bound| {
            let mut all = Vec::new();
            let (mut n, mut vacuous, mut not_applicable) = (0, 0, 0);
            for cell in study.sample() {
                for e in cell.evaluations.iter().filter(|e| e.bound == bound) {
                    not_applicable += usize::from(e.status == BoundStatus::NotApplicable);
                    let Some((certified, measured)) = e.certified().zip(e.rhs) else { continue };
                    n += 1;
                    match e.status {
                        BoundStatus::Vacuous => vacuous += 1,
                        _ if certified <= ROUNDING => vacuous += 1,
                        _ => all.push((certified, measured, cell.seed, data_of(study, cell))),
                    }
                }
            }
            let mut chosen = all.iter().map(|&(x, y, seed, _)| (x, y, seed)).collect();
            sample::thin(&mut chosen);
            let seeds: BTreeSet<u64> = chosen.iter().map(|place| place.2).collect();
            let (points, not_drawn): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|own| seeds.contains(&own.2));
            let (points, data) = points.into_iter().map(|(x, y, seed, data)| ((x, y, seed), data)).unzip();
            let not_drawn = not_drawn.into_iter().map(|(x, y, ..)| (x, y)).collect();
            OfBound { bound, points, data, not_drawn, n, vacuous, not_applicable }
        });
        let all: Vec<OfBound> = bounds.filter(|own| own.n > 0).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    fn figures(&self, study: &Study, all: &Vec<OfBound>) -> Vec<Figure> {
        let named = |own: &&OfBound| words::bound(&study.bounds[own.bound].0);
        let (never, shown): (Vec<&OfBound>, Vec<&OfBound>) =
            all.iter().partition(|own| own.points.is_empty());
        let mut of_measures: Vec<(&str, Vec<&OfBound>)> = Vec::new();
        for own in shown {
            let measure = measure_of(study, own.bound);
            match of_measures.iter_mut().find(|(known, _)| *known == measure) {
                Some((_, bounds)) => bounds.push(own),
                None => of_measures.push((measure, vec![own])),
            }
        }
        if of_measures.is_empty() {
            return vec![Figure::empty("no bound certifies anything of any pair")];
        }
        let (ones, of_measures): (Vec<_>, Vec<_>) =
            of_measures.into_iter().partition(|(_, bounds)| bounds.iter().all(|own| own.measures_one()));
        let names: Vec<String> = ones.iter().map(|(measure, _)| words::similarity(measure)).collect();
        let ones = match names.is_empty() {
            true => String::new(),
            false => {
                format!("No picture of {}: at least {ALL_BUT_ONE} is measured in all pairs.", listed(&names))
            }
        };
        if of_measures.is_empty() {
            return vec![Figure::empty(ones)];
        }
        let never: Vec<String> = never.iter().map(named).collect();
        let vacuous = match never.is_empty() {
            true => String::new(),
            false => format!("Nothing of any pair is certified by {}.", never.join(", ")),
        };
        let is_thinned = all.iter().any(|own| !own.not_drawn.is_empty());
        let sampled = format!(
            "Of each bound at most {CELLS_DRAWN} cells are drawn, chosen by their seeds, with a mark for each direction."
        );
        let figures = of_measures.into_iter().map(|(measure, bounds)| {
            let some = match bounds.iter().any(|own| own.vacuous > 0) {
                true => "Pairs of which nothing is certified are not drawn. Shares in titles are of all pairs that the bound applies to, in both directions.",
                false => "",
            };
            let figure = figure(study, measure, &bounds)
                .noted(sample::note(study))
                .noted(some)
                .noted(&ones)
                .noted(&vacuous)
                .noted(not_applicable(study, &bounds));
            if is_thinned { figure.noted(&sampled) } else { figure }
        });
        figures.collect()
    }
}

/// How many pairs bounds do not apply to, those of as many together.
fn not_applicable(study: &Study, bounds: &[&OfBound]) -> String {
    let mut all: Vec<((usize, usize), Vec<String>)> = Vec::new();
    for own in bounds.iter().filter(|own| own.not_applicable > 0) {
        let count = (own.not_applicable, own.n + own.not_applicable);
        let name = words::bound(&study.bounds[own.bound].0);
        match all.iter_mut().find(|(known, _)| *known == count) {
            Some((_, names)) => names.push(name),
            None => all.push((count, vec![name])),
        }
    }
    let said = |((n, of), names): &((usize, usize), Vec<String>)| match names.len() == bounds.len() {
        true => format!("{n} of {of} marks of each bound"),
        false => format!("{n} of {of} marks of {}", names.join(", ")),
    };
    let said: Vec<String> = all.iter().map(said).collect();
    match said.is_empty() {
        true => String::new(),
        false => format!("Not drawn, as a bound does not apply: {}.", said.join("; ")),
    }
}

/// The similarity that a bound certifies; nothing if the table has the bound no more.
fn measure_of(study: &Study, bound: usize) -> &'static str {
    match theorem(&study.bounds[bound].0).map(|row| row.side) {
        Some(BoundSide::AtLeast(measure)) => measure,
        _ => "",
    }
}

/// The axis of data sets, if there are several to be told apart.
fn data_sets(study: &Study) -> Option<usize> {
    study.axis("data").filter(|&axis| study.axes[axis].values.len() > 1)
}

fn data_of(study: &Study, cell: &Cell) -> Option<usize> {
    data_sets(study).and_then(|axis| cell.values[axis])
}

/// The figure of one similarity: a panel for each bound that certifies it, with the same axes.
fn figure(study: &Study, measure: &str, bounds: &[&OfBound]) -> Figure {
    let axis = |what: &str| {
        let label = format!("{what} {}", words::similarity(measure));
        Axis::linear(label.trim_end()).between(-0.02, 1.02)
    };
    let data = data_sets(study);
    let levels: BTreeSet<Option<usize>> = bounds.iter().flat_map(|own| own.data.iter().copied()).collect();
    let plots = bounds.iter().take(MOST_PANELS).map(|own| {
        let share = own.vacuous as f64 / own.n as f64;
        let name = words::bound(&study.bounds[own.bound].0);
        let title =
            if own.vacuous > 0 { format!("{name}: nothing certified of {}", percent(share)) } else { name };
        let (colour, shape) = style(study, own.bound);
        let panel = Panel::new(title, axis("certified"), axis("measured"))
            .shaped(1.0)
            .counted()
            .with_not_drawn(own.not_drawn.clone())
            .with(Mark::new(Form::Diagonal(1.0), palette::GREY).dashed());
        let points = |level: Option<usize>| -> Vec<Point> {
            let points = own.points.iter().zip(&own.data).filter(|(_, data)| **data == level);
            points.map(|(place, _)| sample::point(place)).collect()
        };
        let mark = |level: &Option<usize>| match (data, level) {
            (Some(axis), Some(value)) => {
                let axis = &study.axes[axis];
                let (colour, shape) = level_style(axis, *value);
                let name = words::value_of(&axis.name, &axis.values[*value]);
                Mark::new(Form::Points(points(*level), shape), colour).labelled(name)
            }
            _ => Mark::new(Form::Points(points(*level), shape), colour),
        };
        levels.iter().map(mark).fold(panel, Panel::with)
    });
    let plots: Vec<Panel> = plots.collect();
    // In rows of equal length, as far as that goes.
    let columns = plots.len().div_ceil(plots.len().div_ceil(MOST_COLUMNS).max(1));
    let width = if columns > 2 { Width::Full } else { Width::Column };
    let figure = Figure::new(width, plots).in_columns(columns);
    if data.is_some() { figure.headed("data set").noted("Colours and shapes are data sets.") } else { figure }
}

impl OfBound {
    /// Whether 1 is measured wherever something is certified: nothing is seen above the line but how far away it is.
    fn measures_one(&self) -> bool {
        let drawn = self.points.iter().map(|point| point.1);
        drawn.chain(self.not_drawn.iter().map(|place| place.1)).all(|measured| measured >= ALL_BUT_ONE)
    }
}

/// A bound's certificates.
#[derive(Debug, Clone, PartialEq)]
pub struct OfBound {
    /// Position of the bound.
    pub bound: usize,
    /// What is certified, what is measured, and the cell; without vacuous ones.
    pub points: Vec<SampledCell>,
    /// The data set of each, where there are several.
    pub data: Vec<Option<usize>>,
    /// What is certified and measured of the others, for which there is no room.
    pub not_drawn: Vec<(f64, f64)>,
    /// Evaluations in the sample, drawn or not.
    pub n: usize,
    /// Evaluations that certify nothing.
    pub vacuous: usize,
    /// Pairs and directions to which the bound does not apply, beside those.
    pub not_applicable: usize,
}
