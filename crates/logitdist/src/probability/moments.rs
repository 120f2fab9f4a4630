//! Means and standard errors of what inputs add to a sum.

use crate::applicable::{Applicable, Reason};
use serde::{Deserialize, Serialize};

/// Number, sum and squared deviations from the mean of a quantity over inputs.
///
/// Deviations are added up as they come and when two are merged (Welford; Chan, Golub & LeVeque): a sum of squares less the squared
/// mean would leave nothing of a quantity that hardly varies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    n: usize,
    sum: f64,
    squared_deviations: f64,
}

impl Moments {
    pub(crate) fn push(&mut self, x: f64) {
        *self = self.merge(Moments { n: 1, sum: x, squared_deviations: 0.0 });
    }

    pub(crate) fn merge(self, other: Moments) -> Moments {
        let (n, sum) = (self.n + other.n, self.sum + other.sum);
        if self.n == 0 || other.n == 0 || !sum.is_finite() {
            let squared_deviations = self.squared_deviations + other.squared_deviations;
            return Moments { n, sum, squared_deviations };
        }
        let (left, right) = (self.n as f64, other.n as f64);
        let between = other.sum / right - self.sum / left;
        let apart = between * between * (left * right / (left + right));
        Moments { n, sum, squared_deviations: self.squared_deviations + other.squared_deviations + apart }
    }

    /// Mean over the inputs; ∞ if it is at any of them.
    pub fn mean(&self) -> f64 {
        self.sum / self.n as f64
    }

    /// Standard error of the mean over the inputs, `sd / √n` with the sample sd (n − 1).
    ///
    /// Not applicable to one input, or to an infinite mean.
    pub fn standard_error(&self) -> Applicable<f64> {
        if !self.sum.is_finite() {
            return Err(Reason::Undetermined("the mean is infinite".into()));
        }
        if self.n < 2 {
            return Err(Reason::Inputs { inputs: self.n, needed: 2 });
        }
        Ok((self.squared_deviations / (self.n - 1) as f64 / self.n as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_survive_a_large_mean_however_parts_are_merged() {
        let values: Vec<f64> = (0..1000).map(|i| 1.0 + 1e-11 * (f64::from(i) * 0.7).sin()).collect();
        let mean = values.iter().map(|x| x - 1.0).sum::<f64>() / 1000.0;
        let variance = values.iter().map(|x| (x - 1.0 - mean).powi(2)).sum::<f64>() / 999.0;
        for part in [1, 7, 500, 1000] {
            let of = |values: &[f64]| {
                let mut moments = Moments::default();
                values.iter().for_each(|&x| moments.push(x));
                moments
            };
            let merged = values.chunks(part).map(of).fold(Moments::default(), Moments::merge);
            let error = merged.standard_error().unwrap();
            assert!((error / (variance / 1000.0).sqrt() - 1.0).abs() < 1e-4, "{part}: {error}");
        }
    }

    #[test]
    fn one_input_and_an_infinite_mean_have_no_standard_error() {
        let mut moments = Moments::default();
        moments.push(1.0);
        assert_eq!(moments.standard_error(), Err(Reason::Inputs { inputs: 1, needed: 2 }));
        moments.push(f64::INFINITY);
        moments.push(f64::INFINITY);
        assert_eq!(moments.mean(), f64::INFINITY);
        assert!(moments.standard_error().unwrap_err().to_string().contains("infinite"));
    }
}
