//! Means against a number: the epoch, or a size of the networks; a row of panels per measure, a curve per loss.

use super::split::{FEW, Split, Values};
use crate::picture::{axes, moved};
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Width};
use crate::trained::arms::Arm;
use crate::trained::interval::Estimate;
use crate::trained::unit;
use crate::words;
use logitdist_results::Study;
use std::collections::{BTreeMap, BTreeSet};

/// The most panels side by side; more are in pictures of their own, up to so many.
const MOST_COLUMNS: usize = 4;
const MOST_PARTS: usize = 3;

/// The most panels of a figure: of more rows than there is room for, the first are drawn.
const MOST_PANELS: usize = 12;

/// A value over this many times another is easier to see on a logarithmic axis.
const WIDE: f64 = 30.0;

/// How far intervals may widen an axis beyond the means, as a share of what those take; longer ones are cut off.
const ROOM: f64 = 0.6;

/// With more curves in a panel than this, bands would hide each other: intervals are bars.
const MOST_BANDS: usize = 2;

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Band,
    Bars,
}

/// Rows of panels over an axis.
pub struct Grid {
    /// The axis.
    pub x: usize,
    /// A row per measure.
    pub rows: Vec<Row>,
}

/// A row of panels.
pub struct Row {
    pub label: String,
    /// Whether the vertical axis ends at 0 and 1.
    pub is_share: bool,
    pub layers: Vec<Layer>,
}

/// Curves of one kind.
pub struct Layer {
    pub arms: Vec<Arm>,
    /// Stands after the name of each curve.
    pub suffix: &'static str,
    pub dashed: bool,
    /// Whether means are of logarithms.
    pub of_logarithms: bool,
}

/// A mean with the ends of its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
struct MeanDrawn {
    mean: f64,
    ends: Option<(f64, f64)>,
}

impl Layer {
    fn place(&self, estimate: &Estimate) -> MeanDrawn {
        let ends = estimate.drawn_interval();
        match self.of_logarithms {
            true => {
                MeanDrawn { mean: estimate.mean.exp(), ends: ends.map(|(low, high)| (low.exp(), high.exp())) }
            }
            false => MeanDrawn { mean: estimate.mean, ends },
        }
    }
}

/// The row of a measure.
pub fn row(token: &str, arms: Vec<Arm>) -> Row {
    let layer = Layer { arms, suffix: "", dashed: false, of_logarithms: false };
    Row { label: words::measure_of(token), is_share: words::is_share(token), layers: vec![layer] }
}

pub fn source(study: &Study, values: &Values) -> Option<usize> {
    study.axis("source").and_then(|axis| values[axis])
}

/// The sources with several values on an axis.
pub fn sources_varying(study: &Study, arms: &[Arm], axis: usize) -> BTreeSet<Option<usize>> {
    let mut values: BTreeMap<Option<usize>, BTreeSet<usize>> = BTreeMap::new();
    for arm in arms {
        values.entry(source(study, &arm.values)).or_default().extend(arm.values[axis]);
    }
    values.into_iter().filter(|(_, own)| own.len() > 1).map(|(source, _)| source).collect()
}

/// The arms of sources with several values on an axis.
pub fn varying(study: &Study, arms: Vec<Arm>, axis: usize) -> Vec<Arm> {
    let several = sources_varying(study, &arms, axis);
    arms.into_iter().filter(|arm| several.contains(&source(study, &arm.values))).collect()
}

impl Grid {
    /// The grid of what there is to show; `None` if there is nothing.
    pub fn of(x: usize, rows: impl IntoIterator<Item = Row>) -> Option<Grid> {
        let shows = |row: &Row| row.layers.iter().any(|layer| !layer.arms.is_empty());
        let rows: Vec<Row> = rows.into_iter().filter(shows).collect();
        (!rows.is_empty()).then_some(Grid { x, rows })
    }

