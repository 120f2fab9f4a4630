//! `logitdist report` and `cargo xtask report`: what a sweep or a comparison found, from its results alone.

use crate::output::to_stdout;
use anyhow::{anyhow, bail};
use logitdist_io::{Claims, say, visible};
use logitdist_report::pair::{is_pair, report_pair};
use logitdist_report::{difference, plot, report};
use logitdist_results::pair::PairResults;
use logitdist_results::{
    Damaged, PlotSpec, Study, damage, summary_by_name, write_long, write_summary_by, write_wide,
};
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
    /// Make one picture of a sweep and nothing else, for example "bound=m_cca_two_spectra x=level colour=dim panels=source
    /// where='direction==ab'". Keys: bound, y, x, rows, colour, panels, where, interval, name. May be given several times.
    #[arg(long, value_name = "PICTURE", conflicts_with = "compare")]
    plot: Vec<String>,
    /// Make measures_long.csv of a sweep and no report: one value a line.
    #[arg(long, conflicts_with = "compare")]
    long: bool,
    /// Make bounds_wide.csv of a sweep and no report: bounds.csv with the parameters of the cells.
    #[arg(long, conflicts_with = "compare")]
    wide: bool,
    /// Make summary_by_AXES.csv of a sweep and no report: summary.csv by several axes at once, with intervals; for example --by level,dim.
    #[arg(long, value_name = "AXES", value_delimiter = ',', conflicts_with = "compare")]
    by: Vec<String>,
    /// Width of all pictures, such as 85mm for a column or 180mm for a page; in mm, cm, in or pt.
    #[arg(long, value_name = "WIDTH", value_parser = width_of, conflicts_with = "compare")]
    width: Option<f64>,
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
    claim_outputs(results, &arguments.by)?;
    let asks_for_tables = arguments.long || arguments.wide || !arguments.by.is_empty();
    if is_pair(results) {
        if asks_for_tables || !arguments.plot.is_empty() {
            bail!(
                "{}: --plot, --long, --wide and --by are for the results of a sweep; these are of a comparison",
                results.display()
            );
        }
        return of_pair(results, arguments.width);
    }
    if !results.join("bounds.csv").exists() {
        bail!(
            "{}: there is neither comparison.csv, which `logitdist compare A B --report` writes, nor bounds.csv of a sweep",
            results.display()
        );
    }
    if asks_for_tables {
        tables(results, damaged, arguments)?;
    }
    match (asks_for_tables, arguments.plot.is_empty()) {
        (true, true) => Ok(ExitCode::SUCCESS),
        (false, true) => of_sweep(results, damaged, arguments.width),
        (_, false) => plots(results, damaged, arguments),
    }
}

/// Makes the tables that were asked for, and prints their names.
fn tables(results: &Path, damaged: Damaged, arguments: &Arguments) -> anyhow::Result<()> {
    let mut text = String::new();
    for what in damage(results, damaged)? {
        writeln!(text, "DAMAGED: {}", visible(&what))?;
    }
    let long = arguments.long.then(|| write_long(results));
    let wide = arguments.wide.then(|| write_wide(results));
    let by = (!arguments.by.is_empty()).then(|| write_summary_by(results, &arguments.by));
    for path in [long, wide, by].into_iter().flatten() {
        writeln!(text, "{}", visible(&path?.display().to_string()))?;
    }
    to_stdout(text.as_bytes())
}

/// A width in points.
fn width_of(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 4] = [("mm", 72.0 / 25.4), ("cm", 720.0 / 25.4), ("in", 72.0), ("pt", 1.0)];
    const LEAST: f64 = 100.0;
    const MOST: f64 = 2000.0;
    let (number, points) = UNITS
        .iter()
        .find_map(|(unit, points)| Some((text.strip_suffix(unit)?.trim(), points)))
        .ok_or("a number with its unit is needed, such as 85mm")?;
    let number: f64 = number.parse().map_err(|_| "a number with its unit is needed, such as 85mm")?;
    match number * points {
        width if (LEAST..=MOST).contains(&width) => Ok(width),
        _ => Err("a width from 36mm to 700mm is needed".into()),
    }
}

/// Makes the pictures that were asked for.
fn plots(results: &Path, damaged: Damaged, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let specs = arguments
        .plot
        .iter()
        .map(|text| PlotSpec::parse(text).map_err(|message| anyhow!("--plot {text:?}: {message}")));
    let specs = specs.collect::<anyhow::Result<Vec<PlotSpec>>>()?;
    let study = Study::read(results)?;
    let mut text = String::new();
    for what in damage(results, damaged)? {
        writeln!(text, "DAMAGED: {}", visible(&what))?;
    }
    for spec in &specs {
        let made = plot(&study, results, spec, arguments.width)
            .map_err(|message| anyhow!("{}: --plot \"{spec}\": {message}", results.display()))?;
        writeln!(text, "{}", made.caption)?;
        for file in made.files {
            writeln!(text, "{}", visible(&file.display().to_string()))?;
        }
    }
    to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses a report that would replace, through a link, what it is made from.
fn claim_outputs(results: &Path, by: &[String]) -> anyhow::Result<()> {
    const READ: [&str; 10] = [
        "rows.csv",
        "bounds.csv",
        "failures.csv",
        "manifest.json",
        "config.toml",
        "comparison.csv",
        "inputs.csv",
        "labels.csv",
        "names.csv",
        "spectra.csv",
    ];
    let read = READ.map(|name| results.join(name));
    let mut claims = Claims::reading(read.iter().map(PathBuf::as_path));
    const WRITTEN: [&str; 6] =
        ["summary.csv", "summary.md", "measures.csv", "measures_long.csv", "bounds_wide.csv", "report.html"];
    let by = summary_by_name(by);
    claims.write_in("the report's", results, WRITTEN.into_iter().chain([by.as_str()]))?;
    for picture in results.join("plots").read_dir().into_iter().flatten().flatten() {
        claims.write("the picture", &picture.path())?;
    }
    Ok(())
}

fn of_pair(results: &Path, width: Option<f64>) -> anyhow::Result<ExitCode> {
    let report = report_pair(&PairResults::read(results)?, results, width)?;
    to_stdout(opening(results).as_bytes())?;
    if report.violated.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("error: violated: {}; a proof or this program is wrong", report.violated.join(", ")));
    Ok(ExitCode::from(1))
}

fn of_sweep(results: &Path, damaged: Damaged, width: Option<f64>) -> anyhow::Result<ExitCode> {
    let report = report(results, damaged, width)?;
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
