//! From values to positions.

use super::figure::{Axis, Scale};
use super::ticks;

/// Width of a gutter, and of the gap beside it, in points.
const GUTTER: f64 = 13.0;
const GAP: f64 = 3.0;

/// A place at the edge of an axis for what has none on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gutter {
    /// Its ends, in points from the beginning of the axis.
    pub ends: (f64, f64),
    /// What stands in it: `0`, `≤ 0`, `∞` or `−∞`.
    pub label: String,
    /// How many points, set by who knows which values are points.
    pub count: usize,
}

/// An axis in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    scale: Scale,
    /// Values at the ends of the proper axis.
    pub range: (f64, f64),
    /// Positions of these.
    pub ends: (f64, f64),
    /// For what is below the axis.
    pub below: Option<Gutter>,
    /// For what is above it.
    pub above: Option<Gutter>,
}

impl Mapping {
    /// Lays an axis over the values of its marks, on a length in points.
    pub fn new(axis: &Axis, values: &[f64], length: f64) -> Mapping {
        let log = axis.scale == Scale::Log;
        let is_below = |x: f64| x == f64::NEG_INFINITY || (log && x <= 0.0);
        let below = values.iter().filter(|&&x| is_below(x)).count();
        let negative = values.iter().any(|&x| x < 0.0);
        let above = values.iter().filter(|&&x| x == f64::INFINITY).count();
        let start = if below > 0 { GUTTER + GAP } else { 0.0 };
        let end = length - if above > 0 { GUTTER + GAP } else { 0.0 };
        let low_label = match (log, negative) {
            (true, true) => "≤ 0",
            (true, false) => "0",
            (false, _) => "−∞",
        };
        let gutter = |ends, label: &str, count| Gutter { ends, label: label.to_owned(), count };
        let proper = || values.iter().copied().filter(|&x| x.is_finite() && !is_below(x));
        let range = axis.range.filter(|&(low, high)| !log || (low > 0.0 && high > low));
        let range = range.unwrap_or_else(|| match axis.scale {
            Scale::Places => {
                let last = axis.ticks.len().saturating_sub(1) as f64;
                (-0.5, proper().fold(last, f64::max) + 0.5)
            }
            scale => widened(scale, proper()),
        });
        Mapping {
            scale: axis.scale,
            range,
            ends: (start, end),
            below: (below > 0).then(|| gutter((0.0, GUTTER), low_label, below)),
            above: (above > 0).then(|| gutter((length - GUTTER, length), "∞", above)),
        }
    }

    /// The gutters that there are.
    pub fn gutters(&self) -> impl Iterator<Item = &Gutter> {
        self.below.iter().chain(&self.above)
    }

    /// The position of a value, in points from the beginning of the axis; what is outside the range is put at its end. `None` for NaN.
    pub fn position(&self, x: f64) -> Option<f64> {
        let in_gutter = |gutter: &Option<Gutter>, end: f64| {
            Some(gutter.as_ref().map_or(end, |g| (g.ends.0 + g.ends.1) / 2.0))
        };
        let log = self.scale == Scale::Log;
        if x.is_nan() {
            None
        } else if x == f64::NEG_INFINITY || (log && x <= 0.0) {
            in_gutter(&self.below, self.ends.0)
        } else if x == f64::INFINITY {
            in_gutter(&self.above, self.ends.1)
        } else {
            let (low, high) = self.range;
            let share = match log {
                true => (x.ln() - low.ln()) / (high.ln() - low.ln()),
                // Halved, since the difference of the largest numbers is infinite.
                false => (x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0),
            };
            Some(self.ends.0 + share.clamp(0.0, 1.0) * (self.ends.1 - self.ends.0))
        }
    }

    /// Counts values in the gutters.
    pub fn count(&mut self, values: impl Iterator<Item = f64>) {
        let log = self.scale == Scale::Log;
        self.below.iter_mut().chain(&mut self.above).for_each(|gutter| gutter.count = 0);
        for x in values {
            match (&mut self.below, &mut self.above) {
                (Some(below), _) if x == f64::NEG_INFINITY || (log && x <= 0.0) => below.count += 1,
                (_, Some(above)) if x == f64::INFINITY => above.count += 1,
                _ => {}
            }
        }
    }

