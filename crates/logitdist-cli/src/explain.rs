//! `logitdist explain`.

use crate::output::to_stdout;
use anyhow::bail;
use logitdist::glossary::{Entry, explain, glossary};
use std::fmt::Write;
use std::process::ExitCode;

/// Prints the entries of the tokens, or a list of all tokens.
pub fn run(tokens: &[String]) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    for token in tokens {
        let entries = entries(token);
        if entries.is_empty() {
            bail!("there is no token `{token}`; {}", suggestion(token));
        }
        entries.into_iter().for_each(|entry| text.push_str(&article(entry)));
    }
    if tokens.is_empty() {
        text = list();
    }
    to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The entries of a token, and of its two directions: `d_rep` stands for `d_rep_ab` and `d_rep_ba`.
fn entries(token: &str) -> Vec<&'static Entry> {
    ["", "_ab", "_ba"]
        .iter()
        .flat_map(|suffix| explain(&format!("{token}{suffix}")).collect::<Vec<_>>())
        .collect()
}

fn article(entry: &Entry) -> String {
    let mut text =
        format!("{} ({})\n  {}\n", entry.token, entry.section.heading().to_lowercase(), entry.meaning);
    for (name, value) in [("formula", entry.formula), ("range", entry.range), ("source", entry.source)] {
        if !value.is_empty() {
            writeln!(text, "  {name:8} {value}").expect("writing to a string");
        }
    }
    text.push('\n');
    text
}

fn list() -> String {
    let mut text = String::new();
    let mut section = None;
    for entry in glossary() {
        if section != Some(entry.section) {
            section = Some(entry.section);
            write!(text, "\n{}\n", entry.section.heading()).expect("writing to a string");
        }
        writeln!(text, "  {:28} {}", entry.token, entry.meaning).expect("writing to a string");
    }
    text.push_str("\n`logitdist explain TOKEN` gives formula, range and source.\n");
    text.trim_start().to_owned()
}

fn suggestion(token: &str) -> String {
    let nearest = glossary().iter().max_by(|x, y| {
        let similarity = |entry: &Entry| strsim::jaro_winkler(entry.token, token);
        similarity(x).total_cmp(&similarity(y))
    });
    let nearest = nearest.expect("the glossary has entries").token;
    format!("did you mean `{nearest}`? `logitdist explain` lists all")
}
