//! The whole report of a folder of results: pictures, tables, sentences and a page.

use crate::declared;
use crate::html;
use crate::markdown::markdown;
use crate::pictures::{is_picture, pictures};
use crate::plot::Figure;
use crate::sentences;
use crate::trained;
use crate::view::{self, View};
use logitdist_io::FileSet;
use logitdist_results::{Damaged, PlotSpec, ResultsError, Study, Summary, damage};
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

/// Reports a folder of results: writes pictures as SVG, PNG and PDF into `plots/`, and `summary.csv`, `summary.md` and `report.html`, and
/// `measures.csv` if networks were trained. An older report stays until all of this is written. Then its pictures that are not among the
/// new ones are removed.
/// With a width, pictures are so many points wide.
///
/// Tables that are not as the run left them are an error, or the first sentences say so.
///
/// # Errors
/// Results that cannot be read or are not what a sweep writes; a file that cannot be written.
pub fn report(results: &Path, damaged: Damaged, width: Option<f64>) -> Result<Report, ResultsError> {
    let damage = damage(results, damaged)?;
    let study = Study::read(results)?;
    let pictures = pictures(&study);
    let damage =
        damage.into_iter().map(|what| format!("DAMAGED: {what}. All that follows is of what is left."));
    let unknown = (!study.run.has_manifest).then(|| UNKNOWN.to_owned());
    let sentences: Vec<String> = damage.chain(unknown).chain(sentences::sentences(&study)).collect();
    let plots = results.join("plots");
    let filed = pictures.iter().filter(|picture| picture.is_filed);
    let filed: Vec<(String, Figure)> =
        filed.flat_map(|picture| sized(&picture.name, &picture.figure, width)).collect();
    let filed: Vec<(String, &Figure)> = filed.iter().map(|(name, figure)| (name.clone(), figure)).collect();
    let set = FileSet::default();
    let mut files = view::draw(&plots, &filed, &set)?;
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
        view::add(&set, &path, text.as_bytes())?;
        files.push(path);
    }
    view::exchange(set)?;
    remove_older(&plots, &files)?;
    Ok(Report { summary: study.summary, sentences, files })
}

/// What is said of tables without a manifest.
const UNKNOWN: &str = "Nobody knows whether these tables are whole: manifest.json, which has their lengths and checksums, is missing.";

/// A picture that was asked for.
#[derive(Debug)]
pub struct Plotted {
    /// What it shows: all that is drawn, and what everything else is fixed to.
    pub caption: String,
    /// Its files, `plots/own-NAME.svg` and so on. Reports leave them.
    pub files: Vec<PathBuf>,
}

/// Makes one picture of a folder of results, as it was declared.
///
/// # Errors
/// In words: what the study does not have of what was asked for, or a file that cannot be written.
pub fn plot(study: &Study, results: &Path, spec: &PlotSpec, width: Option<f64>) -> Result<Plotted, String> {
    let picture = declared::resolve(study, spec)?;
    let drawn = picture.numbers(study).ok_or("there is nothing to show")?;
    let name = format!("own-{}", picture.name);
    let figures: Vec<(String, Figure)> =
        picture.figures(study, &drawn).iter().flat_map(|figure| sized(&name, figure, width)).collect();
    let named: Vec<(String, &Figure)> = figures.iter().map(|(name, figure)| (name.clone(), figure)).collect();
    let set = FileSet::default();
    let drawn = view::draw(&results.join("plots"), &named, &set);
    let files = drawn.and_then(|files| view::exchange(set).map(|()| files)).map_err(|e| e.to_string())?;
    Ok(Plotted { caption: picture.question(study), files })
}

/// A figure of a width under its name; one that is higher than a page as several, `NAME`, `NAME-page2` and so on.
fn sized(name: &str, figure: &Figure, width: Option<f64>) -> Vec<(String, Figure)> {
    let figure = match width {
        Some(points) => figure.clone().as_wide_as(points),
        None => figure.clone(),
    };
    let pages = (1..).zip(figure.on_pages());
    let named = pages.map(|(page, figure)| match page {
        1 => (name.to_owned(), figure),
        page => (format!("{name}-page{page}"), figure),
    });
    named.collect()
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
