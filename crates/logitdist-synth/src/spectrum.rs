//! How the variance of embeddings is spread over directions.

use crate::error::{SynthError, require, require_count, require_non_negative};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The eigenvalues of the covariance of the embeddings, in the population: a sample has them in expectation.
///
/// Only their ratios reach the logits, whose size [`BaseModel::scale`](crate::BaseModel) sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Spectrum {
    /// All equal to 1.
    Isotropic,
    /// `i^(−a)` for i = 1 … M, exponent a ≥ 0.
    PowerLaw(f64),
    /// 1 for the first `leading`, `ratio` for the others.
    Step {
        /// How many are 1, from 1 to M.
        leading: usize,
        /// The others, ≥ 0.
        ratio: f64,
    },
    /// The eigenvalues themselves, M of them, each ≥ 0 and one at least > 0.
    Explicit(Vec<f64>),
}

impl Spectrum {
    /// Checks the parameters for M dimensions, without memory for M numbers.
    ///
    /// # Errors
    /// A parameter outside its range, more leading directions than M, or another number of explicit values than M.
    pub fn check(&self, dim: usize) -> Result<(), SynthError> {
        match self {
            Spectrum::Isotropic => Ok(()),
            Spectrum::PowerLaw(exponent) => require_non_negative("exponent of spectrum power_law", *exponent),
            Spectrum::Step { leading, ratio } => {
                require_count("leading of spectrum step", *leading, 1)?;
                let needed = format_args!("at most the dimension, {dim}");
                require(*leading <= dim, "leading of spectrum step", leading, needed)?;
                require_non_negative("ratio of spectrum step", *ratio)
            }
            Spectrum::Explicit(values) => {
                let needed = format_args!("one value per dimension, that is {dim}");
                let length = format_args!("{} values", values.len());
                require(values.len() == dim, "spectrum explicit", length, needed)?;
                for &value in values {
                    require_non_negative("value of spectrum explicit", value)?;
                }
                let positive = values.iter().any(|&v| v > 0.0);
                require(positive, "spectrum explicit", "all zero", "greater than 0 somewhere")
            }
        }
    }

    /// The M eigenvalues.
    ///
    /// # Errors
    /// As [`check`](Spectrum::check).
    pub fn eigenvalues(&self, dim: usize) -> Result<Vec<f64>, SynthError> {
        self.check(dim)?;
        Ok(match self {
            Spectrum::Isotropic => vec![1.0; dim],
            Spectrum::PowerLaw(exponent) => (1..=dim).map(|i| (i as f64).powf(-exponent)).collect(),
            Spectrum::Step { leading, ratio } => {
                (0..dim).map(|i| if i < *leading { 1.0 } else { *ratio }).collect()
            }
            Spectrum::Explicit(values) => values.clone(),
        })
    }
}

impl fmt::Display for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spectrum::Isotropic => f.write_str("isotropic"),
            Spectrum::PowerLaw(exponent) => write!(f, "power_law({exponent})"),
            Spectrum::Step { leading, ratio } => write!(f, "step({leading};{ratio})"),
            Spectrum::Explicit(values) => write!(f, "explicit({})", Joined(values)),
        }
    }
}

/// Numbers separated by semicolons, so that a name needs no quoting in CSV.
pub(crate) struct Joined<'a, T>(pub &'a [T]);

impl<T: fmt::Display> fmt::Display for Joined<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if i == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_are_those_described() {
        assert_eq!(Spectrum::Isotropic.eigenvalues(3).unwrap(), [1.0; 3]);
        assert_eq!(Spectrum::PowerLaw(1.0).eigenvalues(4).unwrap(), [1.0, 0.5, 1.0 / 3.0, 0.25]);
        assert_eq!(Spectrum::Step { leading: 1, ratio: 0.1 }.eigenvalues(3).unwrap(), [1.0, 0.1, 0.1]);
        assert_eq!(Spectrum::Explicit(vec![2.0, 0.0]).eigenvalues(2).unwrap(), [2.0, 0.0]);
    }

    /// A config is checked before anything is drawn: a dimension that no memory holds is no reason to take it.
    #[test]
    fn a_check_takes_no_memory() {
        for spectrum in
            [Spectrum::Isotropic, Spectrum::PowerLaw(1.0), Spectrum::Step { leading: 1, ratio: 0.1 }]
        {
            assert_eq!(spectrum.check(usize::MAX), Ok(()));
        }
    }

    #[test]
    fn impossible_spectra_are_refused_by_name() {
        for (spectrum, message) in [
            (
                Spectrum::PowerLaw(-1.0),
                "exponent of spectrum power_law is -1; it must be finite and at least 0",
            ),
            (
                Spectrum::Step { leading: 3, ratio: 0.1 },
                "leading of spectrum step is 3; it must be at most the dimension, 2",
            ),
            (
                Spectrum::Step { leading: 1, ratio: f64::NAN },
                "ratio of spectrum step is NaN; it must be finite and at least 0",
            ),
            (
                Spectrum::Explicit(vec![1.0]),
                "spectrum explicit is 1 values; it must be one value per dimension, that is 2",
            ),
            (
                Spectrum::Explicit(vec![0.0, 0.0]),
                "spectrum explicit is all zero; it must be greater than 0 somewhere",
            ),
        ] {
            assert_eq!(spectrum.eigenvalues(2).unwrap_err().to_string(), message);
        }
    }
}
