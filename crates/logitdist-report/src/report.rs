//! The whole report of a folder of results: pictures, tables, sentences and a page.

use crate::html;
use crate::markdown::markdown;
use crate::pictures::{is_picture, pictures};
use crate::sentences;
use crate::trained;
use crate::view::{self, write_whole};
use logitdist_results::ResultsError;
use logitdist_results::Study;
use logitdist_results::Summary;
use logitdist_results::{Damaged, damage};
use std::path::{Path, PathBuf};

/// What was reported and where it is.
#[derive(Debug)]
pub struct Report {
    /// Tightness per bound and axis value.
    pub summary: Summary,
    /// The headline sentences.
    pub sentences: Vec<String>,
    /// Files written, in order.
    pub files: Vec<PathBuf>,
}

impl Report {
    /// Bounds that failed, in all cells.
    pub fn violations(&self) -> u64 {
        self.summary.groups.iter().filter(|g| g.axis == "all").map(|g| g.violations).sum()
    }
}

/// Reports a folder of results: writes `plots/*.svg` and `plots/*.png`, `summary.csv`, `summary.md` and `report.html` into it, and
/// `measures.csv` if networks were trained, each whole or not at all. Pictures of an earlier report that are not among the new ones are removed.
///
/// Tables that are not as the run left them are an error, or the first sentences say so.
///
/// # Errors
/// Results that cannot be read or are not what a sweep writes; a file that cannot be written.
pub fn report(results: &Path, damaged: Damaged) -> Result<Report, ResultsError> {
    let damage = damage(results, damaged)?;
    let study = Study::read(results)?;
    let pictures = pictures(&study);
    let damage =
        damage.into_iter().map(|what| format!("DAMAGED: {what}. All that follows is of what is left."));
    let sentences: Vec<String> = damage.chain(sentences::sentences(&study)).collect();
    let plots = results.join("plots");
    let filed = pictures.iter().filter(|picture| picture.is_filed);
    let filed: Vec<_> = filed.map(|picture| (picture.name.clone(), &picture.figure)).collect();
    let mut files = view::write(&plots, &filed)?;
    remove_older(&plots, &files)?;
    // `results/.` and the like have no name of their own.
    let whole = results.canonicalize().map_err(|e| ResultsError::io("find", results, e))?;
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let mut texts = vec![("summary.csv", study.summary.to_csv())];
    if !study.training.pairs.is_empty() {
        texts.push(("measures.csv", trained::csv(&study)));
    }
    texts.extend([
        ("summary.md", markdown(&study, &sentences)),
        ("report.html", html::page(&study, &name, &pictures, &sentences)),
    ]);
    for (file, text) in texts {
        let path = results.join(file);
        write_whole(&path, text.as_bytes())?;
        files.push(path);
    }
    Ok(Report { summary: study.summary, sentences, files })
}

/// Removes pictures of earlier reports: those that have a name that reports give.
fn remove_older(folder: &Path, files: &[PathBuf]) -> Result<(), ResultsError> {
    let failed = |e| ResultsError::io("read", folder, e);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_picture(&path.file_name().unwrap_or_default().to_string_lossy()) && !files.contains(&path) {
            std::fs::remove_file(&path).map_err(|e| ResultsError::io("remove", &path, e))?;
        }
    }
    Ok(())
}
