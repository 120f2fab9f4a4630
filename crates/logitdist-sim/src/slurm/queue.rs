//! Asks Slurm for the jobs of a sweep.

use crate::error::SimError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of scripts and logs of a folder of results.
pub fn folder(out: &Path) -> PathBuf {
    out.join("slurm")
}

/// The last submission for a folder of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Job ids of the arrays in the queue after it, the newest last.
    pub array_jobs: Vec<String>,
    /// Job id of the job that makes the tables, once it is submitted.
    pub merge_job: Option<String>,
    /// Number of shards of the arrays.
    pub shards: usize,
}

impl Submitted {
    /// Reads the record in a folder of results; `None` if nothing was submitted.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(out: &Path) -> Result<Option<Submitted>, SimError> {
        let path = folder(out).join("jobs.json");
        match logitdist_io::read_text_file(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(SimError::io("read", &path, e)),
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|e| {
                SimError::Usage(format!(
                    "{}: {e}; it names the last submitted jobs: remove it to start afresh",
                    path.display()
                ))
            }),
        }
    }
}

/// The states of the jobs of a folder, in words; empty without jobs.
///
/// # Errors
/// The record of the jobs cannot be read.
pub fn queue(out: &Path) -> Result<Vec<String>, SimError> {
    let Some(last) = Submitted::read(out)? else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let arrays = last.array_jobs.iter().map(|job| ("array", job));
    for (what, job) in arrays.chain(last.merge_job.iter().map(|job| ("merge", job))) {
        let answer = match squeue(job, "%T") {
            Ok(answer) => answer,
            Err(error) => return Ok(vec![format!("Slurm: the queue cannot be asked: {error}")]),
        };
        let mut states: Vec<&str> = answer.lines().map(str::trim).collect();
        states.sort_unstable();
        let counts: Vec<String> = states
            .chunk_by(|a, b| a == b)
            .map(|same| format!("{} {}", same.len(), same[0].to_lowercase()))
            .collect();
        let state = if counts.is_empty() { "not in the queue any more".into() } else { counts.join(", ") };
        lines.push(format!("Slurm {what} job {job}: {state}"));
    }
    Ok(lines)
}

/// Jobs of earlier submissions that wait or run.
#[derive(Default)]
pub struct Queue {
    /// Job ids of arrays.
    pub jobs: Vec<String>,
    /// Their tasks that wait or run.
    pub tasks: BTreeSet<usize>,
}

impl Queue {
    /// Asks for the jobs of a submission.
    ///
    /// # Errors
    /// Slurm does not answer.
    pub fn of(last: &Submitted) -> Result<Queue, SimError> {
        let mut queue = Queue::default();
        for job in &last.array_jobs {
            let answer = squeue(job, "%K")?;
            let tasks: Vec<usize> = answer.lines().filter_map(|line| line.trim().parse().ok()).collect();
            if !tasks.is_empty() {
                queue.jobs.push(job.clone());
                queue.tasks.extend(tasks);
            }
        }
        Ok(queue)
    }
}

/// What squeue says of a job, a line for each task; empty once Slurm has forgotten the job.
fn squeue(job: &str, format: &str) -> Result<String, SimError> {
    match call("squeue", &["-h", "-r", "-j", job, "-o", format].map(String::from)) {
        Err(SimError::Usage(message)) if message.contains("Invalid job id") => Ok(String::new()),
        answer => answer,
    }
}

/// Runs a program of Slurm and returns what it prints.
///
/// # Errors
/// The program is missing or failed.
pub fn call(program: &str, arguments: &[String]) -> Result<String, SimError> {
    let output = Command::new(program).args(arguments).output().map_err(|e| {
        let hint =
            "run this on a machine with Slurm's commands (a login node), or print the scripts with --dry-run";
        SimError::Usage(format!("{program} cannot be run: {e}; {hint}"))
    })?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(SimError::Usage(format!("{program} {}: {}", arguments.join(" "), error.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
