//! Pictures that are declared: what is drawn upwards and to the right, what has colours and panels, and a filter for everything else.
//!
//! Nothing is mixed: a drawn value is over replicates alone. Coordinates that are neither shown nor fixed by the filter are fixed to the
//! values that show most, and the caption says so.

mod caption;
mod choose;
mod defaults;
mod draw;
mod explorer;
mod items;
mod numbers;
mod quantity;
mod resolve;
mod spread;
mod styles;

pub use defaults::defaults;
pub(crate) use explorer::data as explorer_data;
pub use numbers::{Curve, CurvePoint, Drawn, DrawnPanel};
pub use quantity::Quantity;
pub(crate) use quantity::is_equal_pair;
pub use resolve::resolve;

use crate::plot::Figure;
use crate::view::{Choice, View};
use items::Coordinates;
use logitdist_results::Study;
use std::collections::{BTreeMap, BTreeSet};

/// A picture of a study, all of it decided. Coordinates are the axes of the study, then `direction`, `bound` and `family`; levels are
/// positions of their values.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What its files are called.
    pub name: String,
    /// What is drawn upwards.
    pub quantity: Quantity,
    /// The bounds, if it is a quantity of bounds.
    pub bounds: Vec<usize>,
    /// What is drawn to the right.
    pub x: usize,
    /// What has a row of a map for each value.
    pub rows: Option<usize>,
    /// What has a colour for each value.
    pub colour: Option<usize>,
    /// What has a panel for each value.
    pub panels: Option<usize>,
    /// What is shown of some coordinates, as it was asked for.
    pub filter: BTreeMap<usize, BTreeSet<usize>>,
    /// What all others are fixed to, chosen to show most.
    pub chosen: BTreeMap<usize, usize>,
    /// Whether intervals of the mean are drawn, in place of quantiles of replicates.
    pub interval: bool,
}

impl View<Study> for Declared {
    const VIEW: &'static str = "plot";
    const TITLE: &'static str = "";
    type Numbers = Drawn;

    fn all(study: &Study) -> Vec<Declared> {
        defaults(study)
    }

    fn choice(&self, _: &Study) -> Vec<Choice> {
        vec![("name", self.name.clone())]
    }

    fn title(&self, study: &Study) -> String {
        caption::title(&Coordinates::of(study), self)
    }

    fn question(&self, study: &Study) -> String {
        caption::caption(&Coordinates::of(study), self)
    }

    fn numbers(&self, study: &Study) -> Option<Drawn> {
        Some(numbers::drawn(&Coordinates::of(study), self)).filter(|drawn| !drawn.panels.is_empty())
    }

    fn figures(&self, study: &Study, drawn: &Drawn) -> Vec<Figure> {
        vec![draw::figure(&Coordinates::of(study), self, drawn)]
    }
}

impl Declared {
    /// Whether colours are bounds.
    pub(crate) fn colour_is_bound(&self, study: &Study) -> bool {
        self.colour == Some(Coordinates::of(study).bound())
    }

    /// The token of the bound that a line of colours is of.
    pub(crate) fn bound_of<'a>(&self, study: &'a Study, curve: &Curve) -> Option<&'a str> {
        Some(study.bounds[curve.level?].0.as_str()).filter(|_| self.colour_is_bound(study))
    }

    /// A place to the right in words: `noise level 0.1`, `spectrum isotropic`.
    pub(crate) fn x_words(&self, study: &Study, panel: &DrawnPanel, x: usize) -> String {
        let c = Coordinates::of(study);
        format!("{} {}", c.words(self.x, panel.source), c.level_words(self.x, x))
    }

    /// What a panel is of in words.
    pub(crate) fn panel_words(&self, study: &Study, panel: &DrawnPanel) -> Option<String> {
        Some(Coordinates::of(study).named(self.panels?, panel.level?, panel.source))
    }

    /// What is held fixed, in words.
    pub(crate) fn fixed_words(&self, study: &Study) -> Vec<String> {
        caption::fixed(&Coordinates::of(study), self, false)
    }
}
