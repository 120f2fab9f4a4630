//! A sweep as a Slurm job array: the scripts, submitting what is missing, the state of the queue.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{self, Store};
use crate::run::{SweepOptions, default_out};
use crate::shard::Shard;
use crate::tables::{needed_cells, write_file};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What to ask of the cluster.
#[derive(Debug, Clone, Default)]
pub struct SlurmOptions {
    /// Partition; the cluster's default if absent.
    pub partition: Option<String>,
    /// Tasks of the array, each a shard; 64 if absent, or as many as there are cells and the cluster allows.
    pub array: Option<usize>,
    /// Processors of a task.
    pub cpus: usize,
    /// Memory of a task, as sbatch understands it.
    pub mem: Option<String>,
    /// Time of a task, as sbatch understands it; a task that needs more goes on in another slot.
    pub time: Option<String>,
    /// Further arguments of sbatch.
    pub sbatch_args: Vec<String>,
}

/// What was submitted last for a folder of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Submitted {
    array_job: String,
    merge_job: String,
    shards: usize,
}

/// The two scripts of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scripts {
    /// The job array.
    pub array: String,
    /// What makes the tables.
    pub merge: String,
}

/// What came of submitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// Every cell has a result and the tables are made.
    NothingToDo,
    /// All that is missing is being computed.
    Running(String),
    /// Submitted now.
    Submitted {
        /// Job id of the array; none if only tables are missing.
        array_job: Option<String>,
        /// Its tasks.
        tasks: usize,
        /// Job id of the merge.
        merge_job: String,
        /// Where scripts and logs are.
        folder: PathBuf,
    },
}

/// Tasks of an array if none are asked for.
const TASKS: usize = 64;

/// Slurm's own default of MaxArraySize.
const MAX_ARRAY_SIZE: usize = 1001;

/// The scripts that would be submitted, for all shards.
///
/// # Errors
/// A config that is wrong, or options that are.
pub fn scripts(options: &SweepOptions, slurm: &SlurmOptions) -> Result<Scripts, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let shards = shards(&config, slurm)?;
    write_scripts(&Layout::of(options)?, slurm, shards, &(0..shards).collect())
}

/// Submits what is missing as a job array of shards, and a job that makes the tables when they have ended.
///
/// # Errors
/// A config that is wrong or would mix results; no Slurm; what sbatch says.
pub fn submit(options: &SweepOptions, slurm: &SlurmOptions) -> Result<Submission, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let shards = shards(&config, slurm)?;
    let layout = Layout::of(options)?;
    let store = Store::read(&journal::all(&layout.out)?, &config)?;
    let missing = missing(&config, &store, shards, options.retry_failed)?;
    let running = match read_submitted(&layout.out)? {
        Some(last) => {
            let running = tasks_in_queue(&last.array_job)?;
            if !running.is_empty() && last.shards != shards {
                return Err(SimError::Usage(format!(
                    "job {} with {} shards still has {} tasks in the queue: use --array {}, or end it with scancel {}",
                    last.array_job,
                    last.shards,
                    running.len(),
                    last.shards,
                    last.array_job
                )));
            }
            if missing.iter().all(|shard| running.contains(shard)) && !running.is_empty() {
                return Ok(Submission::Running(last.array_job));
            }
            running
        }
        None => BTreeSet::new(),
    };
    if missing.is_empty() && layout.out.join("manifest.json").is_file() {
        return Ok(Submission::NothingToDo);
    }
    let tasks: BTreeSet<usize> = missing.difference(&running).copied().collect();
    let folder = layout.folder();
    std::fs::create_dir_all(&folder).map_err(|e| SimError::io("make the folder", &folder, e))?;
    write_file(&layout.config(), &config.toml)?;
    let scripts = write_scripts(&layout, slurm, shards, &tasks)?;
    write_file(&folder.join("array.sh"), &scripts.array)?;
    write_file(&folder.join("merge.sh"), &scripts.merge)?;
    let sbatch = |script: &str, more: &[String]| {
        let mut arguments = vec!["--parsable".to_owned()];
        arguments.extend(more.iter().cloned());
        arguments.push(folder.join(script).display().to_string());
        // A cluster of several answers `id;cluster`.
        call("sbatch", &arguments).map(|id| id.trim().split(';').next().unwrap_or_default().to_owned())
    };
    let array_job = if tasks.is_empty() { None } else { Some(sbatch("array.sh", &slurm.sbatch_args)?) };
    // In whatever way the tasks end: a dependency on success would wait for ever after a failure.
    let dependency = array_job.iter().map(|id| format!("--dependency=afterany:{id}"));
    let merge_job =
        sbatch("merge.sh", &slurm.sbatch_args.iter().cloned().chain(dependency).collect::<Vec<_>>())?;
    let submitted =
        Submitted { array_job: array_job.clone().unwrap_or_default(), merge_job: merge_job.clone(), shards };
    let json = serde_json::to_string_pretty(&submitted).expect("plain data");
    write_file(&folder.join("jobs.json"), &format!("{json}\n"))?;
    Ok(Submission::Submitted { array_job, tasks: tasks.len(), merge_job, folder })
}

