//! Histograms of the distances at each input.

use super::{EMPTY_ASPECT, MODELS, NAMED, Picture, fine_ticks, whole_ticks};
use crate::pair::histogram::LogBins;
use crate::pair::results::PairResults;
use crate::plot::palette::INK;
use crate::plot::{Axis, Bar, Colour, Figure, Form, Mark, Panel, Point, Shape, Width};

const WHITE: Colour = Colour(255, 255, 255);

pub fn picture(results: &PairResults) -> Picture {
    let inputs = &results.inputs;
    let kl = [inputs.kl_values(0), inputs.kl_values(1)];
    let lists = [
        List { token: "d_logit_x", of_pair: "d_logit", colour: INK, values: &inputs.d_logit_x },
        List { token: "kl_ab_x", of_pair: "kl_ab", colour: MODELS[0], values: &kl[0] },
        List { token: "kl_ba_x", of_pair: "kl_ba", colour: MODELS[1], values: &kl[1] },
    ];
    let worst =
        [inputs.worst_by_logit_distance(NAMED), inputs.worst_by_kl(0, NAMED), inputs.worst_by_kl(1, NAMED)];
    let value_at = |list: usize, x: usize| match list {
        0 => Some(inputs.d_logit_x[x]),
        _ => inputs.kl_at(x).map(|kl| kl[list - 1]),
    };
    let panel = |label: &str, shown: std::ops::Range<usize>| {
        let Some(mut panel) = histogram(label, &lists[shown.clone()]) else {
            let reason = match lists[shown.start].values.len() {
                0 => "it was computed at no input".to_owned(),
                1 => "it is 0 at the only input".to_owned(),
                n => format!("it is 0 at all {n} inputs"),
            };
            return Panel::empty(lists[shown.start].token, reason).shaped(EMPTY_ASPECT);
        };
        for list in shown.clone() {
            let List { of_pair, colour, .. } = lists[list];
            if let Some(value) = results.comparison.value(of_pair).filter(|x| *x > 0.0) {
                panel = panel.with(Mark::new(Form::Vertical(value), colour).labelled(of_pair).dashed());
            }
            let at = worst[list].iter().filter_map(|x| Some(Point::at(value_at(list, *x)?, 0.0))).collect();
            panel = panel.with(Mark::new(Form::Points(at, Shape::Triangle), colour));
        }
        panel.title = worst_title(shown.map(|list| (lists[list].token, &worst[list][..])));
        panel
    };
    let zeros = lists.iter().filter_map(|list| {
        let (zeros, all) = (list.values.iter().filter(|x| **x == 0.0).count(), list.values.len());
        (zeros > 0 && zeros < all).then(|| format!("{} is 0 at {zeros} of {all} inputs", list.token))
    });
    let zeros: Vec<String> = zeros.collect();
    let note =
        if zeros.is_empty() { String::new() } else { format!("Not on the axis: {}.", zeros.join("; ")) };
    Picture {
        name: "inputs",
        title: "Distances at each input",
        caption: "How many inputs are how far apart. Dashed: the value of the pair, a root mean square for d_logit and a mean for KL. \
                  Triangles: the inputs that are named, where the models are furthest apart. A mean far to the right of the bulk rests on few \
                  inputs."
            .into(),
        figure: Figure::new(Width::Full, vec![panel("d_logit_x (nats)", 0..1), panel("KL at x (nats)", 1..3)]).noted(note),
    }
}

/// Values at the inputs, their token, and that of the value of the pair.
#[derive(Clone, Copy)]
struct List<'a> {
    token: &'static str,
    of_pair: &'static str,
    colour: Colour,
    values: &'a [f64],
}

/// `furthest apart at inputs 3, 17 (kl_ab_x); …`, with as many inputs as there is room for.
fn worst_title<'a>(lists: impl Iterator<Item = (&'static str, &'a [usize])>) -> String {
    const MOST_CHARACTERS: usize = 56;
    let lists: Vec<_> = lists.filter(|(_, worst)| !worst.is_empty()).collect();
    let title = |most: usize| {
        let part = |(token, worst): &(&str, &[usize])| {
            let worst: Vec<String> = worst.iter().take(most).map(usize::to_string).collect();
            format!("{token} at {}", worst.join(", "))
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
fn histogram(label: &str, lists: &[List<'_>]) -> Option<Panel> {
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
        panel = panel.with(mark.labelled(list.token));
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
