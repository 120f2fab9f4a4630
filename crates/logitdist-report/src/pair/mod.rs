//! One page about one pair of models.

mod histogram;
mod page;
mod picture;
mod tables;

pub use picture::pictures;

use crate::plot::{Figure, Width};
use crate::view;
use logitdist_io::FileSet;
use logitdist_results::ResultsError;
use logitdist_results::pair::{COMPARISON, PairResults};
use std::path::{Path, PathBuf};

/// Whether a folder holds a comparison of two models rather than a sweep.
pub fn is_pair(folder: &Path) -> bool {
    folder.join(COMPARISON).exists()
}

/// What was reported and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PairReport {
    /// Tokens of bounds that failed, in either direction.
    pub violated: Vec<String>,
    /// Files written, in order; the page is the last.
    pub files: Vec<PathBuf>,
}

/// Reports a comparison in its folder: writes pictures as SVG, PNG and PDF into `plots/`, as wide as a page and as a column of a
/// paper, or so many points wide, and `report.html` into it. An older report stays
/// until all of it is written.
///
/// # Errors
/// A file that cannot be written.
pub fn report_pair(
    results: &PairResults,
    folder: &Path,
    width: Option<f64>,
) -> Result<PairReport, ResultsError> {
    let pictures = pictures(results);
    // As wide as a page, and as wide as a column with the panels one below the other.
    let in_a_column = |figure: &Figure| Figure { width: Width::Column, columns: 1, ..figure.clone() };
    let columns: Vec<Figure> = pictures.iter().map(|picture| in_a_column(&picture.figure)).collect();
    let wide = |figure: &Figure| width.map_or(figure.clone(), |points| figure.clone().as_wide_as(points));
    let pages: Vec<Figure> = pictures.iter().map(|picture| wide(&picture.figure)).collect();
    let named = pictures.iter().zip(pages.iter().zip(&columns)).flat_map(|(picture, (page, column))| {
        [(picture.name.clone(), page), (format!("{}-column", picture.name), column)]
    });
    let set = FileSet::default();
    let mut files = view::draw(&folder.join("plots"), &named.collect::<Vec<_>>(), &set)?;
    let path = folder.join("report.html");
    view::add(&set, &path, page::page(results, &pictures).as_bytes())?;
    view::exchange(set)?;
    files.push(path);
    Ok(PairReport { violated: results.comparison.violated(), files })
}
