//! Linear probes: whether a binary concept can be read off embeddings by a linear function.
//!
//! The score of an input is `s(x) = w·f(x) + c`; the concept is said to hold where it is positive. With t(x) = 1 where the concept
//! holds and −1 where it does not, both regressions minimise `E loss(t, s) + (λ/2) penalty(w)` over w and c.

mod logistic;
mod whitened;

use crate::error::{TrainError, require};
use logitdist::{LARGEST_ENTRY, MatRef, SMALLEST_SCALE};
use serde::{Deserialize, Serialize};
use whitened::Whitened;

/// How a probe is fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpec {
    /// The loss.
    pub regression: Regression,
    /// What the penalty is on.
    pub penalty: Penalty,
    /// λ > 0, without a unit. It makes the best probe unique, and finite even if the classes can be separated.
    pub strength: f64,
}

impl Default for ProbeSpec {
    /// Logistic regression with λ = 1e-3 on the score's variance.
    fn default() -> ProbeSpec {
        ProbeSpec { regression: Regression::Logistic, penalty: Penalty::Score, strength: 1e-3 }
    }
}

/// The loss of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regression {
    /// `(t − s)²/2`, ridge regression of ±1, in closed form.
    Ridge,
    /// `log(1 + exp(−t s))`, by Newton's method.
    #[default]
    Logistic,
}

/// The penalty on a probe; never on its intercept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// The variance of w·f over the inputs. Probes then do not depend on the coordinates of f: `f ↦ A f + c` leaves every score as it
    /// is. A ridge regression is only shrunk by 1/(1 + λ).
    #[default]
    Score,
    /// `‖w‖² tr Cov(f)/M`: the usual penalty, relative to the mean variance of the embeddings. It is invariant to rotation and scale
    /// only. It uses weak directions of f less, which helps when there are few inputs.
    Weights,
}

/// A linear function of embeddings that predicts where a concept holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// w, M entries.
    pub weights: Vec<f64>,
    /// c.
    pub intercept: f64,
}

impl Probe {
    /// Fits a probe to embeddings F (N×M) and to where the concept holds (N).
    ///
    /// Directions in which the embeddings do not vary get weight 0. So constant embeddings give a probe with the more common answer,
    /// and fewer inputs than dimensions are no error.
    ///
    /// # Errors
    /// A strength that is not positive and finite, another number of answers than of inputs, an entry that no
    /// [`Model`](logitdist::Model) may have, a concept that holds everywhere or nowhere, or Newton's method without convergence, with
    /// the reason.
    pub fn fit(embeddings: MatRef<'_, f64>, holds: &[bool], spec: &ProbeSpec) -> Result<Probe, TrainError> {
        let strength = spec.strength;
        require(strength.is_finite() && strength > 0.0, "strength", strength, "finite and greater than 0")?;
        check_answers(embeddings, holds)?;
        check_entries(embeddings)?;
        let positive = holds.iter().filter(|&&h| h).count();
        if positive == 0 || positive == holds.len() {
            return Err(TrainError::Probe(format!(
                "the concept holds at {positive} of {} inputs; a probe needs inputs where it holds and inputs where it does not",
                holds.len()
            )));
        }
        let whitened = Whitened::of(embeddings);
        let targets: Vec<f64> = holds.iter().map(|&h| if h { 1.0 } else { -1.0 }).collect();
        let penalties = match spec.penalty {
            Penalty::Score => vec![strength; whitened.rank()],
            Penalty::Weights => whitened.weight_penalties(strength),
        };
        let (intercept, v) = match spec.regression {
            Regression::Ridge => ridge(whitened.coordinates(), &targets, &penalties),
            Regression::Logistic => logistic::fit(whitened.coordinates(), &targets, &penalties, NEWTON_STEPS)
                .map_err(TrainError::Probe)?,
        };
        Ok(whitened.probe(intercept, &v))
    }

    /// Scores `w·f(x) + c` of embeddings F (N×M), N.
    ///
    /// # Panics
    /// Embeddings of another dimension than the probe's.
    pub fn scores(&self, embeddings: MatRef<'_, f64>) -> Vec<f64> {
        assert_eq!(embeddings.ncols(), self.weights.len(), "a probe of another dimension");
        let mut scores = vec![self.intercept; embeddings.nrows()];
        for (column, w) in embeddings.col_iter().zip(&self.weights) {
            scores.iter_mut().zip(column.iter()).for_each(|(s, f)| *s += w * f);
        }
        scores
    }

    /// Share of inputs at which the score is positive exactly where the concept holds, in [0, 1]; 1 = always right.
    ///
    /// # Errors
    /// No input, embeddings of another dimension, or another number of answers than of inputs.
    pub fn accuracy(&self, embeddings: MatRef<'_, f64>, holds: &[bool]) -> Result<f64, TrainError> {
        check_answers(embeddings, holds)?;
        if embeddings.ncols() != self.weights.len() {
            return Err(TrainError::Probe(format!(
                "the embeddings have {} columns and the probe {} weights",
                embeddings.ncols(),
                self.weights.len()
            )));
        }
        let right = self.scores(embeddings).iter().zip(holds).filter(|&(s, &h)| (*s > 0.0) == h).count();
        Ok(right as f64 / holds.len() as f64)
    }
}

const NEWTON_STEPS: usize = 100;

fn check_answers(embeddings: MatRef<'_, f64>, holds: &[bool]) -> Result<(), TrainError> {
    let n = embeddings.nrows();
    if n == 0 || holds.len() != n {
        return Err(TrainError::Probe(format!(
            "there are {n} inputs (rows of the embeddings) and {} answers of the concept; one for each of at least one input is needed",
            holds.len()
        )));
    }
    Ok(())
}

/// The range of a model's embeddings, in which squares neither overflow nor underflow.
fn check_entries(embeddings: MatRef<'_, f64>) -> Result<(), TrainError> {
    for (j, column) in embeddings.col_iter().enumerate() {
        if let Some(i) = column.iter().position(|v| v.is_nan() || v.abs() > LARGEST_ENTRY) {
            return Err(TrainError::Probe(format!(
                "embeddings[{i}, {j}] is {}; every entry must be finite and at most {LARGEST_ENTRY:e} in magnitude",
                column[i]
            )));
        }
    }
    let largest = embeddings.norm_max();
    if largest > 0.0 && largest < SMALLEST_SCALE {
        return Err(TrainError::Probe(format!(
            "the largest entry of the embeddings is {largest:e} in magnitude; it must be 0 or at least {SMALLEST_SCALE:e}"
        )));
    }
    Ok(())
}

/// `v_i = E[z_i t]/(1 + λ_i)` and `c = E t`: whitened coordinates make the normal equations diagonal.
fn ridge(z: MatRef<'_, f64>, targets: &[f64], penalties: &[f64]) -> (f64, Vec<f64>) {
    let n = targets.len() as f64;
    let mean = |column: &mut dyn Iterator<Item = f64>| column.sum::<f64>() / n;
    let moment = |i: usize| mean(&mut z.col(i).iter().zip(targets).map(|(z, t)| z * t));
    let v = penalties.iter().enumerate().map(|(i, penalty)| moment(i) / (1.0 + penalty)).collect();
    (mean(&mut targets.iter().copied()), v)
}

#[cfg(test)]
mod tests;
