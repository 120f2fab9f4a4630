//! The labels of both models to one another, and what differs.

use super::Picture;
use crate::pair::results::PairResults;
use crate::plot::palette::GREY;
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width};

/// The most names along an axis of labels.
const MOST_NAMES: usize = 20;

pub fn picture(results: &PairResults) -> Picture {
    let labels = &results.labels;
    let n = labels.labels.len();
    let of = results.comparison.count("n_labels");
    let [a, b] = &labels.correlations;
    let difference: Vec<Vec<Option<f64>>> = a
        .iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| Some(b.as_ref()? - a.as_ref()?)).collect())
        .collect();
    let panels = [("label_correlation_a", a), ("label_correlation_b", b), ("b − a", &difference)];
    let panels = panels.map(|(title, matrix)| match matrix.iter().flatten().any(Option::is_some) {
        true => label_panel(title, &labels.labels, matrix),
        false => Panel::empty(title, "the logits do not vary over the inputs"),
    });
    // What the colours mean stands over each panel.
    let colours = Colours { label: String::new(), scale: Scale::Linear, range: (-1.0, 1.0) };
    let selection =
        if n < of { format!("{n} of {of} labels, those that vary most. ") } else { String::new() };
    Picture {
        name: "labels",
        title: "Label geometry",
        caption: format!(
            "{selection}Which labels each model raises and lowers together: the correlation over inputs of the centred logits of two \
             labels. That is the cosine of their unembeddings in the metric of Cov(f): unlike plain cosines, no change of basis alters it. \
             Both models have the same order, in which neighbours are alike."
        ),
        figure: Figure::new(Width::Full, panels.into()).coloured(colours),
    }
}

/// A matrix with its first row on top.
fn label_panel(title: &str, labels: &[usize], matrix: &[Vec<Option<f64>>]) -> Panel {
    let n = labels.len();
    let every = n.div_ceil(MOST_NAMES).max(1);
    let names = |place: &dyn Fn(usize) -> usize| -> Vec<(f64, String)> {
        (0..n).step_by(every).map(|i| (place(i) as f64, labels[i].to_string())).collect()
    };
    let axis = |ticks| Axis { scale: Scale::Places, ..Axis::linear("label") }.ticked(ticks);
    let values = matrix.iter().rev().flatten().copied().collect();
    Panel::new(title, axis(names(&|i| i)), axis(names(&|i| n - 1 - i)))
        .with(Mark::new(Form::Tiles(Tiles { columns: n, values, written: false }), GREY))
        .shaped(1.0)
}