    /// The figures, a row of panels per measure in each; the note is of what means are over.
    pub fn figures(&self, study: &Study, note: impl Fn(&str) -> String) -> Vec<Figure> {
        let arms = self.rows.iter().flat_map(|row| &row.layers).flat_map(|layer| &layer.arms);
        let all: Vec<&Values> = arms.clone().map(|arm| &arm.values[..]).collect();
        let split = Split::of(study, &all, &[self.x]);
        let panels = split.all(all.iter().copied());
        let levels = split.levels(all.iter().copied());
        let layers = self.rows.iter().map(|row| row.layers.len()).max().unwrap_or(0);
        let is_course = study.axes[self.x].name == "epoch";
        let drawn = if is_course && layers * levels.len() <= MOST_BANDS { Drawn::Band } else { Drawn::Bars };
        let left_out = panels.len().saturating_sub(MOST_COLUMNS * MOST_PARTS);
        let scene = Scene { study, split, levels, x: self.x, drawn, alone: panels.len() == 1 };
        let most_rows = (MOST_PANELS / panels.len().clamp(1, MOST_COLUMNS)).min(self.rows.len());
        let (rows, others) = self.rows.split_at(most_rows);
        let not_drawn = match others.iter().map(|row| row.label.as_str()).collect::<Vec<_>>() {
            others if others.is_empty() => String::new(),
            others => format!("Not drawn for want of room, but in measures.csv: {}.", others.join("; ")),
        };
        let figure = |columns: &[Vec<Option<usize>>]| {
            let is_one = columns.len() * rows.len() == 1;
            let places =
                rows.iter().enumerate().flat_map(|(i, row)| columns.iter().map(move |c| (i, row, c)));
            let plots = places.map(|(i, row, panel)| {
                let is_titled = i == 0 || columns.len() == 1;
                let title = if is_titled { scene.split.title(study, panel) } else { String::new() };
                let y = vertical(row);
                let plot = Panel::new(title, axes::axis(&study.axes[self.x]), y);
                let aspect = match (is_one, columns.len(), rows.len()) {
                    (true, ..) => 0.6,
                    // Several rows of wide panels are to fit a page.
                    (_, 2, 3..) => 0.55,
                    _ => 0.8,
                };
                scene.marks(row, panel).into_iter().fold(plot, Panel::with).shaped(aspect)
            });
            let width = if is_one { Width::Column } else { Width::Full };
            // Rows of one panel each stand side by side.
            let abreast = if columns.len() == 1 { rows.len().min(3) } else { columns.len() };
            let figure = Figure::new(width, plots.collect()).in_columns(abreast);
            // What is not drawn needs no word.
            let own = || {
                let arms = rows.iter().flat_map(|row| &row.layers).flat_map(|layer| &layer.arms);
                let is_drawn = |arm: &&Arm| {
                    arm.estimate.mean.is_finite() && columns.contains(&scene.split.panel(&arm.values))
                };
                arms.filter(is_drawn)
            };
            let are_few = own().any(|arm| arm.estimate.has_few_clusters());
            let figure = figure.noted(note(&unit::over(study, own())));
            let figure = figure.headed(scene.split.heading(study));
            let figure = figure.noted(scene.split.fixed(study)).noted(if are_few { FEW } else { "" });
            let figure = figure.noted(&not_drawn);
            let is_moved = scene.drawn == Drawn::Bars && scene.levels.len() > 1;
            let own = &study.axes[self.x];
            let has_strip = own.logarithmic && (0..own.values.len()).any(|value| axes::at(own, value) <= 0.0);
            let figure = if is_moved { figure.noted(moved(has_strip)) } else { figure };
            match left_out {
                0 => figure,
                n => figure.noted(format!("{n} more panels are left out; all means are in measures.csv.")),
            }
        };
        panels.chunks(MOST_COLUMNS).take(MOST_PARTS).map(figure).collect()
    }
}