    /// Whether a value is on the proper axis.
    pub fn contains(&self, x: f64) -> bool {
        let margin = 1e-9 * (self.range.1 - self.range.0).abs();
        x.is_finite() && x >= self.range.0 - margin && x <= self.range.1 + margin
    }

    /// The ticks: those of the axis that are inside, or round numbers, so many at most.
    pub fn ticks(&self, axis: &Axis, most: usize) -> Vec<(f64, String)> {
        if !axis.ticks.is_empty() {
            return axis.ticks.iter().filter(|(x, _)| self.contains(*x)).cloned().collect();
        }
        match self.scale {
            Scale::Log => ticks::logarithmic(self.range.0, self.range.1, most),
            Scale::Linear => ticks::linear(self.range.0, self.range.1, most),
            Scale::Places => Vec::new(),
        }
    }
    /// Values without a name between the ticks of a logarithmic axis that has none of its own.
    pub fn minor_ticks(&self, axis: &Axis) -> Vec<f64> {
        match self.scale {
            Scale::Log if axis.ticks.is_empty() => ticks::between(self.range.0, self.range.1),
            _ => Vec::new(),
        }
    }
}

/// The range of values, a little extended; around a single value, or from 0 to 1 if there is none.
fn widened(scale: Scale, values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    match scale {
        _ if low > high && scale == Scale::Log => (0.1, 10.0),
        _ if low > high => (0.0, 1.0),
        Scale::Log => {
            // Under this, logarithms and quotients lose their digits.
            let (low, high) = (low.max(f64::MIN_POSITIVE), high.max(f64::MIN_POSITIVE));
            let factor = if high / low < 1.001 { 3.0 } else { (0.04 * (high.ln() - low.ln())).exp() };
            ((low / factor).max(f64::MIN_POSITIVE), (high * factor).min(f64::MAX))
        }
        _ if low == high => {
            let margin = if low == 0.0 { 1.0 } else { (low.abs() / 2.0).max(f64::MIN_POSITIVE) };
            (low - margin, high + margin)
        }
        _ => {
            let margin = 0.04 * (high - low).min(f64::MAX);
            ((low - margin).max(f64::MIN), (high + margin).min(f64::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_infinities_stand_in_counted_gutters_of_a_logarithmic_axis() {
        let values = [0.0, 1e-3, 1.0, 0.0, f64::INFINITY];
        let m = Mapping::new(&Axis::log("x"), &values, 100.0);
        let (below, above) = (m.below.clone().unwrap(), m.above.clone().unwrap());
        assert_eq!((below.label.as_str(), below.count), ("0", 2));
        assert_eq!((above.label.as_str(), above.count), ("∞", 1));
        assert_eq!((m.position(0.0), m.position(f64::INFINITY)), (Some(6.5), Some(93.5)));
        let inside = m.position(0.0316).unwrap();
        assert!((inside - 50.0).abs() < 0.1, "{inside}");
        assert_eq!(m.position(f64::NAN), None);
        assert!(m.position(1e-300).unwrap() >= m.ends.0);
        assert_eq!(Mapping::new(&Axis::log("x"), &[-1.0, 1.0], 100.0).below.unwrap().label, "≤ 0");
    }

    #[test]
    fn every_set_of_values_has_a_range() {
        for values in
            [vec![], vec![0.0], vec![2.0], vec![f64::MAX, f64::MIN], vec![5e-324], vec![f64::INFINITY]]
        {
            for axis in [Axis::linear("x"), Axis::log("x"), Axis::places("x", &["a", "b"])] {
                let m = Mapping::new(&axis, &values, 100.0);
                assert!(m.range.0 < m.range.1 && m.range.1.is_finite(), "{values:?}: {:?}", m.range);
                for x in values.iter().copied().chain([1.0]) {
                    let position = m.position(x).unwrap();
                    assert!((0.0..=100.0).contains(&position), "{values:?}: {x} at {position}");
                }
                m.ticks(&axis, 5);
            }
        }
    }
}
