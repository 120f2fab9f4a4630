//! The whole report of a folder of results: pictures, tables, sentences and a page.

use crate::error::ReportError;
use crate::html;
use crate::picture::{Picture, pictures};
use crate::sentences;
use crate::study::Study;
use crate::summary::Summary;
use crate::training;
use logitdist_io::WholeFile;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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
/// # Errors
/// Results that cannot be read or are not what a sweep writes; a file that cannot be written.
pub fn report(results: &Path) -> Result<Report, ReportError> {
    let study = Study::read(results)?;
    let pictures = pictures(&study);
    let sentences = sentences::sentences(&study);
    let mut files = write_pictures(&results.join("plots"), &pictures)?;
    // `results/.` and the like have no name of their own.
    let whole = results.canonicalize().map_err(|e| ReportError::io("find", results, e))?;
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let mut texts = vec![("summary.csv", study.summary.to_csv())];
    if !study.training.pairs.is_empty() {
        texts.push(("measures.csv", training::csv(&study)));
    }
    texts.extend([
        ("summary.md", sentences::markdown(&study, &sentences)),
        ("report.html", html::page(&study, &name, &pictures, &sentences)),
    ]);
    for (file, text) in texts {
        let path = results.join(file);
        write(&path, text.as_bytes())?;
        files.push(path);
    }
    Ok(Report { summary: study.summary, sentences, files })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    WholeFile::write(path, bytes).map_err(|e| ReportError::io("write", path, e))
}

/// Draws pictures on all processors and removes those of an earlier report.
fn write_pictures(folder: &Path, pictures: &[Picture]) -> Result<Vec<PathBuf>, ReportError> {
    let pictures: Vec<&Picture> = pictures.iter().filter(|picture| picture.is_filed).collect();
    std::fs::create_dir_all(folder).map_err(|e| ReportError::io("make the folder", folder, e))?;
    let (next, failed) = (Mutex::new(pictures.iter()), Mutex::new(None));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let take = || next.lock().expect("a drawer panicked").next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(picture) = take() {
                    let file = |ending: &str| folder.join(format!("{}.{ending}", picture.name));
                    let written = write(&file("svg"), picture.figure.to_svg().as_bytes())
                        .and_then(|()| write(&file("png"), &picture.figure.to_png()));
                    if let Err(error) = written {
                        failed.lock().expect("a drawer panicked").get_or_insert(error);
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().expect("a drawer panicked") {
        return Err(error);
    }
    let name = |picture: &Picture, ending: &str| folder.join(format!("{}.{ending}", picture.name));
    let files: Vec<PathBuf> = pictures.iter().flat_map(|p| [name(p, "svg"), name(p, "png")]).collect();
    remove_older(folder, &files)?;
    Ok(files)
}

/// Removes pictures of earlier reports: those that have a name that reports give.
fn remove_older(folder: &Path, files: &[PathBuf]) -> Result<(), ReportError> {
    const BEGINNINGS: [&str; 7] =
        ["kl-against-", "frontier", "certificates", "vacuous", "tightness-", "map-", "training-"];
    let failed = |e| ReportError::io("read", folder, e);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_picture = name.ends_with(".svg") || name.ends_with(".png");
        if is_picture && BEGINNINGS.iter().any(|b| name.starts_with(b)) && !files.contains(&path) {
            std::fs::remove_file(&path).map_err(|e| ReportError::io("remove", &path, e))?;
        }
    }
    Ok(())
}
