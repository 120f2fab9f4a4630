//! Builds a tree with switches, without those that do not compile.

use super::list::{Change, Place};
use super::switched::{Switched, switched, with_module};
use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

/// A program of tests.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Program {
    pub package: String,
    pub path: PathBuf,
    /// Where its package is, and so where it runs.
    pub home: PathBuf,
}

/// Puts `changes`, numbered from 1, behind switches in `tree` and builds the tests of their packages. Returns the numbers that have
/// a switch, and the programs.
pub(super) fn build(
    tree: &Path,
    target: &Path,
    changes: &[Change],
) -> anyhow::Result<(BTreeSet<usize>, Vec<Program>)> {
    let packages: BTreeSet<&str> = changes.iter().map(|change| change.package.as_str()).collect();
    let roots: Vec<String> = packages.iter().map(|package| format!("crates/{package}/src/lib.rs")).collect();
    // A crate's root gets a module, and keeps its own changes for builds of their own.
    let files: BTreeSet<&str> = changes
        .iter()
        .map(|change| change.file.as_str())
        .filter(|file| !roots.iter().any(|root| root == file))
        .collect();
    let sources = files
        .iter()
        .map(|&file| Ok((file, fs::read_to_string(tree.join(file)).with_context(|| file.to_owned())?)))
        .collect::<anyhow::Result<BTreeMap<&str, String>>>()?;
    for (package, root) in packages.iter().zip(&roots) {
        let path = tree.join(root);
        let text = fs::read_to_string(&path).with_context(|| root.clone())?;
        fs::write(&path, with_module(&text)?)?;
        fs::write(tree.join(format!("crates/{package}/src/mutation_switch.rs")), include_str!("switch.rs"))?;
    }
    let mut without: BTreeSet<usize> = BTreeSet::new();
    loop {
        let mut put: BTreeMap<&str, Switched> = BTreeMap::new();
        for (&file, source) in &sources {
            let numbered: Vec<(usize, &Change)> = (1..)
                .zip(changes)
                .filter(|(number, change)| change.file == file && !without.contains(number))
                .collect();
            let with = switched(source, &numbered).with_context(|| file.to_owned())?;
            fs::write(tree.join(file), &with.text)?;
            put.insert(file, with);
        }
        let (errors, programs) = cargo(tree, target, &packages)?;
        if errors.is_empty() {
            return Ok((put.values().flat_map(Switched::numbers).collect(), programs));
        }
        let before = without.len();
        for Error { file, bytes, rendered } in &errors {
            match put.get(file.as_str()).and_then(|with| with.at(bytes)) {
                Some(numbers) => without.extend(numbers),
                None => {
                    println!("{rendered}");
                    bail!("an error that no switch explains");
                }
            }
        }
        ensure!(without.len() > before, "errors stay");
        println!("{} changes cannot be switched", without.len());
    }
}

/// Builds the tests of a package with one change put into the tree, and takes it out again. Returns the programs, or nothing if it does
/// not compile.
pub(super) fn build_alone(
    tree: &Path,
    target: &Path,
    change: &Change,
) -> anyhow::Result<Option<Vec<Program>>> {
    let path = tree.join(&change.file);
    let source = fs::read_to_string(&path).with_context(|| change.file.clone())?;
    fs::write(&path, changed(&source, change)?)?;
    let built = cargo(tree, target, &BTreeSet::from([change.package.as_str()]));
    fs::write(&path, &source)?;
    let (errors, programs) = built?;
    Ok(errors.is_empty().then_some(programs))
}

/// A file with one change.
fn changed(source: &str, change: &Change) -> anyhow::Result<String> {
    let place =
        |place: Place| place.offset(source).with_context(|| format!("{}: no such place", change.name));
    let (start, end) = (place(change.span.start)?, place(change.span.end)?);
    Ok(format!("{} {} {}", &source[..start], change.replacement, &source[end..]))
}

struct Error {
    file: String,
    bytes: Range<usize>,
    rendered: String,
}

/// Builds the tests. Returns either errors or the programs.
fn cargo(
    tree: &Path,
    target: &Path,
    packages: &BTreeSet<&str>,
) -> anyhow::Result<(Vec<Error>, Vec<Program>)> {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-run", "--lib", "--tests", "--message-format", "json", "--quiet"]);
    for package in packages {
        command.args(["--package", package]);
    }
    command.env("CARGO_TARGET_DIR", target).current_dir(tree);
    let output = command.stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    let (mut errors, mut programs) = (Vec::new(), Vec::new());
    for message in serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Message>() {
        match message.map_err(io::Error::from)? {
            Message { message: Some(diagnostic), .. } if diagnostic.level == "error" => {
                let Some(span) = diagnostic.spans.into_iter().find(|span| span.is_primary) else { continue };
                let span = span.of_source();
                let bytes = span.byte_start..span.byte_end;
                errors.push(Error {
                    file: span.file_name,
                    bytes,
                    rendered: diagnostic.rendered.unwrap_or_default(),
                });
            }
            Message { executable: Some(path), manifest_path: Some(manifest), .. } => {
                let home = manifest.parent().context("a manifest is in a folder")?.to_path_buf();
                let package = home.file_name().context("a folder has a name")?.to_string_lossy().into_owned();
                programs.push(Program { package, path, home });
            }
            _ => {}
        }
    }
    ensure!(output.status.success() || !errors.is_empty(), "the tests do not build");
    Ok((errors, programs))
}

#[derive(Deserialize)]
struct Message {
    message: Option<Diagnostic>,
    executable: Option<PathBuf>,
    manifest_path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    spans: Vec<SourceSpan>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct SourceSpan {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: SourceSpan,
}

impl SourceSpan {
    /// The place in the source that a macro's text comes from.
    fn of_source(self) -> Self {
        match self.expansion {
            Some(expansion) => expansion.span.of_source(),
            None => self,
        }
    }
}
