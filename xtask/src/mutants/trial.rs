//! Runs tests with one change at a time.

use super::build::Program;
use anyhow::{Context, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A test, what it takes and which changes it reaches.
#[derive(Debug, Clone)]
pub(super) struct Test {
    program: Program,
    name: String,
    pub takes: Duration,
    reaches: BTreeSet<usize>,
}

/// How a change came through the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A test fails.
    Caught,
    /// No test reaches it.
    Unreached,
    /// All tests pass that reach it.
    Survives,
    /// It does not compile.
    NoChange,
}

/// A change may take this much memory in KiB: some fill a vector for ever.
const MEMORY: u64 = 6 << 20;

const SIGKILL: i32 = 9;

/// No test takes so long without a change.
const LONGEST: Duration = Duration::from_secs(600);

/// The names of a program's tests.
pub(super) fn names(program: &Program) -> anyhow::Result<Vec<String>> {
    let output = command(program, LONGEST)
        .arg("--list")
        .output()
        .with_context(|| program.path.display().to_string())?;
    ensure!(output.status.success(), "{}: no list of tests", program.path.display());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Runs a test without any change, and writes down which it reaches. It must pass.
pub(super) fn traced(program: &Program, name: &str, scratch: &Path) -> anyhow::Result<Test> {
    let trace = tempfile::NamedTempFile::new_in(scratch)?;
    let start = Instant::now();
    let status = command(program, LONGEST)
        .args(["--exact", name])
        .env("LOGITDIST_MUTANT_TRACE", trace.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "{name} fails without a change");
    let takes = start.elapsed();
    let text = fs::read_to_string(trace.path())?;
    let reaches =
        text.lines().map(|line| line.parse().context("a trace of numbers")).collect::<Result<_, _>>()?;
    Ok(Test { program: program.clone(), name: name.to_owned(), takes, reaches })
}

/// Tries a change with the tests of its package that reach it: the fast ones first, then those that take three times as long in all.
pub(super) fn outcome(change: usize, package: &str, tests: &[Test]) -> anyhow::Result<Outcome> {
    let reaches = |test: &&Test| test.program.package == package && test.reaches.contains(&change);
    let mut reaching: Vec<&Test> = tests.iter().filter(reaches).collect();
    if reaching.is_empty() {
        return Ok(Outcome::Unreached);
    }
    reaching.sort_by_key(|test| (test.takes, &test.name));
    let mut budget = Duration::from_millis(100);
    while !reaching.is_empty() {
        let mut sum = Duration::ZERO;
        let fits = reaching.iter().take_while(|test| {
            sum += test.takes;
            sum <= budget
        });
        let batch: Vec<&Test> = reaching.drain(..fits.count().max(1)).collect();
        let programs: BTreeSet<&Program> = batch.iter().map(|test| &test.program).collect();
        for program in programs {
            let of_program: Vec<&Test> =
                batch.iter().copied().filter(|test| test.program == *program).collect();
            if !passes(change, program, &of_program)? {
                return Ok(Outcome::Caught);
            }
        }
        budget *= 3;
    }
    Ok(Outcome::Survives)
}

/// Whether all tests of a program pass, of which each ends if nothing is changed.
pub(super) fn passes_whole(program: &Program) -> anyhow::Result<bool> {
    let mut child = command(program, LONGEST).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(ended(&mut child, LONGEST)?.unwrap_or(false))
}

/// Whether tests pass, in ten times what they take without a change: of processor time, which others on the machine do not take from.
fn passes(change: usize, program: &Program, tests: &[&Test]) -> anyhow::Result<bool> {
    let limit = 10 * tests.iter().map(|test| test.takes).sum::<Duration>() + Duration::from_secs(10);
    let mut command = command(program, limit);
    command.args(["--test-threads", "1", "--exact"]).args(tests.iter().map(|test| &test.name));
    command.env("LOGITDIST_MUTANT", change.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let status = ended(&mut child, 30 * limit)?;
    Ok(status.unwrap_or(false))
}

/// Waits for a process. Kills it after `limit`, and then says nothing.
fn ended(child: &mut Child, limit: Duration) -> anyhow::Result<Option<bool>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            // A machine without memory ends processes in this way, and a test that is ended says nothing.
            ensure!(
                status.signal() != Some(SIGKILL),
                "tests were killed by the system; is there memory enough?"
            );
            return Ok(Some(status.success()));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program of tests where it belongs, on one thread, with little memory and at most so much processor time.
fn command(program: &Program, limit: Duration) -> Command {
    let mut command = Command::new("sh");
    // The soft limit, which ends a process by a signal of its own.
    let limits = format!("ulimit -v {MEMORY} && ulimit -S -t {} && exec \"$0\" \"$@\"", limit.as_secs());
    command.args(["-c", &limits]).arg(&program.path);
    command.current_dir(&program.home).env("CARGO_MANIFEST_DIR", &program.home).env("RAYON_NUM_THREADS", "1");
    command.env("INSTA_UPDATE", "no");
    command
}
