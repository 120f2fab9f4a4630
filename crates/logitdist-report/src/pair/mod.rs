//! One page about one pair of models, from the CSV that `logitdist compare --report` leaves.

mod histogram;
mod page;
mod picture;
mod tables;

pub use picture::pictures;

use crate::plot::{Figure, Width};
use crate::view::{self, write_whole};
use logitdist_results::ResultsError;
use logitdist_results::pair::PairResults;
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
pub fn report_pair(folder: &Path) -> Result<PairReport, ResultsError> {
    let results = PairResults::read(folder)?;
    let pictures = pictures(&results);
    // As wide as a page, and as wide as a column with the panels one below the other.
    let in_a_column = |figure: &Figure| Figure { width: Width::Column, columns: 1, ..figure.clone() };
    let columns: Vec<Figure> = pictures.iter().map(|picture| in_a_column(&picture.figure)).collect();
    let named = pictures.iter().zip(&columns).flat_map(|(picture, column)| {
        [(picture.name.clone(), &picture.figure), (format!("{}-column", picture.name), column)]
    });
    let mut files = view::write(&folder.join("plots"), &named.collect::<Vec<_>>())?;
    let path = folder.join("report.html");
    write_whole(&path, page::page(&results, &pictures).as_bytes())?;
    files.push(path);
    let bounds = results.comparison.bounds.iter().chain(&results.comparison.bounds_ba);
    let violated = bounds.filter(|bound| bound.holds == Some(false)).map(|bound| bound.token.clone());
    Ok(PairReport { violated: violated.collect(), files })
}
