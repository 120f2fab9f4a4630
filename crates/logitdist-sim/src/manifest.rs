//! What ran, where and when: everything about a run that is not in its CSV.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{End, Machine, Session, Store, host};
use crate::shard::Shard;
use crate::whole_file::write_file;
use logitdist_results::{RESULT_VERSION, TableChecks, table_checks};
use serde::Serialize;
use std::path::Path;
use std::process::Command;

/// The content of `manifest.json`.
#[derive(Debug, Serialize)]
pub struct Manifest {
    /// Whether the tables are of the whole grid.
    pub status: Status,
    /// The question of the config.
    pub question: String,
    /// What was expected.
    pub expected: String,
    /// Seed of the run.
    pub seed: u64,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every cell is there.
    Complete,
    /// Some cells failed; all others are there.
    Failures,
    /// A signal or the time limit ended the run; the tables, if there are any, are older than the journal.
    Interrupted,
    /// Tables of what there is so far, as was asked.
    Partial,
}

/// A process that computed cells.
#[derive(Debug, Serialize)]
pub struct Process {
    /// Where it ran, what, when and how.
    #[serde(flatten)]
    pub session: Session,
    /// How it ended, if it was not killed.
    #[serde(flatten)]
    pub end: Option<End>,
}

/// Numbers of things in a run's CSV.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

impl Manifest {
    /// The manifest of tables made from a store.
    pub fn new(config: &Config, status: Status, counts: Counts, store: &Store) -> Manifest {
        let sessions = store.journals.iter().flat_map(|journal| &journal.sessions);
        Manifest {
            status,
            question: config.question.clone(),
            expected: config.expected.clone(),
            seed: config.seed,
            result_version: RESULT_VERSION,
            counts,
            tables: TableChecks::new(),
            processes: sessions
                .map(|(session, end)| Process {
                    // The config stands beside the manifest.
                    session: Session { config: String::new(), ..session.clone() },
                    end: end.clone(),
                })
                .collect(),
        }
    }

    /// Whether a folder's tables are of all cells, as its manifest says.
    pub fn is_of_all_cells(out: &Path) -> bool {
        let text = std::fs::read_to_string(out.join("manifest.json")).unwrap_or_default();
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        [Status::Complete, Status::Failures]
            .iter()
            .any(|status| manifest["status"] == serde_json::json!(status))
    }

    /// Writes `manifest.json` of a folder of results, and into it what the tables there are.
    ///
    /// # Errors
    /// A table cannot be read, or the manifest not be written.
    pub fn write(mut self, out: &Path) -> Result<(), SimError> {
        if self.status != Status::Interrupted {
            self.tables = table_checks(out)?;
        }
        let json = serde_json::to_string_pretty(&self).expect("a manifest is plain data");
        write_file(&out.join("manifest.json"), &format!("{json}\n"))
    }
}

impl Session {
    /// This process, about to work on a shard.
    pub fn now(config: &Config, shard: Shard, threads: usize) -> Session {
        Session {
            result_version: RESULT_VERSION,
            version: env!("CARGO_PKG_VERSION").into(),
            commit: git(&["rev-parse", "HEAD"]),
            uncommitted_changes: git(&["status", "--porcelain", "--untracked-files=no"])
                .map(|changes| !changes.is_empty()),
            config: config.toml.clone(),
            shard: shard.to_string(),
            started: jiff::Timestamp::now().to_string(),
            host: host(),
            process: std::process::id(),
            threads,
            machine: Machine {
                os: std::env::consts::OS.into(),
                arch: std::env::consts::ARCH.into(),
                processor: processor(),
                available_processors: std::thread::available_parallelism().map_or(1, usize::from),
            },
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
