//! Checkpoints of one training run: how far each is from the reference, and from the one before it.

use super::shown;
use crate::plot::palette::{BLUE, VERMILLION};
use crate::plot::{Axis, Figure, Form, Mark, Panel};
use crate::view::View;
use crate::words;
use logitdist::{Same, measure};
use logitdist_results::many::{ComparedModels, ManyComparisons};

/// Beside the measure that ranks.
const OTHERS: [&str; 4] = ["d_logit_relative", "m_cca", "kl_ab", "top1_agreement"];

/// Panels.
const MOST: usize = 4;

/// A panel for each of a few measures.
pub struct Steps;

/// A value at a step, with its ends.
type At = (f64, f64, Option<[f64; 2]>);

impl View<ManyComparisons> for Steps {
    const VIEW: &'static str = "steps";
    const TITLE: &'static str = "Over the steps of training";
    /// For each measure: to the reference, and to the checkpoint before.
    type Numbers = Vec<(&'static str, [Vec<At>; 2])>;

    fn all(many: &ManyComparisons) -> Vec<Steps> {
        if many.steps.is_some() { vec![Steps] } else { Vec::new() }
    }

    fn question(&self, many: &ManyComparisons) -> String {
        let before = if many.all { ", and from the checkpoint before it" } else { "" };
        format!("How far each checkpoint is from {}{before}. Bands are 95 % intervals.", many.models[0].short)
    }

    fn numbers(&self, many: &ManyComparisons) -> Option<Self::Numbers> {
        let steps = many.steps.as_ref()?;
        let at = |step: f64, pair: Option<&ComparedModels>, token: &str| {
            let number = pair?.number(token)?;
            let value = number.value.as_ref().ok().copied().filter(|x| x.is_finite())?;
            Some((step, value, number.ends))
        };
        let of = |token: &'static str| {
            let others = || (1..).zip(steps);
            let reference =
                others().filter_map(|(model, step)| at(*step, many.pair(0, model), token)).collect();
            let consecutive = others().filter(|(model, _)| many.all && *model > 1);
            let before =
                consecutive.filter_map(|(model, step)| at(*step, many.pair(model - 1, model), token));
            (token, [reference, before.collect()])
        };
        let all: Self::Numbers = shown(many, &OTHERS).into_iter().take(MOST).map(of).collect();
        let something = all.iter().any(|(_, [reference, _])| !reference.is_empty());
        something.then_some(all)
    }

    fn figures(&self, many: &ManyComparisons, all: &Self::Numbers) -> Vec<Figure> {
        let panels: Vec<Panel> = all.iter().map(|(token, lines)| panel(many, token, lines)).collect();
        vec![Figure::arranged(panels)]
    }
}

fn panel(many: &ManyComparisons, token: &'static str, lines: &[Vec<At>; 2]) -> Panel {
    let title = words::measure_name(token);
    let values = || lines.iter().flatten().map(|(_, value, _)| *value);
    if lines[0].is_empty() {
        return Panel::empty(title, "it exists for no checkpoint");
    }
    let is_distance = measure(token).is_some_and(|(row, _)| matches!(row.same, Same::Zero(_)));
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let is_log = is_distance && most > 20.0 * least && least > 0.0;
    let label = words::measure_of(token);
    let y = if is_log { Axis::log(label) } else { Axis::linear(label) };
    let names = ["to the reference", "to the one before"];
    let mut panel = Panel::new("", Axis::linear(if numbered(many) { "checkpoint" } else { "step" }), y);
    for ((line, colour), name) in lines.iter().zip([BLUE, VERMILLION]).zip(names) {
        if line.is_empty() {
            continue;
        }
        let bands: Vec<(f64, f64, f64)> = line
            .iter()
            .filter_map(|(step, _, ends)| ends.map(|[low, high]| (*step, low, high)))
            .filter(|(_, low, _)| !is_log || *low > 0.0)
            .collect();
        if !bands.is_empty() {
            panel = panel.with(Mark::new(Form::Band(bands), colour));
        }
        let points = line.iter().map(|(step, value, _)| (*step, *value)).collect();
        let name = if lines[1].is_empty() { "" } else { name };
        panel = panel.with(Mark::new(Form::DottedLine(points), colour).labelled(name));
    }
    panel
}

/// Whether checkpoints are counted, rather than at steps that their names tell.
fn numbered(many: &ManyComparisons) -> bool {
    many.steps.iter().flatten().enumerate().all(|(i, step)| *step == (i + 1) as f64)
}
