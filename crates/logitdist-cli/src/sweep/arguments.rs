//! What can be said on the command line of a sweep.

use crate::threads::number;
use crate::whole::whole;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use logitdist_sim::{Shard, SlurmOptions, SweepOptions};
use std::path::PathBuf;
use std::time::Duration;

// Paragraphs are single lines: clap wraps them to the terminal.
const EXIT_CODES: &str = "\
Results go to a journal as cells finish, and the tables are made from it at the end: after any interruption, run the same command \
again; the CSV is identical. Ctrl-C and SIGTERM finish the cells in flight first.

Exit codes: 0 fine, 1 a bound was violated or a cell failed, 2 bad usage or input, 3 not finished: stopped by a signal or the time limit, or cells are missing.";

/// Run the grid of a config: draw every pair, measure it, evaluate every bound, write CSV.
///
/// Writes to results/NAME, or to the folder of --out: rows.csv (a row per cell: parameters and measures), bounds.csv (a row per cell,
/// direction and bound), summary.csv (tightness per bound and axis value), schema.json (what each column is), config.toml and manifest.json, and failures.csv if cells
/// failed. The CSV files are the same byte for byte on any number of threads and shards, and after any interruption.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_long_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// The config, for example configs/quickstart.toml; docs/configs.md lists its keys.
    #[arg(required = true)]
    pub(super) config: Option<PathBuf>,
    /// Override a key of the config, for example `--set replicates=2` or `--set "model.dim=[4,8]"`. May be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) overrides: Vec<String>,
    /// Folder of the results [default: results/ and the config's name].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Number of threads [default: all processors]. The CSV does not depend on it.
    #[arg(long, allow_negative_numbers = true, value_parser = number, conflicts_with = "slurm")]
    pub(super) threads: Option<u16>,
    /// Compute only share I of N, counted from 0, and make no tables. `auto/N` takes I from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX.
    #[arg(long, value_name = "I/N", value_parser = parse_shard, conflicts_with = "slurm")]
    pub(super) shard: Option<Shard>,
    /// Continue what the folder's journals hold. This is the default.
    #[arg(long, conflicts_with = "fresh")]
    pub(super) resume: bool,
    /// Delete earlier results in the folder and start again. With --shard, only those of this share.
    #[arg(long, conflicts_with = "slurm")]
    pub(super) fresh: bool,
    /// Continue after a cell that fails; it gets a row in failures.csv. This is the default.
    #[arg(long, conflicts_with = "fail_fast")]
    pub(super) keep_going: bool,
    /// End the run at the first cell that fails.
    #[arg(long, conflicts_with = "slurm")]
    pub(super) fail_fast: bool,
    /// Retry cells that failed in an earlier run.
    #[arg(long)]
    pub(super) retry_failed: bool,
    /// Start no new cell after this time, for example 55m or 1h30m. Exit code 3 if cells are left.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "slurm")]
    pub(super) time_limit: Option<Duration>,
    /// Print the question, the axes and the number of cells, but run nothing. With --slurm, print the job scripts.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Submit the sweep to Slurm: an array of shards, and a job that makes the tables. Given again, it submits only what is missing.
    #[arg(long)]
    pub(super) slurm: bool,
    #[command(flatten)]
    pub(super) cluster: Cluster,
}

