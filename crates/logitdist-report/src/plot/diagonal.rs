//! Lines on which y is a share of x, and the names of these shares.

use super::canvas::{Anchor, Canvas, TEXT};
use super::figure::{Panel, Scale};
use super::layout::Placed;
use super::mark::{Form, Mark};
use super::marks::draw_line;
use super::palette::GREY;
use crate::typeset::typeset;

/// Steps in which a curve on axes of different kinds is drawn.
const STEPS: usize = 64;

/// The least distance of the middles of two names.
const APART: f64 = TEXT + 0.5;

/// Draws the line on which y is a share of x, as far as the panel has it.
pub fn draw(canvas: &mut dyn Canvas, placed: &Placed<'_>, share: f64, mark: &Mark) {
    let (x, y) = (placed.x.range, placed.y.range);
    let (low, high) = (x.0.max(y.0 / share), x.1.min(y.1 / share));
    if low >= high {
        return;
    }
    let log = placed.panel.x.scale == Scale::Log || placed.panel.y.scale == Scale::Log;
    let at = |i: usize| match (i as f64 / STEPS as f64, log && low > 0.0) {
        (part, true) => (low.ln() + part * (high.ln() - low.ln())).exp().clamp(low, high),
        (part, false) => low + part * (high - low),
    };
    // A product that is rounded to beyond the axis would be drawn in its gutter.
    let points: Vec<_> = (0..=STEPS).map(|i| (at(i), (share * at(i)).clamp(y.0, y.1))).collect();
    draw_line(canvas, placed, &points, mark);
}

/// The shares of several diagonals of a panel, which are written at their ends.
pub fn shares(panel: &Panel) -> Vec<f64> {
    let shares = panel.marks.iter().filter_map(|mark| match mark.form {
        Form::Diagonal(share) => Some(share),
        _ => None,
    });
    let shares: Vec<f64> = shares.collect();
    if shares.len() > 1 { shares } else { Vec::new() }
}

/// Writes the shares of several diagonals right of the panel, where these leave it: in their order, and as near as texts may be. Beyond a strip
/// they would be far from where the lines end, so there are none.
pub fn draw_shares(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, _, right, _] = placed.area;
    if placed.x.ends.1 < right - left {
        return;
    }
    let end = |share: f64| {
        let x = placed.x.range.1;
        let (_, y) = placed.place(x, share * x).filter(|_| placed.y.contains(share * x))?;
        Some((y, share))
    };
    let mut ends: Vec<(f64, f64)> = shares(placed.panel).into_iter().filter_map(end).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The counts of gutters stand there, too.
    let counted = placed.y.gutters().filter(|gutter| gutter.is_counted());
    let taken: Vec<f64> =
        counted.map(|gutter| placed.area[3] - (gutter.ends.0 + gutter.ends.1) / 2.0).collect();
    for ((_, share), y) in ends.iter().zip(below(ends.iter().map(|(y, _)| *y), &taken)) {
        canvas.text(&typeset(*share), (right + 2.0, y), Anchor::Left, GREY);
    }
}

/// Heights from above, each moved down as far as it has to be from the one before and from those that are taken.
fn below(heights: impl Iterator<Item = f64>, taken: &[f64]) -> Vec<f64> {
    let mut free = f64::NEG_INFINITY;
    let place = |y: f64| {
        let mut y = y.max(free);
        while let Some(other) = taken.iter().find(|other| (y - **other).abs() < APART - 1e-9) {
            y = other + APART;
        }
        free = y + APART;
        y
    };
    heights.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_touch_stand_below_one_another() {
        assert_eq!(below([10.0, 40.0].into_iter(), &[]), [10.0, 40.0]);
        assert_eq!(below([10.0, 12.0, 14.0].into_iter(), &[]), [10.0, 10.0 + APART, 10.0 + 2.0 * APART]);
        assert_eq!(below([10.0, 30.0].into_iter(), &[9.0]), [9.0 + APART, 30.0]);
    }
}
