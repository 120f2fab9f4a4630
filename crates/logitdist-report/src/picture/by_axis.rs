//! Bounds against an axis: median and 5–95 % band, a line per level of a second axis or per bound.

use super::axes;
use super::family::{Family, families};
use super::quantity::{Quantiles, Quantity, quantiles};
use super::sample;
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, palette};
use crate::view::{Choice, View};
use logitdist_results::Cell;
use logitdist_results::Study;

/// The most lines of a panel, and the most panels of a figure.
pub const MOST_LINES: usize = 8;
const MOST_PANELS: usize = 12;

/// A line: its name and what it goes through.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// A level of the second axis, or a bound.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// What it goes through, along the axis.
    pub points: Vec<Quantiles>,
}

/// Curves that share a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// A level of the third axis, or a family.
    pub title: String,
    /// What is measured.
    pub label: String,
    /// The lines.
    pub curves: Vec<Curve>,
}

/// Every family of bounds: a panel each, a line per bound.
#[derive(Debug)]
pub struct Families {
    /// The axis.
    pub x: usize,
    /// The source, where sources have values of their own on the axis; `None` for all.
    pub source: Option<usize>,
}

/// A bound: a panel per source, a line per level of another axis.
#[derive(Debug)]
pub struct Bounds {
    /// The bound.
    pub bound: usize,
    /// The axis.
    pub x: usize,
    /// The axis that has a line per level, if any.
    pub lines: Option<usize>,
    /// Whether it is the first of its bound and axis that shows something.
    pub is_filed: bool,
}

impl View<Study> for Families {
    const VIEW: &'static str = "families";
    const TITLE: &'static str = "all bounds against an axis";
    const FILES: &'static str = "tightness";
    type Numbers = Vec<Curves>;

    fn all(study: &Study) -> Vec<Families> {
        let of_axis =
            |x: usize| axes::sources(study, x).into_iter().map(move |source| Families { x, source });
        axes::drawn(study).into_iter().flat_map(of_axis).collect()
    }

    fn choice(&self, study: &Study) -> Vec<Choice> {
        let source = axes::source_name(study, self.source);
        vec![("x", study.axes[self.x].name.clone()), ("source", source.to_owned())]
    }

    fn question(&self, study: &Study) -> String {
        let axis = &study.axes[self.x].name;
        let of = match axes::source_name(study, self.source) {
            "" => String::new(),
            source => format!(" for {source}"),
        };
        format!(
            "Every family of bounds against {axis}{of}: median and 5–95 % band; published bounds are orange, sharpened ones blue and green."
        )
    }

    fn needs(&self, study: &Study) -> Option<String> {
        Some(format!("no cell with a value of {} has this bound", study.axes[self.x].name))
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Curves>> {
        let belongs = |cell: &Cell| {
            self.source.is_none() || study.sources().is_some_and(|s| cell.values[s] == self.source)
        };
        let panel = |family: Family| {
            let curve = |&(bound, colour): &(usize, Colour)| Curve {
                name: study.bounds[bound].0.clone(),
                colour,
                points: quantiles(study, Quantity::Bound(bound), self.x, belongs),
            };
            let label = Quantity::Bound(family.bounds[0].0).label(study);
            let curves = not_empty(family.bounds.iter().map(curve).collect());
            Curves { title: family.title, label, curves }
        };
        shown(families(study).into_iter().map(panel))
    }

    fn figures(&self, study: &Study, panels: &Vec<Curves>) -> Vec<Figure> {
        vec![figure(study, panels, self.x)]
    }
}

impl View<Study> for Bounds {
    const VIEW: &'static str = "bound";
    const TITLE: &'static str = "a bound against an axis";
    const FILES: &'static str = "tightness";
    type Numbers = Vec<Curves>;

    fn all(study: &Study) -> Vec<Bounds> {
        let varied = axes::drawn(study);
        let pairs = (0..study.bounds.len()).flat_map(|bound| varied.iter().map(move |&x| (bound, x)));
        let of_pair = |(bound, x): (usize, usize)| {
            let others = varied.iter().copied().filter(move |&lines| lines != x);
            let choices = others.map(Some).chain([None]);
            let mut own: Vec<Bounds> =
                choices.map(|lines| Bounds { bound, x, lines, is_filed: false }).collect();
            // Of a bound and an axis, the first that shows something is kept as a file.
            if let Some(first) = own.iter_mut().find(|view| view.numbers(study).is_some()) {
                first.is_filed = true;
            }
            own
        };
        pairs.flat_map(of_pair).collect()
    }

