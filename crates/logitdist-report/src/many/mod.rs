//! One page about many models.

mod distances;
mod linkage;
mod page;
mod picture;
mod scaling;

pub use linkage::{Merge, average_linkage, leaf_order};
pub use picture::pictures;
pub use scaling::{Scaled, scaled};

use crate::plot::Figure;
use crate::view;
use logitdist_io::FileSet;
use logitdist_results::ResultsError;
use logitdist_results::many::ManyComparisons;
use std::path::{Path, PathBuf};

/// The files of a report beside its pictures and the squares of measures, which are called `square-TOKEN.csv`.
pub const FILES: [&str; 2] = ["pairs.csv", "report.html"];

/// Reports many models in a folder: the numbers of all pairs as `pairs.csv`, each measure of all pairs as `square-TOKEN.csv`, pictures as SVG,
/// PNG and PDF in `plots/`, and `report.html`. An older report stays until all of it is written.
///
/// # Errors
/// A file that cannot be written.
pub fn report_many(many: &ManyComparisons, folder: &Path) -> Result<Vec<PathBuf>, ResultsError> {
    let pictures = pictures(many);
    let named: Vec<(String, &Figure)> =
        pictures.iter().map(|picture| (picture.name.clone(), &picture.figure)).collect();
    let set = FileSet::default();
    let mut files = view::draw(&folder.join("plots"), &named, &set)?;
    let [pairs, page] = FILES;
    let mut texts = vec![(pairs.to_owned(), many.to_csv())];
    if many.all {
        let square = |token: &str| (format!("square-{token}.csv"), many.square_csv(token));
        texts.extend(many.tokens().into_iter().map(square));
    }
    texts.push((page.to_owned(), page::page(many, &pictures)));
    for (name, text) in texts {
        let path = folder.join(name);
        view::add(&set, &path, text.as_bytes())?;
        files.push(path);
    }
    view::exchange(set)?;
    Ok(files)
}
