//! The documents: short lines, a short README, and links that lead somewhere.

use logitdist_testing::{has_anchor, prose};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_LINE: usize = 100;
const MOST_WORDS: usize = 1200;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Markdown file of the repository with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if name.ends_with(".md") {
                found.push((path.clone(), text_of(&path)));
            }
        }
    }
    assert!(found.len() > 12, "{found:?}");
    found
}

/// Whether a program wrote most of it.
fn is_generated(path: &Path) -> bool {
    let measured = ["bench", "coverage", "peers", "scaling", "streaming", "throughput", "training-speed"];
    let folder = path.strip_prefix(root().join("results")).ok().and_then(|rest| rest.iter().next());
    path.ends_with("summary.md") || folder.is_some_and(|folder| measured.iter().any(|name| folder == *name))
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the links of a line lead to, but for the web.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

#[test]
fn no_line_of_prose_is_too_long_to_read() {
    for (path, text) in documents().into_iter().filter(|(path, _)| !is_generated(path)) {
        for (number, line) in prose(&text) {
            let may_be_long = line.starts_with(['|', '$']) || line.contains("](");
            let length = line.chars().count();
            assert!(
                may_be_long || length <= LONGEST_LINE,
                "{}:{number}: {length} characters; at most {LONGEST_LINE}",
                path.display()
            );
        }
    }
}

#[test]
fn the_readme_is_short() {
    let words = text_of(&root().join("README.md")).split_whitespace().count();
    assert!(words <= MOST_WORDS, "{words} words; at most {MOST_WORDS}");
}

#[test]
fn every_link_leads_to_a_file_and_a_place_in_it() {
    for (path, text) in documents() {
        for (number, target) in prose(&text).flat_map(|(number, line)| links(line).map(move |t| (number, t)))
        {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let place = format!("{}:{number}: {target}", path.display());
            let to = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(to.exists(), "{place}: there is no such file");
            assert!(
                anchor.is_empty() || has_anchor(&text_of(&to), anchor),
                "{place}: there is no such place"
            );
        }
    }
}
