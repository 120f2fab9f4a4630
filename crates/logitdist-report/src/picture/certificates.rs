//! What bounds certify of the mean canonical correlation, against what is measured; and how often they certify nothing.

use super::axes;
use super::family::{certificates_of_m_cca, certifies, name};
use super::quantity::Quantity;
use super::sample::{self, CELLS_DRAWN, Place};
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Width, palette};
use crate::view::View;
use logitdist_results::{Cell, Group, Study};

const COLOURS: [Colour; 5] =
    [palette::VERMILLION, palette::SKY, palette::BLUE, palette::GREEN, palette::PURPLE];

/// A mark per evaluation.
#[derive(Debug)]
pub struct Certificates;

/// The share of certificates that say nothing, along axes.
#[derive(Debug)]
pub struct VacuousShares;

impl View<Study> for Certificates {
    const VIEW: &'static str = "certificates";
    const TITLE: &'static str = "certificates of m_cca";
    type Numbers = Vec<OfBound>;

    fn all(_: &Study) -> Vec<Certificates> {
        vec![Certificates]
    }

    fn question(&self, _: &Study) -> String {
        "Mean canonical correlation: measured, and certified from the predictions alone.".into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no cell has a bound that certifies m_cca".into())
    }

    fn numbers(&self, study: &Study) -> Option<Vec<OfBound>> {
        let bounds = bounds(study).map(|(bound, colour)| {
            let mut all = Vec::new();
            for cell in study.sample() {
                let own = cell.evaluations.iter().filter(|e| e.bound == bound);
                all.extend(own.filter_map(|e| Some((e.rhs?, e.certified()?, cell.seed))));
            }
            let (n, vacuous) = (all.len(), all.iter().filter(|p| p.1 == 0.0).count());
            sample::thin(&mut all);
            OfBound { bound, colour, points: all, n, vacuous }
        });
        let all: Vec<OfBound> = bounds.filter(|own| own.n > 0).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    fn figures(&self, study: &Study, all: &Vec<OfBound>) -> Vec<Figure> {
        let y = Axis::linear("certified m_cca (0 = vacuous)").between(-0.02, 1.02);
        let mut plot = Panel::new("", Axis::linear("measured m_cca").between(-0.02, 1.02), y).shaped(0.9);
        for own in all {
            let mark = Mark::points(own.points.iter().map(sample::point).collect(), own.colour);
            plot = plot.with(mark.labelled(name(study, own.bound)));
        }
        plot = plot.with(Mark::new(Form::Diagonal, palette::GREY).dashed());
        let shares = all.iter().map(|own| {
            let share = 100.0 * own.vacuous as f64 / own.n as f64;
            format!("{} {share:.0} %", study.bounds[own.bound].0)
        });
        let figure = Figure::new(Width::Column, vec![plot])
            .noted(format!("Vacuous: {}.", shares.collect::<Vec<_>>().join(", ")));
        vec![match all.iter().any(|own| own.points.len() < own.n) {
            true => figure.noted(format!("At most {CELLS_DRAWN} cells a bound are drawn.")),
            false => figure,
        }]
    }
}

impl View<Study> for VacuousShares {
    const VIEW: &'static str = "vacuous";
    const TITLE: &'static str = "vacuous certificates";
    /// Per axis and source.
    type Numbers = Vec<(usize, Option<usize>, Vec<Shares>)>;

    fn all(_: &Study) -> Vec<VacuousShares> {
        vec![VacuousShares]
    }

    fn question(&self, _: &Study) -> String {
        "Share of certificates that say nothing, along the axes.".into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no axis has several values, or no cell has a bound that certifies m_cca".into())
    }

    fn numbers(&self, study: &Study) -> Option<Self::Numbers> {
        let of_axis = |x: usize| axes::sources(study, x).into_iter().map(move |source| (x, source));
        let places = axes::drawn(study).into_iter().flat_map(of_axis);
        let all = places.map(|(x, source)| (x, source, vacuous(study, x, source)));
        let all: Self::Numbers = all.filter(|(.., shares)| !shares.is_empty()).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    fn figures(&self, study: &Study, all: &Self::Numbers) -> Vec<Figure> {
        let panel = |(x, source, shares): &(usize, Option<usize>, Vec<Shares>)| {
            let own = &study.axes[*x];
            let y = Axis::linear("vacuous share").between(0.0, 1.0);
            let plot = Panel::new(axes::source_name(study, *source), axes::axis(own), y).shaped(0.8);
            shares.iter().fold(plot, |plot, (bound, colour, shares)| {
                let line = shares.iter().map(|&(at, share)| (axes::at(own, at), share)).collect();
                plot.with(Mark::new(Form::DottedLine(line), *colour).labelled(name(study, *bound)))
            })
        };
        vec![Figure::arranged(all.iter().map(panel).collect())]
    }
}

/// A bound's certificates.
#[derive(Debug, Clone, PartialEq)]
pub struct OfBound {
    /// Position of the bound.
    pub bound: usize,
    /// Its colour.
    pub colour: Colour,
    /// Measured and certified correlation (0 where the bound is vacuous) and cell.
    pub points: Vec<Place>,
    /// Evaluations in the sample, drawn or not, and how many of them are vacuous.
    pub n: usize,
    /// Evaluations that certify nothing.
    pub vacuous: usize,
}

fn bounds(study: &Study) -> impl Iterator<Item = (usize, Colour)> {
    let coloured = certificates_of_m_cca().zip(COLOURS);
    let present = coloured.filter_map(|(theorem, colour)| Some((study.bound(theorem.token)?, colour)));
    present.filter(|&(bound, _)| certifies(study, bound))
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
