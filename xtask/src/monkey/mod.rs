//! `cargo xtask monkey`: command lines by chance over files good and bad. Whatever is asked, the program answers in good order.

mod folder;
mod line;

use anyhow::{Context, bail};
use folder::{copy, foreign, looks};
use line::{Line, line};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Run random command lines over files good and bad. Each must end in time with exit code 0 to 4, without a panic; it
/// may write what it names as its outputs, and must leave everything else as it was.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many lines, about.
    #[arg(long, default_value_t = 2000)]
    lines: usize,
    /// Seed of the lines.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Run this episode only: a stretch of lines that begins with fresh files.
    #[arg(long)]
    episode: Option<usize>,
    /// Seconds after which a line hangs; more on a busy machine.
    #[arg(long, default_value_t = 60)]
    patience: u64,
}

/// Lines that follow each other in one folder, so that some find what earlier ones left.
const EPISODE: usize = 25;

/// How many lines ended with each exit code.
type Codes = BTreeMap<i32, usize>;

/// Runs the task: exit code 1 if any line misbehaved.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe().context("this program cannot be found")?;
    let root = tempfile::tempdir().context("no temporary folder can be made")?;
    let command = |folder: &Path, words: &[&str]| logitdist(&program, folder, words);
    let template = root.path().join("template");
    folder::make(&template, &command).context("the files to play with cannot be made")?;
    let episodes = match arguments.episode {
        Some(episode) => episode..episode + 1,
        None => 0..arguments.lines.div_ceil(EPISODE),
    };
    let (next, codes) = (AtomicUsize::new(episodes.start), Mutex::new(Codes::new()));
    let worker = || -> anyhow::Result<()> {
        loop {
            let episode = next.fetch_add(1, Ordering::Relaxed);
            if episode >= episodes.end {
                return Ok(());
            }
            let folder = root.path().join(format!("episode-{episode}"));
            copy(&template, &folder)?;
            let played = play(&folder, &command, arguments, episode);
            if played.is_err() {
                // Nobody begins another one.
                next.store(episodes.end, Ordering::Relaxed);
            }
            for (code, count) in played? {
                *codes.lock().expect("no worker panics").entry(code).or_default() += count;
            }
            fs::remove_dir_all(folder)?;
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<anyhow::Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|w| w.join().expect("no worker panics")).collect()
    });
    if let Some(error) = results.into_iter().find_map(Result::err) {
        eprintln!("error: {error:#}");
        return Ok(ExitCode::from(1));
    }
    let codes = codes.into_inner().expect("no worker panics");
    let counts: Vec<String> =
        codes.iter().map(|(code, count)| format!("{count} ended with {code}")).collect();
    println!(
        "{} command lines: {}; none panicked, hung, changed an input or wrote beside its outputs",
        codes.values().sum::<usize>(),
        counts.join(", ")
    );
    Ok(ExitCode::SUCCESS)
}

/// The command `logitdist`, which this program has in it, in a folder.
fn logitdist(program: &Path, folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("logitdist").args(words).current_dir(folder).stdin(Stdio::null());
    command.env("TMPDIR", folder.join("tmp")).env("HOME", folder.join("home"));
    command
}

/// The lines of an episode. An error names the one that misbehaved, with all before it.
fn play(
    folder: &Path,
    command: &dyn Fn(&Path, &[&str]) -> Command,
    &Arguments { seed, patience, .. }: &Arguments,
    episode: usize,
) -> anyhow::Result<Codes> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(episode as u64);
    let (mut codes, mut shown) = (Codes::new(), String::new());
    let mut before = looks(folder)?;
    for _ in 0..EPISODE {
        let mut readable: Vec<PathBuf> = before.keys().filter(|path| is_readable(path)).cloned().collect();
        readable.extend(["in/missing.npz", "in/missing.toml", "/dev/null", "in", ""].map(PathBuf::from));
        let line = line(&readable, &mut rng);
        let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
        shown += &format!(
            "\n    logitdist {}",
            line.words.iter().map(|w| format!("{w:?}")).collect::<Vec<_>>().join(" ")
        );
        let ended =
            one(command(folder, &words), folder.with_extension("said"), Duration::from_secs(patience));
        let after = looks(folder)?;
        let judged = ended.and_then(|code| judge(code, &foreign(&before, &after, &line.outputs), &line));
        let code = judged.with_context(|| {
            format!("the last of these lines misbehaved (again with --seed {seed} --episode {episode}):{shown}\n   ")
        })?;
        *codes.entry(code).or_default() += 1;
        before = after;
    }
    Ok(codes)
}

/// Whether lines are given this path to read: inputs, results, and what lies in `out` by itself.
fn is_readable(path: &Path) -> bool {
    path.starts_with("in") || (path.starts_with("out") && path.components().count() == 2)
}

/// Runs a line to its end and returns its exit code. What it says goes to a file.
fn one(mut command: Command, said: PathBuf, patience: Duration) -> anyhow::Result<i32> {
    let file = File::create(&said)?;
    let mut child = command.stdout(file.try_clone()?).stderr(file).spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            bail!("it ran for more than {} s", patience.as_secs());
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let said = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
    match status.code() {
        _ if said.contains("panicked at") => bail!("it panicked: {said}"),
        Some(code @ 0..=4) => Ok(code),
        Some(code) => bail!("it ended with code {code}: {said}"),
        None => bail!("a signal ended it ({status}): {said}"),
    }
}

fn judge(code: i32, foreign: &[PathBuf], line: &Line) -> anyhow::Result<i32> {
    match foreign {
        [] => Ok(code),
        paths => {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            bail!("it wrote to {}; its outputs are {:?}", paths.join(", "), line.outputs)
        }
    }
}
