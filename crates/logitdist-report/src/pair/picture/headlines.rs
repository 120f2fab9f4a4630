//! Each headline with its interval, beside what unrelated models would show.

use crate::plot::palette::{GREY, INK};
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point, Shape, Width};
use crate::view::View;
use logitdist::{Section, measure};
use logitdist_results::pair::{PairComparison, PairResults};

/// The largest number that stands on a logarithmic axis. What is 0 there stands beside it.
const LARGEST: f64 = 1e300;

/// Headlines between 0 and 1, and distances.
pub struct Headlines;

/// A headline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    token: String,
    value: f64,
    ends: Option<[f64; 2]>,
    /// What unrelated models would show, and what 99 % of them do not exceed if that is known.
    null: Option<[f64; 2]>,
}

impl View<PairResults> for Headlines {
    const VIEW: &'static str = "headlines";
    const TITLE: &'static str = "The numbers to look at first, with their intervals and beside chance";
    /// Those where larger is closer, and those where smaller is.
    type Numbers = [Vec<Line>; 2];

    fn all(_: &PairResults) -> Vec<Headlines> {
        vec![Headlines]
    }

    fn question(&self, _: &PairResults) -> String {
        "Left, 1 means the same; right, smaller is closer. A line is the 95 % interval of its dot. A ring is what unrelated models would show, where that is \
         known, and a grey line leads to what 99 % of the reorderings do not exceed: a dot there says nothing."
            .into()
    }

    fn numbers(&self, results: &PairResults) -> Option<Self::Numbers> {
        let comparison = &results.comparison;
        let lines = |similar: bool| -> Vec<Line> {
            let of_interest =
                comparison.measures.iter().filter(|(token, _)| is_similarity(token) == Some(similar));
            of_interest.filter_map(|(token, value)| line(comparison, token, *value.as_ref().ok()?)).collect()
        };
        let both = [lines(true), lines(false)];
        both.iter().any(|lines| !lines.is_empty()).then_some(both)
    }

    fn figures(&self, _: &PairResults, [similar, far]: &Self::Numbers) -> Vec<Figure> {
        let one = panel("larger is closer", similar, Axis::linear("").between(0.0, 1.0));
        let other = panel("smaller is closer", far, Axis::log(""));
        vec![Figure::new(Width::Full, vec![one, other])]
    }
}

/// Whether a headline is larger where models are closer; `None` for what is no headline, or does not compare.
fn is_similarity(token: &str) -> Option<bool> {
    let (row, _) = measure(token)?;
    let shown = row.headline
        && matches!(row.section, Section::Distribution | Section::Representation | Section::Baseline);
    match row.same {
        logitdist::Same::One(_) if shown => Some(true),
        logitdist::Same::Zero(_) if shown => Some(false),
        _ => None,
    }
}

fn line(comparison: &PairComparison, token: &str, value: f64) -> Option<Line> {
    let ends = comparison.interval(token).map(|line| line.ends);
    let reordered = comparison.nulls.iter().find(|line| line.token == token);
    let null = match reordered {
        Some(line) => Some([line.numbers[0], line.numbers[2]]),
        None if token == "m_cca" => comparison.value("m_cca_null").map(|null| [null, null]),
        None if token == "d_logit_relative" => Some([std::f64::consts::SQRT_2; 2]),
        None => None,
    };
    value.is_finite().then(|| Line { token: token.to_owned(), value, ends, null })
}

/// A row for each headline, the first on top.
fn panel(title: &str, lines: &[Line], x: Axis) -> Panel {
    if lines.is_empty() {
        return Panel::empty(title, "nothing of this kind was computed");
    }
    let names: Vec<&str> = lines.iter().rev().map(|line| line.token.as_str()).collect();
    let is_log = x.scale == crate::plot::Scale::Log;
    let inside = |x: f64| if is_log { x.min(LARGEST) } else { x.clamp(0.0, 1.0) };
    // Ends beyond 0 and 1 have arrowheads.
    let end = |x: f64, row: f64| (if is_log { x.min(LARGEST) } else { x }, row);
    let rows = || lines.iter().rev().enumerate().map(|(row, line)| (row as f64, line));
    let across = |ends: [f64; 2], row: f64| ends.map(|x| (inside(x), row)).to_vec();
    let mut panel = Panel::new(title, x, Axis::places("", &names)).shaped(0.12 + 0.07 * lines.len() as f64);
    for (row, line) in rows() {
        if let Some(null) = line.null.filter(|[mean, q99]| mean != q99) {
            panel = panel.with(Mark::line(across(null, row), GREY));
        }
        if let Some(ends) = line.ends {
            panel = panel.with(Mark::new(Form::Interval(end(ends[0], row), end(ends[1], row)), INK));
        }
    }
    let nulls = rows().filter_map(|(row, line)| Some(Point::at(inside(line.null?[0]), row))).collect();
    let values = rows().map(|(row, line)| Point::at(inside(line.value), row)).collect();
    panel.with(Mark::new(Form::Points(nulls, Shape::Ring), GREY)).with(Mark::points(values, INK))
}
