//! The four files of a comparison, read together.

use super::comparison::Comparison;
use super::inputs::Inputs;
use super::labels::Labels;
use super::spectra::Spectra;
use crate::error::ResultsError;
use std::path::Path;

/// What `logitdist compare --report` left in a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PairResults {
    /// `comparison.csv`.
    pub comparison: Comparison,
    /// `spectra.csv`.
    pub spectra: Spectra,
    /// `labels.csv`.
    pub labels: Labels,
    /// `inputs.csv`.
    pub inputs: Inputs,
}

impl PairResults {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// One that cannot be read, is cut off, of a newer version or of another comparison.
    pub fn read(folder: &Path) -> Result<PairResults, ResultsError> {
        let comparison = Comparison::read(&folder.join("comparison.csv"))?;
        Ok(PairResults {
            spectra: Spectra::read(&folder.join("spectra.csv"))?,
            labels: Labels::read(&folder.join("labels.csv"))?,
            inputs: Inputs::read(&folder.join("inputs.csv"), &comparison)?,
            comparison,
        })
    }
}
