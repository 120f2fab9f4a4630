//! The files of a comparison, written and read together.

use super::comparison::PairComparison;
use super::inputs::Inputs;
use super::labels::Labels;
use super::names::PairNames;
use super::spectra::Spectra;
use crate::error::ResultsError;
use crate::schema::Schema;
use logitdist_io::WholeFile;
use std::io::{self, Write};
use std::path::Path;

/// The comparison itself; written last, so that a folder without it is of an unfinished run.
pub const COMPARISON: &str = "comparison.csv";

/// What `logitdist compare --report` leaves in a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct PairResults {
    /// `comparison.csv`.
    pub comparison: PairComparison,
    /// `spectra.csv`.
    pub spectra: Spectra,
    /// `labels.csv`.
    pub labels: Labels,
    /// `inputs.csv`.
    pub inputs: Inputs,
    /// `names.csv`.
    pub names: PairNames,
}

impl PairResults {
    /// A comparison with its correlations between labels, its distances at each input, and what both are called.
    pub fn of(comparison: PairComparison, labels: Labels, inputs: Inputs, names: PairNames) -> PairResults {
        PairResults { spectra: Spectra::of(&comparison), comparison, labels, inputs, names }
    }

    /// Reads the files of a folder.
    ///
    /// # Errors
    /// One that cannot be read, is cut off, of a newer version or of another comparison.
    pub fn read(folder: &Path) -> Result<PairResults, ResultsError> {
        let comparison = PairComparison::read(&folder.join(COMPARISON))?;
        Ok(PairResults {
            spectra: Spectra::read(&folder.join("spectra.csv"))?,
            labels: Labels::read(&folder.join("labels.csv"))?,
            inputs: Inputs::read(&folder.join("inputs.csv"), &comparison)?,
            names: PairNames::read(&folder.join("names.csv"))?,
            comparison,
        })
    }

    /// Writes the files into a folder, each whole or not at all.
    ///
    /// # Errors
    /// One cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ResultsError> {
        file(folder, "inputs.csv", |file| self.inputs.write(self.comparison.count("n_inputs"), file))?;
        file(folder, "labels.csv", |file| self.labels.write(file))?;
        file(folder, "names.csv", |file| self.names.write(file))?;
        file(folder, "spectra.csv", |file| self.spectra.write(file))?;
        file(folder, "schema.json", |file| file.write_all(Schema::of_pair().to_json().as_bytes()))?;
        file(folder, COMPARISON, |file| file.write_all(self.comparison.to_csv().as_bytes()))
    }
}

fn file(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut WholeFile) -> io::Result<()>,
) -> Result<(), ResultsError> {
    let path = folder.join(name);
    WholeFile::create(&path)
        .and_then(|mut file| write(&mut file).and_then(|()| file.finish()))
        .map_err(|e| ResultsError::io("write", &path, e))
}
