//! The pictures of many models, as data: what is drawn and in which words.

mod heat;
mod map;
mod ranking;
mod steps;
mod tree;

use crate::view::{Listed, Picture, listed};
use logitdist_results::many::ManyComparisons;

/// The pictures of many models, in the order of the page.
const VIEWS: [Listed<ManyComparisons>; 5] = [
    listed::<_, ranking::Ranked>(),
    listed::<_, steps::Steps>(),
    listed::<_, heat::Heat>(),
    listed::<_, tree::Tree>(),
    listed::<_, map::Map>(),
];

/// All pictures of many models that show something.
pub fn pictures(many: &ManyComparisons) -> Vec<Picture> {
    VIEWS.iter().flat_map(|view| (view.draw)(many)).collect()
}

/// The measures that have a panel or a picture of their own, where they were computed: that which ranks, and a few beside it.
fn shown(many: &ManyComparisons, others: &[&'static str]) -> Vec<&'static str> {
    let all = many.tokens();
    let own = all.iter().copied().find(|token| *token == many.by);
    let others = others.iter().copied().filter(|token| *token != many.by && all.contains(token));
    own.into_iter().chain(others).collect()
}

/// A name that leaves room for what it is of.
fn brief(name: &str) -> String {
    const MOST: usize = 28;
    let count = name.chars().count();
    if count <= MOST {
        return name.to_owned();
    }
    let end: String = name.chars().skip(count + 1 - MOST).collect();
    format!("…{end}")
}
