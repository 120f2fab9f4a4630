//! Registers of four numbers: the same entry of four matrices, or a piece of one row.

use wide::f64x4;

/// Systems that are worked on together.
pub(crate) const LANES: usize = 4;

/// One number of each system.
pub(crate) type Lanes = f64x4;

/// Columns that are solved for together.
pub(crate) const PANEL: usize = 4;

/// A row of a panel of columns.
pub(crate) type PanelRow = [Lanes; PANEL];

pub(crate) const ZERO_ROW: PanelRow = [Lanes::ZERO; PANEL];

/// Σ of the squares of all entries.
pub(crate) fn squared_norm(x: &[PanelRow]) -> Lanes {
    let mut sums = ZERO_ROW;
    for row in x {
        for c in 0..PANEL {
            sums[c] = row[c].mul_add(row[c], sums[c]);
        }
    }
    let [a, b, c, d] = sums;
    (a + b) + (c + d)
}

/// Eight numbers in a row.
pub(crate) type Eight = [Lanes; 2];

pub(crate) const ZERO_EIGHT: Eight = [Lanes::ZERO; 2];

/// `x + factor y`.
#[inline(always)]
pub(crate) fn plus(x: Eight, factor: Lanes, y: Eight) -> Eight {
    [factor.mul_add(y[0], x[0]), factor.mul_add(y[1], x[1])]
}
