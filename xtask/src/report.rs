//! `cargo xtask report`: the summary of a finished sweep, from its CSV alone.

use anyhow::Context;
use logitdist_io::WholeFile;
use logitdist_report::summarise;
use std::path::PathBuf;
use std::process::ExitCode;

/// Summarise a sweep again from its bounds.csv: tightness per bound and axis value, as summary.csv and as a table.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of the results, for example results/quickstart.
    results: PathBuf,
}

/// Runs the task: exit code 1 if the sweep had violated bounds.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let summary = summarise(&arguments.results.join("bounds.csv")).context("no summary can be made")?;
    let path = arguments.results.join("summary.csv");
    WholeFile::write(&path, summary.to_csv().as_bytes())
        .with_context(|| format!("{}: cannot be written", path.display()))?;
    print!("{}", summary.to_table());
    let violated = summary.groups.iter().any(|group| group.violations > 0);
    Ok(if violated { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
