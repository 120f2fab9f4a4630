//! The search: ascents from many starts, and what they found.

use crate::cma::{Climb, climb};
use crate::constraints::{Constraints, Embeddings, Heads};
use crate::merit::{Merit, merit, models};
use crate::shape::Shape;
use crate::starts::{Start, family_points, random_point};
use logitdist::{Direction, Model, Part, Theorem};
use rand::Rng;
use thiserror::Error;

/// What is searched for: the pair of a shape on which a bound is tightest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// The bound.
    pub theorem: &'static Theorem,
    /// Its direction.
    pub direction: Direction,
    /// The shape.
    pub shape: Shape,
    /// What the pair has to fulfil.
    pub constraints: Constraints,
    /// Number of ascents, at least 1.
    pub ascents: usize,
    /// The most pairs that an ascent evaluates.
    pub evaluations: usize,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Model a of the best pair.
    pub a: Model,
    /// Model b of the best pair.
    pub b: Model,
    /// The largest tightness; over 1 only if the bound is violated.
    pub tightness: f64,
    /// Where the ascent to it began.
    pub start: Start,
    /// The median over random pairs on which the bound says something; `None` if it does on none.
    pub random: Option<f64>,
    /// The largest of the pairs of extremal families before any ascent; `None` if no family has this shape.
    pub family: Option<f64>,
    /// Ascents made.
    pub ascents: usize,
    /// Pairs evaluated.
    pub evaluations: usize,
}

/// Why a search cannot be made, or found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SearchError {
    /// A setting outside its range; the message begins with its name.
    #[error("{0}")]
    Setting(String),
    /// The bound says nothing about any pair that was met.
    #[error("{0} says nothing about any of the {1} pairs of this shape that were met")]
    Nothing(&'static str, usize),
}

/// A point of larger pairs has too many coordinates for an ascent to learn their covariance.
const MOST_COORDINATES: usize = 400;

/// Random pairs that the median is taken over, at least.
const RANDOM_PAIRS: usize = 100;

/// Ascents that begin at the best pair, at most, after all others.
const POLISHES: usize = 3;

/// The best values of an ascent's generations differ by less than this when it ends.
const TOLERANCE: f64 = 1e-9;

/// A polish that gains less than this is the last.
const LEAST_GAIN: f64 = 1e-7;

