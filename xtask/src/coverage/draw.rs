//! Pairs whose population values are known: Gaussian or heavy-tailed, independent or not.

use logitdist::{Mat, Model};
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

/// Labels of every pair.
const LABELS: usize = 10;

/// How inputs hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependence {
    Independent,
    /// Ten neighbours share half of their variance, and are given as a group.
    Grouped,
    /// Neighbours have correlation 0.9, and nobody says so.
    Autocorrelated,
}

/// Inputs of a group.
pub const GROUP: usize = 10;

/// Correlation of neighbours.
const NEIGHBOURS: f64 = 0.9;

/// Degrees of freedom of heavy tails.
const FREEDOM: f64 = 5.0;

/// What a pair is drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    pub inputs: usize,
    pub dim: usize,
    /// Every canonical correlation of the embeddings.
    pub rho: f64,
    pub heavy: bool,
    pub dependence: Dependence,
}

impl Law {
    /// Both models: f′ = ρ f + √(1 − ρ²) z, and the same unembeddings.
    pub fn pair(&self, rng: &mut ChaCha8Rng) -> [Model; 2] {
        let scales: Vec<f64> = (0..self.inputs).map(|_| self.scale(rng)).collect();
        let (f, z) = (self.embeddings(&scales, rng), self.embeddings(&scales, rng));
        let rest = (1.0 - self.rho * self.rho).sqrt();
        let other = Mat::from_fn(self.inputs, self.dim, |i, j| self.rho * f[(i, j)] + rest * z[(i, j)]);
        [f, other].map(|f| Model::new(f, self.unembeddings(), None).expect("finite numbers"))
    }

    /// Fixed for a dimension, of about the same logits in all of them.
    fn unembeddings(&self) -> Mat<f64> {
        let scale = 2.0 / (self.dim as f64).sqrt();
        Mat::from_fn(LABELS, self.dim, |y, j| scale * ((3 * y + 1) as f64 * (0.7 + j as f64)).sin())
    }

    /// What a row is multiplied by: of mean square 1.
    fn scale(&self, rng: &mut ChaCha8Rng) -> f64 {
        if !self.heavy {
            return 1.0;
        }
        let chi: f64 = ChiSquared::new(FREEDOM).expect("positive").sample(rng);
        ((FREEDOM - 2.0) / chi).sqrt()
    }

    fn embeddings(&self, scales: &[f64], rng: &mut ChaCha8Rng) -> Mat<f64> {
        let mut rows = Mat::from_fn(self.inputs, self.dim, |_, _| normal(rng));
        match self.dependence {
            Dependence::Independent => {}
            Dependence::Grouped => {
                let half = 0.5_f64.sqrt();
                for j in 0..self.dim {
                    let mut shared = 0.0;
                    for i in 0..self.inputs {
                        if i % GROUP == 0 {
                            shared = normal(rng);
                        }
                        rows[(i, j)] = half * (shared + rows[(i, j)]);
                    }
                }
            }
            Dependence::Autocorrelated => {
                let new = (1.0 - NEIGHBOURS * NEIGHBOURS).sqrt();
                for j in 0..self.dim {
                    for i in 1..self.inputs {
                        rows[(i, j)] = NEIGHBOURS * rows[(i - 1, j)] + new * rows[(i, j)];
                    }
                }
            }
        }
        Mat::from_fn(self.inputs, self.dim, |i, j| scales[i] * rows[(i, j)])
    }
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}
