//! The tightness frontier: left-hand against right-hand sides of bounds, with lines where one is a share of the other.

use super::family::{families, style};
use super::sample::{self, CELLS_DRAWN, SampledCell};
use crate::declared::is_equal_pair;
use crate::plot::{Axis, Figure, Form, Mark, Panel, palette};
use crate::typeset::typeset;
use crate::view::View;
use crate::words;
use logitdist_results::{BoundStatus, Study};

/// Left-hand sides under this share of the right one, and of the largest one of their bound, are rounding errors.
const ROUNDING: f64 = 1e-12;

/// The most decades of an axis; what is beyond stands in gutters.
const MOST_DECADES: f64 = 12.0;

/// Shares of equality that have a line.
const SHARES: [f64; 3] = [1.0, 0.1, 0.01];

/// How far the left axis reaches beyond the left sides at most, as a factor.
const ROOM: f64 = 10.0;

/// A panel with more of its marks than this in one strip is left out.
const MOST_IN_A_STRIP: f64 = 0.9;

/// The most panels of a figure, and side by side: in a fourth column they would be too small to read.
const MOST_PANELS: usize = 9;
const MOST_COLUMNS: usize = 3;

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
                    points.extend(sides.map(|(rhs, lhs)| (rhs, lhs, cell.seed)));
                }
                above_rounding(&mut points);
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
        // Unless nothing else were left.
        let told: Vec<Option<String>> = panels.iter().map(in_a_strip).collect();
        let shown: Vec<&Frontier> =
            panels.iter().zip(&told).filter(|(_, reason)| reason.is_none()).map(|(panel, _)| panel).collect();
        let (panels, left_out) = match shown.is_empty() {
            true => (panels.iter().collect(), Vec::new()),
            false => (shown, told.into_iter().flatten().collect::<Vec<String>>()),
        };
        let all = || panels.iter().flat_map(|panel| &panel.series);
        let drawn: usize = all().map(|s| s.points.len()).sum();
        let n: usize = all().map(|s| s.n).sum();
        let sampled = match drawn < n || study.is_thinned() {
            true => format!(
                "Of each bound at most {CELLS_DRAWN} cells are drawn, chosen by their seeds, with a mark for each direction."
            ),
            false => String::new(),
        };
        let left_out = match left_out.is_empty() {
            true => String::new(),
            false => format!("Not drawn: {}.", left_out.join("; ")),
        };
        // In as many of each figure, as far as that goes.
        let parts = panels.len().div_ceil(MOST_PANELS);
        let of_a_part = panels.len().div_ceil(parts);
        let part = |(part, own): (usize, &[&Frontier])| {
            let figure = figure(study, own).noted(&left_out).noted(&sampled);
            if parts == 1 {
                return figure;
            }
            let (first, last) = (part * of_a_part + 1, part * of_a_part + own.len());
            let which = format!(
                "Panels {first} to {last} of {}; figures of their own have the others.",
                panels.len()
            );
            figure.in_columns(MOST_COLUMNS).noted(which)
        };
        panels.chunks(of_a_part).enumerate().map(part).collect()
    }
}

