//! How the names of places in a row stand, so that none touches its neighbours and none is left out.

use super::canvas::{TEXT, text_width};
use super::scale::Mapping;
use super::wrapped::wrapped;

/// Space between two texts side by side.
pub const BETWEEN: f64 = 3.0;

/// The least distance of texts that are written upwards.
pub const LEAST_BETWEEN: f64 = TEXT + 0.2;

/// The most lines of a name that is not written upwards.
const MOST_LINES: usize = 4;

/// How names stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Names {
    /// Side by side, in a line each.
    Beside,
    /// Side by side, in lines of a width.
    Wrapped(f64),
    /// Upwards.
    Upright,
}

impl Names {
    /// How names at places of an axis stand: side by side if they do not touch, in lines if these do not, and upwards otherwise.
    pub fn of(mapping: &Mapping, names: &[(f64, String)]) -> Names {
        let at = |x: f64| mapping.position(x).unwrap_or(0.0);
        let distance =
            names.windows(2).map(|w| (at(w[1].0) - at(w[0].0)).abs()).fold(f64::INFINITY, f64::min);
        let is_clear = |w: &[(f64, String)]| !touch((at(w[0].0), &w[0].1), (at(w[1].0), &w[1].1), text_width);
        if names.windows(2).all(is_clear) {
            return Names::Beside;
        }
        let room = distance - BETWEEN;
        let fits = |name: &str| {
            let lines = wrapped(name, room);
            lines.len() <= MOST_LINES && lines.iter().all(|line| text_width(line) <= room)
        };
        match names.iter().all(|(_, name)| fits(name)) {
            true => Names::Wrapped(room),
            false => Names::Upright,
        }
    }

    /// The lines of a name.
    pub fn lines(self, name: &str) -> Vec<String> {
        match self {
            Names::Wrapped(room) => wrapped(name, room),
            _ => vec![name.to_owned()],
        }
    }
}

/// Whether two texts at positions touch, of what extent they have along the axis.
pub fn touch(a: (f64, &str), b: (f64, &str), extent: impl Fn(&str) -> f64) -> bool {
    (a.0 - b.0).abs() < (extent(a.1) + extent(b.1)) / 2.0 + BETWEEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Axis;

    fn named(names: &[&str], length: f64) -> Names {
        let axis = Axis::places("", names);
        Names::of(&Mapping::new(&axis, &[], length), &axis.ticks)
    }

    #[test]
    fn names_stand_side_by_side_in_lines_or_upwards() {
        assert_eq!(named(&["a", "b", "c"], 60.0), Names::Beside);
        assert!(matches!(named(&["cross entropy", "reverse KL"], 90.0), Names::Wrapped(_)));
        assert_eq!(named(&["indivisible", "undividable", "c"], 60.0), Names::Upright);
        // One long name between short ones has room for itself.
        assert_eq!(named(&["a", "longer", "b"], 90.0), Names::Beside);
    }
}
