//! `logitdist report` and `cargo xtask report`: what a sweep or a comparison found, from its results alone.

use crate::output::to_stdout;
use anyhow::bail;
use logitdist_io::{Claims, say, visible};
use logitdist_report::pair::{is_pair, report_pair};
use logitdist_report::{difference, report};
use logitdist_results::pair::PairResults;
use logitdist_results::{Damaged, damage};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make the report of a sweep or of a pair: pictures and report.html, in the folder of the results.
///
/// For a sweep also summary.csv and summary.md. With --compare, list the cells in which two runs of one config differ, and by how
/// much; exit code 1 if any does.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of the results: of a sweep, for example results/quickstart, or of `logitdist compare --report`.
    #[arg(value_name = "FOLDER", required_unless_present = "compare")]
    results: Option<PathBuf>,
    /// Compare two folders of results of a sweep cell by cell.
    #[arg(long, num_args = 2, value_names = ["FIRST", "SECOND"], conflicts_with = "results")]
    compare: Option<Vec<PathBuf>>,
    /// Use tables although they are not as the run left them, and say so. (The manifest has their rows and hashes.)
    #[arg(long)]
    damaged: bool,
}

/// Runs the command: exit code 1 if a bound was violated, or the runs differ.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let damaged = if arguments.damaged { Damaged::Said } else { Damaged::Refused };
    if let Some([first, second]) = arguments.compare.as_deref() {
        for folder in [first, second] {
            for what in damage(folder, damaged)? {
                let folder = folder.display().to_string();
                to_stdout(format!("DAMAGED: {}: {what}\n", visible(&folder)).as_bytes())?;
            }
        }
        let difference = difference(first, second)?;
        to_stdout(difference.to_table().as_bytes())?;
        return Ok(ExitCode::from(u8::from(!difference.is_none())));
    }
    // Clap has seen to it that there is one.
    let results = arguments.results.as_deref().unwrap_or(Path::new(""));
    claim_outputs(results)?;
    if is_pair(results) {
        return of_pair(results);
    }
    if !results.join("bounds.csv").exists() {
        bail!(
            "{}: there is neither comparison.csv, which `logitdist compare A B --report` writes, nor bounds.csv of a sweep",
            results.display()
        );
    }
    of_sweep(results, damaged)
}

/// Refuses a report that would replace, through a link, what it is made from.
fn claim_outputs(results: &Path) -> anyhow::Result<()> {
    const READ: [&str; 9] = [
        "rows.csv",
        "bounds.csv",
        "failures.csv",
        "manifest.json",
        "config.toml",
        "comparison.csv",
        "inputs.csv",
        "labels.csv",
        "spectra.csv",
    ];
    let read = READ.map(|name| results.join(name));
    let mut claims = Claims::reading(read.iter().map(PathBuf::as_path));
    claims.write_in("the report's", results, ["summary.csv", "summary.md", "measures.csv", "report.html"])?;
    for picture in results.join("plots").read_dir().into_iter().flatten().flatten() {
        claims.write("the picture", &picture.path())?;
    }
    Ok(())
}

fn of_pair(results: &Path) -> anyhow::Result<ExitCode> {
    let report = report_pair(&PairResults::read(results)?, results)?;
    to_stdout(opening(results).as_bytes())?;
    if report.violated.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("error: violated: {}; a proof or this program is wrong", report.violated.join(", ")));
    Ok(ExitCode::from(1))
}

fn of_sweep(results: &Path, damaged: Damaged) -> anyhow::Result<ExitCode> {
    let report = report(results, damaged)?;
    let mut text = report.summary.to_table();
    writeln!(text)?;
    for sentence in &report.sentences {
        writeln!(text, "{sentence}")?;
    }
    write!(text, "\n{}", opening(results))?;
    to_stdout(text.as_bytes())?;
    Ok(ExitCode::from(u8::from(report.violations() > 0)))
}

fn opening(results: &Path) -> String {
    format!("the report is {}\n", visible(&results.join("report.html").display().to_string()))
}
