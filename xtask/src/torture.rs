//! `cargo xtask torture`: sweeps that are killed again and again must leave the tables of one that was not.

use anyhow::{Context, bail, ensure};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// Kill sweeps at random moments, over several shards and numbers of threads, until so many were killed, and compare
/// their tables with those of a run in one piece.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many processes to kill.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// Seed of moments, shards and threads.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The config.
    #[arg(long, default_value = "configs/quickstart.toml")]
    config: PathBuf,
}

/// Longest life of a process that is to be killed.
const LONGEST_MS: u64 = 400;

/// What happened so far.
#[derive(Default)]
struct Toll {
    studies: usize,
    starts: usize,
    kills: usize,
    torn: usize,
}

/// Runs the task: exit code 1 if any table differs.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let whole = folder.path().join("whole");
    let program = std::env::current_exe().context("this program cannot be found")?;
    let sweep = |out: &Path, more: &[String]| {
        let mut command = Command::new(&program);
        command
            .arg("sweep")
            .arg(&arguments.config)
            .args(["--set", "replicates=2", "--out"])
            .arg(out)
            .args(more);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let first = sweep(&whole, &["--threads".into(), "1".into()]).output()?;
    ensure!(first.status.success(), "the undisturbed run fails: {}", String::from_utf8_lossy(&first.stderr));
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
    let mut toll = Toll::default();
    while toll.kills < arguments.kills {
        let out = folder.path().join(format!("study-{}", toll.studies));
        let shards = 1 + toll.studies % 3;
        study(&sweep, &out, shards, &mut rng, &mut toll)?;
        if shards > 1 {
            let merged = Command::new(&program).args(["sweep", "merge"]).arg(&out).output()?;
            ensure!(merged.status.success(), "the merge fails: {}", String::from_utf8_lossy(&merged.stderr));
        }
        for table in ["rows.csv", "bounds.csv", "summary.csv"] {
            let read = |folder: &Path| {
                let path = folder.join(table);
                std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
            };
            if read(&out)? != read(&whole)? {
                let kept = folder.keep();
                eprintln!(
                    "error: after {} kills {table} of study {} ({shards} shards) is not that of the undisturbed run; see {}",
                    toll.kills,
                    toll.studies,
                    kept.display()
                );
                return Ok(ExitCode::from(1));
            }
        }
        std::fs::remove_dir_all(&out)?;
        toll.studies += 1;
    }
    println!(
        "{} of {} processes were killed in {} sweeps of 1 to 3 shards; {} left a torn record; every table is that of the \
         undisturbed run",
        toll.kills, toll.starts, toll.studies, toll.torn
    );
    Ok(ExitCode::SUCCESS)
}

/// One sweep, started and killed until all of its shards are done.
fn study(
    sweep: &impl Fn(&Path, &[String]) -> Command,
    out: &Path,
    shards: usize,
    rng: &mut ChaCha8Rng,
    toll: &mut Toll,
) -> anyhow::Result<()> {
    let mut left: Vec<usize> = (0..shards).collect();
    for round in 0.. {
        if left.is_empty() {
            return Ok(());
        }
        ensure!(round < 10_000, "the sweep in {} does not come to an end", out.display());
        let lives = left.iter().map(|&shard| {
            let mut more = vec!["--threads".to_owned(), (1 + rng.next_u64() % 2).to_string()];
            if shards > 1 {
                more.extend(["--shard".to_owned(), format!("{shard}/{shards}")]);
            }
            // Short lives are as likely as long ones: between the first byte and the first cell, too.
            let milliseconds = (LONGEST_MS as f64).powf(rng.next_u64() as f64 / u64::MAX as f64);
            Ok((shard, sweep(out, &more).spawn()?, Duration::from_secs_f64(milliseconds / 1e3)))
        });
        let mut lives = lives.collect::<anyhow::Result<Vec<(usize, Child, Duration)>>>()?;
        lives.sort_by_key(|(_, _, life)| *life);
        let mut waited = Duration::ZERO;
        for (shard, mut child, life) in lives {
            std::thread::sleep(life.saturating_sub(waited));
            waited = life.max(waited);
            toll.starts += 1;
            // A process that is done cannot be killed any more; that is no error.
            let _ = child.kill();
            let ended = child.wait_with_output()?;
            let said = String::from_utf8_lossy(&ended.stderr);
            toll.torn += usize::from(said.contains("torn off"));
            match ended.status.code() {
                None => toll.kills += 1,
                Some(0) => left.retain(|other| *other != shard),
                Some(code) => bail!("shard {shard} of {shards} ends with code {code}: {said}"),
            }
        }
    }
    Ok(())
}