/// The vertical axis of a row, the same in all its panels: over the means, and the intervals as far as they are not much longer.
fn vertical(row: &Row) -> Axis {
    let (mut means, mut ends) = ((f64::INFINITY, f64::NEG_INFINITY), (f64::INFINITY, f64::NEG_INFINITY));
    let wider = |(low, high): (f64, f64), (from, to): (f64, f64)| (low.min(from), high.max(to));
    for layer in &row.layers {
        for place in layer.arms.iter().map(|arm| layer.place(&arm.estimate)).filter(|p| p.mean.is_finite()) {
            means = wider(means, (place.mean, place.mean));
            ends = wider(ends, place.ends.unwrap_or((place.mean, place.mean)));
        }
    }
    if means.0 > means.1 {
        return Axis::linear(&row.label);
    }
    if !row.is_share && means.0 > 0.0 && means.1 > WIDE * means.0 {
        let room = (means.1 / means.0).powf(ROOM / 3.0);
        // An interval that ends here is not to look cut off.
        const MARGIN: f64 = 1.2;
        let (low, high) = (ends.0.max(means.0 / room), ends.1.min(means.1 * room));
        return Axis::log(&row.label).between(low / MARGIN, high * MARGIN);
    }
    let span = (means.1 - means.0).max(1e-3);
    let (low, high) = (ends.0.max(means.0 - ROOM * span), ends.1.min(means.1 + ROOM * span));
    let (low, high) = (low - 0.05 * span, high + 0.05 * span);
    match row.is_share {
        true => axes::ticked(&row.label, low.max(0.0), high.min(1.0)),
        false => Axis::linear(&row.label).between(0.0, high),
    }
}

/// What all panels of a figure have in common.
struct Scene<'a> {
    study: &'a Study,
    split: Split,
    levels: Vec<Option<usize>>,
    x: usize,
    drawn: Drawn,
    /// Whether there is one panel, in which every curve has a name.
    alone: bool,
}

impl Scene<'_> {
    /// Intervals below, and curves on top of them.
    fn marks(&self, row: &Row, panel: &Values) -> Vec<Mark> {
        let (mut below, mut above) = (Vec::new(), Vec::new());
        for layer in &row.layers {
            for (i, &level) in self.levels.iter().enumerate() {
                let (name, colour, shape) = self.split.style(self.study, level);
                let places = self.places(layer, panel, level, i);
                let ends = places.iter().filter_map(|&(x, place)| Some((x, place.ends?.0, place.ends?.1)));
                below.extend(intervals(ends.collect(), self.drawn, colour));
                let line: Vec<(f64, f64)> = places.iter().map(|&(x, place)| (x, place.mean)).collect();
                let label = match (self.alone, layer.dashed) {
                    (true, _) => format!("{name}{}", layer.suffix),
                    (false, true) => String::new(),
                    (false, false) => name,
                };
                let mark = Mark {
                    dashed: layer.dashed,
                    ..Mark::new(Form::DottedLine(line), colour).labelled(label).with_shape(shape)
                };
                // A curve without a mean here is in the key nevertheless, in its place.
                above.push(mark);
            }
        }
        below.into_iter().chain(above).collect()
    }

    /// The means of a curve in the order of the axis; those of several curves a little apart if their intervals are bars.
    fn places(&self, layer: &Layer, panel: &Values, level: Option<usize>, i: usize) -> Vec<(f64, MeanDrawn)> {
        let axis = &self.study.axes[self.x];
        let belongs =
            |arm: &&Arm| self.split.panel(&arm.values) == panel && self.split.level(&arm.values) == level;
        let own = layer.arms.iter().filter(belongs);
        let places =
            own.filter_map(|arm| Some((axes::at(axis, arm.values[self.x]?), layer.place(&arm.estimate))));
        let mut places: Vec<(f64, MeanDrawn)> = places.filter(|(_, place)| place.mean.is_finite()).collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        let share = match self.drawn {
            Drawn::Band => 0.0,
            Drawn::Bars => 0.012 * (i as f64 - (self.levels.len() - 1) as f64 / 2.0),
        };
        let positions = || (0..axis.values.len()).map(|value| axes::at(axis, value));
        let least = positions().filter(|&x| x > 0.0 || !axis.logarithmic).fold(f64::INFINITY, f64::min);
        let most = positions().fold(f64::NEG_INFINITY, f64::max);
        for (x, _) in &mut places {
            *x = if axis.logarithmic { *x * (most / least).powf(share) } else { *x + share * (most - least) };
        }
        places
    }
}

fn intervals(ends: Vec<(f64, f64, f64)>, drawn: Drawn, colour: Colour) -> Vec<Mark> {
    match drawn {
        Drawn::Band if ends.is_empty() => Vec::new(),
        Drawn::Band => vec![Mark::new(Form::Band(ends), colour)],
        Drawn::Bars => {
            let bar = |(x, low, high)| Mark::new(Form::Interval((x, low), (x, high)), colour);
            ends.into_iter().map(bar).collect()
        }
    }
}
