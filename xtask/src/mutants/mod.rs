//! `cargo xtask mutants`: small errors are put into the code, one at a time. The tests must notice each of them.

mod build;
mod equivalent;
mod list;
mod switched;
mod trial;

use anyhow::{Context, ensure};
use equivalent::Equivalents;
use list::{Change, without_place};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use trial::{Outcome, Test};

/// Put errors into bounds, measures, journals, merging and sharding, and see whether the tests of their crate notice.
///
/// cargo-mutants, which is installed into target/tools, lists the changes. A copy of the working tree in target/mutants is built once
/// with all of them, each behind a switch. Then the tests that reach a change run with it alone, until one fails. What cannot be
/// switched, such as a table that is made when the code is compiled, is left to --alone. Exit code 1 if a change survives that
/// xtask/equivalent-mutants.toml does not list as one without effect.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only every Nth change, from the Kth on, such as 0/40: a sample, or the part of one of several machines.
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Files, as globs [default: bounds, measures, journals, merging, sharding].
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Only the changes that survived the last time, and those of the same name: after new tests.
    #[arg(long, conflicts_with = "alone")]
    again: bool,
    /// Only the changes that cannot be switched, with a build for each. (All take a day.)
    #[arg(long)]
    alone: bool,
}

const VERSION: &str = "27.1.0";

const FILES: [&str; 5] = [
    "crates/logitdist/src/bound/**/*.rs",
    "crates/logitdist/src/measure/**/*.rs",
    "crates/logitdist-sim/src/journal/*.rs",
    "crates/logitdist-sim/src/merge.rs",
    "crates/logitdist-sim/src/shard.rs",
];

const HOME: &str = "target/mutants";

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    parts.filter(|(k, n)| k < n).ok_or_else(|| "K/N, with K under N, such as 0/40".to_owned())
}

/// Runs the task: exit code 1 if a change survives.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let program = installed()?;
    let home = std::env::current_dir()?.join(HOME);
    let tree = home.join("tree");
    copy_tree(&tree)?;
    let files: Vec<&str> = match arguments.file.as_slice() {
        [] => FILES.to_vec(),
        chosen => chosen.iter().map(String::as_str).collect(),
    };
    let changes = list::changes(&program, &tree, &files)?;
    let equivalent = Equivalents::read(arguments.file.is_empty().then_some(&changes))?;
    let (switched, programs) = build::build(&tree, &home.join("build"), &changes)?;
    let chosen = |index: usize| arguments.shard.is_none_or(|(k, n)| index % n == k);
    if arguments.alone {
        let left =
            (1..).zip(&changes).filter(|(number, _)| !switched.contains(number)).map(|(_, change)| change);
        let left: Vec<&Change> =
            (0..).zip(left).filter(|(index, _)| chosen(*index)).map(|(_, change)| change).collect();
        copy_tree(&tree)?;
        return summary(&alone(&home, &left)?, &equivalent);
    }
    println!("{} of {} changes are switched; --alone tries the others", switched.len(), changes.len());
    let tests = tests(&home, &programs)?;
    let survivors = home.join("survivors.txt");
    let known: BTreeSet<String> = match fs::read_to_string(&survivors) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(error) if arguments.again => return Err(error).context(survivors.display().to_string()),
        Err(_) => BTreeSet::new(),
    };
    let wanted =
        |number: usize| !arguments.again || known.contains(&without_place(&changes[number - 1].name));
    let switched: Vec<usize> = switched
        .into_iter()
        .filter(|&number| wanted(number))
        .enumerate()
        .filter(|(i, _)| chosen(*i))
        .map(|(_, number)| number)
        .collect();
    let done = AtomicUsize::new(0);
    let outcomes = switched.par_iter().with_max_len(1).map(|&number| {
        let change = &changes[number - 1];
        let outcome = trial::outcome(number, &change.package, &tests)?;
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if outcome != Outcome::Caught {
            println!("{done} of {}: {outcome:?}: {}", switched.len(), change.name);
        }
        Ok((change, outcome))
    });
    let outcomes: Vec<(&Change, Outcome)> = outcomes.collect::<anyhow::Result<_>>()?;
    let not_caught = outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Caught);
    let mut names: BTreeSet<String> = not_caught.map(|(change, _)| without_place(&change.name)).collect();
    // Those that were not tried now are known from before.
    let tried: BTreeSet<String> = outcomes.iter().map(|(change, _)| without_place(&change.name)).collect();
    names.extend(known.into_iter().filter(|name| !tried.contains(name)));
    fs::write(&survivors, names.iter().map(|name| format!("{name}\n")).collect::<String>())?;
    summary(&outcomes, &equivalent)
}

