//! What ran, where and when: everything about a run that is not in its CSV.

use crate::config::Config;
use serde::Serialize;
use std::process::Command;

/// The content of `manifest.json`.
#[derive(Debug, Serialize)]
pub struct Manifest {
    /// The question of the config.
    pub question: String,
    /// What was expected.
    pub expected: String,
    /// Version of this program.
    pub version: &'static str,
    /// Commit of the working tree that it ran in, if it is one.
    pub commit: Option<String>,
    /// Whether that tree had uncommitted changes.
    pub uncommitted_changes: Option<bool>,
    /// Seed of the run.
    pub seed: u64,
    /// When it began, UTC.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// Threads used.
    pub threads: usize,
    /// The machine.
    pub machine: Machine,
    /// What was written.
    pub counts: Counts,
}

/// The machine of a run.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Operating system.
    pub os: &'static str,
    /// Architecture.
    pub arch: &'static str,
    /// The processor's name, where the system tells it.
    pub processor: Option<String>,
    /// Processors available to the program.
    pub available_processors: usize,
}

/// Numbers of things in a run's CSV.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Cells, the rows of `rows.csv`.
    pub cells: usize,
    /// Cells without a comparison: combinations of parameters that cannot be.
    pub cells_not_applicable: usize,
    /// Rows of `bounds.csv`.
    pub bounds: usize,
    /// Bounds violated.
    pub violations: usize,
}

impl Manifest {
    /// The manifest of a run that took `seconds`.
    pub fn new(config: &Config, started: String, seconds: f64, threads: usize, counts: Counts) -> Manifest {
        Manifest {
            question: config.question.clone(),
            expected: config.expected.clone(),
            version: env!("CARGO_PKG_VERSION"),
            commit: git(&["rev-parse", "HEAD"]),
            uncommitted_changes: git(&["status", "--porcelain"]).map(|changes| !changes.is_empty()),
            seed: config.seed,
            started,
            seconds,
            threads,
            machine: Machine {
                os: std::env::consts::OS,
                arch: std::env::consts::ARCH,
                processor: processor(),
                available_processors: std::thread::available_parallelism().map_or(1, usize::from),
            },
            counts,
        }
    }
}

/// What git says, `None` without git or outside a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The processor's name on Linux.
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