/// The state of the jobs of a folder, in words; nothing if there are none, or no Slurm.
///
/// # Errors
/// The record of the jobs cannot be read.
pub fn queue(out: &Path) -> Result<Vec<String>, SimError> {
    let Some(last) = read_submitted(out)? else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for (what, job) in [("array", &last.array_job), ("merge", &last.merge_job)] {
        if job.is_empty() {
            continue;
        }
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

/// How many shards: as asked, or as many as make sense.
fn shards(config: &Config, slurm: &SlurmOptions) -> Result<usize, SimError> {
    let units = config.grid.len() / config.grid.cells_per_unit();
    let largest = call("scontrol", &["show".into(), "config".into()])
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("MaxArraySize"))?.to_owned();
            line.split('=').nth(1)?.trim().parse().ok()
        })
        .unwrap_or(MAX_ARRAY_SIZE);
    match slurm.array {
        None => Ok(TASKS.min(units).min(largest)),
        Some(array) if array <= largest => Ok(array),
        Some(array) => Err(SimError::Usage(format!(
            "--array {array} is more than this cluster's MaxArraySize, {largest}; a task computes many cells, so fewer will do"
        ))),
    }
}

/// Shards with cells that have no result.
fn missing(
    config: &Config,
    store: &Store,
    shards: usize,
    retry_failed: bool,
) -> Result<BTreeSet<usize>, SimError> {
    let unit = config.grid.cells_per_unit();
    let mut missing = BTreeSet::new();
    for cell in needed_cells(config, store) {
        let (cell, _) = cell?;
        if !store.has(cell) && (retry_failed || !store.has_failed(cell)) {
            missing.insert(Shard::owner(cell / unit, shards));
        }
    }
    Ok(missing)
}

/// Absolute paths: a job may start anywhere.
struct Layout {
    name: String,
    program: PathBuf,
    out: PathBuf,
    retry_failed: bool,
}

impl Layout {
    fn of(options: &SweepOptions) -> Result<Layout, SimError> {
        let out = options.out.clone().unwrap_or_else(|| default_out(&options.config));
        Ok(Layout {
            name: options.config.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            program: std::env::current_exe()
                .map_err(|e| SimError::io("find", Path::new("this program"), e))?,
            out: std::path::absolute(&out).map_err(|e| SimError::io("find", &out, e))?,
            retry_failed: options.retry_failed,
        })
    }

    fn folder(&self) -> PathBuf {
        self.out.join("slurm")
    }

    /// The config as submitted, overrides included: what is done with the original later does not matter.
    fn config(&self) -> PathBuf {
        self.folder().join("config.toml")
    }
}

