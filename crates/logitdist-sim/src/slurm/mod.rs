//! Submits what is missing of a sweep as a Slurm job array.

mod queue;
mod script;

pub use queue::{folder, queue};
pub use script::{Scripts, SlurmOptions};

use crate::config::Config;
use crate::error::SimError;
use crate::extension::difference;
use crate::journal::{self, Store};
use crate::manifest::is_of_all_cells;
use crate::options::SweepOptions;
use crate::place;
use crate::shard::Shard;
use crate::tables::needed_cells;
use crate::whole_file::write_file;
use queue::{Queue, Submitted, call};
use script::{Layout, write_scripts};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// Nothing: every cell has a result and the tables are made.
    NothingToDo,
    /// Nothing: these array jobs compute all that is missing.
    Running(String),
    /// These jobs.
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

/// Default number of tasks of an array.
const TASKS: usize = 64;

/// Slurm's own default of MaxArraySize.
const MAX_ARRAY_SIZE: usize = 1001;

/// The scripts that would be submitted, for all shards.
///
/// # Errors
/// The config or an option is wrong.
pub fn scripts(options: &SweepOptions, slurm: &SlurmOptions) -> Result<Scripts, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let shards = shards(&config, slurm)?;
    write_scripts(&Layout::of(options)?, slurm, shards, &(0..shards).collect())
}

/// Submits a job array that computes what is missing, and a job that makes the tables afterwards.
///
/// # Errors
/// The config is wrong or would mix results. Slurm is missing or refuses a job.
pub fn submit(options: &SweepOptions, slurm: &SlurmOptions) -> Result<Submission, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let shards = shards(&config, slurm)?;
    let layout = Layout::of(options)?;
    let store = Store::read(&journal::all(&layout.out)?, &config)?;
    let missing = missing(&config, &store, shards, options.retry_failed)?;
    let in_queue = match Submitted::read(&layout.out)? {
        Some(last) => {
            let queue = Queue::of(&last)?;
            let jobs = queue.jobs.join(" ");
            let ending = format!("wait for them, or end them with scancel {jobs}");
            if !queue.tasks.is_empty() && last.shards != shards {
                return Err(SimError::Usage(format!(
                    "of {} shards submitted earlier, {} are still in the queue: use --array {}, {ending}",
                    last.shards,
                    queue.tasks.len(),
                    last.shards,
                )));
            }
            let submitted = logitdist_io::read_config(&layout.config()).unwrap_or_default();
            let submitted = String::from_utf8_lossy(&submitted);
            if !queue.tasks.is_empty() && submitted != config.toml {
                let changed = difference(&submitted, &config.toml)?;
                return Err(SimError::Usage(format!(
                    "tasks of another config are still in the queue ({changed}): {ending}"
                )));
            }
            if !queue.tasks.is_empty() && missing.is_subset(&queue.tasks) && last.merge_job.is_some() {
                return Ok(Submission::Running(jobs));
            }
            queue
        }
        None => Queue::default(),
    };
    if missing.is_empty() && is_of_all_cells(&layout.out) {
        return Ok(Submission::NothingToDo);
    }
    place::check(options, &config, &layout.out)?;
    let tasks: BTreeSet<usize> = missing.difference(&in_queue.tasks).copied().collect();
    let folder = layout.folder();
    logitdist_io::make_folder(&folder).map_err(|e| SimError::io("make the folder", &folder, e))?;
    write_file(&layout.config(), &config.toml)?;
    let scripts = write_scripts(&layout, slurm, shards, &tasks)?;
    write_file(&folder.join("array.sh"), &scripts.array)?;
    write_file(&folder.join("merge.sh"), &scripts.merge)?;
    let sbatch = |script: &str, more: &[String]| {
        let mut arguments = vec!["--parsable".to_owned()];
        arguments.extend(more.iter().cloned());
        arguments.push(folder.join(script).display().to_string());
        // Where Slurm has several clusters, it answers `id;cluster`.
        call("sbatch", &arguments).map(|id| id.trim().split(';').next().unwrap_or_default().to_owned())
    };
    let array_job = if tasks.is_empty() { None } else { Some(sbatch("array.sh", &slurm.sbatch_args)?) };
    let array_jobs: Vec<String> = in_queue.jobs.into_iter().chain(array_job.clone()).collect();
    // Recorded at once. If the second submission fails, the first is not repeated.
    let record = |merge_job: Option<String>| {
        let submitted = Submitted { array_jobs: array_jobs.clone(), merge_job, shards };
        let json = serde_json::to_string_pretty(&submitted).expect("plain data");
        write_file(&folder.join("jobs.json"), &format!("{json}\n"))
    };
    record(None)?;
    // After any end of the tasks: a dependency on success would wait for ever after a failure.
    let dependency =
        (!array_jobs.is_empty()).then(|| format!("--dependency=afterany:{}", array_jobs.join(":")));
    let arguments: Vec<String> = slurm.sbatch_args.iter().cloned().chain(dependency).collect();
    let merge_job = sbatch("merge.sh", &arguments).map_err(|error| {
        let jobs = if array_jobs.is_empty() { "none".into() } else { array_jobs.join(" ") };
        SimError::Usage(format!(
            "the job that makes the tables is not submitted: {error}; array jobs in the queue: {jobs}; run the same command again"
        ))
    })?;
    record(Some(merge_job.clone()))?;
    Ok(Submission::Submitted { array_job, tasks: tasks.len(), merge_job, folder })
}

/// The number of shards: as asked, or as many as make sense.
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

/// Shards with missing cells.
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
