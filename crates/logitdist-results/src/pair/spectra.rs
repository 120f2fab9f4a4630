//! `spectra.csv`: the canonical correlations and the spectra, side by side.

use super::comparison::PairComparison;
use super::lines::ParsedLines;
use crate::error::ResultsError;
use crate::number::or_blank;
use std::io::{self, Write};
use std::path::Path;

/// Columns of the file.
pub(crate) const COLUMNS: [&str; 6] =
    ["position", "rho", "rho_unembeddings", "rho_logits", "spectrum_a", "spectrum_b"];

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
    /// The lists of a comparison.
    pub fn of(comparison: &PairComparison) -> Spectra {
        let list = |token: &str| {
            let found = comparison.lists.iter().find(|(own, _)| own == token);
            found.and_then(|(_, list)| list.clone().ok()).unwrap_or_default()
        };
        let [_, lists @ ..] = COLUMNS;
        Spectra::from(lists.map(list))
    }

    fn from([rho, rho_unembeddings, rho_logits, spectrum_a, spectrum_b]: [Vec<f64>; 5]) -> Spectra {
        Spectra { rho, rho_unembeddings, rho_logits, spectrum_a, spectrum_b }
    }

    /// Writes a line per position, blank where a list has ended.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &mut impl Write) -> io::Result<()> {
        writeln!(file, "{}", COLUMNS.join(","))?;
        let lists = [&self.rho, &self.rho_unembeddings, &self.rho_logits, &self.spectrum_a, &self.spectrum_b];
        for i in 0..lists.iter().map(|list| list.len()).max().unwrap_or(0) {
            let fields = lists.map(|list| list.get(i).map_or_else(String::new, |x| or_blank(*x)));
            writeln!(file, "{},{}", i + 1, fields.join(","))?;
        }
        Ok(())
    }

    /// Reads `spectra.csv`.
    ///
    /// # Errors
    /// A file that cannot be read or is cut off, a list that goes on after a blank, or grows.
    pub fn read(path: &Path) -> Result<Spectra, ResultsError> {
        let lines = ParsedLines::read(path, &COLUMNS, |line| {
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
        Ok(Spectra::from(lists))
    }
}
