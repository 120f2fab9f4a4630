//! `logitdist compare --report`: a folder with a page about the pair and what it was made of, so that `logitdist report FOLDER` makes it
//! again elsewhere.

use super::compared_pair::ComparedPair;
use anyhow::{Context, bail};
use logitdist::label_geometry;
use logitdist_report::pair::report_pair;
use logitdist_results::pair::{COMPARISON, Inputs, Labels, PairResults};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The most labels whose correlations are written and shown: more could not be told apart in a picture.
const MOST_LABELS: usize = 64;

/// Makes the folder ready for a report: an older one in it is no longer whole.
pub fn begin(folder: &Path) -> anyhow::Result<()> {
    if folder.join("bounds.csv").exists() {
        bail!("{}: the folder holds the results of a sweep; another one is needed", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
    let path = folder.join(COMPARISON);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: an older report cannot be replaced", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a comparison that kept its distances at each input, its pictures and its page.
pub fn write(pair: &ComparedPair, folder: &Path) -> anyhow::Result<()> {
    let comparison = &pair.comparison;
    let per_input = comparison.per_input.as_ref().context("the distances at each input were not kept")?;
    let labels = Labels::of(&label_geometry(&comparison.reduced, MOST_LABELS));
    let results = PairResults::of(pair.results(), labels, Inputs::of(per_input));
    results.write(folder)?;
    report_pair(&results, folder)?;
    Ok(())
}
