//! Histograms of the distances at each input.

use super::{EMPTY_ASPECT, MODELS, NAMED, fine_ticks, whole_ticks};
use crate::pair::histogram::LogBins;
use crate::plot::palette::INK;
use crate::plot::{Axis, Bar, Colour, Figure, Form, Mark, Panel, Point, Shape, Width};
use crate::view::View;
use crate::words;
use logitdist_results::pair::PairResults;

const WHITE: Colour = Colour(255, 255, 255);

/// How many inputs are how far apart.
pub struct Histograms;

impl View<PairResults> for Histograms {
    const VIEW: &'static str = "inputs";
    const TITLE: &'static str = "Distances at each input";
    /// `d_logit_x`, `kl_ab_x` and `kl_ba_x`.
    type Numbers = [List; 3];

    fn all(_: &PairResults) -> Vec<Histograms> {
        vec![Histograms]
    }

    fn question(&self, _: &PairResults) -> String {
        "How many inputs are how far apart. Dashed: the value of the pair, a root mean square for d_logit and a mean for KL. \
         Triangles: the inputs that are named, where the models are furthest apart. A mean far to the right of the bulk rests on few \
         inputs."
            .into()
    }

    fn numbers(&self, results: &PairResults) -> Option<Self::Numbers> {
        let inputs = &results.inputs;
        let list = |token, of: &'static str, colour, values, worst, at| {
            let of_pair = results.comparison.value(of).filter(|x| *x > 0.0).map(|value| (of, value));
            List { token, of_pair, colour, values, worst, at }
        };
        let kl = |direction: usize, token, of| {
            let worst = inputs.worst_by_kl(direction, NAMED);
            let at = inputs.kl.iter().map(|(x, _)| *x).collect();
            list(token, of, MODELS[direction], inputs.kl_values(direction), worst, at)
        };
        let (distances, worst) = (inputs.d_logit_x.clone(), inputs.worst_by_logit_distance(NAMED));
        let all = (0..distances.len()).collect();
        let d_logit = list("d_logit_x", "d_logit", INK, distances, worst, all);
        Some([d_logit, kl(0, "kl_ab_x", "kl_ab"), kl(1, "kl_ba_x", "kl_ba")])
    }

    fn figures(&self, _: &PairResults, lists: &Self::Numbers) -> Vec<Figure> {
        let zeros: Vec<String> = lists.iter().filter_map(List::zeros).collect();
        let panels = vec![
            panel(&words::measure_of("d_logit_x"), &lists[..1]),
            panel("KL divergence at an input (nats)", &lists[1..]),
        ];
        let figure = Figure::new(Width::Full, panels);
        vec![if zeros.is_empty() {
            figure
        } else {
            figure.noted(format!("Not on the axis: {}.", zeros.join("; ")))
        }]
    }
}

/// A distance at each input.
pub struct List {
    token: &'static str,
    /// Token and value of the pair, if it is above 0.
    of_pair: Option<(&'static str, f64)>,
    colour: Colour,
    values: Vec<f64>,
    /// The inputs that the values are of, rising.
    at: Vec<usize>,
    /// The inputs with the largest values.
    worst: Vec<usize>,
}

impl List {
    /// What it is a distance by.
    fn name(&self) -> String {
        words::measure_name(self.token).trim_end_matches(" at an input").to_owned()
    }

    /// At how many inputs the distance is 0, if at some and not at all.
    fn zeros(&self) -> Option<String> {
        let (zeros, all) = (self.values.iter().filter(|x| **x == 0.0).count(), self.values.len());
        (zeros > 0 && zeros < all).then(|| format!("{} is 0 at {zeros} of {all} inputs", self.name()))
    }

    /// The worst inputs, at the foot of the histogram.
    fn worst_points(&self) -> Vec<Point> {
        let value = |input: &usize| self.at.binary_search(input).ok().map(|i| Point::at(self.values[i], 0.0));
        self.worst.iter().filter_map(value).collect()
    }
}

/// Histograms of lists with the values of the pair and the worst inputs.
fn panel(label: &str, lists: &[List]) -> Panel {
    let Some(mut panel) = histogram(label, lists) else {
        let reason = match lists[0].values.len() {
            0 => "it was computed at no input".to_owned(),
            1 => "it is 0 at the only input".to_owned(),
            n => format!("it is 0 at all {n} inputs"),
        };
        let names: Vec<String> = lists.iter().map(List::name).collect();
        return Panel::empty(names.join(", "), reason).shaped(EMPTY_ASPECT);
    };
    for list in lists {
        if let Some((token, value)) = list.of_pair {
            panel = panel.with(
                Mark::new(Form::Vertical(value), list.colour)
                    .labelled(format!("{} of the pair", words::measure_name(token)))
                    .dashed(),
            );
        }
        panel = panel.with(Mark::new(Form::Points(list.worst_points(), Shape::Triangle), list.colour));
    }
    panel.title = worst_title(lists);
    panel
}

/// `largest KL(a ‖ b) at 3, 17; KL(b ‖ a) at 3, 5`, with as many inputs as there is room for.
fn worst_title(lists: &[List]) -> String {
    const MOST_CHARACTERS: usize = 56;
    let lists: Vec<&List> = lists.iter().filter(|list| !list.worst.is_empty()).collect();
    let title = |most: usize| {
        let part = |list: &&List| {
            let worst: Vec<String> = list.worst.iter().take(most).map(usize::to_string).collect();
            format!("{} at {}", list.name(), worst.join(", "))
        };
        format!("largest {}", lists.iter().map(part).collect::<Vec<_>>().join("; "))
    };
    if lists.is_empty() {
        return String::new();
    }
    let fitting = (1..=NAMED).rev().map(title).find(|t| t.chars().count() <= MOST_CHARACTERS);
    fitting.unwrap_or_default()
}

/// Histograms of several lists over the same bins: bars of the first, outlines of the others. `None` if all values are 0.
fn histogram(label: &str, lists: &[List]) -> Option<Panel> {
    let bins = LogBins::of(lists.iter().flat_map(|list| list.values.iter().copied()))?;
    let ends = (bins.edges(0)[0], bins.edges(bins.count() - 1)[1]);
    let mut panel =
        Panel::new("", Axis::log(label).ticked(fine_ticks(ends.0, ends.1)), Axis::linear("inputs"));
    let mut most = 0;
    for (i, list) in lists.iter().enumerate() {
        let counts = bins.counts(list.values.iter().copied()).bins;
        most = counts.iter().copied().fold(most, usize::max);
        let mark = if i == 0 {
            Mark::new(Form::Bars(bars(&bins, &counts)), list.colour.towards(WHITE, 0.5))
        } else {
            Mark::line(outline(&bins, &counts), list.colour)
        };
        panel = panel.with(mark.labelled(list.name()));
    }
    panel.y = panel.y.between(0.0, 1.05 * most as f64);
    if most < 6 {
        panel.y = panel.y.ticked(whole_ticks(most));
    }
    Some(panel)
}

/// A bar per bin that is not empty.
fn bars(bins: &LogBins, counts: &[usize]) -> Vec<Bar> {
    let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    filled
        .map(|(i, count)| {
            let [from, to] = bins.edges(i);
            Bar { from, to, height: *count as f64 }
        })
        .collect()
}

fn outline(bins: &LogBins, counts: &[usize]) -> Vec<(f64, f64)> {
    let mut points = vec![(bins.edges(0)[0], 0.0)];
    for (i, count) in counts.iter().enumerate() {
        points.extend(bins.edges(i).map(|edge| (edge, *count as f64)));
    }
    points.push((bins.edges(bins.count() - 1)[1], 0.0));
    points
}