/// Both scripts, for some of `shards` shards.
fn write_scripts(
    layout: &Layout,
    slurm: &SlurmOptions,
    shards: usize,
    tasks: &BTreeSet<usize>,
) -> Result<Scripts, SimError> {
    let text = |path: &Path| match path.to_str() {
        Some(text) if !text.contains(['\n', '"', '\\']) => Ok(text.to_owned()),
        _ => Err(SimError::Usage(format!("{}: a job script cannot hold such a path", path.display()))),
    };
    let (program, out) = (quoted(&text(&layout.program)?), quoted(&text(&layout.out)?));
    let config = quoted(&text(&layout.config())?);
    let log = text(&layout.folder())?.replace('%', "%%");
    let mut head = String::new();
    if let Some(partition) = &slurm.partition {
        head.push_str(&format!("#SBATCH --partition={partition}\n"));
    }
    let mut own = String::new();
    if let Some(mem) = &slurm.mem {
        own.push_str(&format!("#SBATCH --mem={mem}\n"));
    }
    if let Some(time) = &slurm.time {
        let seconds = seconds(time).ok_or_else(|| {
            SimError::Usage(format!(
                "--time {time}: the forms are minutes, hours:minutes:seconds and days-hours:minutes:seconds"
            ))
        })?;
        // Cells in flight are finished in what is left after the signal.
        let notice = (seconds / 10).clamp(10, 120);
        own.push_str(&format!("#SBATCH --time={time}\n#SBATCH --signal=B:USR1@{notice}\n"));
    }
    let retry = if layout.retry_failed { " --retry-failed" } else { "" };
    let (name, array, cpus) = (&layout.name, ranges(tasks), slurm.cpus.max(1));
    let array = format!(
        r#"#!/bin/bash
#SBATCH --job-name="logitdist-{name}"
#SBATCH --array={array}
#SBATCH --cpus-per-task={cpus}
{head}{own}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="{log}/%A_%a.log"

# A task computes one of {shards} shares of the sweep and leaves out what its journal has already: a task that is requeued goes on
# where it was.
end=
trap 'end=time; kill -TERM "$sweep" 2>/dev/null' USR1
trap 'end=told; kill -TERM "$sweep" 2>/dev/null' TERM
{program} sweep {config} --out {out} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --threads {cpus}{retry} &
sweep=$!
wait "$sweep"
code=$?
# A signal ends the wait, not the sweep, which finishes its cells in flight.
while kill -0 "$sweep" 2>/dev/null; do
    wait "$sweep"
    code=$?
done
restarts=${{SLURM_RESTART_COUNT:-0}}
if [ "$end" = time ]; then again=100; elif [ -z "$end" ] && [ "$code" -gt 128 ]; then again=3; else again=0; fi
if [ "$restarts" -lt "$again" ]; then
    # Out of time, or killed: in another slot. Slurm ends this script while it sleeps.
    echo "ended with code $code; requeued"
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}" && sleep 300
fi
exit "$code"
"#
    );
    let merge = format!(
        r#"#!/bin/bash
#SBATCH --job-name="logitdist-{name}-merge"
#SBATCH --cpus-per-task={cpus}
{head}#SBATCH --open-mode=append
#SBATCH --output="{log}/merge-%j.log"

exec {program} sweep merge {out}
"#
    );
    Ok(Scripts { array, merge })
}