    fn choice(&self, study: &Study) -> Vec<Choice> {
        let axis = |axis: usize| study.axes[axis].name.clone();
        let bound = study.bounds[self.bound].0.clone();
        vec![("bound", bound), ("x", axis(self.x)), ("second", self.lines.map_or_else(String::new, axis))]
    }

    fn question(&self, study: &Study) -> String {
        let per =
            self.lines.map_or_else(String::new, |axis| format!(", a line per {}", study.axes[axis].name));
        let (bound, axis) = (&study.bounds[self.bound].0, &study.axes[self.x].name);
        format!("{bound} against {axis}{per}: median and 5–95 % band.")
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Curves>> {
        let sources = study.sources();
        let panels: Vec<Option<usize>> = match sources {
            Some(axis) => (0..study.axes[axis].values.len()).map(Some).collect(),
            None => vec![None],
        };
        let label = Quantity::Bound(self.bound).label(study);
        shown(panels.into_iter().map(|panel| {
            let in_panel = |cell: &Cell| panel.is_none() || sources.is_some_and(|s| cell.values[s] == panel);
            let curve = |name: String, colour: Colour, level: Option<usize>| {
                let on_line = |cell: &Cell| self.lines.is_none_or(|lines| cell.values[lines] == level);
                let belongs = |cell: &Cell| in_panel(cell) && on_line(cell);
                Curve { name, colour, points: quantiles(study, Quantity::Bound(self.bound), self.x, belongs) }
            };
            let curves = match self.lines.map(|lines| &study.axes[lines]) {
                None => vec![curve(String::new(), palette::BLUE, None)],
                Some(lines) => {
                    let chosen = spread(lines.values.len(), MOST_LINES);
                    let colours = match lines.numbers() {
                        Some(_) => palette::ordered(chosen.len()),
                        None => palette::UNORDERED.to_vec(),
                    };
                    let named = |&level: &usize| format!("{} {}", lines.name, lines.values[level]);
                    let levels = chosen.iter().zip(colours.iter().cycle());
                    levels.map(|(level, &colour)| curve(named(level), colour, Some(*level))).collect()
                }
            };
            let title = axes::source_name(study, panel).to_owned();
            Curves { title, label: label.clone(), curves: not_empty(curves) }
        }))
    }

    fn figures(&self, study: &Study, panels: &Vec<Curves>) -> Vec<Figure> {
        vec![figure(study, panels, self.x)]
    }

    fn is_filed(&self) -> bool {
        self.is_filed
    }
}

/// The panels that have curves, if any has.
fn shown(panels: impl Iterator<Item = Curves>) -> Option<Vec<Curves>> {
    let panels: Vec<Curves> = panels.filter(|panel| !panel.curves.is_empty()).collect();
    (!panels.is_empty()).then_some(panels)
}

fn not_empty(curves: Vec<Curve>) -> Vec<Curve> {
    curves.into_iter().filter(|curve| !curve.points.is_empty()).collect()
}

/// At most `most` of the numbers under `n`, evenly spread, both ends among them.
fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|i| i * (n - 1) / (most - 1)).collect() }
}

/// The picture of curves against axis `x`.
fn figure(study: &Study, panels: &[Curves], x: usize) -> Figure {
    let left_out = panels.len().saturating_sub(MOST_PANELS);
    let drawn = &panels[..panels.len() - left_out];
    let plots = drawn.iter().map(|panel| draw(study, panel, x, drawn.len() > 1)).collect();
    let figure = Figure::arranged(plots).noted("Median and 5–95 % band.").noted(sample::note(study));
    if left_out > 0 { figure.noted(format!("{left_out} more panels are left out.")) } else { figure }
}

fn draw(study: &Study, panel: &Curves, x: usize, is_multiple: bool) -> Panel {
    let own = &study.axes[x];
    let medians = panel.curves.iter().flat_map(|curve| curve.points.iter().map(|q| q.q50));
    let y = match panel.label.as_str() {
        label if label.starts_with("certified") => Axis::linear(label).between(0.0, 1.0),
        label => axes::share_axis(label, medians),
    };
    let mut plot = Panel::new(&panel.title, axes::axis(own), y);
    for curve in &panel.curves {
        let band = curve.points.iter().map(|q| (axes::at(own, q.at), q.q05, q.q95)).collect();
        plot = plot.with(Mark::new(Form::Band(band), curve.colour));
    }
    for curve in &panel.curves {
        let line = curve.points.iter().map(|q| (axes::at(own, q.at), q.q50)).collect();
        // Bounds of a family are named in the key once for all panels.
        let mark = Mark::new(Form::DottedLine(line), curve.colour).labelled(&curve.name);
        plot = plot.with(mark);
    }
    plot.shaped(if is_multiple { 0.8 } else { 0.7 })
}