/// The figure of some panels, with what has to be said of their sides.
fn figure(study: &Study, panels: &[&Frontier]) -> Figure {
    let plots: Vec<Panel> = panels.iter().map(|&panel| draw(study, panel)).collect();
    let has = |unit: &str| plots.iter().any(|plot| plot.x.label.contains(unit));
    let units = [
        ("f)", "Units of f are those of the embeddings."),
        ("(JS:", "Of bounded divergences only the Jensen–Shannon one, JS, has a unit."),
    ];
    let units: Vec<&str> = units.into_iter().filter(|(unit, _)| has(unit)).map(|(_, said)| said).collect();
    let mut points = panels.iter().flat_map(|panel| &panel.series).flat_map(|series| &series.points);
    let figure = Figure::arranged(plots)
        .noted("The left side is what a title has after its colon, or else what the title names.")
        .noted("Lines, from the left: left side = 1, 0.1 and 0.01 of the right side.")
        .noted("Bounds that say nothing and pairs that are equal up to rounding are left out.");
    let figure = units.into_iter().fold(figure, Figure::noted);
    match points.any(|(_, lhs, _)| *lhs == 0.0) {
        true => figure.noted(
            "Left sides under 10⁻¹² both of the right side and of the largest left side of a bound are rounding errors, and drawn as 0.",
        ),
        false => figure,
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

/// Left-hand sides that are rounding errors are 0: beside the right one, which alone may be astronomically large, and beside the others.
fn above_rounding(points: &mut [SampledCell]) {
    let largest = points.iter().map(|(_, lhs, _)| *lhs).fold(0.0, f64::max);
    for (rhs, lhs, _) in points {
        if rhs.is_finite() && *lhs < ROUNDING * rhs.min(largest) {
            *lhs = 0.0;
        }
    }
}

/// The ends of positive values; of more decades than an axis has, of those decades that hold most values.
fn bulk(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let last_from = |first: usize| {
        let reach = |x: &f64| x.log10() - values[first].log10() <= MOST_DECADES;
        values.partition_point(reach) - 1
    };
    // Of equally many, the greatest.
    let spans = (0..values.len()).map(|first| (first, last_from(first)));
    let span = spans.max_by_key(|(first, last)| last - first);
    span.map_or((f64::INFINITY, 0.0), |(first, last)| (values[first], values[last]))
}

/// The ends of the axes of a panel, right sides first; `None` without a left side that has a place.
fn ends(panel: &Frontier) -> Option<[(f64, f64); 2]> {
    let places = || panel.series.iter().flat_map(|series| &series.points);
    let is_placed = |x: &f64| *x > 0.0 && x.is_finite();
    let sides: Vec<f64> = places().flat_map(|place| [place.0, place.1]).filter(is_placed).collect();
    let all = sides.iter().fold((f64::INFINITY, 0.0f64), |(l, m), &x| (l.min(x), m.max(x)));
    // Left sides have to be seen; right ones may be far beyond all of them.
    let (least, _) = bulk(places().map(|place| place.1).filter(is_placed).collect());
    let reach = least * 10f64.powf(MOST_DECADES);
    let within = |x: &f64| is_placed(x) && *x <= reach;
    let most = sides.into_iter().filter(within).fold(0.0, f64::max);
    if least > most {
        return None;
    }
    // Only where some values are beyond: an end with a gutter is a power of ten.
    let (low, high) = ((least / MARGIN).max(f64::MIN_POSITIVE), (most * MARGIN).min(f64::MAX));
    let down = if all.0 < least { 10f64.powf(least.log10().floor()) } else { low };
    let up = if all.1 > most { 10f64.powf(most.log10().ceil()) } else { high };
    // Right sides far beyond the left ones would leave most of the height empty.
    let left = places().map(|place| place.1).filter(within).fold(0.0, f64::max);
    let above = (left * ROOM).min(up);
    let has_strip = places().any(|place| place.1 > left);
    Some([(down, up), (down, if has_strip { up } else { above })])
}

/// Why a panel is left out, if nearly all of its marks stand in a strip: a scale would be of the others.
fn in_a_strip(panel: &Frontier) -> Option<String> {
    let [(_, most), _] = ends(panel)?;
    let points = || panel.series.iter().flat_map(|series| &series.points);
    let n = points().count();
    let far = points().filter(|point| point.0 > most).count();
    let zeros = points().filter(|point| point.1 == 0.0).count();
    let is_infinite = points().filter(|point| point.0 > most).all(|point| point.0.is_infinite());
    let (count, what) = match far >= zeros {
        true if is_infinite => (far, "right side is infinite".to_owned()),
        true => (far, format!("right side is beyond {}", typeset(most))),
        false => (zeros, "left side is 0".to_owned()),
    };
    let is_most = count as f64 > MOST_IN_A_STRIP * n as f64;
    is_most.then(|| format!("{}, whose {what} in {count} of {n} marks", words::family(&panel.title)))
}

/// The panel, with a decade of the same length on both axes where right sides are not far beyond left ones.
fn draw(study: &Study, panel: &Frontier) -> Panel {
    let axis = |label: &str, side: usize| match ends(panel) {
        Some(ends) => Axis::log(label).cut(ends[side].0, ends[side].1),
        None => Axis::log(label),
    };
    let tokens: Vec<&str> = panel.series.iter().map(|own| study.bounds[own.bound].0.as_str()).collect();
    let side = |name: &str, side: usize| axis(&words::side_label(name, &tokens), side);
    let (x, y) = (side("right side", 0), side("left side", 1));
    let title = words::title(&words::family(&panel.title), &tokens);
    let mut plot = Panel::new(title, x, y).shaped(1.0);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_small_beside_everything_is_a_rounding_error() {
        let left = |points: &[(f64, f64)]| {
            let mut points: Vec<SampledCell> = points.iter().map(|&(rhs, lhs)| (rhs, lhs, 1)).collect();
            above_rounding(&mut points);
            points.iter().map(|point| point.1).collect::<Vec<_>>()
        };
        assert_eq!(left(&[(1.0, 1e-14), (2.0, 0.5)]), [0.0, 0.5]);
        // A right side that says nothing, and pairs that are close.
        assert_eq!(left(&[(1e200, 3.4), (1e70, 18e3)]), [3.4, 18e3]);
        assert_eq!(left(&[(1e-13, 1e-14), (2.0, 0.5)]), [1e-14, 0.5]);
    }

    #[test]
    fn axes_have_the_decades_of_most_values() {
        assert_eq!(bulk(vec![1.0, 1e-3, 10.0]), (1e-3, 10.0));
        assert_eq!(bulk(vec![1.0, 1e-3, 10.0, 1e200, 1e-90]), (1e-3, 10.0));
        assert_eq!(bulk(vec![2.0]), (2.0, 2.0));
        assert_eq!(bulk(Vec::new()), (f64::INFINITY, 0.0));
    }
}
