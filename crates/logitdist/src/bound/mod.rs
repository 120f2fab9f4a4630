//! The bounds between distances of distributions and dissimilarities of representations.
//!
//! Each is evaluated on a pair, in a direction whose first model gives the spectrum and the labels. A bound that does not exist
//! for a pair says why; one that is trivially true is vacuous; one that fails is a violation, and that must never be.

mod agreement;
mod alignment;
mod alone;
mod budget;
mod cca;
mod certificate;
pub(crate) mod contrasts;
mod divergence;
mod fg;
mod kl;
mod table;
mod weighted;

pub use agreement::{LinearProbe, probe_agreement, probe_agreement_of_scores};
pub use alone::evaluate;
pub(crate) use budget::m_cca_budget;
pub use budget::{Budgets, Decisions, NO_LIMIT, kl_budget, tv_budget};
pub use cca::{CcaSide, compression_floor, greedy_two_spectra, water_filling};
pub use certificate::{Certificate, ProbeTransfer, certificate, probe_transfer};
pub use divergence::{largest_hellinger, largest_js, largest_kl};
pub use table::{Side, Theorem, theorem, theorems};

use crate::applicable::Reason;
use crate::tolerance::{RELATIVE_TOLERANCE, Scale};

/// Where a bound comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Stated in a paper, or an immediate corollary of what is.
    Published,
    /// Proved in this project's theory.
    Sharpened,
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Form::Published => "published",
            Form::Sharpened => "sharpened",
        })
    }
}

/// What a bound says about a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statement {
    /// `lhs ≤ rhs`.
    AtMost {
        /// The bounded quantity.
        lhs: f64,
        /// What it is bounded by.
        rhs: f64,
    },
    /// `value ≥ bound`.
    AtLeast {
        /// The certified lower bound, negative when it says nothing.
        bound: f64,
        /// The measured value.
        value: f64,
    },
}

/// Whether a bound says something about a pair.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// It does.
    Ok,
    /// It holds trivially, for this reason.
    Vacuous(String),
    /// It does not exist, for this reason.
    NotApplicable(Reason),
}

/// A bound evaluated on a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What it says.
    pub theorem: &'static Theorem,
    /// Both sides; `None` exactly if the status is not applicable.
    pub statement: Option<Statement>,
    /// Whether it says something.
    pub status: Status,
    /// Whether it holds up to rounding; `None` exactly if not applicable.
    pub holds: Option<bool>,
    /// Sides up to this are rounding errors; 0 for a lower bound.
    pub rounding: f64,
    /// `lhs / rhs` in [0, 1]; `None` where both sides are at the level of rounding errors, or for a lower bound.
    pub tightness: Option<f64>,
}

impl Bound {
    /// `lhs ≤ rhs`, computed from quantities of the size of `scale`.
    pub fn at_most(theorem: &'static Theorem, lhs: f64, rhs: f64, scale: Scale) -> Bound {
        // An empty sum is −0, which would be printed as such.
        let (lhs, rhs) = (lhs + 0.0, rhs + 0.0);
        let status = if rhs == f64::INFINITY {
            Status::Vacuous("the right-hand side is beyond the floating-point range".into())
        } else {
            Status::Ok
        };
        // Above 1 only by rounding if it holds; reported as the 1 that it is.
        let holds = lhs <= rhs * (1.0 + RELATIVE_TOLERANCE) + scale.tolerance();
        let ratio = lhs / rhs;
        let tightness = (rhs > scale.rounding()).then_some(if holds { ratio.min(1.0) } else { ratio });
        Bound {
            theorem,
            statement: Some(Statement::AtMost { lhs, rhs }),
            status,
            holds: Some(holds),
            rounding: scale.rounding(),
            tightness,
        }
    }

    /// `value ≥ bound`; `tolerated` is the bound at a budget enlarged by its rounding errors.
    pub fn at_least(theorem: &'static Theorem, value: f64, bound: f64, tolerated: f64) -> Bound {
        let status = if bound <= 0.0 {
            Status::Vacuous(format!("the certified {} is not positive", theorem.certified()))
        } else {
            Status::Ok
        };
        Bound {
            theorem,
            statement: Some(Statement::AtLeast { bound, value }),
            status,
            holds: Some(value >= tolerated - RELATIVE_TOLERANCE),
            rounding: 0.0,
            tightness: None,
        }
    }

