//! From values to positions.

use super::figure::{Axis, Scale};
use super::ticks;
use crate::typeset::{power_of_ten, superscript, typeset};

/// Width of a gutter, and of the gap beside it, in points.
const GUTTER: f64 = 13.0;
const GAP: f64 = 3.0;

/// A place at the edge of an axis for what has none on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gutter {
    /// Its ends, in points from the beginning of the axis.
    pub ends: (f64, f64),
    /// What stands in it: `0`, `≤ 0`, `∞` or `−∞`, or what the axis does not reach, such as `> 10⁹`.
    pub label: String,
    /// The least and the greatest value that has its place in it.
    holds: (f64, f64),
    /// How many points, set by who knows which values are points.
    pub count: usize,
}

impl Gutter {
    /// What stands in it.
    pub fn label(&self) -> String {
        self.label.clone()
    }

    /// Whether there are so many points that a number tells more than they do.
    pub fn is_counted(&self) -> bool {
        self.count > 1
    }

    /// How many points there are, if several.
    pub fn counted(&self) -> String {
        if self.is_counted() { format!("{} ×", self.count) } else { String::new() }
    }
}

/// An axis in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    scale: Scale,
    /// Between which values the proper axis has marks: what is beyond stands in gutters.
    limits: (f64, f64),
    /// Values at the ends of the proper axis.
    pub range: (f64, f64),
    /// Positions of these.
    pub ends: (f64, f64),
    /// For what has no place on the axis, from its beginning to its end.
    strips: Vec<Gutter>,
}

impl Mapping {
    /// Lays an axis over the values of its marks, on a length in points.
    pub fn new(axis: &Axis, values: &[f64], length: f64) -> Mapping {
        let log = axis.scale == Scale::Log;
        let cut = axis.range.filter(|&(low, high)| axis.cut && log && low > 0.0 && high > low);
        let limits = cut.unwrap_or((if log { f64::from_bits(1) } else { f64::MIN }, f64::MAX));
        let is_proper = |x: f64| limits.0 <= x && x <= limits.1;
        let nothing = if values.iter().any(|&x| x < 0.0) { "≤ 0" } else { "0" };
        // What is 0 is told from what is too small, and what is infinite from what is too large.
        let kinds = [
            (log, (f64::NEG_INFINITY, 0.0), nothing.to_owned()),
            (!log, (f64::NEG_INFINITY, f64::NEG_INFINITY), "−∞".to_owned()),
            (log, (f64::from_bits(1), limits.0), format!("< {}", limit_words(limits.0))),
            (log, (limits.1, f64::MAX), format!("> {}", limit_words(limits.1))),
            (true, (f64::INFINITY, f64::INFINITY), "∞".to_owned()),
        ];
        let found = kinds.into_iter().filter(|(may_be, (from, to), _)| {
            *may_be && values.iter().any(|&x| !is_proper(x) && (*from..=*to).contains(&x))
        });
        let found: Vec<_> = found.map(|(_, holds, label)| (holds, label)).collect();
        let below = found.iter().filter(|(holds, _)| holds.0 < limits.0).count();
        let start = below as f64 * (GUTTER + GAP);
        let end = length - (found.len() - below) as f64 * (GUTTER + GAP);
        let strips = found.into_iter().enumerate().map(|(i, (holds, label))| {
            let from = match i < below {
                true => i as f64 * (GUTTER + GAP),
                false => end + GAP + (i - below) as f64 * (GUTTER + GAP),
            };
            let count = values.iter().filter(|&&x| !is_proper(x) && (holds.0..=holds.1).contains(&x)).count();
            Gutter { ends: (from, from + GUTTER), label, holds, count }
        });
        let proper = || values.iter().copied().filter(|&x| x.is_finite() && is_proper(x));
        let range = axis.range.filter(|&(low, high)| !log || (low > 0.0 && high > low));
        let range = range.unwrap_or_else(|| match axis.scale {
            Scale::Places => {
                let last = axis.ticks.len().saturating_sub(1) as f64;
                (-0.5, proper().fold(last, f64::max) + 0.5)
            }
            scale => widened(scale, proper()),
        });
        Mapping { scale: axis.scale, limits, range, ends: (start, end), strips: strips.collect() }
    }

    /// The gutters that there are.
    pub fn gutters(&self) -> impl Iterator<Item = &Gutter> {
        self.strips.iter()
    }

    /// The gutter of a value that has no place on the proper axis.
    pub fn strip(&self, x: f64) -> Option<usize> {
        let is_beyond = x < self.limits.0 || x > self.limits.1;
        self.strips.iter().position(|own| is_beyond && (own.holds.0..=own.holds.1).contains(&x))
    }

