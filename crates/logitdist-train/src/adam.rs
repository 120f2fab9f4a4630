//! Adam (Kingma and Ba 2015), as PyTorch computes it.

use crate::scalar::Scalar;
use std::ops::Range;

/// The moments of all parameters, and how many steps were made.
pub(crate) struct Adam<T> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    steps: i32,
    first: Vec<T>,
    second: Vec<T>,
}

impl<T: Scalar> Adam<T> {
    pub(crate) fn new(parameters: usize, beta1: f64, beta2: f64, epsilon: f64) -> Adam<T> {
        let zeros = vec![T::ZERO; parameters];
        Adam { beta1, beta2, epsilon, steps: 0, first: zeros.clone(), second: zeros }
    }

    /// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `θ ← θ − rate · m̂ / (√v̂ + ε)` with `m̂ = m/(1 − β₁ᵗ)`, `v̂ = v/(1 − β₂ᵗ)`,
    /// for the parameters in `part`.
    pub(crate) fn step(&mut self, parameters: &mut [T], gradient: &[T], rate: f64, part: Range<usize>) {
        self.steps = self.steps.saturating_add(1);
        let of = T::from_f64;
        let (b1, b2) = (of(self.beta1), of(self.beta2));
        let (a1, a2) = (of(1.0 - self.beta1), of(1.0 - self.beta2));
        let step = of(rate / (1.0 - self.beta1.powi(self.steps)));
        let correction = of(1.0 / (1.0 - self.beta2.powi(self.steps)).sqrt());
        let epsilon = of(self.epsilon);
        let moments = self.first[part.clone()].iter_mut().zip(&mut self.second[part.clone()]);
        let values = parameters[part.clone()].iter_mut().zip(&gradient[part]);
        for ((m, v), (parameter, &g)) in moments.zip(values) {
            let g = if g.abs() < T::SQUARE_IS_TINY { T::ZERO } else { g };
            *m = (b1 * *m + a1 * g).flushed();
            *v = (b2 * *v + a2 * g * g).flushed();
            *parameter -= step * *m / (v.sqrt() * correction + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_steps_are_those_of_the_paper() {
        // g = 1 always: m̂ = v̂ = 1, so that every step is −rate/(1 + ε).
        let mut adam = Adam::new(3, 0.9, 0.999, 1e-8);
        let mut parameters = [1.0_f64, 2.0, 3.0];
        for _ in 0..5 {
            adam.step(&mut parameters, &[1.0, -1.0, 1.0], 0.1, 0..2);
        }
        assert!((parameters[0] - 0.5).abs() < 1e-7 && (parameters[1] - 2.5).abs() < 1e-7, "{parameters:?}");
        assert_eq!(parameters[2], 3.0, "outside the part");
    }

    #[test]
    fn moments_never_become_subnormal() {
        let mut adam = Adam::<f32>::new(2, 0.9, 0.999, 1e-8);
        let mut parameters = [1.0_f32, 1.0];
        adam.step(&mut parameters, &[1.0, 1e-18], 0.1, 0..2);
        for _ in 0..200_000 {
            adam.step(&mut parameters, &[0.0, 1e-25], 0.0, 0..2);
            let moments = adam.first.iter().chain(&adam.second);
            assert!(moments.into_iter().all(|m| !m.is_subnormal()));
        }
        assert_eq!(adam.first[0], 0.0);
    }
}
