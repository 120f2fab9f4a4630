//! `logitdist compare --report`: a folder with everything that a page about the pair is made of, and the page.
//!
//! The page is made from the CSV files alone, so that `logitdist report FOLDER` makes it again elsewhere.

use super::compared_pair::ComparedPair;
use super::csv;
use crate::output::csv_number;
use anyhow::{Context, bail};
use logitdist::{PerInput, label_geometry};
use logitdist_io::WholeFile;
use logitdist_report::pair::report_pair;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The most labels whose correlations are written and shown: more could not be told apart in a picture.
const MOST_LABELS: usize = 64;

/// The comparison itself; written last, so that a folder without it is of an unfinished run.
const COMPARISON: &str = "comparison.csv";

/// Makes the folder ready for a report: an older one in it is no longer whole.
pub fn begin(folder: &Path) -> anyhow::Result<()> {
    if folder.join("bounds.csv").exists() {
        bail!("{}: the folder holds the results of a sweep; another one is needed", folder.display());
    }
    logitdist_io::make_folder(folder)
        .with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
    let path = folder.join(COMPARISON);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: an older report cannot be replaced", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes the CSV files of a comparison that kept its distances at each input, and from them the pictures and the page.
pub fn write(result: &ComparedPair, folder: &Path) -> anyhow::Result<()> {
    let comparison = &result.comparison;
    let per_input = comparison.per_input.as_ref().context("the distances at each input were not kept")?;
    file(folder, "inputs.csv", |lines| inputs(per_input, lines))?;
    file(folder, "labels.csv", |lines| labels(result, lines))?;
    file(folder, "spectra.csv", |lines| spectra(result, lines))?;
    file(folder, COMPARISON, |lines| lines.write_all(csv::render(result).as_bytes()))?;
    report_pair(folder)?;
    Ok(())
}

fn file(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut WholeFile) -> io::Result<()>,
) -> anyhow::Result<()> {
    let path = folder.join(name);
    WholeFile::create(&path)
        .and_then(|mut file| write(&mut file).and_then(|()| file.finish()))
        .with_context(|| format!("{}: cannot be written", path.display()))
}

/// A line per input; the divergences are blank where they were not computed.
fn inputs(per_input: &PerInput, lines: &mut impl Write) -> io::Result<()> {
    writeln!(lines, "input,d_logit_x,kl_ab_x,kl_ba_x")?;
    let kl = per_input.kl_ab_x.iter().zip(&per_input.kl_ba_x);
    let mut divergences = per_input.probability_inputs.iter().zip(kl).peekable();
    for (input, d_logit) in per_input.d_logit_x.iter().enumerate() {
        let kl = divergences.next_if(|(of, _)| **of == input).map(|(_, kl)| kl);
        let [kl_ab, kl_ba] = kl.map_or_else(Default::default, |(ab, ba)| [csv_number(*ab), csv_number(*ba)]);
        writeln!(lines, "{input},{},{kl_ab},{kl_ba}", csv_number(*d_logit))?;
    }
    Ok(())
}

/// A line per pair of labels, in the order of the pictures; blank where a logit is constant.
fn labels(result: &ComparedPair, lines: &mut impl Write) -> io::Result<()> {
    let geometry = label_geometry(&result.comparison.reduced, MOST_LABELS);
    writeln!(lines, "label,other,label_correlation_a,label_correlation_b")?;
    let text = |x: Option<f64>| x.map_or_else(String::new, csv_number);
    for (i, label) in geometry.labels.iter().enumerate() {
        for (j, other) in geometry.labels.iter().enumerate().skip(i) {
            let [a, b] = [&geometry.a, &geometry.b].map(|correlations| text(correlations.get(i, j)));
            writeln!(lines, "{label},{other},{a},{b}")?;
        }
    }
    Ok(())
}

/// A line per position in the lists of a comparison, blank where a list has ended.
fn spectra(result: &ComparedPair, lines: &mut impl Write) -> io::Result<()> {
    let lists = &result.comparison.lists;
    let names: Vec<&str> = lists.iter().map(|(token, _)| *token).collect();
    writeln!(lines, "position,{}", names.join(","))?;
    let values: Vec<&[f64]> = lists.iter().map(|(_, list)| list.as_deref().unwrap_or_default()).collect();
    for i in 0..values.iter().map(|list| list.len()).max().unwrap_or(0) {
        let fields: Vec<String> =
            values.iter().map(|list| list.get(i).map_or_else(String::new, |x| csv_number(*x))).collect();
        writeln!(lines, "{},{}", i + 1, fields.join(","))?;
    }
    Ok(())
}
