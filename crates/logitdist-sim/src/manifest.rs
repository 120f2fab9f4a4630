//! What ran, where and when: everything about a run that is not in its CSV.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{Store, host};
use crate::shard::Shard;
use crate::whole_file::write_file;
use logitdist_results::{
    Counts, Machine, Manifest, Process, RESULT_VERSION, RunStatus, Session, TableChecks, table_checks,
};
use std::path::Path;
use std::process::Command;

/// Writes `manifest.json` of tables made from a store, and into it what the tables in the folder are.
///
/// # Errors
/// A table cannot be read, or the manifest not be written.
pub fn write_manifest(
    config: &Config,
    status: RunStatus,
    counts: Counts,
    store: &Store,
    out: &Path,
) -> Result<(), SimError> {
    let sessions = store.journals.iter().flat_map(|journal| &journal.sessions);
    // The config stands beside the manifest.
    let without_config = |session: &Session| Session { config: String::new(), ..session.clone() };
    // The tables of an interrupted run may be older.
    let tables = if status == RunStatus::Interrupted { TableChecks::new() } else { table_checks(out)? };
    let manifest = Manifest {
        status: Some(status),
        question: config.question.clone(),
        expected: config.expected.clone(),
        seed: Some(config.seed),
        result_version: RESULT_VERSION,
        counts,
        tables,
        processes: sessions
            .map(|(session, end)| Process::new(without_config(session), end.as_ref()))
            .collect(),
    };
    write_file(&out.join("manifest.json"), &manifest.to_json())
}

/// Whether a folder has the manifest of a sweep.
pub fn is_of_a_sweep(out: &Path) -> bool {
    // Other programs have files of this name.
    read(out).is_some_and(|manifest| manifest.status.is_some() && manifest.result_version > 0)
}

/// Whether a folder's tables are of all cells, as its manifest says.
pub fn is_of_all_cells(out: &Path) -> bool {
    read(out).is_some_and(|manifest| manifest.is_of_all_cells())
}

/// A folder's manifest, if it has one that can be read.
fn read(out: &Path) -> Option<Manifest> {
    let path = out.join("manifest.json");
    Manifest::parse(&path, &logitdist_io::read_text_file(&path).ok()?).ok()
}

/// This process, about to work on a shard.
pub fn session(config: &Config, shard: Shard, threads: usize) -> Session {
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
