//! `manifest.json`: what ran, where and when; everything about a run that is not in its tables.

use crate::error::ResultsError;
use crate::integrity::TableChecks;
use crate::version::RESULT_VERSION;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// The content of `manifest.json`. What a file does not say has its default value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Whether the tables are of the whole grid.
    pub status: Option<RunStatus>,
    /// The question of the config.
    pub question: String,
    /// What was expected.
    pub expected: String,
    /// Seed of the run.
    pub seed: Option<u64>,
    /// Version of the numbers and columns.
    pub result_version: u32,
    /// What was written.
    pub counts: Counts,
    /// What its tables are; none of an interrupted run, whose tables may be older.
    #[serde(skip_serializing_if = "TableChecks::is_empty")]
    pub tables: TableChecks,
    /// Processes that computed the cells, in the order of their journals.
    pub processes: Vec<Process>,
}

/// Whether a folder's tables are of the whole grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Every cell is there.
    Complete,
    /// Some cells failed; all others are there.
    Failures,
    /// A signal or the time limit ended the run; the tables, if there are any, are older than the journal.
    Interrupted,
    /// Tables of what there is so far, as was asked.
    Partial,
}

/// Numbers of things in a run's tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Cells, the rows of `rows.csv`.
    pub cells: usize,
    /// Cells without a comparison: combinations of parameters that cannot be.
    pub cells_not_applicable: usize,
    /// Cells that failed, the rows of `failures.csv`.
    pub cells_failed: usize,
    /// Cells that have not been computed.
    pub cells_missing: usize,
    /// Whether more than these may be missing: replicates that only results will ask for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cells_missing_at_least: bool,
    /// Rows of `bounds.csv`.
    pub bounds: usize,
    /// Bounds violated.
    pub violations: usize,
}

/// A process that computed cells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Where it ran, what, when and how.
    #[serde(flatten)]
    pub session: Session,
    /// How it ended, if it was not killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Number of cells that it computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<usize>,
}

/// The start of a process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Version of the numbers and columns.
    pub result_version: u32,
    /// Version of the program.
    pub version: String,
    /// Commit of the working tree that it ran in, if it was one.
    pub commit: Option<String>,
    /// Whether that tree had uncommitted changes.
    pub uncommitted_changes: Option<bool>,
    /// The config as run, overrides included.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub config: String,
    /// The shard, as `I/N`.
    pub shard: String,
    /// When it began, UTC.
    pub started: String,
    /// Name of the computer.
    pub host: String,
    /// Number of the process.
    pub process: u32,
    /// Threads used.
    pub threads: usize,
    /// The machine.
    pub machine: Machine,
}

/// The machine of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub arch: String,
    /// The processor's name, where the system tells it.
    pub processor: Option<String>,
    /// Processors available to the program.
    pub available_processors: usize,
}

/// The orderly end of a process. A process that was killed has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// How it ended.
    pub ended: Ended,
    /// How long it took.
    pub seconds: f64,
    /// Number of cells that this process computed.
    pub cells: usize,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Nothing was left to do.
    Complete,
    /// A signal or the time limit stopped it.
    Interrupted,
    /// A cell failed, and the run was to end then.
    Failed,
}

/// The versions in a manifest: they are read first, since a newer one may mean other things by the same words.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Versions {
    result_version: Option<u64>,
    processes: Option<Vec<Versions>>,
}

impl Versions {
    fn newest(&self) -> Option<u64> {
        let processes = self.processes.iter().flatten().filter_map(Versions::newest);
        self.result_version.into_iter().chain(processes).max()
    }
}

impl Manifest {
    /// The manifest of a text; `path` is where it stands.
    ///
    /// # Errors
    /// It is no JSON, of a newer version, or not what a sweep writes.
    pub fn parse(path: &Path, text: &str) -> Result<Manifest, ResultsError> {
        let failed = |e: serde_json::Error| {
            let what = if e.is_data() { "not a manifest of a sweep" } else { "not JSON" };
            ResultsError::content(path, e.line() as u64, format!("{what}: {e}"))
        };
        let versions: Versions = serde_json::from_str(text).map_err(failed)?;
        if let Some(newer) = versions.newest().filter(|&version| version > u64::from(RESULT_VERSION)) {
            let message = format!(
                "the results are of version {newer}; this program reads up to {RESULT_VERSION}: report them with the program that wrote them, or a newer one"
            );
            return Err(ResultsError::content(path, 1, message));
        }
        let mut manifest: Manifest = serde_json::from_str(text).map_err(failed)?;
        // Once there was one process, and the manifest was about it.
        if versions.processes.is_none() && text.trim_start().starts_with('{') {
            manifest.processes.push(serde_json::from_str(text).map_err(failed)?);
        }
        Ok(manifest)
    }

    /// The text of `manifest.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is plain data") + "\n"
    }

    /// Whether the tables are of all cells that did not fail.
    pub fn is_of_all_cells(&self) -> bool {
        matches!(self.status, Some(RunStatus::Complete | RunStatus::Failures))
    }
}

impl Process {
    /// A process that began so, and ended so if it did.
    pub fn new(session: Session, end: Option<&End>) -> Process {
        Process {
            session,
            ended: end.map(|end| end.ended),
            seconds: end.map(|end| end.seconds),
            cells: end.map(|end| end.cells),
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RunStatus::Complete => "complete",
            RunStatus::Failures => "failures",
            RunStatus::Interrupted => "interrupted",
            RunStatus::Partial => "partial",
        })
    }
}

/// Version, commit, machine, threads and time in words: what is known of them.
impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = &self.session;
        let known = |text: &str, words: String| (!text.is_empty()).then_some(words);
        let commit = session.commit.as_ref().map(|commit| {
            let changed =
                if session.uncommitted_changes == Some(true) { ", with uncommitted changes" } else { "" };
            format!("commit {}{changed}", commit.chars().take(12).collect::<String>())
        });
        let machine = &session.machine;
        let started: String = session.started.chars().take(19).collect();
        let system = format!("{} {}", machine.os, machine.arch).trim().to_owned();
        let parts = [
            known(&session.version, format!("logitdist {}", session.version)),
            commit,
            known(&session.shard, format!("shard {}", session.shard)),
            machine.processor.clone(),
            known(&system, system.clone()),
            (session.threads > 0).then(|| format!("{} threads", session.threads)),
            self.seconds.map(|s| format!("{s:.1} s")),
            known(&started, format!("started {started}")),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}