/// A word of a shell script.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `0-3,7,9-10`.
fn ranges(numbers: &BTreeSet<usize>) -> String {
    let numbers: Vec<usize> = numbers.iter().copied().collect();
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let text = runs.map(|run| match run {
        [one] => one.to_string(),
        run => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    text.collect::<Vec<_>>().join(",")
}

/// Seconds of a time as sbatch understands it: `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`.
fn seconds(time: &str) -> Option<u64> {
    let (days, rest) = match time.split_once('-') {
        Some((days, rest)) => (Some(days.parse::<u64>().ok()?), rest),
        None => (None, time),
    };
    let parts: Vec<u64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let seconds = match (days, parts.as_slice()) {
        (None, [m]) => m * 60,
        (None, [m, s]) => m * 60 + s,
        (_, [h, m, s]) => h * 3600 + m * 60 + s,
        (Some(_), [h]) => h * 3600,
        (Some(_), [h, m]) => h * 3600 + m * 60,
        _ => return None,
    };
    Some(days.unwrap_or(0) * 86400 + seconds).filter(|seconds| *seconds > 0)
}

fn read_submitted(out: &Path) -> Result<Option<Submitted>, SimError> {
    let path = out.join("slurm").join("jobs.json");
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

/// Tasks of an array job that wait or run.
fn tasks_in_queue(job: &str) -> Result<BTreeSet<usize>, SimError> {
    if job.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(squeue(job, "%K")?.lines().filter_map(|line| line.trim().parse().ok()).collect())
}

/// What squeue says of a job, a line for each task; nothing once the job is forgotten.
fn squeue(job: &str, format: &str) -> Result<String, SimError> {
    match call("squeue", &["-h", "-r", "-j", job, "-o", format].map(String::from)) {
        Err(SimError::Usage(message)) if message.contains("Invalid job id") => Ok(String::new()),
        answer => answer,
    }
}

/// What a program of Slurm prints.
fn call(program: &str, arguments: &[String]) -> Result<String, SimError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            name: "dimension".into(),
            program: "/opt/it's/logitdist".into(),
            out: "/data/50% off".into(),
            retry_failed: false,
        }
    }

    #[test]
    fn scripts_ask_for_what_was_asked_and_quote_paths() {
        let slurm = SlurmOptions {
            partition: Some("short".into()),
            cpus: 8,
            mem: Some("4G".into()),
            time: Some("1:00:00".into()),
            ..SlurmOptions::default()
        };
        let Scripts { array, merge } = write_scripts(&layout(), &slurm, 64, &[0, 1, 2, 5].into()).unwrap();
        for line in [
            "#SBATCH --array=0-2,5\n",
            "#SBATCH --cpus-per-task=8\n",
            "#SBATCH --partition=short\n",
            "#SBATCH --mem=4G\n",
            "#SBATCH --time=1:00:00\n",
            "#SBATCH --signal=B:USR1@120\n",
            "#SBATCH --requeue\n",
            "#SBATCH --output=\"/data/50%% off/slurm/%A_%a.log\"\n",
            "'/opt/it'\\''s/logitdist' sweep '/data/50% off/slurm/config.toml' --out '/data/50% off' \
             --shard \"$SLURM_ARRAY_TASK_ID/64\" --threads 8 &\n",
        ] {
            assert!(array.contains(line), "{line}\n{array}");
        }
        assert!(merge.contains("exec '/opt/it'\\''s/logitdist' sweep merge '/data/50% off'\n"), "{merge}");
        assert!(merge.contains("--partition=short") && !merge.contains("--array"), "{merge}");
        let plain = write_scripts(&layout(), &SlurmOptions::default(), 2, &[0, 1].into()).unwrap().array;
        assert!(
            !plain.contains("--signal") && !plain.contains("--partition") && plain.contains("--threads 1")
        );
        let wrong = SlurmOptions { time: Some("soon".into()), ..SlurmOptions::default() };
        assert!(
            write_scripts(&layout(), &wrong, 2, &[0].into()).unwrap_err().to_string().contains("--time soon")
        );
    }

    #[test]
    fn times_are_those_of_sbatch() {
        for (text, want) in [
            ("30", Some(1800)),
            ("1:30", Some(90)),
            ("1:00:00", Some(3600)),
            ("2-0", Some(172_800)),
            ("1-2:30", Some(95_400)),
            ("0-0:0:1", Some(1)),
            ("0", None),
            ("1h", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), want, "{text}");
        }
    }

    #[test]
    fn ranges_are_short() {
        assert_eq!(ranges(&[0, 1, 2, 3, 7, 9, 10].into()), "0-3,7,9-10");
        assert_eq!(ranges(&[4].into()), "4");
    }
}
