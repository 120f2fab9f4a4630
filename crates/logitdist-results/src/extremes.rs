//! The cells that one wants to see first: those that violate a bound, and those that are closest to it.

use crate::cell::Evaluation;
use std::cmp::Ordering;

/// Violations kept per bound, and evaluations kept that are closest to equality.
const VIOLATIONS: usize = 20;
const CLOSEST: usize = 5;

/// An evaluation, its cell's seed and its place in the file.
type Found = (u64, u64, Evaluation);

/// Extreme evaluations of every bound. Which they are does not depend on the order in which they were offered.
#[derive(Debug, Default)]
pub struct Extremes {
    bounds: Vec<OfBound>,
}

#[derive(Debug, Default, Clone)]
struct OfBound {
    violated: Vec<Found>,
    closest: Vec<Found>,
    /// The closeness that is needed to be among the closest.
    least: f64,
}

/// How close to equality: the tightness; minus the slack of a bound that certifies a correlation, vacuous ones last.
fn closeness(tightness: Option<f64>, slack: Option<f64>) -> f64 {
    tightness.or(slack.map(|s| -s)).unwrap_or(f64::NEG_INFINITY)
}

fn order(a: &Found, b: &Found) -> Ordering {
    let of = |f: &Found| closeness(f.2.tightness, f.2.slack);
    of(b).total_cmp(&of(a)).then_with(|| a.1.cmp(&b.1))
}

impl Extremes {
    /// Takes an evaluation if it is extreme.
    pub fn offer(&mut self, seed: u64, place: u64, evaluation: Evaluation) {
        if self.bounds.len() <= evaluation.bound {
            self.bounds.resize(evaluation.bound + 1, OfBound::default());
        }
        let bound = &mut self.bounds[evaluation.bound];
        let found = (seed, place, evaluation);
        if evaluation.violated {
            let position = bound.violated.partition_point(|other| other.1 < place);
            bound.violated.insert(position, found);
            bound.violated.truncate(VIOLATIONS);
        }
        let is_close =
            bound.closest.len() < CLOSEST || closeness(evaluation.tightness, evaluation.slack) >= bound.least;
        if is_close && evaluation.tightness.or(evaluation.slack).is_some() {
            let position = bound.closest.partition_point(|other| order(other, &found).is_lt());
            bound.closest.insert(position, found);
            bound.closest.truncate(CLOSEST);
            if let (CLOSEST, Some(last)) = (bound.closest.len(), bound.closest.last()) {
                bound.least = closeness(last.2.tightness, last.2.slack);
            }
        }
    }

    /// Takes those of another, whose bounds have these numbers here.
    pub fn merge(&mut self, other: Extremes, numbers: &[usize]) {
        for bound in other.bounds {
            for (seed, place, evaluation) in bound.violated.into_iter().chain(bound.closest) {
                let known = self
                    .bounds
                    .get(numbers[evaluation.bound])
                    .is_some_and(|own| own.violated.iter().chain(&own.closest).any(|found| found.1 == place));
                if !known {
                    self.offer(seed, place, Evaluation { bound: numbers[evaluation.bound], ..evaluation });
                }
            }
        }
    }

    /// All of them; one may come twice.
    pub fn all(&self) -> impl Iterator<Item = Found> + '_ {
        self.bounds.iter().flat_map(|bound| bound.violated.iter().chain(&bound.closest).copied())
    }

    /// Seeds of their cells.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + '_ {
        self.all().map(|(seed, ..)| seed)
    }
}
