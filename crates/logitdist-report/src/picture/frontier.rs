//! The tightness frontier: left-hand against right-hand sides of bounds, with lines where one is a share of the other.

use super::family::{families, style};
use super::sample::{self, CELLS_DRAWN, SampledCell};
use crate::declared::is_equal_pair;
use crate::plot::{Axis, Figure, Form, Mark, Panel, Width, palette};
use crate::view::View;
use crate::words;
use logitdist_results::{BoundStatus, Study};

/// Left-hand sides under this share of the right one are rounding errors, squared as the sides are.
const ROUNDING: f64 = 1e-20;

/// Shares of equality that have a line.
const SHARES: [f64; 3] = [1.0, 0.1, 0.01];

/// How much the axes reach beyond the values, as a factor.
const MARGIN: f64 = 2.0;

/// A panel per family, a mark per evaluation.
#[derive(Debug)]
pub struct Frontiers;

impl View<Study> for Frontiers {
    const VIEW: &'static str = "frontier";
    const TITLE: &'static str = "How tight each bound is";
    type Numbers = Vec<Frontier>;

    fn all(_: &Study) -> Vec<Frontiers> {
        vec![Frontiers]
    }

    fn question(&self, _: &Study) -> String {
        "Both sides of each bound from above, a mark for each pair and direction, of all sources. On the line 1 they are equal; on the line 0.1 \
         the left side is a tenth of the right one. Published bounds are orange discs, sharpened ones have corners."
            .into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no cell has a bound with two sides".into())
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Frontier>> {
        let panels = families(study).into_iter().filter(|family| !family.certifies).map(|family| {
            let series = family.bounds.iter().map(|&bound| {
                let mut points: Vec<SampledCell> = Vec::new();
                for cell in study.sample().filter(|cell| !is_equal_pair(study, cell)) {
                    // Without a tightness, both sides are rounding errors.
                    let own = cell.evaluations.iter().filter(|e| e.bound == bound);
                    let shown = own.filter(|e| e.tightness.is_some() && e.status == BoundStatus::Ok);
                    let sides = shown.filter_map(|e| Some((e.rhs?, e.lhs?)));
                    points.extend(sides.map(|(rhs, lhs)| (rhs, above_rounding(lhs, rhs), cell.seed)));
                }
                let n = points.len();
                sample::thin(&mut points);
                Series { bound, points, n }
            });
            let series = series.filter(|s| s.n > 0).collect();
            Frontier { title: family.title, series }
        });
        let panels: Vec<Frontier> = panels.filter(|panel| !panel.series.is_empty()).collect();
        Some(panels).filter(|panels| !panels.is_empty())
    }

    fn figures(&self, study: &Study, panels: &Vec<Frontier>) -> Vec<Figure> {
        let all = || panels.iter().flat_map(|panel| &panel.series);
        let drawn: usize = all().map(|s| s.points.len()).sum();
        let n: usize = all().map(|s| s.n).sum();
        let width = if panels.len() == 1 { Width::Column } else { Width::Full };
        let plots = panels.iter().map(|panel| draw(study, panel)).collect();
        let figure = Figure::new(width, plots)
            .in_columns(panels.len().min(3))
            .noted("Lines: left side = 1, 0.1 and 0.01 of the right side. Vacuous bounds and pairs that are equal up to rounding are left out.");
        let figure = match all().flat_map(|s| &s.points).any(|place| place.1 == 0.0) {
            true => {
                figure.noted("n × beside 0: so many marks have a left side under 10⁻²⁰ of the right one.")
            }
            false => figure,
        };
        vec![match drawn < n || study.is_thinned() {
            true => {
                figure.noted(format!("Of each bound {CELLS_DRAWN} cells are drawn, chosen by their seeds."))
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
    /// Each bound with its evaluations.
    pub series: Vec<Series>,
}

/// The evaluations of a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Position of the bound.
    pub bound: usize,
    /// Right-hand side, left-hand side and cell.
    pub points: Vec<SampledCell>,
    /// Evaluations in the sample, drawn or not.
    pub n: usize,
}

/// A left-hand side that is a rounding error of the right one is 0.
fn above_rounding(lhs: f64, rhs: f64) -> f64 {
    if rhs.is_finite() && lhs < ROUNDING * rhs { 0.0 } else { lhs }
}

/// The panel, with the same scale on both axes.
fn draw(study: &Study, panel: &Frontier) -> Panel {
    let places = || panel.series.iter().flat_map(|series| &series.points);
    let sides = places().flat_map(|place| [place.0, place.1]).filter(|&x| x > 0.0 && x.is_finite());
    let (least, most) = sides.fold((f64::INFINITY, 0.0f64), |(l, m), x| (l.min(x), m.max(x)));
    let axis = |label: &str| match least <= most {
        true => {
            Axis::log(label).between((least / MARGIN).max(f64::MIN_POSITIVE), (most * MARGIN).min(f64::MAX))
        }
        false => Axis::log(label),
    };
    let (x, y) = (axis("right side of the bound"), axis("left side of the bound"));
    let mut plot = Panel::new(&panel.title, x, y).shaped(1.0);
    for share in SHARES {
        plot = plot.with(Mark::new(Form::Diagonal(share), palette::GREY).dashed());
    }
    for series in &panel.series {
        let points = series.points.iter().map(sample::point).collect();
        let (colour, shape) = style(study, series.bound);
        let name = words::bound(&study.bounds[series.bound].0);
        plot = plot.with(Mark::new(Form::Points(points, shape), colour).labelled(name));
    }
    plot
}
