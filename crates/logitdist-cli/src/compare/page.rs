//! `logitdist compare --report`: a folder with a page about the pair and what it was made of, so that `logitdist report FOLDER` makes it
//! again elsewhere.

use super::compared_pair::ComparedPair;
use anyhow::{Context, bail};
use logitdist::label_geometry;
use logitdist_io::{make_folder, sync_folder};
use logitdist_report::pair::report_pair;
use logitdist_results::pair::{COMPARISON, Inputs, Labels, PairResults};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The most labels whose correlations are written and shown: more could not be told apart in a picture.
pub const MOST_LABELS: usize = 64;

/// The files of a report beside its pictures; the comparison gets its name last, so that a folder without it is of an unfinished run.
pub const FILES: [&str; 7] =
    ["inputs.csv", "labels.csv", "names.csv", "spectra.csv", "schema.json", "report.html", COMPARISON];

/// The folder of its pictures.
pub const PICTURES: &str = "plots";

/// A report in the making. It is written beside its place, and an older one stays until it is whole.
pub struct Page {
    folder: PathBuf,
    beside: TempDir,
}

impl Page {
    /// Finds a place for a report that will be in `folder`.
    pub fn begin(folder: &Path) -> anyhow::Result<Page> {
        if folder.join("bounds.csv").exists() {
            bail!("{}: the folder holds the results of a sweep; another one is needed", folder.display());
        }
        // Inside the folder, or where it will be made: moving a file from there is renaming it.
        let there = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.exists());
        let there = there.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".report.").suffix(".tmp").tempdir_in(there);
        let beside = beside.with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
        Ok(Page { folder: folder.into(), beside })
    }

    /// Writes a comparison that kept its distances at each input, its pictures and its page.
    pub fn write(&self, pair: &ComparedPair) -> anyhow::Result<()> {
        let comparison = &pair.comparison;
        let per_input = comparison.per_input.as_ref().context("the distances at each input were not kept")?;
        let labels = Labels::of(&label_geometry(&comparison.reduced, MOST_LABELS));
        let results = PairResults::of(pair.results(), labels, Inputs::of(per_input), pair.names.clone());
        results.write(self.beside.path())?;
        report_pair(&results, self.beside.path(), None)?;
        Ok(())
    }

    /// Puts the report in its place.
    pub fn finish(self) -> anyhow::Result<()> {
        let moves = self.moves()?;
        let pictures = self.folder.join(PICTURES);
        make_folder(&pictures)
            .with_context(|| format!("{}: the folder cannot be made", pictures.display()))?;
        // From here to the last move the folder is that of an unfinished run.
        let comparison = self.folder.join(COMPARISON);
        match fs::remove_file(&comparison) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| cannot_be_written(&comparison));
            }
            _ => self.sync()?,
        }
        for (from, to) in moves {
            if to == comparison {
                sync_folder(&pictures).with_context(|| cannot_be_written(&pictures))?;
                self.sync()?;
            }
            fs::rename(&from, &to).with_context(|| cannot_be_written(&to))?;
        }
        self.sync()
    }

    fn sync(&self) -> anyhow::Result<()> {
        sync_folder(&self.folder).with_context(|| cannot_be_written(&self.folder))
    }

    /// Which file goes where, the comparison last. Refuses what a file cannot replace, before anything is replaced.
    fn moves(&self) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
        let mut names = Vec::new();
        let pictures = self.beside.path().join(PICTURES);
        for picture in fs::read_dir(&pictures).with_context(|| cannot_be_written(&pictures))? {
            names.push(Path::new(PICTURES).join(picture?.file_name()));
        }
        names.extend(FILES.map(PathBuf::from));
        let mut moves = Vec::new();
        for name in names {
            let (from, to) = (self.beside.path().join(&name), self.folder.join(&name));
            match fs::metadata(&to) {
                Ok(older) if older.is_file() => fs::set_permissions(&from, older.permissions())?,
                Ok(_) => bail!("{}: cannot be written: it is no file", to.display()),
                Err(_) => {}
            }
            moves.push((from, to));
        }
        Ok(moves)
    }
}

fn cannot_be_written(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}
