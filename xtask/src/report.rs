//! `cargo xtask report`: pictures, tables and a page of a sweep, from its results alone; or two runs side by side.

use logitdist_report::{difference, report};
use std::path::PathBuf;
use std::process::ExitCode;

/// Report a sweep from its results: pictures, summary.csv, summary.md and report.html, into their folder.
///
/// With --compare, two runs of one config side by side: which cells differ and by how much; exit code 1 if any does.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of the results, for example results/quickstart.
    #[arg(required_unless_present = "compare")]
    results: Option<PathBuf>,
    /// Compare two folders of results cell by cell.
    #[arg(long, num_args = 2, value_names = ["FIRST", "SECOND"], conflicts_with = "results")]
    compare: Option<Vec<PathBuf>>,
}

/// Runs the task: exit code 1 if the sweep had violated bounds, or the runs differ.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some([first, second]) = arguments.compare.as_deref() {
        let difference = difference(first, second)?;
        print!("{}", difference.to_table());
        return Ok(if difference.is_none() { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let results =
        arguments.results.as_deref().unwrap_or_else(|| unreachable!("clap asks for one of the two"));
    let report = report(results)?;
    print!("{}", report.summary.to_table());
    println!();
    for sentence in &report.sentences {
        println!("{sentence}");
    }
    println!("\n{} files; open {}", report.files.len(), results.join("report.html").display());
    Ok(if report.violations() > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
