//! One page about one pair of models, from the CSV that `logitdist compare --report` leaves.

mod comparison;
mod histogram;
mod inputs;
mod labels;
mod lines;
mod page;
mod picture;
mod results;
mod spectra;
mod tables;

pub use comparison::{BoundLine, Comparison, Value};
pub use inputs::Inputs;
pub use labels::Labels;
pub use picture::{Picture, pictures};
pub use results::PairResults;
pub use spectra::Spectra;

use crate::error::ReportError;
use logitdist_io::WholeFile;
use std::path::{Path, PathBuf};

/// Whether a folder holds a comparison of two models rather than a sweep.
pub fn is_pair(folder: &Path) -> bool {
    folder.join("comparison.csv").exists()
}

/// What was reported and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PairReport {
    /// Tokens of bounds that failed, in either direction.
    pub violated: Vec<String>,
    /// Files written, in order; the page is the last.
    pub files: Vec<PathBuf>,
}

/// Reports the comparison in a folder: writes `plots/*.svg` and `plots/*.png`, as wide as a page and as a column of a
/// paper, and `report.html` into it, each whole or not at all.
///
/// # Errors
/// Files that cannot be read or are not what `logitdist compare --report` writes; a file that cannot be written.
pub fn report_pair(folder: &Path) -> Result<PairReport, ReportError> {
    let results = PairResults::read(folder)?;
    let pictures = pictures(&results);
    let plots = folder.join("plots");
    std::fs::create_dir_all(&plots).map_err(|e| ReportError::io("make the folder", &plots, e))?;
    let mut files = Vec::new();
    let mut write = |path: PathBuf, content: &[u8]| {
        WholeFile::write(&path, content).map_err(|e| ReportError::io("write", &path, e))?;
        files.push(path);
        Ok(())
    };
    for picture in &pictures {
        for (ending, figure) in [("", &picture.figure), ("-column", &picture.in_a_column())] {
            let file = |format: &str| plots.join(format!("{}{ending}.{format}", picture.name));
            write(file("svg"), figure.to_svg().as_bytes())?;
            write(file("png"), &figure.to_png())?;
        }
    }
    write(folder.join("report.html"), page::page(&results, &pictures).as_bytes())?;
    let bounds = results.comparison.bounds.iter().chain(&results.comparison.bounds_ba);
    let violated = bounds.filter(|bound| bound.holds == Some(false)).map(|bound| bound.token.clone());
    Ok(PairReport { violated: violated.collect(), files })
}