/// Runs all tests without any change.
fn tests(home: &Path, programs: &[build::Program]) -> anyhow::Result<Vec<Test>> {
    let mut names = Vec::new();
    for program in programs {
        names.extend(trial::names(program)?.into_iter().map(|name| (program, name)));
    }
    let scratch = tempfile::tempdir_in(home)?;
    let traced =
        names.par_iter().with_max_len(1).map(|(program, name)| trial::traced(program, name, scratch.path()));
    let tests: Vec<Test> = traced.collect::<anyhow::Result<_>>()?;
    let takes: f64 = tests.iter().map(|test| test.takes.as_secs_f64()).sum();
    println!("{} tests, which take {takes:.0} s one by one", tests.len());
    Ok(tests)
}

/// Tries changes one by one, with a build for each.
fn alone<'a>(home: &Path, left: &[&'a Change]) -> anyhow::Result<Vec<(&'a Change, Outcome)>> {
    let tried = left.iter().enumerate().map(|(i, &change)| {
        let outcome = match build::build_alone(&home.join("tree"), &home.join("build"), change)? {
            None => Outcome::NoChange,
            Some(programs) => {
                let mut survives = true;
                for program in &programs {
                    survives = survives && trial::passes_whole(program)?;
                }
                if survives { Outcome::Survives } else { Outcome::Caught }
            }
        };
        println!("{} of {}: {outcome:?}: {}", i + 1, left.len(), change.name);
        Ok((change, outcome))
    });
    tried.collect()
}

/// Prints how many changes were caught, and those that were not.
fn summary(outcomes: &[(&Change, Outcome)], equivalent: &Equivalents) -> anyhow::Result<ExitCode> {
    let of = |wanted: Outcome| outcomes.iter().filter(move |(_, outcome)| *outcome == wanted);
    let caught = of(Outcome::Caught).count();
    let (expected, surviving): (Vec<&Change>, Vec<&Change>) = of(Outcome::Survives)
        .chain(of(Outcome::Unreached))
        .map(|(change, _)| *change)
        .partition(|change| equivalent.has(change));
    let total = caught + surviving.len();
    println!(
        "{caught} of {total} changes caught ({:.1} %); {} more have no effect",
        100.0 * caught as f64 / total.max(1) as f64,
        expected.len()
    );
    let no_change = of(Outcome::NoChange).count();
    if no_change > 0 {
        println!("{no_change} do not compile");
    }
    for change in &surviving {
        println!("survives: {}", change.name);
    }
    Ok(ExitCode::from(u8::from(!surviving.is_empty())))
}

/// The program cargo-mutants, which is installed if need be.
fn installed() -> anyhow::Result<PathBuf> {
    ensure!(
        Path::new("xtask/Cargo.toml").is_file(),
        "xtask/Cargo.toml: not there; run this in the root of the repository"
    );
    let root = std::env::current_dir()?.join("target/tools");
    let status = Command::new("cargo")
        .args(["install", "--quiet", "--locked", "--version", VERSION, "--root"])
        .arg(&root)
        .arg("cargo-mutants")
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "cargo-mutants {VERSION} cannot be installed");
    Ok(root.join("bin/cargo-mutants"))
}

/// Makes `tree` a copy of the working tree. Files that are the same keep their time, so that cargo builds only what changed.
fn copy_tree(tree: &Path) -> anyhow::Result<()> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("git cannot be started")?;
    ensure!(output.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
    let names: BTreeSet<&str> = names.split('\0').filter(|name| Path::new(name).is_file()).collect();
    for name in &names {
        let to = tree.join(name);
        let content = fs::read(name).with_context(|| (*name).to_owned())?;
        if fs::read(&to).is_ok_and(|older| older == content) {
            continue;
        }
        fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
        fs::copy(name, &to).with_context(|| to.display().to_string())?;
    }
    remove_others(tree, tree, &names)
}

/// Removes files that the working tree does not have: a module that was removed must not be found.
fn remove_others(folder: &Path, tree: &Path, names: &BTreeSet<&str>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, tree, names)?;
        } else if !path.strip_prefix(tree)?.to_str().is_some_and(|name| names.contains(name)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
