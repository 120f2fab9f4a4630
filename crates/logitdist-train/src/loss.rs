//! Losses: functions of a network's logits, the labels and a teacher's logits.

use crate::scalar::Scalar;
use serde::{Deserialize, Serialize};

/// A loss of one input's logits z (K entries), its label y and the teacher's logits t; training takes the mean over inputs.
///
/// With temperature τ, p = softmax(t/τ) and q = softmax(z/τ). All but [`CrossEntropy`](Loss::CrossEntropy) need a teacher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `−log softmax(z)_y`.
    #[default]
    CrossEntropy,
    /// `τ² Σ_k p_k log(p_k/q_k)`: KL(teacher‖student). The factor keeps gradients of one size over temperatures (Hinton et al. 2015).
    Kl,
    /// `τ² Σ_k q_k log(q_k/p_k)`: KL(student‖teacher).
    ReverseKl,
    /// `(1/K) Σ_k |z_k − t_k|`.
    L1,
    /// `Σ_k (z_k − t_k)²`.
    L2,
    /// `Σ_k (d_k − d̄)²` with d = z − t and d̄ its mean over labels; the mean over inputs is d_logit².
    CentredL2,
}

impl Loss {
    /// Whether the loss compares with a teacher.
    pub fn needs_teacher(self) -> bool {
        self != Loss::CrossEntropy
    }

    /// Whether the loss has a temperature.
    pub fn has_temperature(self) -> bool {
        matches!(self, Loss::Kl | Loss::ReverseKl)
    }
}

/// `mix · loss + (1 − mix) · cross-entropy`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Objective {
    pub(crate) loss: Loss,
    pub(crate) temperature: f64,
    pub(crate) mix: f64,
}

/// Logits and labels of a batch; K entries an input, one input after the other.
pub(crate) struct Batch<'a, T> {
    pub(crate) logits: &'a [T],
    /// Empty without a teacher.
    pub(crate) teacher: &'a [T],
    pub(crate) labels: &'a [usize],
}

impl Objective {
    /// Sum of the losses of a batch. The gradient of their mean in the logits replaces what is in `gradient`.
    pub(crate) fn evaluate<T: Scalar>(
        &self,
        batch: &Batch<'_, T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> f64 {
        let inputs = batch.labels.len();
        let k = batch.logits.len() / inputs;
        let (p, q) = scratch[..2 * k].split_at_mut(k);
        let scale = 1.0 / inputs as f64;
        let (of_loss, of_labels) = match self.loss {
            Loss::CrossEntropy => (0.0, 1.0),
            _ => (self.mix, 1.0 - self.mix),
        };
        let mut sum = 0.0;
        for (i, (z, g)) in batch.logits.chunks_exact(k).zip(gradient.chunks_exact_mut(k)).enumerate() {
            g.fill(T::ZERO);
            if of_loss > 0.0 {
                let t = &batch.teacher[i * k..][..k];
                sum += of_loss * self.distance(z, t, g, T::from_f64(scale * of_loss), p, q);
            }
            if of_labels > 0.0 {
                let y = batch.labels[i];
                sum += of_labels * cross_entropy(z, y, g, T::from_f64(scale * of_labels), q);
            }
            g.iter_mut().for_each(|g| *g = g.flushed());
        }
        sum
    }

    /// The loss of one input against a teacher; `weight` times its gradient is added to `g`. p and q are scratch.
    fn distance<T: Scalar>(&self, z: &[T], t: &[T], g: &mut [T], weight: T, p: &mut [T], q: &mut [T]) -> f64 {
        let temperature = T::from_f64(self.temperature);
        match self.loss {
            Loss::CrossEntropy => unreachable!("cross-entropy compares with no teacher"),
            Loss::Kl => {
                let log_p = log_softmax(t, temperature, p);
                let log_q = log_softmax(z, temperature, q);
                let mut kl = T::ZERO;
                for k in 0..z.len() {
                    let log_ratio = (t[k] - z[k]) / temperature + (log_p - log_q);
                    kl += p[k] * log_ratio;
                    g[k] += weight * temperature * (q[k] - p[k]);
                }
                (temperature * temperature * kl).to_f64()
            }
            Loss::ReverseKl => {
                let log_p = log_softmax(t, temperature, p);
                let log_q = log_softmax(z, temperature, q);
                let mut kl = T::ZERO;
                for k in 0..z.len() {
                    // From here on p holds log(q/p).
                    p[k] = (z[k] - t[k]) / temperature + (log_q - log_p);
                    kl += q[k] * p[k];
                }
                for k in 0..z.len() {
                    g[k] += weight * temperature * q[k] * (p[k] - kl);
                }
                (temperature * temperature * kl).to_f64()
            }
            Loss::L1 => {
                let of_label = T::ONE / T::from_f64(z.len() as f64);
                let mut sum = T::ZERO;
                for k in 0..z.len() {
                    let d = z[k] - t[k];
                    sum += d.abs();
                    if d > T::ZERO {
                        g[k] += weight * of_label;
                    } else if d < T::ZERO {
                        g[k] -= weight * of_label;
                    }
                }
                (sum * of_label).to_f64()
            }
            Loss::L2 => {
                let mut sum = T::ZERO;
                for k in 0..z.len() {
                    let d = z[k] - t[k];
                    sum += d * d;
                    g[k] += weight * (d + d);
                }
                sum.to_f64()
            }
            Loss::CentredL2 => {
                let mean = z.iter().zip(t).map(|(&z, &t)| z - t).sum::<T>() / T::from_f64(z.len() as f64);
                let mut sum = T::ZERO;
                for k in 0..z.len() {
                    let d = z[k] - t[k] - mean;
                    sum += d * d;
                    g[k] += weight * (d + d);
                }
                sum.to_f64()
            }
        }
    }
}

/// `−log softmax(z)_y`; `weight` times its gradient is added to `g`.
fn cross_entropy<T: Scalar>(z: &[T], y: usize, g: &mut [T], weight: T, q: &mut [T]) -> f64 {
    let minus_log_sum = log_softmax(z, T::ONE, q);
    g.iter_mut().zip(&*q).for_each(|(g, &q)| *g += weight * q);
    g[y] -= weight;
    -(z[y] + minus_log_sum).to_f64()
}

/// Fills `p` with softmax(z/τ) and returns c such that `log p_k = z_k/τ + c`.
fn log_softmax<T: Scalar>(z: &[T], temperature: T, p: &mut [T]) -> T {
    let largest = z.iter().fold(z[0], |largest, &z| if z > largest { z } else { largest });
    let mut sum = T::ZERO;
    for (p, &z) in p.iter_mut().zip(z) {
        *p = ((z - largest) / temperature).exp();
        sum += *p;
    }
    p.iter_mut().for_each(|p| *p /= sum);
    -(largest / temperature + sum.ln())
}
