//! What bounds certify from the predictions alone, and what is measured.

use super::family::{certifies, style};
use super::sample::{self, CELLS_DRAWN, SampledCell};
use crate::plot::{Axis, Figure, Form, Mark, Panel, palette};
use crate::sentences::percent;
use crate::view::View;
use crate::words;
use logitdist_results::{BoundStatus, Study};

/// The most panels.
const MOST_PANELS: usize = 12;

/// A panel per bound, a mark per evaluation.
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
            let (mut n, mut vacuous) = (0, 0);
            for cell in study.sample() {
                for e in cell.evaluations.iter().filter(|e| e.bound == bound) {
                    let Some((certified, measured)) = e.certified().zip(e.rhs) else { continue };
                    n += 1;
                    match e.status {
                        BoundStatus::Vacuous => vacuous += 1,
                        _ => all.push((certified, measured, cell.seed)),
                    }
                }
            }
            sample::thin(&mut all);
            OfBound { bound, points: all, n, vacuous }
        });
        let all: Vec<OfBound> = bounds.filter(|own| own.n > 0).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    fn figures(&self, study: &Study, all: &Vec<OfBound>) -> Vec<Figure> {
        let shown: Vec<&OfBound> = all.iter().filter(|own| !own.points.is_empty()).collect();
        let plots = shown.iter().take(MOST_PANELS).map(|own| {
            let share = own.vacuous as f64 / own.n as f64;
            let name = words::bound(&study.bounds[own.bound].0);
            let title = if own.vacuous > 0 { format!("{name}: {} vacuous", percent(share)) } else { name };
            let axis = |label: &str| Axis::linear(label).between(-0.02, 1.02);
            let (colour, shape) = style(study, own.bound);
            let points = own.points.iter().map(sample::point).collect();
            Panel::new(title, axis("certified"), axis("measured"))
                .shaped(1.0)
                .with(Mark::new(Form::Diagonal(1.0), palette::GREY).dashed())
                .with(Mark::new(Form::Points(points, shape), colour))
        });
        let plots: Vec<Panel> = plots.collect();
        if plots.is_empty() {
            return vec![Figure::empty("every bound that certifies a similarity is vacuous in every cell")];
        }
        let never: Vec<String> = all
            .iter()
            .filter(|own| own.points.is_empty())
            .map(|own| words::bound(&study.bounds[own.bound].0))
            .collect();
        let figure = match never.is_empty() {
            true => Figure::arranged(plots),
            false => Figure::arranged(plots).noted(format!("Vacuous in every cell: {}.", never.join(", "))),
        };
        vec![match all.iter().any(|own| own.points.len() + own.vacuous < own.n) {
            true => {
                figure.noted(format!("Of each bound {CELLS_DRAWN} cells are drawn, chosen by their seeds."))
            }
            false => figure,
        }]
    }
}

/// A bound's certificates.
#[derive(Debug, Clone, PartialEq)]
pub struct OfBound {
    /// Position of the bound.
    pub bound: usize,
    /// What is certified, what is measured, and the cell; without vacuous ones.
    pub points: Vec<SampledCell>,
    /// Evaluations in the sample, drawn or not.
    pub n: usize,
    /// Evaluations that certify nothing.
    pub vacuous: usize,
}
