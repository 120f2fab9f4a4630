//! What can be wrong with the parameters of a generator.

use std::fmt::Display;
use thiserror::Error;

/// Why a model or a pair could not be generated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SynthError {
    /// A parameter is outside its range, alone or together with another.
    #[error("{parameter} is {value}; it must be {needed}")]
    Parameter {
        /// The field's name, for example `inputs` or `spectrum step ratio`.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        needed: String,
    },
    /// The level of a perturbation is outside its range.
    #[error("level of perturbation {perturbation} is {level}; it must be {needed}")]
    Level {
        /// The perturbation, as it is displayed.
        perturbation: String,
        /// What was given.
        level: f64,
        /// The range.
        needed: String,
    },
    /// Every parameter is in its range, but this model does not allow what is asked for.
    #[error("{0}")]
    Impossible(String),
    /// The numbers generated do not make a model: an entry overflowed.
    #[error(transparent)]
    Model(#[from] logitdist::Error),
}

/// `Ok` if `ok`, and otherwise the error that names the parameter, its value and what is needed.
pub(crate) fn require(
    ok: bool,
    parameter: &'static str,
    value: impl Display,
    needed: impl Display,
) -> Result<(), SynthError> {
    if ok {
        return Ok(());
    }
    Err(SynthError::Parameter { parameter, value: value.to_string(), needed: needed.to_string() })
}

/// [`require`] for a finite number greater than zero.
pub(crate) fn require_positive(parameter: &'static str, value: f64) -> Result<(), SynthError> {
    require(value.is_finite() && value > 0.0, parameter, value, "finite and greater than 0")
}

/// [`require`] for a finite number, zero or greater.
pub(crate) fn require_non_negative(parameter: &'static str, value: f64) -> Result<(), SynthError> {
    require(value.is_finite() && value >= 0.0, parameter, value, "finite and at least 0")
}

/// [`require`] for a count of at least `least`.
pub(crate) fn require_count(parameter: &'static str, value: usize, least: usize) -> Result<(), SynthError> {
    require(value >= least, parameter, value, format_args!("at least {least}"))
}
