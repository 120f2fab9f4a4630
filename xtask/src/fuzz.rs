//! `cargo xtask fuzz`: libFuzzer on everything that logitdist reads, on stable Rust.

use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Feed mutated files to every reader. Each target of fuzz/ runs for the given time, or until it has run so many inputs.
///
/// What is found interesting is kept in target/fuzz/corpus and comes first the next time. An input that makes a target panic, hang or
/// take 2 GB goes to target/fuzz/artifacts; once the error is mended, it belongs into fuzz/regressions/TARGET.
#[derive(clap::Args)]
pub struct Arguments {
    /// Targets [default: all].
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TARGETS))]
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Inputs for each target, after which it ends before its time.
    #[arg(long, value_name = "N")]
    inputs: Option<u64>,
    /// Seed of the mutations; the same seed gives the same inputs while nothing else differs [default: one by chance].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    seed: Option<u32>,
    /// Targets that run at the same time [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

const TARGETS: [&str; 7] = ["npy", "npz", "safetensors", "gguf", "config", "journal", "tables"];

/// Instrumentation: a counter for every branch, and a table of where they are. cargo-fuzz sets the same on nightly Rust.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table";

const HOME: &str = "target/fuzz";

/// The longest input in bytes. libFuzzer cuts longer seeds off without a word, and a table without its end is refused at once.
const LONGEST: u64 = 8192;

/// Runs the task: exit code 1 if a target failed.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(
        Path::new("fuzz/Cargo.toml").is_file(),
        "fuzz/Cargo.toml: not there; run this in the root of the repository"
    );
    let programs = build()?;
    let sweep = sweep()?;
    let targets: Vec<&str> = match arguments.targets.as_slice() {
        [] => TARGETS.to_vec(),
        chosen => chosen.iter().map(String::as_str).collect(),
    };
    let jobs = arguments
        .jobs
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(targets.len()) {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = fuzz(target, &programs, &sweep, arguments);
                    results.lock().expect("no worker panics").push((*target, result));
                }
            });
        }
    });
    let mut failed = false;
    for (target, result) in results.into_inner().expect("no worker panics") {
        match result {
            Ok(inputs) => println!("{target}: {inputs} inputs, none of which fails"),
            Err(error) => {
                eprintln!("error: {target}: {error:#}");
                failed = true;
            }
        }
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// Builds all targets and returns their folder.
fn build() -> anyhow::Result<PathBuf> {
    let version = Command::new("rustc").arg("-vV").output().context("rustc cannot be started")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    // These flags take the place of those in .cargo/config.toml.
    let processor = if host.starts_with("x86_64") { " -Ctarget-cpu=x86-64-v3" } else { "" };
    // With --target, macros and build scripts are built without the counters, for which they have no runtime.
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--manifest-path", "fuzz/Cargo.toml", "--target", host])
        .args(["--target-dir", HOME])
        .env("RUSTFLAGS", format!("{FLAGS}{processor}"))
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "the fuzz targets do not compile");
    Ok(Path::new(HOME).join(host).join("release"))
}

/// A small sweep, whose journal and tables are the seeds of their targets: made anew, so that they are of this version.
fn sweep() -> anyhow::Result<PathBuf> {
    let out = Path::new(HOME).join("sweep");
    let options = logitdist_sim::SweepOptions {
        config: "fuzz/journal.toml".into(),
        out: Some(out.clone()),
        fresh: true,
        ..Default::default()
    };
    logitdist_sim::sweep(&options).context("the sweep for the seeds")?;
    let seed = |target: &str, name: &str, bytes: Vec<u8>| -> anyhow::Result<()> {
        let folder = out.join("seeds").join(target);
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(name), bytes)?)
    };
    seed("journal", "whole", fs::read(out.join("journal/0-of-1.journal"))?)?;
    let (rows, bounds) = (fs::read(out.join("rows.csv"))?, fs::read(out.join("bounds.csv"))?);
    let failures = b"source,cell_seed,message,command\n".to_vec();
    let manifest = fs::read(out.join("manifest.json"))?;
    // Where the manifest says what the tables are, changed ones are refused. Without it they are read.
    seed("tables", "bare", [&rows[..], &bounds].join(&0))?;
    seed("tables", "whole", [rows, bounds, failures, manifest].join(&0))?;
    Ok(out)
}

/// Runs a target to its end and returns how many inputs it ran.
fn fuzz(target: &str, programs: &Path, sweep: &Path, arguments: &Arguments) -> anyhow::Result<u64> {
    let (corpus, artifacts) =
        (Path::new(HOME).join("corpus").join(target), Path::new(HOME).join("artifacts").join(target));
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let mut folders = vec![corpus];
    let seeds = [
        Path::new("fuzz/seeds").join(target),
        Path::new("fuzz/regressions").join(target),
        sweep.join("seeds").join(target),
    ];
    folders.extend(seeds.into_iter().filter(|folder| folder.is_dir()));
    if target == "config" {
        folders.push("configs".into());
    }
    for folder in &folders[1..] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let size = path.metadata()?.len();
            let fits = path.is_dir() || size <= LONGEST;
            ensure!(fits, "{}: {size} bytes; at most {LONGEST} are read", path.display());
        }
    }
    let mut command = Command::new(programs.join(target));
    command
        .args(folders)
        .arg(format!("-max_total_time={}", arguments.seconds))
        .arg(format!("-runs={}", arguments.inputs.map_or(-1, |inputs| inputs.min(i64::MAX as u64) as i64)))
        .arg(format!("-seed={}", arguments.seed.unwrap_or(0)))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"])
        .arg(format!("-max_len={LONGEST}"));
    let words = Path::new("fuzz/dictionaries").join(target);
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    let output = command.output().with_context(|| format!("{target} cannot be started"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("it fails; see {}\n{said}", artifacts.display());
    }
    let count = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    count
        .and_then(|count| count.trim().parse().ok())
        .with_context(|| format!("it does not say how much it did: {said}"))
}