#[derive(Args)]
#[command(next_help_heading = "With --slurm")]
pub(super) struct Cluster {
    /// Partition [default: the cluster's].
    #[arg(long, requires = "slurm", value_parser = plain)]
    partition: Option<String>,
    /// Tasks of the array, each a shard of many cells [default: 64, or fewer if there are fewer cells].
    #[arg(long, requires = "slurm", value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(1..=u64::from(u32::MAX)))]
    array: Option<u32>,
    /// Processors of a task, and its threads.
    #[arg(long, requires = "slurm", value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
    cpus: u16,
    /// Memory of a task, for example 4G.
    #[arg(long, requires = "slurm", value_name = "SIZE", value_parser = plain)]
    mem: Option<String>,
    /// Time of a task, for example 1:00:00. A task that needs more is requeued and continues.
    #[arg(long, requires = "slurm", value_name = "TIME", value_parser = plain)]
    time: Option<String>,
    /// A further argument of sbatch, for example `--sbatch-arg=--account=lab`. May be repeated.
    #[arg(long, requires = "slurm", value_name = "ARG", allow_hyphen_values = true)]
    sbatch_arg: Vec<String>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show the progress of a sweep: cells done, failed and missing, its processes, its jobs in the queue.
    Status {
        /// Folder of the results.
        dir: PathBuf,
    },
    /// Merge the journals of several folders into one and make the tables. Without inputs, merge the folder's own shards.
    ///
    /// Inputs may overlap, repeat and come in any order. Different results for one cell are an error.
    Merge {
        /// Folder of the merged results.
        out: PathBuf,
        /// Folders of shards.
        #[arg(value_name = "IN")]
        inputs: Vec<PathBuf>,
        /// Make tables although cells are missing.
        #[arg(long)]
        partial: bool,
        /// Merge journals although the tables beside them are not as their run left them.
        #[arg(long)]
        damaged: bool,
    },
    /// Estimate the time of a sweep from a sample of its cells, and suggest how to divide it.
    Plan {
        /// The config.
        config: PathBuf,
        /// Override a key of the config. May be repeated.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        overrides: Vec<String>,
        /// Threads on this machine [default: all processors].
        #[arg(long, allow_negative_numbers = true, value_parser = number)]
        threads: Option<u16>,
        /// Processors of a task on the cluster.
        #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
        cpus: u16,
    },
    /// Compute a single cell and print it, for example one that failed or one that a picture shows.
    Cell {
        /// The config, for example the config.toml of a folder of results.
        config: PathBuf,
        /// The cell's `cell_seed`: s and 16 hexadecimal digits.
        #[arg(long, value_name = "CELL_SEED", value_parser = parse_seed)]
        id: u64,
        /// Override a key of the config, as in the run. May be repeated.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        overrides: Vec<String>,
    },
}

impl Arguments {
    /// The options of the run; clap has seen to it that there is a config.
    pub(super) fn options(&self) -> SweepOptions {
        SweepOptions {
            config: self.config.clone().unwrap_or_default(),
            overrides: self.overrides.clone(),
            out: self.out.clone(),
            threads: self.threads.map(usize::from),
            shard: self.shard,
            fresh: self.fresh,
            fail_fast: self.fail_fast,
            retry_failed: self.retry_failed,
            time_limit: self.time_limit,
            ..SweepOptions::default()
        }
    }
}

impl Cluster {
    /// What to ask of the cluster.
    pub(super) fn options(&self) -> SlurmOptions {
        SlurmOptions {
            partition: self.partition.clone(),
            array: self.array.map(|n| n as usize),
            cpus: usize::from(self.cpus),
            mem: self.mem.clone(),
            time: self.time.clone(),
            sbatch_args: self.sbatch_arg.clone(),
        }
    }
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text, |name| std::env::var(name).ok())
}

/// Ten years. Longer times are mistakes, and the clock could not hold all of them.
const LONGEST: Duration = Duration::from_secs(87_600 * 3_600);

fn parse_duration(text: &str) -> anyhow::Result<Duration> {
    let form =
        "the form is a number and a unit, for example 90s, 55m or 1h30m, and the longest time is 87600h";
    let duration: jiff::SignedDuration = text.parse().ok().context(form)?;
    match Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() && duration <= LONGEST => Ok(duration),
        _ => bail!("the time must be greater than 0 and at most ten years; {form}"),
    }
}

fn parse_seed(text: &str) -> anyhow::Result<u64> {
    // Earlier versions wrote the digits alone.
    let digits = text.strip_prefix('s').unwrap_or(text);
    let is_whole = digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let seed = u64::from_str_radix(digits, 16).ok().filter(|_| is_whole);
    seed.context("a cell_seed is s and 16 hexadecimal digits, as in rows.csv and failures.csv")
}

/// A word that stands in a job script as it is.
fn plain(text: &str) -> anyhow::Result<String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_.,:+=/".contains(c);
    if text.is_empty() || !text.chars().all(fine) {
        bail!("letters, digits and - _ . , : + = / only");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_seeds_are_read_or_refused() {
        for (text, seconds) in [("55m", 3300), ("1h30m", 5400), ("90s", 90), ("1h 30m", 5400), ("2d", 0)] {
            let read = parse_duration(text).map(|d| d.as_secs()).unwrap_or(0);
            assert_eq!(read, seconds, "{text}");
        }
        for text in ["", "55", "-3m", "0s", "soon", "87601h", "9999999999999999999s", "9999999999999999999"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        for text in ["s00000000000000ff", "00000000000000ff"] {
            assert_eq!(parse_seed(text).unwrap(), 255);
        }
        for text in
            ["ff", "sff", "ss00000000000000ff", "+00000000000000f", "g000000000000000", "00000000000000ff0"]
        {
            assert!(parse_seed(text).is_err(), "{text}");
        }
    }
}
