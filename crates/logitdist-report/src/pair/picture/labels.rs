//! The labels of both models to one another, and what differs.

use crate::plot::palette::GREY;
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width};
use crate::view::View;
use logitdist_results::pair::PairResults;

/// The most names along an axis of labels.
const MOST_NAMES: usize = 20;

/// A row per label; `None` where a logit is constant.
type Matrix = Vec<Vec<Option<f64>>>;

/// The correlations between labels in both models.
pub struct LabelGeometry;

impl View<PairResults> for LabelGeometry {
    const VIEW: &'static str = "labels";
    const TITLE: &'static str = "Label geometry";
    /// Of a, of b, and b − a.
    type Numbers = [Matrix; 3];

    fn all(_: &PairResults) -> Vec<LabelGeometry> {
        vec![LabelGeometry]
    }

    fn question(&self, results: &PairResults) -> String {
        let (n, of) = (results.labels.labels.len(), results.comparison.count("n_labels"));
        let selection = if (1..of).contains(&n) {
            format!("{n} of {of} labels, those that vary most. ")
        } else {
            String::new()
        };
        format!(
            "{selection}Which labels each model raises and lowers together: the correlation over inputs of the centred logits of two \
             labels. That is the cosine of their unembeddings in the metric of Cov(f): unlike plain cosines, no change of basis alters it. \
             Both models have the same order, in which neighbours are alike."
        )
    }

    fn numbers(&self, results: &PairResults) -> Option<Self::Numbers> {
        let [a, b] = &results.labels.correlations;
        let less = |(a, b): (&Option<f64>, &Option<f64>)| Some((*b)? - (*a)?);
        let difference = a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(less).collect()).collect();
        Some([a.clone(), b.clone(), difference])
    }

    fn figures(&self, results: &PairResults, matrices: &Self::Numbers) -> Vec<Figure> {
        let panels = ["model a", "model b", "b − a"].into_iter().zip(matrices);
        let panels = panels.map(|(title, matrix)| match matrix.iter().flatten().any(Option::is_some) {
            true => label_panel(title, results, matrix),
            false if matrix.is_empty() => {
                Panel::empty(title, "labels are masked: centred logits do not exist")
            }
            false => Panel::empty(title, "the logits do not vary over the inputs"),
        });
        // What the colours mean stands over each panel.
        let colours = Colours { label: String::new(), scale: Scale::Linear, range: (-1.0, 1.0) };
        vec![Figure::new(Width::Full, panels.collect()).coloured(colours)]
    }
}

/// A matrix with its first row on top.
fn label_panel(title: &str, results: &PairResults, matrix: &[Vec<Option<f64>>]) -> Panel {
    let labels = &results.labels.labels;
    let n = labels.len();
    let every = n.div_ceil(MOST_NAMES).max(1);
    let at = |place: &dyn Fn(usize) -> usize, name: &dyn Fn(usize) -> String| -> Vec<(f64, String)> {
        (0..n).step_by(every).map(|i| (place(i) as f64, name(labels[i]))).collect()
    };
    // Names would collide along the foot.
    let (columns, rows) = (
        at(&|i| i, &|label| label.to_string()),
        at(&|i| n - 1 - i, &|label| results.names.short_label(label)),
    );
    let axis = |ticks| Axis { scale: Scale::Places, ..Axis::linear("label") }.ticked(ticks);
    let values = matrix.iter().rev().flatten().copied().collect();
    Panel::new(title, axis(columns), axis(rows))
        .with(Mark::new(Form::Tiles(Tiles { columns: n, values, written: false }), GREY))
        .shaped(1.0)
}