    /// The position of a value, in points from the beginning of the axis; what is outside the range is put at its end. `None` for NaN.
    pub fn position(&self, x: f64) -> Option<f64> {
        if x.is_nan() {
            return None;
        }
        Some(match self.strip(x) {
            Some(strip) => (self.strips[strip].ends.0 + self.strips[strip].ends.1) / 2.0,
            None => self.on_axis(x),
        })
    }

    /// The same on the proper axis: what stands in a gutter is at the end beside it.
    pub fn on_axis(&self, x: f64) -> f64 {
        match x {
            x if x < self.limits.0 => self.ends.0,
            x if x > self.limits.1 => self.ends.1,
            x => self.ends.0 + self.share(x).clamp(0.0, 1.0) * (self.ends.1 - self.ends.0),
        }
    }

    /// The share of the range under a value that is no gutter's: 0 at the beginning of the axis, 1 at its end.
    fn share(&self, x: f64) -> f64 {
        let (low, high) = self.range;
        match self.scale {
            Scale::Log => (x.ln() - low.ln()) / (high.ln() - low.ln()),
            // Halved, since the difference of the largest numbers is infinite.
            _ => (x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0),
        }
    }

    /// At which end of the axis a value is cut off, as far as is seen: −1 at the beginning, 1 at the end, 0 where it has a place.
    pub fn cut(&self, x: f64) -> i8 {
        const SEEN: f64 = 5e-3;
        if self.strip(x).is_some() {
            return 0;
        }
        match x {
            x if x < self.limits.0 => -1,
            x if x > self.limits.1 => 1,
            x => i8::from(self.share(x) > 1.0 + SEEN) - i8::from(self.share(x) < -SEEN),
        }
    }

    /// Counts values in the gutters.
    pub fn count(&mut self, values: impl Iterator<Item = f64>) {
        self.strips.iter_mut().for_each(|strip| strip.count = 0);
        for x in values {
            if let Some(strip) = self.strip(x) {
                self.strips[strip].count += 1;
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

/// The end of a logarithmic axis in words: a power of ten as its ticks have it.
fn limit_words(x: f64) -> String {
    power_of_ten(x).map_or_else(|| typeset(x), |power| format!("10{}", superscript(power)))
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

    fn strips(mapping: &Mapping) -> Vec<String> {
        mapping.gutters().map(|own| format!("{}: {}", own.label(), own.counted())).collect()
    }

    #[test]
    fn zeros_and_infinities_stand_in_counted_gutters_of_a_logarithmic_axis() {
        let values = [0.0, 1e-3, 1.0, 0.0, f64::INFINITY];
        let m = Mapping::new(&Axis::log("x"), &values, 100.0);
        assert_eq!(strips(&m), ["0: 2 ×", "∞: "]);
        assert_eq!((m.position(0.0), m.position(f64::INFINITY)), (Some(6.5), Some(93.5)));
        let inside = m.position(0.0316).unwrap();
        assert!((inside - 50.0).abs() < 0.1, "{inside}");
        assert_eq!(m.position(f64::NAN), None);
        assert!(m.position(1e-300).unwrap() >= m.ends.0);
        assert_eq!(strips(&Mapping::new(&Axis::log("x"), &[-1.0, 1.0], 100.0)), ["≤ 0: "]);
    }

    #[test]
    fn what_an_axis_does_not_reach_stands_in_gutters_of_its_own() {
        let values = [1e-40, 1e-3, 1.0, 0.0, 1e200, f64::INFINITY, 0.0];
        let mut m = Mapping::new(&Axis::log("x").cut(1e-6, 1e6), &values, 100.0);
        m.count(values.into_iter());
        assert_eq!(strips(&m), ["0: 2 ×", "< 10⁻⁶: ", "> 10⁶: ", "∞: "]);
        assert_eq!((m.position(0.0), m.position(1e-40)), (Some(6.5), Some(22.5)));
        assert_eq!((m.position(1e200), m.position(f64::INFINITY)), (Some(77.5), Some(93.5)));
        assert!((m.position(1.0).unwrap() - 50.0).abs() < 1e-9);
        // One kind of them takes no room for the other.
        let m = Mapping::new(&Axis::log("x").cut(1e-6, 1e6), &[1e-40, 1.0], 100.0);
        assert_eq!((strips(&m), m.ends), (vec!["< 10⁻⁶: ".to_owned()], (16.0, 100.0)));
        let m = Mapping::new(&Axis::log("x").between(1e-6, 1e6), &[1e-40], 100.0);
        assert!(strips(&m).is_empty());
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
