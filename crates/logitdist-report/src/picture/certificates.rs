//! What bounds certify of the mean canonical correlation, against what is measured; and how often they certify nothing.

use super::axes;
use super::family::{certifies, name};
use super::quantity::Quantity;
use crate::cell::Cell;
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Point, Width, palette};
use crate::study::Study;
use crate::summary::Group;

/// The bounds that certify `m_cca`, from the published to the sharpest (T2, T3, T5).
pub const BOUNDS: [&str; 3] = ["m_cca_linear", "m_cca_sharp", "m_cca_two_spectra"];

const COLOURS: [Colour; 3] = [palette::VERMILLION, palette::SKY, palette::BLUE];

/// Cells drawn per bound.
const CELLS_DRAWN: usize = 250;

/// A bound's certificates.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificates {
    /// Position of the bound.
    pub bound: usize,
    /// Its colour.
    pub colour: Colour,
    /// Measured and certified correlation (0 where the bound is vacuous) and cell.
    pub points: Vec<(f64, f64, u64)>,
    /// Evaluations in the sample, drawn or not, and how many of them are vacuous.
    pub n: usize,
    /// Evaluations that certify nothing.
    pub vacuous: usize,
}

/// The certificates of T2, T3 and T5 in the sample.
pub fn certificates(study: &Study) -> Vec<Certificates> {
    let bounds = bounds(study).map(|(bound, colour)| {
        let mut all = Vec::new();
        for cell in study.sample() {
            let own = cell.evaluations.iter().filter(|e| e.bound == bound);
            all.extend(own.filter_map(|e| Some((e.rhs?, e.certified()?, cell.seed))));
        }
        let (n, vacuous) = (all.len(), all.iter().filter(|p| p.1 == 0.0).count());
        let mut seeds: Vec<u64> = all.iter().map(|p| p.2).collect();
        seeds.sort_unstable();
        seeds.dedup();
        let last = seeds.get(CELLS_DRAWN - 1).copied().unwrap_or(u64::MAX);
        all.retain(|p| p.2 <= last);
        Certificates { bound, colour, points: all, n, vacuous }
    });
    bounds.filter(|c| c.n > 0).collect()
}

fn bounds(study: &Study) -> impl Iterator<Item = (usize, Colour)> {
    let present =
        BOUNDS.iter().zip(COLOURS).filter_map(|(token, colour)| Some((study.bound(token)?, colour)));
    present.filter(|&(bound, _)| certifies(study, bound))
}

/// The picture of certificates.
pub fn figure(study: &Study, all: &[Certificates]) -> Figure {
    if all.is_empty() {
        let reason = "no cell has a bound that certifies m_cca";
        return Figure::new(Width::Column, vec![Panel::empty("", reason)]);
    }
    let y = Axis::linear("certified m_cca (0 = vacuous)").between(-0.02, 1.02);
    let mut plot = Panel::new("", Axis::linear("measured m_cca").between(-0.02, 1.02), y).shaped(0.9);
    for own in all {
        let point = |&(x, y, seed): &(f64, f64, u64)| Point {
            link: Some(format!("#cell-{seed:016x}")),
            ..Point::at(x, y)
        };
        let mark = Mark::points(own.points.iter().map(point).collect(), own.colour);
        plot = plot.with(mark.labelled(name(study, own.bound)));
    }
    plot = plot.with(Mark::new(Form::Diagonal, palette::GREY).dashed());
    let shares = all.iter().map(|own| {
        let share = 100.0 * own.vacuous as f64 / own.n as f64;
        format!("{} {share:.0} %", study.bounds[own.bound].0)
    });
    let shares = format!("Vacuous: {}.", shares.collect::<Vec<_>>().join(", "));
    let drawn = all.iter().any(|own| own.points.len() < own.n);
    let thinned =
        if drawn { format!(" At most {CELLS_DRAWN} cells a bound are drawn.") } else { String::new() };
    Figure::new(Width::Column, vec![plot]).noted(format!("{shares}{thinned}"))
}

/// A bound, its colour, and its share of vacuous certificates per position of a value.
pub type Shares = (usize, Colour, Vec<(usize, f64)>);

/// Share of vacuous certificates per value of an axis: over all cells, or over the sampled ones of a source.
pub fn vacuous(study: &Study, axis: usize, source: Option<usize>) -> Vec<Shares> {
    let own = &study.axes[axis];
    let of_all = |bound: usize| {
        let groups =
            study.summary.groups.iter().filter(|g| g.bound == study.bounds[bound].0 && g.axis == own.name);
        let share = |g: &Group| Some((own.values.iter().position(|v| *v == g.value)?, g.vacuous_share()?));
        let mut shares: Vec<(usize, f64)> = groups.filter_map(share).collect();
        shares.sort_by_key(|s| s.0);
        shares
    };
    let of_source = |bound: usize, source: usize| {
        let mut sums = vec![(0.0, 0u32); own.values.len()];
        let belongs = |cell: &&Cell| study.sources().is_some_and(|s| cell.values[s] == Some(source));
        for cell in study.sample().filter(belongs) {
            let Some(value) = cell.values[axis] else { continue };
            for x in Quantity::Vacuous(bound).of(cell) {
                sums[value] = (sums[value].0 + x, sums[value].1 + 1);
            }
        }
        let present = sums.iter().enumerate().filter(|(_, (_, n))| *n > 0);
        present.map(|(at, &(sum, n))| (at, sum / f64::from(n))).collect()
    };
    let shares = bounds(study).map(|(bound, colour)| {
        (bound, colour, source.map_or_else(|| of_all(bound), |source| of_source(bound, source)))
    });
    shares.filter(|(.., shares)| !shares.is_empty()).collect()
}

/// The picture of vacuous shares along axes.
pub fn vacuous_figure(study: &Study, varied: &[usize]) -> Figure {
    let mut panels = Vec::new();
    for &axis in varied {
        let apart = study.sources_apart(axis);
        let sources = if apart.is_empty() { vec![None] } else { apart.into_iter().map(Some).collect() };
        for source in sources {
            let title = source.zip(study.sources()).map_or("", |(s, axis)| &study.axes[axis].values[s]);
            let curves = vacuous(study, axis, source);
            if curves.is_empty() {
                continue;
            }
            let own = &study.axes[axis];
            let y = Axis::linear("vacuous share").between(0.0, 1.0);
            let mut plot = Panel::new(title, axes::axis(own), y).shaped(0.8);
            for (bound, colour, shares) in curves {
                let line = shares.into_iter().map(|(at, share)| (axes::at(own, at), share)).collect();
                plot = plot.with(Mark::new(Form::DottedLine(line), colour).labelled(name(study, bound)));
            }
            panels.push(plot);
        }
    }
    if panels.is_empty() {
        let reason = "no axis has several values, or no cell has a bound that certifies m_cca";
        return Figure::new(Width::Column, vec![Panel::empty("", reason)]);
    }
    let (width, columns) = match panels.len() {
        1 => (Width::Column, 1),
        2 | 4 => (Width::Full, 2),
        _ => (Width::Full, 3),
    };
    Figure::new(width, panels).in_columns(columns)
}
