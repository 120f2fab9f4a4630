//! The table of bounds: a row for each theorem that is evaluated on a pair.
//!
//! A bound is a file that computes it and a row in that file's `ROWS`. The order here is the order in every output.

use super::{Bound, Form, agreement, alignment, cca, contrasts, divergence, fg, kl, weighted};
use crate::applicable::Applicable;
use crate::measure::invariance::{Change, DISTRIBUTIONS};
use crate::measure::table::{Part, Step, Unit, measure};
use crate::measure::whose::Whose;
use crate::reduced::Direction;
use crate::shared::Shared;

const GROUPS: [&[Theorem]; 11] = [
    &cca::ROWS,
    &contrasts::ROWS,
    &alignment::ROWS,
    &alignment::D_REP,
    &alignment::R2,
    &kl::ROWS,
    &divergence::ROWS,
    &weighted::ROWS,
    &agreement::ROWS,
    &agreement::PROBE,
    &fg::ROWS,
];

/// A bound: what it says, where it is proved and how it is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Theorem {
    /// Its name in code, CSV, JSON and on axes.
    pub token: &'static str,
    /// Its number in docs/theory.md: `T5`, `T6′`.
    pub number: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it is about, where several bounds from above are about the same and are to be seen side by side; else empty.
    pub family: &'static str,
    /// One sentence on what it says.
    pub meaning: &'static str,
    /// The inequality.
    pub statement: &'static str,
    /// What it needs of a pair; empty for nothing.
    pub needs: &'static str,
    /// Whether it bounds from above or from below.
    pub side: Side,
    /// Published or sharpened.
    pub form: Form,
    /// Who stated it, and what it sharpens.
    pub source: &'static str,
    /// When both sides are equal: the family of pairs, or the largest ratio known.
    pub equality: &'static str,
    /// Where its proof stands in docs/theory.md.
    pub anchor: &'static str,
    /// What may change in the first model of the direction, and in the second, and leave both sides as they are.
    pub invariance: [Change; 2],
    /// Whose embeddings are in it.
    pub whose: Whose,
    /// What has to be asked for to have it.
    pub part: Part,
    /// What it needs that other rows need as well.
    pub steps: &'static [Step],
    /// Whether it needs log p of every label, which masked labels do not have.
    pub log_p: bool,
    /// The measure that the left side of a bound from above is, by its token in the direction ab; empty for none.
    pub left: &'static str,
    /// Why a side has no interval over the inputs, the left or certified one first; empty for one that has.
    pub unsure: [&'static str; 2],
    /// How it is evaluated in a direction.
    pub evaluate: fn(&'static Theorem, &Shared, Direction) -> Applicable<Bound>,
}

/// Why a side has no interval that is made of a least probability: what other inputs would show does not follow from those without some.
pub(super) const SMALLEST: &str = "it is made of the smallest probability over all inputs";

/// Why a side has no interval that is a sum over the inputs which is not kept for each of them.
pub(super) const NOT_KEPT: &str = "what it is a sum of is not kept of each input";

/// From which side a theorem bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `lhs ≤ rhs`; how close is the tightness lhs/rhs.
    AtMost,
    /// `value ≥ bound`, the value being the measure of this token; how close is the slack value − bound.
    AtLeast(&'static str),
}

impl Theorem {
    /// A row's fields that most rows leave as they are.
    pub(crate) const SHARPENED: Theorem = Theorem {
        token: "",
        number: "",
        name: "",
        family: "",
        meaning: "",
        statement: "",
        needs: "",
        side: Side::AtMost,
        form: Form::Sharpened,
        source: "proved in this project",
        equality: "",
        anchor: "",
        invariance: DISTRIBUTIONS,
        whose: Whose::Nobodys,
        part: Part::Geometry,
        steps: &[],
        log_p: true,
        left: "",
        unsure: ["", ""],
        evaluate: |theorem, _, _| unreachable!("{} has no evaluation", theorem.token),
    };

    /// The bound on a pair.
    pub fn of(&'static self, shared: &Shared, direction: Direction) -> Bound {
        if let Some(reason) = shared.reduced.lacking(self.log_p, self.whose, direction) {
            return Bound::not_applicable(self, reason);
        }
        // What is about probabilities and no correlation is a sum over inputs.
        let of_sums = self.part == Part::Probability && self.steps.is_empty();
        if let Some(reason) = shared.reduced.unknown_directions().filter(|_| !of_sums) {
            return Bound::not_applicable(self, reason);
        }
        let bound = (self.evaluate)(self, shared, direction);
        let bound = bound.unwrap_or_else(|reason| Bound::not_applicable(self, reason));
        // Both sides are rounding errors then, however far a theorem has enlarged them.
        if shared.reduced.is_equal_pair() { Bound { tightness: None, ..bound } } else { bound }
    }

    /// How its values are to be read, in words.
    pub fn range_words(&self) -> String {
        let equality = if self.equality.is_empty() { "" } else { "; equality: " };
        match self.side {
            Side::AtMost => {
                format!("lhs ≤ rhs; tightness lhs/rhs is 1 at equality{equality}{}", self.equality)
            }
            Side::AtLeast(value) => {
                format!("{value} ≥ bound; vacuous if the bound is ≤ 0{equality}{}", self.equality)
            }
        }
    }

    /// What it is about: bounds that have it in common are compared. Of lower bounds that is the measure that they certify.
    pub fn about(&self) -> &'static str {
        match self.side {
            Side::AtLeast(token) => measure(token).map_or(token, |(row, _)| row.name),
            Side::AtMost if self.family.is_empty() => self.name,
            Side::AtMost => self.family,
        }
    }

    /// What a lower bound certifies, in a word.
    pub(super) fn certified(&self) -> &'static str {
        let unit = match self.side {
            Side::AtLeast(token) => measure(token).map(|(row, _)| row.unit),
            Side::AtMost => None,
        };
        if unit == Some(Unit::Share) { "share" } else { "correlation" }
    }

    /// Why none of its sides has an interval but what is a measure; `None` if one has.
    pub(crate) fn why_unsure(&self) -> Option<&'static str> {
        let [first, second] = self.unsure;
        (!first.is_empty() && (self.is_lower() || !second.is_empty())).then_some(first)
    }

    /// Whether it bounds a measure from below.
    pub fn is_lower(&self) -> bool {
        matches!(self.side, Side::AtLeast(_))
    }
}

impl PartialEq for Theorem {
    fn eq(&self, other: &Theorem) -> bool {
        self.token == other.token
    }
}

/// All bounds, in the order in which they are reported.
pub fn theorems() -> impl Iterator<Item = &'static Theorem> {
    GROUPS.into_iter().flatten()
}

/// The bound of a token.
pub fn theorem(token: &str) -> Option<&'static Theorem> {
    theorems().find(|theorem| theorem.token == token)
}