    /// A bound that does not exist for the pair.
    pub fn not_applicable(theorem: &'static Theorem, reason: Reason) -> Bound {
        Bound {
            theorem,
            statement: None,
            status: Status::NotApplicable(reason),
            holds: None,
            rounding: 0.0,
            tightness: None,
        }
    }

    /// The bound, said to be vacuous for `reason` if `trivial`.
    fn vacuous_if(self, trivial: bool, reason: impl FnOnce() -> String) -> Bound {
        if trivial { Bound { status: Status::Vacuous(reason()), ..self } } else { self }
    }

    /// `value − bound` of a lower bound, ≥ 0 up to rounding.
    pub fn slack(&self) -> Option<f64> {
        match self.statement {
            Some(Statement::AtLeast { bound, value }) => Some(value - bound),
            _ => None,
        }
    }

    /// Whether the bound fails by more than rounding.
    pub fn is_violated(&self) -> bool {
        self.holds == Some(false)
    }

    /// Why the bound says nothing, if it does.
    pub fn reason(&self) -> Option<String> {
        match &self.status {
            Status::Ok => None,
            Status::Vacuous(reason) => Some(reason.clone()),
            Status::NotApplicable(reason) => Some(reason.to_string()),
        }
    }
}

impl Status {
    /// `ok`, `vacuous` or `not_applicable`.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Vacuous(_) => "vacuous",
            Status::NotApplicable(_) => "not_applicable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static UPPER: Theorem = Theorem::SHARPENED;
    static LOWER: Theorem = Theorem { side: Side::AtLeast("m_cca"), ..Theorem::SHARPENED };

    #[test]
    fn the_checker_says_no_to_an_excess_and_forgives_rounding() {
        let check = |lhs, rhs| Bound::at_most(&UPPER, lhs, rhs, Scale::Linear(1.0));
        assert!(check(1.001, 1.0).is_violated());
        assert!(check(1e-6, 1e-7).is_violated());
        assert!(!check(1.0 + 1e-10, 1.0).is_violated());
        assert_eq!(check(1.0 + 1e-10, 1.0).tightness, Some(1.0));
        assert!(!check(3e-16, 1e-16).is_violated());
        assert_eq!(check(3e-16, 1e-16).tightness, None);
        assert!(Bound::at_least(&LOWER, 0.5, 0.6, 0.6).is_violated());
        assert!(!Bound::at_least(&LOWER, 0.6, 0.6, 0.6).is_violated());
        let squared = Bound::at_most(&UPPER, 1e-20, 2e-20, Scale::Squared(1.0));
        assert_eq!(squared.tightness, Some(0.5), "a square of 1e-10 is far above rounding");
        assert!(check(f64::NAN, 1.0).is_violated(), "a NaN must never pass for a bound that holds");
    }

    #[test]
    fn sides_have_no_negative_zero_and_none_as_small_as_rounding_has_a_ratio() {
        let scale = Scale::Linear(1.0);
        let Some(Statement::AtMost { lhs, rhs }) = Bound::at_most(&UPPER, -0.0, -0.0, scale).statement else {
            panic!("a bound from above has two sides");
        };
        assert!(lhs.is_sign_positive() && rhs.is_sign_positive());
        let rounding = scale.rounding();
        assert_eq!(Bound::at_most(&UPPER, 0.0, rounding, scale).tightness, None);
        assert_eq!(Bound::at_most(&UPPER, rounding, 2.0 * rounding, scale).tightness, Some(0.5));
        assert_eq!(Bound::at_most(&UPPER, 1.0, f64::INFINITY, scale).status.name(), "vacuous");
    }

    #[test]
    fn a_lower_bound_has_a_slack_and_says_nothing_unless_it_is_positive() {
        let bound = |least| Bound::at_least(&LOWER, 0.75, least, least);
        assert_eq!(bound(0.5).slack(), Some(0.25));
        assert_eq!(Bound::at_most(&UPPER, 1.0, 2.0, Scale::Linear(1.0)).slack(), None);
        assert_eq!(bound(0.5).status.name(), "ok");
        assert_eq!(bound(0.0).status.name(), "vacuous");
        assert_eq!(bound(0.0).reason().as_deref(), Some("the certified correlation is not positive"));
        assert_eq!(bound(0.5).reason(), None);
        let absent = Bound::not_applicable(&LOWER, Reason::Labels { labels: 1, needed: 2 });
        assert_eq!(absent.status.name(), "not_applicable");
        assert_eq!(absent.reason().as_deref(), Some("1 labels; at least 2 are needed"));
    }
}
