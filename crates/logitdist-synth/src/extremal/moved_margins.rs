//! E10: the answers that cost least to change, changed.

use super::check_flipped;
use crate::error::SynthError;
use crate::random::normal_matrix;
use logitdist::Model;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// How much further than to a tie the two leading logits move.
pub(super) const HAIR: f64 = 1e-6;

/// Standard normal logits; under b the two leading labels of the k inputs with the smallest gaps have moved by half their gap, and
/// a hair more, towards each other: b answers these k otherwise, as cheaply as it can. T16 is an equality.
///
/// M = K: embeddings are the logits, unembeddings the unit vectors, so that logits can move one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedMargins {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 2.
    pub labels: usize,
    /// k, the inputs whose answer changes, in 1 … N.
    pub flipped: usize,
}

impl MovedMargins {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        check_flipped(self.inputs, self.labels, self.flipped)
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](MovedMargins::check).
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let f = normal_matrix(self.inputs, self.labels, rng);
        let leading = |i: usize| {
            let mut labels: Vec<usize> = (0..self.labels).collect();
            labels.sort_by(|&x, &y| f[(i, y)].total_cmp(&f[(i, x)]));
            (f[(i, labels[0])] - f[(i, labels[1])], labels[0], labels[1])
        };
        let mut margins: Vec<_> = (0..self.inputs).map(|i| (i, leading(i))).collect();
        margins.sort_by(|x, y| x.1.0.total_cmp(&y.1.0));
        let mut moved = f.clone();
        for &(i, (gap, first, second)) in &margins[..self.flipped] {
            let step = 0.5 * gap * (1.0 + HAIR);
            moved[(i, first)] -= step;
            moved[(i, second)] += step;
        }
        let g = Mat::<f64>::identity(self.labels, self.labels);
        Ok((Model::new(f, g.clone(), None)?, Model::new(moved, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extremal::attained::{bound, compared};
    use crate::random::rng;
    use logitdist::Statement;

    #[test]
    fn agreement_is_as_low_as_the_margins_allow() {
        for (inputs, labels, flipped) in [(50, 2, 1), (200, 5, 20), (60, 10, 45)] {
            for seed in 0..4 {
                let family = MovedMargins { inputs, labels, flipped };
                let (a, b) = family.sample(&mut rng(seed, 0)).unwrap();
                let comparison = compared(&a, &b);
                let bound = bound(&comparison, "top1_from_logit");
                let Some(Statement::AtLeast { bound: least, value }) = bound.statement else {
                    panic!("{bound:?}")
                };
                let wanted = 1.0 - flipped as f64 / inputs as f64;
                assert_eq!([least, value], [wanted; 2], "{family:?}, seed {seed}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let good = MovedMargins { inputs: 5, labels: 3, flipped: 2 };
        for (family, message) in [
            (MovedMargins { labels: 1, ..good.clone() }, "labels is 1; it must be at least 2"),
            (MovedMargins { flipped: 0, ..good.clone() }, "flipped is 0; it must be at least 1"),
            (MovedMargins { flipped: 6, ..good }, "flipped is 6; it must be at most inputs, that is 5"),
        ] {
            assert_eq!(family.sample(&mut rng(0, 0)).unwrap_err().to_string(), message);
        }
    }
}
