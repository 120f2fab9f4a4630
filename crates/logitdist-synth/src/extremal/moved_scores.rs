//! E11: the decisions of a probe that cost least to change, changed.

use super::check_flipped;
use super::moved_margins::HAIR;
use crate::error::SynthError;
use crate::random::normal_matrix;
use logitdist::Model;
use logitdist::bound::LinearProbe;
use logitdist_linalg::Mat;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Standard normal logits and the probe that compares the first two, s = u_1 − u_2; under b the k inputs with the smallest |s| have
/// moved along the probe to just beyond s = 0. The carried probe decides these k otherwise, as cheaply as can be. T17 is an equality.
///
/// M = K: embeddings are the logits, unembeddings the unit vectors, so that `G̃^{+T}w = w` and any difference can be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedScores {
    /// N ≥ 1.
    pub inputs: usize,
    /// K ≥ 2.
    pub labels: usize,
    /// k, the inputs that are decided otherwise, in 1 … N.
    pub flipped: usize,
}

impl MovedScores {
    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter outside its range, named.
    pub fn check(&self) -> Result<(), SynthError> {
        check_flipped(self.inputs, self.labels, self.flipped)
    }

    /// The probe of model a.
    pub fn probe(&self) -> LinearProbe {
        let weight = |y: usize| [1.0, -1.0].get(y).copied().unwrap_or(0.0);
        LinearProbe { weights: (0..self.labels).map(weight).collect(), offset: 0.0 }
    }

    /// Draws a pair.
    ///
    /// # Errors
    /// As [`check`](MovedScores::check).
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<(Model, Model), SynthError> {
        self.check()?;
        let f = normal_matrix(self.inputs, self.labels, rng);
        let score = |i: usize| f[(i, 0)] - f[(i, 1)];
        let mut order: Vec<usize> = (0..self.inputs).collect();
        order.sort_by(|&i, &j| score(i).abs().total_cmp(&score(j).abs()));
        let mut moved = f.clone();
        for &i in &order[..self.flipped] {
            // Along w / ‖w‖², with ‖w‖² = 2.
            let step = 0.5 * score(i) * (1.0 + HAIR);
            moved[(i, 0)] -= step;
            moved[(i, 1)] += step;
        }
        let g = Mat::<f64>::identity(self.labels, self.labels);
        Ok((Model::new(f, g.clone(), None)?, Model::new(moved, g, None)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extremal::attained::compared;
    use crate::random::rng;
    use logitdist::bound::probe_agreement;
    use logitdist::{Direction, Pair, Statement};

    #[test]
    fn as_few_decisions_are_kept_as_the_scores_allow() {
        for (inputs, labels, flipped) in [(50, 2, 1), (200, 5, 20), (60, 10, 45)] {
            for seed in 0..4 {
                let family = MovedScores { inputs, labels, flipped };
                let (a, b) = family.sample(&mut rng(seed, 0)).unwrap();
                let (pair, reduced) = (Pair::new(&a, &b).unwrap(), compared(&a, &b).reduced);
                let bound = probe_agreement(&pair, &reduced, Direction::Ab, &family.probe()).unwrap();
                let Some(Statement::AtLeast { bound: least, value }) = bound.statement else {
                    panic!("{bound:?}")
                };
                let wanted = 1.0 - flipped as f64 / inputs as f64;
                assert_eq!([least, value], [wanted; 2], "{family:?}, seed {seed}");
            }
        }
    }
}
