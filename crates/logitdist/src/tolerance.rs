//! How far rounding may reach: what counts as a violation, and what as zero.

/// Relative part of the tolerance: a violation is an excess that rounding cannot explain.
pub const RELATIVE_TOLERANCE: f64 = 1e-9;

/// Absolute part of the tolerance, in units of the scale of what is compared.
pub const ABSOLUTE_TOLERANCE: f64 = 1e-12;

/// What rounding may move a certified correlation or share by before the certificate pays for it.
pub(crate) const VISIBLE: f64 = 1e-4;

/// Relative size of rounding errors, with room for sums of many.
pub(crate) const ROUNDING: f64 = 1e-14;

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
    pub(crate) fn tolerance(self) -> f64 {
        match self {
            Scale::Linear(scale) | Scale::Squared(scale) => ABSOLUTE_TOLERANCE * scale,
        }
    }

    /// Values up to this are rounding errors, whose ratio says nothing.
    pub(crate) fn rounding(self) -> f64 {
        match self {
            Scale::Linear(scale) => ROUNDING * scale,
            Scale::Squared(scale) => ROUNDING * ROUNDING * scale,
        }
    }
}
