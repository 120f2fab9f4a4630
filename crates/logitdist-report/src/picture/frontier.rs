//! The tightness frontier: left-hand against right-hand sides of bounds, with the diagonal where they are equal.

use super::family::{families, name};
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Point, Shape, Width, palette};
use crate::study::Study;

/// Cells whose evaluations are drawn, per bound.
const CELLS_DRAWN: usize = 250;

/// Left-hand sides under this share of the right one are rounding errors, squared as the sides are.
const ROUNDING: f64 = 1e-20;

/// A panel of the frontier: bounds of one family.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// What the family is about.
    pub title: String,
    /// Each bound's name, colour and evaluations.
    pub series: Vec<Series>,
}

/// The evaluations of a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Token and form.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Right-hand side, left-hand side and cell.
    pub points: Vec<(f64, f64, u64)>,
    /// Evaluations in the sample, drawn or not.
    pub n: usize,
}

/// The frontier of every family whose bounds are inequalities between two measured sides; see
/// [`certificates`](super::certificates) for the others.
pub fn frontiers(study: &Study) -> Vec<Frontier> {
    let panels = families(study).into_iter().filter(|family| !family.certifies).map(|family| {
        let series = family.bounds.iter().map(|&(bound, colour)| {
            let mut all: Vec<(u64, f64, f64)> = Vec::new();
            for cell in study.sample() {
                // Without a tightness, both sides are rounding errors or the right one is infinite.
                let own = cell.evaluations.iter().filter(|e| e.bound == bound);
                let shown = own.filter(|e| e.tightness.is_some() || e.rhs == Some(f64::INFINITY));
                let sides = shown.filter_map(|e| Some((e.rhs?, e.lhs?)));
                all.extend(sides.map(|(rhs, lhs)| (cell.seed, rhs, above_rounding(lhs, rhs))));
            }
            let n = all.len();
            Series { name: name(study, bound), colour, points: thinned(all), n }
        });
        let series = series.filter(|s| s.n > 0).collect();
        Frontier { title: family.title, series }
    });
    panels.filter(|panel| !panel.series.is_empty()).collect()
}

/// A left-hand side that is a rounding error of the right one is 0.
fn above_rounding(lhs: f64, rhs: f64) -> f64 {
    if rhs.is_finite() && lhs < ROUNDING * rhs { 0.0 } else { lhs }
}

/// The points of the cells with the smallest seeds, which are hashes: a fair sample, in the order in which they came.
fn thinned(points: Vec<(u64, f64, f64)>) -> Vec<(f64, f64, u64)> {
    let mut seeds: Vec<u64> = points.iter().map(|p| p.0).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let last = seeds.get(CELLS_DRAWN - 1).copied().unwrap_or(u64::MAX);
    points.into_iter().filter(|p| p.0 <= last).map(|(seed, rhs, lhs)| (rhs, lhs, seed)).collect()
}

/// The picture of frontiers.
pub fn figure(study: &Study, panels: &[Frontier]) -> Figure {
    if panels.is_empty() {
        let reason = "no cell has a bound with two sides";
        return Figure::new(Width::Column, vec![Panel::empty("", reason)]);
    }
    let drawn: usize = panels.iter().flat_map(|p| &p.series).map(|s| s.points.len()).sum();
    let all: usize = panels.iter().flat_map(|p| &p.series).map(|s| s.n).sum();
    let mut notes = vec!["On the dashed line the two sides are equal; a side under 10⁻²⁰ of the other is drawn as 0, and pairs that are rounding errors are left out.".to_owned()];
    if drawn < all || study.is_thinned() {
        notes.push(format!("At most {CELLS_DRAWN} cells a bound are drawn, chosen by their seeds."));
    }
    let width = if panels.len() == 1 { Width::Column } else { Width::Full };
    let plots = panels.iter().map(draw).collect();
    Figure::new(width, plots).in_columns(panels.len().min(3)).noted(notes.join(" "))
}

fn draw(panel: &Frontier) -> Panel {
    let mut plot = Panel::new(&panel.title, Axis::log("rhs"), Axis::log("lhs")).shaped(0.85);
    for series in &panel.series {
        let point = |&(x, y, seed): &(f64, f64, u64)| Point {
            link: Some(format!("#cell-{seed:016x}")),
            ..Point::at(x, y)
        };
        let points = series.points.iter().map(point).collect();
        let shape = if series.colour == palette::VERMILLION { Shape::Disc } else { Shape::Triangle };
        plot = plot.with(Mark::new(Form::Points(points, shape), series.colour).labelled(&series.name));
    }
    plot.with(Mark::new(Form::Diagonal, palette::GREY).dashed())
}
