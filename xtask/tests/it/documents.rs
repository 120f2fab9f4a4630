//! The documents: short lines, a short README, and links that lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_LINE: usize = 100;
const MOST_WORDS: usize = 1200;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every document with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let tops = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "configs/README.md"];
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|file| file.unwrap().path());
    tops.iter().map(|top| root().join(top)).chain(docs).map(|path| (path.clone(), text_of(&path))).collect()
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines outside code blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// What the links of a line lead to, but for the web.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

/// Whether a text has an anchor: a heading's, as GitHub makes them, or one that is written out.
fn has_anchor(text: &str, anchor: &str) -> bool {
    let written = format!("id=\"{anchor}\"");
    prose(text).any(|(_, line)| line.contains(&written) || slug(line).is_some_and(|slug| slug == anchor))
}

fn slug(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

#[test]
fn no_line_of_prose_is_too_long_to_read() {
    for (path, text) in documents() {
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

#[test]
fn anchors_are_githubs() {
    let text = "# A `key`: [model]\n```text\n# no heading\n```\n<a id=\"t6prime\"></a>\n## T18′, ½ of it\n";
    for anchor in ["a-key-model", "t6prime"] {
        assert!(has_anchor(text, anchor), "{anchor}");
    }
    assert!(!has_anchor(text, "no-heading"));
}
