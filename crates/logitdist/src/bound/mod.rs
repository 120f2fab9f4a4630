//! The bounds between distances of distributions and dissimilarities of representations.
//!
//! Each is evaluated on a pair, in a direction whose first model gives the spectrum and the labels. A bound that does not exist
//! for a pair says why; one that is trivially true is vacuous; one that fails is a violation, and that must never be.

mod cca;
mod certificate;
mod d_rep;
mod fg;
mod kl;

pub use cca::{CcaSide, cca_bounds, greedy_two_spectra, water_filling};
pub use certificate::{Certificate, ProbeTransfer, certificate, probe_transfer};
pub use d_rep::{alignment_bounds, d_rep_bounds};
pub use fg::fg_bounds;
pub use kl::kl_bounds;

use crate::applicable::Reason;

/// Relative part of the tolerance: a violation is an excess that rounding cannot explain.
pub const RELATIVE_TOLERANCE: f64 = 1e-9;

/// Absolute part of the tolerance, in units of the scale of what is compared.
pub const ABSOLUTE_TOLERANCE: f64 = 1e-12;

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
    /// A mean canonical correlation `value ≥ bound`.
    MeanCorrelation {
        /// The certified lower bound, negative when it says nothing.
        bound: f64,
        /// The measured mean correlation.
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
    /// Its name in code, tables and plots.
    pub token: &'static str,
    /// Published or sharpened.
    pub form: Form,
    /// Both sides; `None` exactly if the status is not applicable.
    pub statement: Option<Statement>,
    /// Whether it says something.
    pub status: Status,
    /// Whether it holds up to rounding; `None` exactly if not applicable.
    pub holds: Option<bool>,
    /// `lhs / rhs` in [0, 1]; `None` where both sides are at the level of rounding errors, or for a mean correlation.
    pub tightness: Option<f64>,
}

/// The size of what a bound was computed from, against which its rounding errors are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Both sides are of the first order in quantities of this size.
    Linear(f64),
    /// Both sides are sums of squares of quantities; this is the squared size.
    Squared(f64),
}

impl Scale {
    /// An excess up to this is no violation.
    fn tolerance(self) -> f64 {
        match self {
            Scale::Linear(scale) | Scale::Squared(scale) => ABSOLUTE_TOLERANCE * scale,
        }
    }

    /// Values up to this are rounding errors, whose ratio says nothing.
    fn rounding(self) -> f64 {
        match self {
            Scale::Linear(scale) => ROUNDING * scale,
            Scale::Squared(scale) => ROUNDING * ROUNDING * scale,
        }
    }
}

/// Relative size of rounding errors, with room for sums of many.
pub(crate) const ROUNDING: f64 = 1e-14;

impl Bound {
    /// `lhs ≤ rhs`, computed from quantities of the size of `scale`.
    pub fn at_most(token: &'static str, form: Form, lhs: f64, rhs: f64, scale: Scale) -> Bound {
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
            token,
            form,
            statement: Some(Statement::AtMost { lhs, rhs }),
            status,
            holds: Some(holds),
            tightness,
        }
    }

    /// `value ≥ bound`; `tolerated` is the bound at a budget enlarged by its rounding errors.
    pub fn mean_correlation(
        token: &'static str,
        form: Form,
        value: f64,
        bound: f64,
        tolerated: f64,
    ) -> Bound {
        let status = if bound <= 0.0 {
            Status::Vacuous("the certified correlation is not positive".into())
        } else {
            Status::Ok
        };
        Bound {
            token,
            form,
            statement: Some(Statement::MeanCorrelation { bound, value }),
            status,
            holds: Some(value >= tolerated - RELATIVE_TOLERANCE),
            tightness: None,
        }
    }

    /// A bound that does not exist for the pair.
    pub fn not_applicable(token: &'static str, form: Form, reason: Reason) -> Bound {
        Bound {
            token,
            form,
            statement: None,
            status: Status::NotApplicable(reason),
            holds: None,
            tightness: None,
        }
    }

    /// The bound, said to be vacuous for `reason` if `trivial`.
    fn vacuous_if(self, trivial: bool, reason: impl FnOnce() -> String) -> Bound {
        if trivial { Bound { status: Status::Vacuous(reason()), ..self } } else { self }
    }

    /// `value − bound` of a bound on a mean correlation, ≥ 0 up to rounding.
    pub fn slack(&self) -> Option<f64> {
        match self.statement {
            Some(Statement::MeanCorrelation { bound, value }) => Some(value - bound),
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

    #[test]
    fn the_checker_says_no_to_an_excess_and_forgives_rounding() {
        let check = |lhs, rhs| Bound::at_most("t", Form::Published, lhs, rhs, Scale::Linear(1.0));
        assert!(check(1.001, 1.0).is_violated());
        assert!(check(1e-6, 1e-7).is_violated());
        assert!(!check(1.0 + 1e-10, 1.0).is_violated());
        assert_eq!(check(1.0 + 1e-10, 1.0).tightness, Some(1.0));
        assert!(!check(3e-16, 1e-16).is_violated());
        assert_eq!(check(3e-16, 1e-16).tightness, None);
        assert!(Bound::mean_correlation("t", Form::Published, 0.5, 0.6, 0.6).is_violated());
        assert!(!Bound::mean_correlation("t", Form::Published, 0.6, 0.6, 0.6).is_violated());
        let squared = Bound::at_most("t", Form::Published, 1e-20, 2e-20, Scale::Squared(1.0));
        assert_eq!(squared.tightness, Some(0.5), "a square of 1e-10 is far above rounding");
        assert!(check(f64::NAN, 1.0).is_violated(), "a NaN must never pass for a bound that holds");
    }
}
