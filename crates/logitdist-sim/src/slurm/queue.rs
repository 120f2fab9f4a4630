//! What Slurm says of the jobs of a sweep.

use crate::error::SimError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of scripts and logs of a folder of results.
pub fn folder(out: &Path) -> PathBuf {
    out.join("slurm")
}

/// What was submitted last for a folder of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Arrays that were in the queue after the last submission, the newest last.
    pub array_jobs: Vec<String>,
    /// The job that makes the tables, once it is submitted.
    pub merge_job: Option<String>,
    /// Shards of the arrays.
    pub shards: usize,
}

impl Submitted {
    /// The record of a folder of results, `None` if nothing was submitted.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(out: &Path) -> Result<Option<Submitted>, SimError> {
        let path = folder(out).join("jobs.json");
        match std::fs::read(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(SimError::io("read", &path, e)),
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| {
                SimError::Usage(format!(
                    "{}: {e}; it names the jobs submitted last: remove it to begin anew",
                    path.display()
                ))
            }),
        }
    }
}

/// The state of the jobs of a folder, in words; nothing if there are none, or no Slurm.
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

/// What waits or runs of earlier submissions.
#[derive(Default)]
pub struct Queue {
    /// Arrays with such tasks.
    pub jobs: Vec<String>,
    /// Their tasks.
    pub tasks: BTreeSet<usize>,
}

impl Queue {
    /// What is left of them now.
    ///
    /// # Errors
    /// Slurm cannot be asked.
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

/// What squeue says of a job, a line for each task; nothing once the job is forgotten.
fn squeue(job: &str, format: &str) -> Result<String, SimError> {
    match call("squeue", &["-h", "-r", "-j", job, "-o", format].map(String::from)) {
        Err(SimError::Usage(message)) if message.contains("Invalid job id") => Ok(String::new()),
        answer => answer,
    }
}

/// What a program of Slurm prints.
///
/// # Errors
/// There is no such program here, or it failed.
pub fn call(program: &str, arguments: &[String]) -> Result<String, SimError> {
    let output = Command::new(program).args(arguments).output().map_err(|e| {
        let hint = "run this where Slurm's commands are (a login node), or see the scripts with --dry-run";
        SimError::Usage(format!("{program} cannot be run: {e}; {hint}"))
    })?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(SimError::Usage(format!("{program} {}: {}", arguments.join(" "), error.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
