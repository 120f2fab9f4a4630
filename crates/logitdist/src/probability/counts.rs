//! How often values fell into narrow ranges: what is kept of the values at very many inputs.

use super::{InputDivergences, ProbabilityPart};
use crate::measure::percentiles::{LEVELS, Percentiles, between};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::mem;

/// The most inputs of which every value is kept; of more, values are counted: 2²⁰.
pub const MOST_EACH: usize = 1 << 20;

/// Binary digits of a number, after the first, that tell its range from others.
const DIGITS: u32 = 10;
const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - DIGITS;

/// Counts of values ≥ 0 in ranges whose ends differ by less than 0.1 %.
///
/// A range has all numbers with one exponent and the same first ten binary digits. So counts of parts add up to those of the whole
/// exactly, however it was cut.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Ranges that have a value, from the lowest, and how many each has.
    ranges: Vec<(u32, u64)>,
    /// The largest value, exact.
    max: f64,
}

impl Counts {
    /// Counts values, none of which is negative or NaN.
    pub fn of(values: impl Iterator<Item = f64>) -> Counts {
        let mut max = 0.0_f64;
        let range = |value: f64| {
            max = max.max(value);
            (value.abs().to_bits() >> SHIFT) as u32
        };
        let mut all: Vec<u32> = values.map(range).collect();
        all.sort_unstable();
        let ranges = all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect();
        Counts { ranges, max }
    }

    /// The counts of the values of both.
    pub fn merge(&self, other: &Counts) -> Counts {
        let mut ranges = Vec::with_capacity(self.ranges.len().max(other.ranges.len()));
        let (mut own, mut others) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        while let (Some(&&(a, count)), Some(&&(b, more))) = (own.peek(), others.peek()) {
            ranges.push(match a.cmp(&b) {
                Ordering::Less => (a, count),
                Ordering::Greater => (b, more),
                Ordering::Equal => (a, count + more),
            });
            if a <= b {
                own.next();
            }
            if b <= a {
                others.next();
            }
        }
        ranges.extend(own.chain(others));
        Counts { ranges, max: self.max.max(other.max) }
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|(_, count)| count).sum()
    }

    /// The lower end of each range, from the lowest, and how many values the range has.
    pub fn lowest(&self) -> impl Iterator<Item = (f64, u64)> {
        self.ranges.iter().map(|&(range, count)| (f64::from_bits(u64::from(range) << SHIFT), count))
    }

    /// The percentiles at [`LEVELS`], off by less than 0.05 % of themselves; the largest value is exact.
    fn percentiles(&self) -> [f64; 5] {
        let last = self.count().saturating_sub(1);
        LEVELS.map(|level| between(level, last as usize, |place| self.at(place as u64, last)))
    }

    /// About the value that so many values come before: the middle of its range.
    fn at(&self, place: u64, last: u64) -> f64 {
        if place >= last {
            return self.max;
        }
        let mut before = 0;
        let is_in = |&(_, count): &(u32, u64)| {
            before += count;
            place < before
        };
        let middle = match self.ranges.iter().copied().find(is_in) {
            // Numbers that are not told from 0.
            Some((0, _)) | None => 0.0,
            Some((range, _)) => f64::from_bits((u64::from(range) << SHIFT) | (1 << (SHIFT - 1))),
        };
        // The middle of the range of ∞ is no number, and `min` passes over it.
        middle.min(self.max)
    }
}

/// What is kept of the values at very many inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Of KL(p ‖ p′).
    pub kl_ab: Counts,
    /// Of KL(p′ ‖ p).
    pub kl_ba: Counts,
    /// Of ‖Δ‖.
    pub d_logit: Counts,
    /// Of the largest minus the second largest logit, of each model.
    pub gaps: [Counts; 2],
}

impl Counted {
    fn of(at_inputs: &[InputDivergences], gaps: [&[f64]; 2]) -> Counted {
        let of = |value: fn(&InputDivergences) -> f64| Counts::of(at_inputs.iter().map(value));
        Counted {
            kl_ab: of(|input| input.kl_ab),
            kl_ba: of(|input| input.kl_ba),
            d_logit: of(InputDivergences::d_logit),
            gaps: gaps.map(|gaps| Counts::of(gaps.iter().copied())),
        }
    }