impl Search {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`SearchError::Setting`].
    pub fn check(&self) -> Result<(), SearchError> {
        let Search { shape, constraints: c, .. } = self;
        let wrong = |message: String| Err(SearchError::Setting(message));
        for (name, value, least) in [
            ("dim", shape.dim, 1),
            ("other_dim", shape.other_dim, 1),
            ("labels", shape.labels, 2),
            ("inputs", shape.inputs, 1),
            ("ascents", self.ascents, 1),
            ("evaluations", self.evaluations, 1),
        ] {
            if value < least {
                return wrong(format!("{name} is {value}; it must be at least {least}"));
            }
        }
        let rows = shape.inputs.saturating_add(shape.labels);
        if rows.saturating_mul(shape.dim.saturating_add(shape.other_dim)) > MOST_COORDINATES {
            let sizes =
                format!("({} + {}) × ({} + {})", shape.inputs, shape.labels, shape.dim, shape.other_dim);
            return wrong(format!(
                "labels and inputs make {sizes} entries; at most {MOST_COORDINATES} can be searched"
            ));
        }
        for (name, value, least) in
            [("distance", c.distance, 0.0), ("kl", c.kl, 0.0), ("condition", c.condition, 1.0)]
        {
            let Some(value) = value else { continue };
            let fits = if least > 0.0 { value >= least } else { value > least };
            if !(value.is_finite() && fits) {
                let needed = if least > 0.0 { "at least 1" } else { "greater than 0" };
                return wrong(format!("{name} is {value}; it must be finite and {needed}"));
            }
        }
        if c.distance.is_some() && c.kl.is_some() {
            return wrong("kl is set beside distance; a pair can have one of them only".into());
        }
        if c.heads == Heads::Equal && shape.dim != shape.other_dim {
            return wrong(format!(
                "other_dim is {}; equal heads have one dimension, here {}",
                shape.other_dim, shape.dim
            ));
        }
        let most = shape.dim.max(shape.other_dim);
        if c.embeddings == Embeddings::Orthonormal && shape.inputs <= most {
            return wrong(format!(
                "inputs is {}; orthonormal embeddings need at least {}",
                shape.inputs,
                most + 1
            ));
        }
        let from_pair = [Part::Geometry, Part::DRep, Part::Probability, Part::Llv, Part::Baselines];
        if !from_pair.contains(&self.theorem.part) {
            return wrong(format!("target is {}; it needs more than a pair of models", self.theorem.token));
        }
        Ok(())
    }

    /// Searches, on the calling thread. The result follows from the settings and from `rng`.
    ///
    /// # Errors
    /// As [`check`](Search::check); [`SearchError::Nothing`] if the bound says nothing about any pair.
    pub fn run<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Found, SearchError> {
        self.check()?;
        let of = |point: &[f64]| self.merit(point);
        let mut evaluations = 0;
        let mut starts: Vec<(Start, Vec<f64>, f64, Merit)> = Vec::new();
        for (number, point) in family_points(&self.shape, rng) {
            let (step, merit) = (0.1 * size(&point), of(&point));
            starts.push((Start::Family(number), point, step, merit));
        }
        let families = starts.len();
        for _ in 0..self.ascents.max(RANDOM_PAIRS) {
            let (point, step) = random_point(&self.shape, rng);
            let merit = of(&point);
            starts.push((Start::Random, point, step, merit));
        }
        evaluations += starts.len();
        let tight = |of: &[(Start, Vec<f64>, f64, Merit)]| -> Vec<f64> {
            of.iter().filter_map(|(.., merit)| merit.tightness()).collect()
        };
        let family = tight(&starts[..families]).into_iter().reduce(f64::max);
        let random = median(tight(&starts[families..]));
        let (mut best, mut height, mut from) = (None, f64::NEG_INFINITY, Start::Random);
        let mut ascents = 0;
        let mut ascend = |point: &[f64], step: f64, rng: &mut R| {
            ascents += 1;
            let how = Climb { step, evaluations: self.evaluations, tolerance: TOLERANCE };
            let summit = climb(point, &how, |x| of(x).height(), rng);
            evaluations += summit.evaluations;
            summit
        };
        for (start, point, step, _) in starts.iter().take(self.ascents) {
            let summit = ascend(point, *step, rng);
            if summit.value > height {
                (best, height, from) = (Some(summit.point), summit.value, *start);
            }
        }
        let mut best = best.expect("there is at least one ascent");
        for _ in 0..POLISHES {
            let summit = ascend(&best, 0.02 * size(&best), rng);
            let gain = summit.value - height;
            if gain > 0.0 {
                (best, height) = (summit.point, summit.value);
            }
            if gain < LEAST_GAIN {
                break;
            }
        }
        let nothing = SearchError::Nothing(self.theorem.token, evaluations);
        let Some(tightness) = of(&best).tightness() else { return Err(nothing) };
        let pair = self.constraints.imposed(self.shape.matrices(&best)).expect("it has a merit");
        let (a, b) = models(&pair).expect("it has a merit");
        Ok(Found { a, b, tightness, start: from, random, family, ascents, evaluations })
    }

    /// The merit of the pair at a point.
    fn merit(&self, point: &[f64]) -> Merit {
        let pair = self.constraints.imposed(self.shape.matrices(point));
        pair.map_or(Merit::Impossible, |pair| merit(&pair, self.theorem, self.direction))
    }
}

/// Root mean square of the entries.
fn size(point: &[f64]) -> f64 {
    (point.iter().map(|x| x * x).sum::<f64>() / point.len() as f64).sqrt()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    (n > 0).then(|| 0.5 * (values[(n - 1) / 2] + values[n / 2]))
}
