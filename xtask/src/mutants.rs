//! `cargo xtask mutants`: small errors are put into the code, one at a time. The tests must notice each of them.

use anyhow::{Context, bail, ensure};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Put errors into bounds, measures, journals, merging and sharding, and see whether the tests of their crate notice.
///
/// A copy of the working tree is changed, in target/mutants; what was built there is used again. Exit code 1 if a change survives that
/// xtask/equivalent-mutants.toml does not list as one without effect. Needs cargo-mutants, and installs it into target/tools.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only so many changes, drawn by chance. (All take a day.)
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Seed of the sample.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only one part of several of the sample, such as 0/4: several machines share the work.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Files, as globs [default: bounds, measures, journals, merging, sharding].
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Leave out what was caught by an earlier call, and count it.
    #[arg(long)]
    resume: bool,
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
const EQUIVALENT: &str = "xtask/equivalent-mutants.toml";

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
    let mut command = Command::new(&program);
    command.args(["mutants", "--colors", "never", "--dir"]).arg(&tree).arg("--output").arg(&home);
    command.env("CARGO_TARGET_DIR", home.join("build"));
    for glob in &files {
        command.args(["--file", glob]);
    }
    let all = listed(&program, &tree, &files)?;
    let equivalent = equivalent(&all, arguments.file.is_empty())?;
    if let Some(count) = arguments.sample {
        let mut sample = all;
        sample.shuffle(&mut ChaCha8Rng::seed_from_u64(arguments.seed));
        sample.truncate(count);
        let patterns: Vec<String> = sample.iter().map(|name| escaped(name)).collect();
        command.arg("--re").arg(format!("^({})$", patterns.join("|")));
    }
    if let Some(shard) = &arguments.shard {
        command.args(["--shard", shard]);
    }
    if arguments.resume {
        command.arg("--iterate");
    }
    // Neighbours follow each other, so that less is compiled again.
    command.args(["--in-place", "--no-shuffle", "--minimum-test-timeout", "300"]);
    let status = command.status().with_context(|| format!("{} cannot be started", program.display()))?;
    // 2: some survive. 3: some hang, which is noticed.
    ensure!(matches!(status.code(), Some(0 | 2 | 3)), "cargo-mutants failed: {status}");
    let read = |file: &str| -> anyhow::Result<Vec<String>> {
        let path = home.join("mutants.out").join(file);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    let caught =
        read("caught.txt")?.len() + read("timeout.txt")?.len() + read("previously_caught.txt")?.len();
    let (expected, surviving): (Vec<String>, Vec<String>) =
        read("missed.txt")?.into_iter().partition(|name| equivalent.contains(&without_place(name)));
    let total = caught + surviving.len();
    println!(
        "{caught} of {total} changes caught ({:.1} %); {} more have no effect, {} do not compile",
        100.0 * caught as f64 / total.max(1) as f64,
        expected.len(),
        read("unviable.txt")?.len()
    );
    for name in &surviving {
        println!("survives: {name}");
    }
    Ok(ExitCode::from(u8::from(!surviving.is_empty())))
}

/// The program cargo-mutants, which is installed if need be.
fn installed() -> anyhow::Result<PathBuf> {
    ensure!(
        Path::new(EQUIVALENT).is_file(),
        "{EQUIVALENT}: not there; run this in the root of the repository"
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

/// The names of all changes in files.
fn listed(program: &Path, tree: &Path, files: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut command = Command::new(program);
    command.args(["mutants", "--list", "--colors", "never", "--dir"]).arg(tree);
    for glob in files {
        command.args(["--file", glob]);
    }
    let output = command.output().with_context(|| format!("{} cannot be started", program.display()))?;
    ensure!(output.status.success(), "no list of changes: {}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    ensure!(!names.is_empty(), "there is nothing to change in {}", files.join(", "));
    Ok(names)
}

#[derive(Deserialize)]
struct Equivalents {
    #[serde(default)]
    mutant: Vec<Equivalent>,
}

/// A change without effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    /// As cargo-mutants has it, without line and column.
    name: String,
    /// Why no test can notice it.
    reason: String,
}

/// The changes that are listed as such without effect. If `of_all`, each of them must exist.
fn equivalent(all: &[String], of_all: bool) -> anyhow::Result<BTreeSet<String>> {
    let text = fs::read_to_string(EQUIVALENT).context(EQUIVALENT)?;
    let list: Equivalents = toml::from_str(&text).context(EQUIVALENT)?;
    let known: BTreeSet<String> = all.iter().map(|name| without_place(name)).collect();
    for Equivalent { name, reason } in &list.mutant {
        ensure!(!reason.trim().is_empty(), "{EQUIVALENT}: {name} has no reason");
        if of_all && !known.contains(name) {
            bail!("{EQUIVALENT}: there is no change {name} any more");
        }
    }
    Ok(list.mutant.into_iter().map(|mutant| mutant.name).collect())
}

/// A change's name without line and column, which move with every edit: `src/a.rs: replace + with - in f`.
fn without_place(name: &str) -> String {
    let Some((place, what)) = name.split_once(": ") else { return name.to_owned() };
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

/// A regular expression that matches a name only.
fn escaped(name: &str) -> String {
    let mut pattern = String::new();
    for c in name.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_its_name_when_lines_move() {
        let name = "crates/a/src/b.rs:12:5: replace <impl Display for A>::fmt -> fmt::Result with Ok(())";
        let wanted = "crates/a/src/b.rs: replace <impl Display for A>::fmt -> fmt::Result with Ok(())";
        assert_eq!(without_place(name), wanted);
        assert_eq!(without_place(wanted), wanted);
    }

    #[test]
    fn a_pattern_has_no_sign_with_a_meaning() {
        assert_eq!(escaped("a.rs: f -> <T> (1 + x)[0]"), r"a\.rs: f \-> <T> \(1 \+ x\)\[0\]");
    }
}
