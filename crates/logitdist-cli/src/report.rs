//! `logitdist compare --report`: a folder with everything that a page about the pair is made of, and the page.
//!
//! The page is made from the CSV files alone, so that `logitdist report FOLDER` makes it again elsewhere.

use crate::compare::Result;
use crate::{csv, output};
use anyhow::{Context, anyhow, bail};
use logitdist::{PerInput, label_geometry};
use logitdist_io::WholeFile;
use logitdist_report::ReportError;
use logitdist_report::pair::{is_pair, report_pair};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// The most labels whose correlations are written and shown: more could not be told apart in a picture.
const MOST_LABELS: usize = 64;

/// The comparison itself; written last, so that a folder without it is of an unfinished run.
const COMPARISON: &str = "comparison.csv";

/// What tells that a folder is of a sweep.
const SWEEP: &str = "bounds.csv";

/// Makes the folder ready for a report: an older one in it is no longer whole.
pub fn begin(folder: &Path) -> anyhow::Result<()> {
    if folder.join(SWEEP).exists() {
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

/// Writes the CSV files of a comparison that kept its distances at each input, and from them the pictures and the page.
pub fn write(result: &Result, folder: &Path) -> anyhow::Result<()> {
    let comparison = &result.comparison;
    let per_input = comparison.per_input.as_ref().context("the distances at each input were not kept")?;
    file(folder, "inputs.csv", |lines| inputs(per_input, lines))?;
    file(folder, "labels.csv", |lines| labels(result, lines))?;
    file(folder, "spectra.csv", |lines| spectra(result, lines))?;
    file(folder, COMPARISON, |lines| lines.write_all(csv::render(result).as_bytes()))?;
    report_pair(folder).map_err(told)?;
    Ok(())
}

/// Makes the pictures and the page of a pair or of a sweep again: exit code 1 if a bound was violated.
pub fn again(folder: &Path) -> anyhow::Result<ExitCode> {
    let violated = if is_pair(folder) {
        report_pair(folder).map_err(told)?.violated.len() as u64
    } else if folder.join(SWEEP).exists() {
        let report = logitdist_report::report(folder).map_err(told)?;
        output::to_stdout((report.sentences.join("\n") + "\n").as_bytes())?;
        report.violations()
    } else {
        bail!(
            "{}: there is neither {COMPARISON}, which `logitdist compare A B --report` writes, nor {SWEEP} of a sweep",
            folder.display()
        );
    };
    if violated == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: {violated} bounds are violated; a proof or this program is wrong, please report it");
    Ok(ExitCode::from(1))
}

/// An error whose text has the system's answer already: it should not be told twice.
fn told(error: ReportError) -> anyhow::Error {
    anyhow!("{error}")
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
        let [kl_ab, kl_ba] =
            kl.map_or_else(Default::default, |(ab, ba)| [csv::number(*ab), csv::number(*ba)]);
        writeln!(lines, "{input},{},{kl_ab},{kl_ba}", csv::number(*d_logit))?;
    }
    Ok(())
}

/// A line per pair of labels, in the order of the pictures; blank where a logit is constant.
fn labels(result: &Result, lines: &mut impl Write) -> io::Result<()> {
    let geometry = label_geometry(&result.comparison.reduced, MOST_LABELS);
    writeln!(lines, "label,other,label_correlation_a,label_correlation_b")?;
    let text = |x: Option<f64>| x.map_or_else(String::new, csv::number);
    for (i, label) in geometry.labels.iter().enumerate() {
        for (j, other) in geometry.labels.iter().enumerate().skip(i) {
            let [a, b] = [&geometry.a, &geometry.b].map(|correlations| text(correlations.get(i, j)));
            writeln!(lines, "{label},{other},{a},{b}")?;
        }
    }
    Ok(())
}

/// A line per position in the lists of a comparison, blank where a list has ended.
fn spectra(result: &Result, lines: &mut impl Write) -> io::Result<()> {
    let lists = &result.comparison.lists;
    let names: Vec<&str> = lists.iter().map(|(token, _)| *token).collect();
    writeln!(lines, "position,{}", names.join(","))?;
    let values: Vec<&[f64]> = lists.iter().map(|(_, list)| list.as_deref().unwrap_or_default()).collect();
    for i in 0..values.iter().map(|list| list.len()).max().unwrap_or(0) {
        let fields: Vec<String> =
            values.iter().map(|list| list.get(i).map_or_else(String::new, |x| csv::number(*x))).collect();
        writeln!(lines, "{},{}", i + 1, fields.join(","))?;
    }
    Ok(())
}
