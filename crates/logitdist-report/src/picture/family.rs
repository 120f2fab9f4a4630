//! Bounds that are about the same thing, to be seen side by side: as the table of bounds says.

use crate::plot::{Colour, Shape, palette};
use logitdist::{BoundSide, Form, Theorem, theorem, theorems};
use logitdist_results::Study;
use std::collections::BTreeMap;

/// A family as far as a study has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// What it is about.
    pub title: String,
    /// Positions of its bounds, in the order of keys.
    pub bounds: Vec<usize>,
    /// Whether its bounds certify a similarity from below.
    pub certifies: bool,
}

/// The families of a study, in the order of their first bounds; a bound that the table does not have is one of its own.
pub fn families(study: &Study) -> Vec<Family> {
    let mut all: Vec<Family> = Vec::new();
    for (bound, (token, _)) in study.bounds.iter().enumerate() {
        let title = theorem(token).map_or(token.as_str(), |row| row.about());
        match all.iter_mut().find(|family| family.title == title) {
            Some(family) => family.bounds.push(bound),
            None => {
                let certifies = certifies(study, bound);
                all.push(Family { title: title.to_owned(), bounds: vec![bound], certifies });
            }
        }
    }
    for family in &mut all {
        family.bounds.sort_by_key(|&bound| rank(study, bound));
    }
    all
}

/// The place of a bound in a key, the same in all figures, whatever order the rows of a study have: published ones before sharpened ones,
/// each in the order of the table of bounds.
pub fn rank(study: &Study, bound: usize) -> (bool, usize, usize) {
    let (token, form) = &study.bounds[bound];
    let place = theorems().position(|row| row.token == *token).unwrap_or(usize::MAX);
    (*form == Form::Sharpened, place, bound)
}

/// The bounds that certify `m_cca`, from the published to the sharpest.
pub fn certificates_of_m_cca() -> impl Iterator<Item = &'static Theorem> {
    theorems().filter(|theorem| theorem.side == BoundSide::AtLeast("m_cca"))
}

/// Whether a bound certifies a similarity, so that it has a slack and no tightness.
pub fn certifies(study: &Study, bound: usize) -> bool {
    let token = &study.bounds[bound].0;
    let all = study.summary.groups.iter().find(|g| g.axis == "all" && g.bound == *token);
    all.is_some_and(|g| !g.slack.is_empty())
}

/// Colour and shape of a bound: published ones are discs, sharpened ones have corners.
pub fn style(study: &Study, bound: usize) -> (Colour, Shape) {
    const CORNERS: [Shape; 5] =
        [Shape::Triangle, Shape::Diamond, Shape::Cross, Shape::Square, Shape::Inverted];
    let (token, form) = &study.bounds[bound];
    let colour = palette::of_bound(token);
    let own = theorem(token).map(|row| row.about());
    let before = theorems().filter(|row| Some(row.about()) == own && row.form == Form::Sharpened);
    let place = before.take_while(|row| row.token != token).count();
    match form {
        Form::Published => (colour, Shape::Disc),
        Form::Sharpened => (colour, CORNERS[place % CORNERS.len()]),
    }
}

/// Colours and shapes of bounds that share panels: each has its own colour where that is free, and another one otherwise.
pub fn styles(study: &Study, bounds: &[usize]) -> BTreeMap<usize, (Colour, Shape)> {
    let mut all: BTreeMap<usize, (Colour, Shape)> = BTreeMap::new();
    let mut bounds = bounds.to_vec();
    bounds.sort_by_key(|&bound| rank(study, bound));
    for bound in bounds {
        let (colour, shape) = style(study, bound);
        let is_free = |colour: &Colour| !all.values().any(|(other, _)| other == colour);
        let colour = std::iter::once(colour).chain(palette::OF_BOUNDS).find(is_free).unwrap_or(colour);
        let uses = |shape: &Shape| all.values().filter(|(_, other)| other == shape).count();
        // The shape that fewest have; its own, if that is one of them.
        let shape = std::iter::once(shape).chain(Shape::ALL).min_by_key(uses).unwrap_or(shape);
        all.insert(bound, (colour, shape));
    }
    all
}
