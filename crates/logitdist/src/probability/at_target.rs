//! What two models make of the right answer at one input.

use crate::reduced::Direction;
use serde::{Deserialize, Serialize};

/// Log-probabilities of the right label under both models, and whether each of them has it as its most probable one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AtTarget {
    /// log p and log p′, ≤ 0; −∞ if the model masks the label.
    pub log_p: [f64; 2],
    /// log p − log p′, relatively accurate where the models are near; undefined if both mask the label.
    pub log_ratio: f64,
    /// Whether the first of the most probable labels is the right one, of each model.
    pub right: [bool; 2],
}

impl AtTarget {
    /// Whether a model is right: a for ab, b for ba.
    pub fn is_right(&self, model: Direction) -> bool {
        self.right[usize::from(model == Direction::Ba)]
    }

    /// p′ − p, relatively accurate.
    pub fn p_difference(&self) -> f64 {
        let ([p, q], ratio) = (self.log_p, self.log_ratio);
        if ratio < 0.0 {
            -q.exp() * ratio.exp_m1()
        } else if ratio > 0.0 {
            p.exp() * (-ratio).exp_m1()
        } else {
            0.0
        }
    }
}
