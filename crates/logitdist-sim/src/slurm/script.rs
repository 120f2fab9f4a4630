//! The scripts of a sweep's jobs.

use super::queue::folder;
use crate::error::SimError;
use crate::options::SweepOptions;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What to ask of the cluster.
#[derive(Debug, Clone, Default)]
pub struct SlurmOptions {
    /// Partition; the cluster's default if absent.
    pub partition: Option<String>,
    /// Number of tasks of the array, each a shard; 64 if absent, fewer if there are fewer cells or the cluster allows fewer.
    pub array: Option<usize>,
    /// Processors of a task.
    pub cpus: usize,
    /// Memory of a task, in the form of sbatch.
    pub mem: Option<String>,
    /// Time of a task, in the form of sbatch. A task that needs more goes on in another slot.
    pub time: Option<String>,
    /// Further arguments of sbatch.
    pub sbatch_args: Vec<String>,
}

/// The two scripts of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scripts {
    /// The job array.
    pub array: String,
    /// The job that makes the tables.
    pub merge: String,
}

/// Where everything is. Paths are absolute, since a job may start in any folder.
pub struct Layout {
    name: String,
    program: PathBuf,
    /// Folder of the results.
    pub out: PathBuf,
    retry_failed: bool,
}

impl Layout {
    /// The layout of a sweep.
    ///
    /// # Errors
    /// The system does not tell where this program or the current folder is.
    pub fn of(options: &SweepOptions) -> Result<Layout, SimError> {
        let out = options.folder();
        Ok(Layout {
            name: options
                .config
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .replace(unlike_a_word, "_"),
            program: std::env::current_exe()
                .map_err(|e| SimError::io("find", Path::new("this program"), e))?,
            out: std::path::absolute(&out).map_err(|e| SimError::io("find", &out, e))?,
            retry_failed: options.retry_failed,
        })
    }

    /// Where scripts and logs are.
    pub fn folder(&self) -> PathBuf {
        folder(&self.out)
    }

    /// The config as submitted, overrides included. Later changes of the original do not matter.
    pub fn config(&self) -> PathBuf {
        self.folder().join("config.toml")
    }
}

/// Both scripts, for some of `shards` shards.
///
/// # Errors
/// A script cannot hold a path or a time.
pub fn write_scripts(
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
    let mut signal = String::new();
    if let Some(mem) = &slurm.mem {
        head.push_str(&format!("#SBATCH --mem={mem}\n"));
    }
    if let Some(time) = &slurm.time {
        let seconds = seconds(time).ok_or_else(|| {
            SimError::Usage(format!(
                "--time {time}: the forms are minutes, hours:minutes:seconds and days-hours:minutes:seconds, at most 366 days"
            ))
        })?;
        // The time after the signal, in which cells in flight finish.
        let notice = (seconds / 10).clamp(10, 120);
        head.push_str(&format!("#SBATCH --time={time}\n"));
        signal = format!("#SBATCH --signal=B:USR1@{notice}\n");
    }
    let retry = if layout.retry_failed { " --retry-failed" } else { "" };
    let (name, array, cpus) = (&layout.name, ranges(tasks), slurm.cpus.max(1));
    let array = format!(
        r#"#!/bin/bash
#SBATCH --job-name="logitdist-{name}"
#SBATCH --array={array}
#SBATCH --cpus-per-task={cpus}
{head}{signal}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="{log}/%A_%a.log"

# A task computes one of {shards} shards of the sweep. It skips cells that its journal has: a requeued task goes on where it was.
echo "task $SLURM_ARRAY_TASK_ID on $SLURMD_NODENAME, start $((${{SLURM_RESTART_COUNT:-0}} + 1))"
end=
again() {{
    # Goes on in another slot. Cells that do not finish in time are lost. Slurm ends this script while it sleeps.
    end=requeued
    echo "requeued"
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}" && sleep 300
}}
trap 'end=time; kill -TERM "$sweep" 2>/dev/null' USR1
trap 'case $end in
    time) again ;;
    requeued) ;;
    *) end=told; kill -TERM "$sweep" 2>/dev/null ;;
esac' TERM
{program} sweep {config} --out {out} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --threads {cpus}{retry} &
sweep=$!
wait "$sweep"
code=$?
# A signal ends the wait, but the sweep first finishes its cells in flight.
while kill -0 "$sweep" 2>/dev/null; do
    wait "$sweep"
    code=$?
done
restarts=${{SLURM_RESTART_COUNT:-0}}
# Out of time: requeue as often as needed. Killed: requeue a few times only, since a cell may need too much memory.
if [ "$end" = time ]; then most=100; elif [ -z "$end" ] && [ "$code" -gt 128 ]; then most=3; else most=0; fi
echo "ended with code $code"
if [ "$restarts" -lt "$most" ]; then again; fi
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

/// Whether a character could end a word or a line of a job script.
fn unlike_a_word(c: char) -> bool {
    !c.is_ascii_alphanumeric() && !"-_.".contains(c)
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

/// The longest time of a task, in seconds: a year. No cluster gives as much, and larger numbers are mistakes.
const LONGEST: u64 = 366 * 86_400;

/// Seconds of a time in the form of sbatch: `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`.
fn seconds(time: &str) -> Option<u64> {
    let (days, rest) = match time.split_once('-') {
        Some((days, rest)) => (Some(days.parse::<u64>().ok()?), rest),
        None => (None, time),
    };
    let parts: Vec<u64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [h, m, s] = match (days, parts.as_slice()) {
        (None, [m]) => [0, *m, 0],
        (None, [m, s]) => [0, *m, *s],
        (_, [h, m, s]) => [*h, *m, *s],
        (Some(_), [h]) => [*h, 0, 0],
        (Some(_), [h, m]) => [*h, *m, 0],
        _ => return None,
    };
    let units = [(days.unwrap_or(0), 86_400), (h, 3_600), (m, 60), (s, 1)];
    let seconds =
        units.into_iter().try_fold(0_u64, |sum, (n, unit)| sum.checked_add(n.checked_mul(unit)?))?;
    (1..=LONGEST).contains(&seconds).then_some(seconds)
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
            ("366-0", Some(31_622_400)),
            ("366-0:0:1", None),
            ("9999999999999999999", None),
            ("18446744073709551615-0", None),
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
