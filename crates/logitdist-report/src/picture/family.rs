//! Bounds that are about the same thing, to be seen side by side: as the table of bounds says.

use crate::plot::{Colour, Shape, palette};
use logitdist::{BoundSide, Form, Theorem, theorem, theorems};
use logitdist_results::Study;

/// A family as far as a study has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// What it is about.
    pub title: String,
    /// Positions of its bounds, in the order of the table.
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
    all
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
    const CORNERS: [Shape; 3] = [Shape::Triangle, Shape::Square, Shape::Diamond];
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
