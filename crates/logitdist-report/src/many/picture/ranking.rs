//! The others by their distance from the reference, with intervals.

use super::{brief, shown};
use crate::plot::palette::{BLUE, INK};
use crate::plot::{Axis, Figure, Mark, Panel, Point, Width};
use crate::view::View;
use crate::words;
use logitdist::{Same, measure};
use logitdist_results::many::{ComparedModels, ManyComparisons};

/// Beside the measure that ranks.
const OTHERS: [&str; 2] = ["m_cca", "d_logit"];

/// Panels.
const MOST: usize = 2;

/// A panel for each of a few measures.
pub struct Ranked;

impl View<ManyComparisons> for Ranked {
    const VIEW: &'static str = "ranking";
    const TITLE: &'static str = "The others by their distance from the reference";
    /// The others, the nearest first.
    type Numbers = Vec<usize>;

    fn all(many: &ManyComparisons) -> Vec<Ranked> {
        if many.all { Vec::new() } else { vec![Ranked] }
    }

    fn question(&self, many: &ManyComparisons) -> String {
        let has_ends = many.pairs.iter().any(|pair| pair.numbers.iter().any(|number| number.ends.is_some()));
        let ends = if has_ends { " A line is the 95 % interval of its dot." } else { "" };
        format!(
            "Which model is nearest to {}, by {}: the first on top.{ends} Intervals that overlap may still be told apart, as what the inputs have in \
             common cancels in a difference: the table has its interval.",
            many.models[0].short, many.by
        )
    }

    fn numbers(&self, many: &ManyComparisons) -> Option<Self::Numbers> {
        let places: Vec<usize> = many.ranking.places.iter().map(|place| place.model).collect();
        (!places.is_empty()).then_some(places)
    }

    fn figures(&self, many: &ManyComparisons, places: &Self::Numbers) -> Vec<Figure> {
        let tokens: Vec<&str> = shown(many, &OTHERS).into_iter().take(MOST).collect();
        let panels = tokens.iter().map(|token| panel(many, places, token)).collect();
        let width = if tokens.len() > 1 { Width::Full } else { Width::Column };
        vec![Figure::new(width, panels)]
    }
}

fn panel(many: &ManyComparisons, places: &[usize], token: &'static str) -> Panel {
    let names: Vec<String> = places.iter().rev().map(|&i| brief(&many.models[i].short)).collect();
    let rows: Vec<(f64, &ComparedModels)> = places
        .iter()
        .rev()
        .enumerate()
        .filter_map(|(row, &model)| Some((row as f64, many.pair(0, model)?)))
        .collect();
    let value = |pair: &ComparedModels| pair.value(token).filter(|x| x.is_finite());
    let points: Vec<Point> =
        rows.iter().filter_map(|(row, pair)| Some(Point::at(value(pair)?, *row))).collect();
    let title = words::measure_name(token);
    if points.is_empty() {
        return Panel::empty(title, "it exists for no pair");
    }
    let is_distance = measure(token).is_some_and(|(row, _)| matches!(row.same, Same::Zero(_)));
    let (least, most) = points
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), point| (least.min(point.x), most.max(point.x)));
    let label = words::measure_of(token);
    let x = if is_distance && most > 20.0 * least { Axis::log(label) } else { Axis::linear(label) };
    let aspect = (0.2 + 0.08 * names.len() as f64).min(4.0);
    let mut panel = Panel::new("", x, Axis::places("", &names)).shaped(aspect);
    for (row, pair) in &rows {
        if let Some(ends) =
            pair.number(token).and_then(|number| number.ends).filter(|_| value(pair).is_some())
        {
            panel = panel.with(Mark::line(ends.map(|x| (x, *row)).to_vec(), INK));
        }
    }
    panel.with(Mark::points(points, BLUE))
}
