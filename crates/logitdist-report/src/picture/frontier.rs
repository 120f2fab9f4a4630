//! The tightness frontier: left-hand against right-hand sides of bounds, with the diagonal where they are equal.

use super::family::{families, name};
use super::sample::{self, CELLS_DRAWN, Place};
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Shape, Width, palette};
use crate::view::View;
use logitdist_results::Study;

/// Left-hand sides under this share of the right one are rounding errors, squared as the sides are.
const ROUNDING: f64 = 1e-20;

/// A panel per family, a mark per evaluation.
#[derive(Debug)]
pub struct Frontiers;

impl View<Study> for Frontiers {
    const VIEW: &'static str = "frontier";
    const TITLE: &'static str = "tightness frontier";
    type Numbers = Vec<Frontier>;

    fn all(_: &Study) -> Vec<Frontiers> {
        vec![Frontiers]
    }

    fn question(&self, _: &Study) -> String {
        "Tightness frontier: both sides of each bound; published bounds are orange discs, sharpened ones triangles.".into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no cell has a bound with two sides".into())
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Frontier>> {
        let panels = families(study).into_iter().filter(|family| !family.certifies).map(|family| {
            let series = family.bounds.iter().map(|&(bound, colour)| {
                let mut points: Vec<Place> = Vec::new();
                for cell in study.sample() {
                    // Without a tightness, both sides are rounding errors or the right one is infinite.
                    let own = cell.evaluations.iter().filter(|e| e.bound == bound);
                    let shown = own.filter(|e| e.tightness.is_some() || e.rhs == Some(f64::INFINITY));
                    let sides = shown.filter_map(|e| Some((e.rhs?, e.lhs?)));
                    points.extend(sides.map(|(rhs, lhs)| (rhs, above_rounding(lhs, rhs), cell.seed)));
                }
                let n = points.len();
                sample::thin(&mut points);
                Series { name: name(study, bound), colour, points, n }
            });
            let series = series.filter(|s| s.n > 0).collect();
            Frontier { title: family.title, series }
        });
        let panels: Vec<Frontier> = panels.filter(|panel| !panel.series.is_empty()).collect();
        Some(panels).filter(|panels| !panels.is_empty())
    }

    fn figures(&self, study: &Study, panels: &Vec<Frontier>) -> Vec<Figure> {
        let drawn: usize = panels.iter().flat_map(|p| &p.series).map(|s| s.points.len()).sum();
        let all: usize = panels.iter().flat_map(|p| &p.series).map(|s| s.n).sum();
        let width = if panels.len() == 1 { Width::Column } else { Width::Full };
        let plots = panels.iter().map(draw).collect();
        let figure = Figure::new(width, plots).in_columns(panels.len().min(3)).noted(
            "On the dashed line the two sides are equal; a side under 10⁻²⁰ of the other is drawn as 0, and pairs that are rounding errors are left out.",
        );
        vec![match drawn < all || study.is_thinned() {
            true => {
                figure.noted(format!("At most {CELLS_DRAWN} cells a bound are drawn, chosen by their seeds."))
            }
            false => figure,
        }]
    }
}

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
    pub points: Vec<Place>,
    /// Evaluations in the sample, drawn or not.
    pub n: usize,
}

/// A left-hand side that is a rounding error of the right one is 0.
fn above_rounding(lhs: f64, rhs: f64) -> f64 {
    if rhs.is_finite() && lhs < ROUNDING * rhs { 0.0 } else { lhs }
}

fn draw(panel: &Frontier) -> Panel {
    let mut plot = Panel::new(&panel.title, Axis::log("rhs"), Axis::log("lhs")).shaped(0.85);
    for series in &panel.series {
        let points = series.points.iter().map(sample::point).collect();
        let shape = if series.colour == palette::VERMILLION { Shape::Disc } else { Shape::Triangle };
        plot = plot.with(Mark::new(Form::Points(points, shape), series.colour).labelled(&series.name));
    }
    plot.with(Mark::new(Form::Diagonal, palette::GREY).dashed())
}
