//! Dendrograms: which models are merged first.

use super::brief;
use crate::many::distances::{Distances, distances};
use crate::many::linkage::{Merge, average_linkage, leaf_order};
use crate::plot::palette::INK;
use crate::plot::{Axis, Figure, Mark, Panel, Width};
use crate::view::View;
use logitdist_results::many::ManyComparisons;

/// A dendrogram for each distance.
pub struct Tree;

impl View<ManyComparisons> for Tree {
    const VIEW: &'static str = "dendrogram";
    const TITLE: &'static str = "Which models belong together";
    type Numbers = Vec<(Distances, Vec<Merge>)>;

    fn all(many: &ManyComparisons) -> Vec<Tree> {
        if many.all { vec![Tree] } else { Vec::new() }
    }

    fn question(&self, _: &ManyComparisons) -> String {
        "Average linkage: the two nearest groups of models are merged, again and again. A merge stands at the mean distance of their members: \
         of the predictions by d_logit, of the representations by the angle whose cosine is m_cca."
            .into()
    }

    fn needs(&self, _: &ManyComparisons) -> Option<String> {
        Some("neither d_logit nor m_cca exists for all pairs".into())
    }

    fn numbers(&self, many: &ManyComparisons) -> Option<Self::Numbers> {
        let all = distances(many).into_iter().map(|distances| {
            let merges = average_linkage(&distances.of);
            (distances, merges)
        });
        let all: Self::Numbers = all.collect();
        (!all.is_empty()).then_some(all)
    }

    fn figures(&self, many: &ManyComparisons, trees: &Self::Numbers) -> Vec<Figure> {
        let panels = trees.iter().map(|(distances, merges)| panel(many, distances, merges)).collect();
        vec![Figure::new(Width::Full, panels)]
    }
}

/// The first model of the order on top.
fn panel(many: &ManyComparisons, distances: &Distances, merges: &[Merge]) -> Panel {
    let count = many.models.len();
    let order = leaf_order(count, merges);
    let names: Vec<String> = order.iter().rev().map(|&i| brief(&many.models[i].short)).collect();
    // Where each group stands: its distance from the left, and its height in the picture.
    let mut places = vec![(0.0, 0.0); count];
    for (row, &model) in order.iter().rev().enumerate() {
        places[model] = (0.0, row as f64);
    }
    let largest = merges.last().map_or(0.0, |merge| merge.height);
    let x = Axis::linear(distances.label).between(0.0, if largest > 0.0 { 1.04 * largest } else { 1.0 });
    let aspect = (0.25 + 0.07 * count as f64).min(2.5);
    let mut panel = Panel::new("", x, Axis::places("", &names)).shaped(aspect);
    for merge in merges {
        let [(x, y), (other_x, other_y)] = merge.groups.map(|group| places[group]);
        let line = vec![(x, y), (merge.height, y), (merge.height, other_y), (other_x, other_y)];
        panel = panel.with(Mark::line(line, INK));
        places.push((merge.height, (y + other_y) / 2.0));
    }
    panel
}
