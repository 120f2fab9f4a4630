//! KL divergence against logit distance, a point per input.

use super::{EMPTY_ASPECT, MODELS, NAMED, fine_ticks};
use crate::plot::palette::{GREY, INK};
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point, Shape, Width};
use crate::view::View;
use crate::words;
use logitdist_results::pair::Inputs;
use logitdist_results::pair::PairResults;

/// The most inputs that are shown; of more, the worst and evenly spread ones.
const MOST_POINTS: usize = 2000;

/// A point per input.
pub struct Divergence;

impl View<PairResults> for Divergence {
    const VIEW: &'static str = "divergence";
    const TITLE: &'static str = "KL divergence against logit distance";
    /// The inputs that are shown, rising.
    type Numbers = Vec<usize>;

    fn all(_: &PairResults) -> Vec<Divergence> {
        vec![Divergence]
    }

    fn question(&self, _: &PairResults) -> String {
        "Every input. At none is the KL divergence more than a quarter of the squared logit distance, the line (T10 at each input). \
         Inputs far below the line differ on labels that the first model finds unlikely: KL hardly sees them, the logit distance \
         does."
            .into()
    }

    fn numbers(&self, results: &PairResults) -> Option<Self::Numbers> {
        Some(shown_inputs(results))
    }

    fn figures(&self, results: &PairResults, shown: &Self::Numbers) -> Vec<Figure> {
        let inputs = &results.inputs;
        let positive = inputs.kl.iter().flat_map(|(_, kl)| kl).filter(|kl| **kl > 0.0);
        let least = positive.fold(f64::INFINITY, |least, kl| least.min(*kl));
        let panels = ["kl_ab_x", "kl_ba_x"].into_iter().enumerate();
        let panels =
            panels.map(|(direction, token)| divergence_panel(results, shown, direction, token, least));
        let figure = Figure::new(Width::Full, panels.collect());
        let (shown, of) = (shown.len(), inputs.kl.len());
        vec![match shown < of {
            true => figure.noted(format!("{shown} of {of} inputs: the worst, and others evenly spread.")),
            false => figure,
        }]
    }
}

fn divergence_panel(
    results: &PairResults,
    shown: &[usize],
    direction: usize,
    token: &'static str,
    least_kl: f64,
) -> Panel {
    let inputs = &results.inputs;
    let distance = |x: usize| inputs.d_logit_x.get(x).copied();
    let place = |x: &usize| Some((*x, distance(*x)?, inputs.kl_at(*x)?[direction]));
    let positive =
        || inputs.kl.iter().filter_map(|(x, _)| distance(*x)).filter(|d| *d > 0.0 && d.is_finite());
    let (least, most) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
    if most == 0.0 {
        let reason = match (inputs.kl.is_empty(), inputs.d_logit_x.is_empty()) {
            (true, _) => "it was computed at no input",
            (false, true) => "labels are masked: there is no logit distance",
            (false, false) => "the models are equal at every input",
        };
        return Panel::empty(words::measure_name(token), reason).shaped(EMPTY_ASPECT);
    }
    // Squares of what is at the ends of the range are kept inside it.
    let inside = |x: f64| x.clamp(f64::MIN_POSITIVE, f64::MAX);
    let bound = |d: f64| (d, inside(0.25 * d * d));
    let points = shown.iter().filter_map(place).map(|(_, d, kl)| Point::at(d, kl)).collect();
    // The same axis for both directions, a little wider than their values.
    let (low, high) = (inside(least_kl.min(bound(least).1) / 1.5), inside(1.5 * bound(most).1));
    let named = named_inputs(inputs, direction, 0.06 * (high / low).ln());
    let named: Vec<(usize, f64, f64)> = named.iter().filter_map(place).collect();
    let rings = named.iter().map(|(_, d, kl)| Point::at(*d, *kl)).collect();
    let x = Axis::log(words::measure_of("d_logit_x")).ticked(fine_ticks(least, most));
    let y = Axis::log("KL divergence at the input (nats)").between(low, high);
    let panel = Panel::new(words::measure_name(token), x, y)
        .with(Mark::line(vec![bound(least), bound(most)], GREY).labelled("at most: T10"))
        .with(Mark::points(points, MODELS[direction]))
        .with(Mark::new(Form::Points(rings, Shape::Ring), INK));
    named.into_iter().fold(panel, |panel, (x, d, kl)| {
        panel.with(Mark::new(Form::Text(d, kl, format!(" input {} ", results.names.short_input(x))), INK))
    })
}

/// The inputs in the scatter plot, rising: all, or the worst and evenly spread ones.
fn shown_inputs(results: &PairResults) -> Vec<usize> {
    let inputs = &results.inputs;
    let all = inputs.kl.len();
    let worst = MOST_POINTS / 20;
    let spread = MOST_POINTS - 3 * worst;
    let mut shown: Vec<usize> = match all <= MOST_POINTS {
        true => inputs.kl.iter().map(|(x, _)| *x).collect(),
        false => (0..spread).map(|i| inputs.kl[i * all / spread].0).collect(),
    };
    if all > MOST_POINTS {
        shown
            .extend(inputs.worst_by_logit_distance(worst).into_iter().filter(|x| inputs.kl_at(*x).is_some()));
        shown.extend([0, 1].into_iter().flat_map(|direction| inputs.worst_by_kl(direction, worst)));
        shown.sort_unstable();
        shown.dedup();
    }
    shown
}

/// The inputs named in the scatter plot: where KL is largest and where the logit distance is, those whose KL has a ratio of at least
/// e^`apart` to that of the others, so that names do not collide.
fn named_inputs(inputs: &Inputs, direction: usize, apart: f64) -> Vec<usize> {
    let mut named: Vec<(usize, f64)> = Vec::new();
    for x in inputs.worst_by_kl(direction, NAMED).into_iter().chain(inputs.worst_by_logit_distance(1)) {
        let kl = inputs.kl_at(x).map_or(0.0, |kl| kl[direction]);
        if kl > 0.0 && named.iter().all(|(_, other)| (kl / other).ln().abs() > apart) {
            named.push((x, kl));
        }
    }
    named.into_iter().map(|(x, _)| x).collect()
}
