//! `spectra.csv`: the canonical correlations and the spectra, side by side.

use super::lines::Lines;
use crate::error::ResultsError;
use std::path::Path;

const COLUMNS: [&str; 6] = ["position", "rho", "rho_unembeddings", "rho_logits", "spectrum_a", "spectrum_b"];

/// The lists of a comparison, largest first; empty if they do not exist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spectra {
    /// Canonical correlations of the embeddings.
    pub rho: Vec<f64>,
    /// Canonical correlations of the unembeddings.
    pub rho_unembeddings: Vec<f64>,
    /// Canonical correlations of the centred logits.
    pub rho_logits: Vec<f64>,
    /// Eigenvalues of Cov(u).
    pub spectrum_a: Vec<f64>,
    /// Eigenvalues of Cov(u′).
    pub spectrum_b: Vec<f64>,
}

impl Spectra {
    /// Reads `spectra.csv`.
    ///
    /// # Errors
    /// A file that cannot be read or is cut off, a list that goes on after a blank, or grows.
    pub fn read(path: &Path) -> Result<Spectra, ResultsError> {
        let lines = Lines::read(path, &COLUMNS, |line| {
            let mut values = [None; 5];
            for (i, value) in values.iter_mut().enumerate() {
                *value = line.number(i + 1)?;
            }
            Ok((line.count(0)?, values))
        })?;
        let mut lists: [Vec<f64>; 5] = Default::default();
        for (at, (position, values)) in lines.lines.iter().enumerate() {
            if *position != at + 1 {
                let message = format!("`position` is {position} and {} is due; were lines lost?", at + 1);
                return Err(lines.error(at, message));
            }
            for ((list, value), name) in lists.iter_mut().zip(values).zip(&COLUMNS[1..]) {
                let Some(value) = value else { continue };
                if list.len() != at {
                    return Err(lines.error(at, format!("`{name}` goes on after it has ended")));
                }
                if *value < 0.0 {
                    return Err(lines.error(at, format!("`{name}` is {value}; it is at least 0")));
                }
                list.push(*value);
            }
        }
        let [rho, rho_unembeddings, rho_logits, spectrum_a, spectrum_b] = lists;
        Ok(Spectra { rho, rho_unembeddings, rho_logits, spectrum_a, spectrum_b })
    }
}