    pub(super) fn merge(&self, other: &Counted) -> Counted {
        Counted {
            kl_ab: self.kl_ab.merge(&other.kl_ab),
            kl_ba: self.kl_ba.merge(&other.kl_ba),
            d_logit: self.d_logit.merge(&other.d_logit),
            gaps: [0, 1].map(|model| self.gaps[model].merge(&other.gaps[model])),
        }
    }

    /// Percentiles over the inputs.
    pub fn percentiles(&self) -> Percentiles {
        Percentiles {
            kl_ab: self.kl_ab.percentiles(),
            kl_ba: self.kl_ba.percentiles(),
            d_logit: self.d_logit.percentiles(),
        }
    }
}

impl ProbabilityPart {
    /// The part with the values at its inputs counted, if they are more than [`MOST_EACH`].
    pub(crate) fn counted_if_many(self) -> ProbabilityPart {
        let inputs = self.at_inputs.len().max(self.gaps[0].len());
        if inputs > MOST_EACH { self.into_counted() } else { self }
    }

    /// The part with the values at its inputs counted.
    pub(crate) fn into_counted(mut self) -> ProbabilityPart {
        let at_inputs = mem::take(&mut self.at_inputs);
        let gaps = mem::take(&mut self.gaps);
        let own = Counted::of(&at_inputs, gaps.each_ref().map(|gaps| &gaps[..]));
        self.counted = Some(match self.counted {
            Some(counted) => counted.merge(&own),
            None => own,
        });
        self
    }

    /// Largest minus second largest logit of each model, at each input or from below, and at how many inputs.
    pub(crate) fn gaps_of(&self, model: usize) -> Vec<(f64, u64)> {
        match &self.counted {
            Some(counted) => counted.gaps[model].lowest().collect(),
            None => self.gaps[model].iter().map(|&gap| (gap, 1)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: usize) -> Vec<f64> {
        (0..count).map(|i| ((i * 7919) % count) as f64 * 1e-3).collect()
    }

    #[test]
    fn percentiles_of_counts_are_within_a_twentieth_of_a_percent() {
        let all = values(10_007);
        let exact = crate::measure::percentiles::percentiles(all.clone(), LEVELS);
        let counted = Counts::of(all.into_iter()).percentiles();
        for (counted, exact) in counted.into_iter().zip(exact) {
            assert!((counted / exact - 1.0).abs() < 5e-4, "{counted} {exact}");
        }
        assert_eq!(counted[4], exact[4], "the largest is exact");
    }

    #[test]
    fn counts_of_parts_are_those_of_the_whole() {
        let all = values(1000);
        let of = |values: &[f64]| Counts::of(values.iter().copied());
        for cut in [0, 1, 500, 999, 1000] {
            assert_eq!(of(&all[..cut]).merge(&of(&all[cut..])), of(&all), "{cut}");
            assert_eq!(of(&all[cut..]).merge(&of(&all[..cut])), of(&all), "{cut}");
        }
        assert_eq!(of(&all).count(), 1000);
    }

    #[test]
    fn zeros_infinities_and_tiny_numbers_have_their_places() {
        let counts = Counts::of([0.0, -0.0, f64::INFINITY, 1e-310, 1.0].into_iter());
        assert_eq!(counts.count(), 5);
        assert_eq!(counts.lowest().next(), Some((0.0, 2)));
        assert!(counts.lowest().nth(1).is_some_and(|(low, count)| low > 0.0 && low <= 1e-310 && count == 1));
        assert_eq!(counts.percentiles()[4], f64::INFINITY);
        assert_eq!(Counts::of([f64::INFINITY; 3].into_iter()).percentiles(), [f64::INFINITY; 5]);
        assert_eq!(Counts::of([2.0].into_iter()).percentiles(), [2.0; 5]);
    }

    #[test]
    fn a_range_begins_at_or_under_all_of_its_values() {
        for value in [1e-300, 0.1, 1.0, 1.000_9, 3.7e5, f64::MAX] {
            let (low, _) = Counts::of([value].into_iter()).lowest().next().unwrap();
            assert!(low <= value && value < low * 1.001, "{low} {value}");
        }
    }
}
