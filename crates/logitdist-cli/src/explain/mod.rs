//! `logitdist explain`.

mod json;
mod numbered;
mod words;

pub use numbered::NUMBERED;
pub use words::every_word;

use crate::output::to_stdout;
use anyhow::bail;
use json::json;
use logitdist::glossary::{Entry, explain, glossary};
use logitdist::theorems;
use numbered::numbered;
use std::fmt::Write;
use std::process::ExitCode;
use words::words;

/// How meanings are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Paragraphs.
    #[default]
    Text,
    /// A JSON object.
    Json,
}

/// Prints what the names mean, or a list of all; then complains of those that mean nothing.
pub fn run(names: &[String], format: Format) -> anyhow::Result<ExitCode> {
    let articles: Vec<(&String, String)> = names.iter().map(|name| (name, articles(name))).collect();
    let known: String = match format {
        Format::Text if names.is_empty() => list(),
        Format::Text => articles.iter().map(|(_, article)| article.as_str()).collect(),
        Format::Json => json(names),
    };
    to_stdout(known.as_bytes())?;
    let unknown_ones = articles.iter().filter(|(_, article)| article.is_empty());
    let complaints: Vec<String> = unknown_ones.map(|(name, _)| unknown(name)).collect();
    if !complaints.is_empty() {
        bail!("{}\n`logitdist explain` lists all", complaints.join("\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// All that a name means.
///
/// # Errors
/// Which name was meant, if it means nothing.
pub fn explained(name: &str) -> Result<String, String> {
    let text = articles(name);
    if text.is_empty() { Err(unknown(name)) } else { Ok(text) }
}

/// All that a name means; empty if nothing.
fn articles(name: &str) -> String {
    let mut text = String::new();
    if let Some((number, title, anchor)) = numbered(name) {
        let tokens: Vec<&str> = theorems().filter(|t| t.number == number).map(|t| t.token).collect();
        let evaluated =
            if tokens.is_empty() { String::new() } else { format!("; evaluated as {}", tokens.join(", ")) };
        paragraph(&mut text, number, "theory", &format!("{title}{evaluated}"), &[], &theory(anchor));
        tokens.iter().flat_map(|token| bounds_of(token)).for_each(|entry| article(&mut text, entry));
    }
    entries(name).into_iter().for_each(|entry| article(&mut text, entry));
    for word in words(name) {
        paragraph(&mut text, name, "a word of results and configs", word.meaning, &[], word.place);
    }
    text
}

fn bounds_of(token: &str) -> impl Iterator<Item = &'static Entry> {
    explain(token).filter(|entry| entry.section == logitdist::Section::Bound)
}

/// The entries of a token, and of its directions or models: `d_rep` stands for `d_rep_ab` and `d_rep_ba`.
fn entries(token: &str) -> Vec<&'static Entry> {
    ["", "_ab", "_ba", "_a", "_b"]
        .iter()
        .flat_map(|suffix| explain(&format!("{token}{suffix}")).collect::<Vec<_>>())
        .collect()
}

fn article(text: &mut String, entry: &Entry) {
    let heading = entry.section.heading().to_lowercase();
    let details = [
        ("formula", entry.formula),
        ("range", entry.range),
        ("source", entry.source),
        ("unchanged by", entry.invariance),
    ];
    paragraph(text, entry.token, &heading, entry.meaning, &details, &theory(entry.anchor));
}

fn theory(anchor: &str) -> String {
    format!("docs/theory.md#{anchor}")
}

fn paragraph(
    text: &mut String,
    name: &str,
    kind: &str,
    meaning: &str,
    details: &[(&str, &str)],
    place: &str,
) {
    writeln!(text, "{name} ({kind})\n  {meaning}").expect("writing to a string");
    for (detail, value) in details.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(text, "  {detail:13} {value}").expect("writing to a string");
    }
    writeln!(text, "  {:13} {place}\n", "more").expect("writing to a string");
}

fn list() -> String {
    let mut text = String::new();
    let mut section = None;
    let line = |text: &mut String, name: &str, meaning: &str| {
        writeln!(text, "  {name:28} {meaning}").expect("writing to a string");
    };
    for entry in glossary() {
        if section != Some(entry.section) {
            section = Some(entry.section);
            write!(text, "\n{}\n", entry.section.heading()).expect("writing to a string");
        }
        line(&mut text, entry.token, entry.meaning);
    }
    text.push_str("\nTheorems and families\n");
    NUMBERED.iter().for_each(|(number, title, _)| line(&mut text, number, title));
    text.push_str("\nColumns and parameters\n");
    for word in every_word() {
        word.names.iter().for_each(|name| line(&mut text, name, word.meaning));
    }
    text.push_str("\n`logitdist explain TOKEN` gives formula, range, source and where to read on.\n");
    text.trim_start().to_owned()
}

fn unknown(name: &str) -> String {
    format!("there is no token `{name}`; did you mean `{}`?", nearest(name))
}

/// The known name that is most like this one.
fn nearest(name: &str) -> &'static str {
    let tokens = glossary().iter().map(|entry| entry.token);
    let known = tokens.chain(NUMBERED.iter().map(|(number, ..)| *number));
    let known = known.chain(every_word().flat_map(|word| word.names.iter().copied()));
    let similarity = |known: &str| strsim::jaro_winkler(known, name);
    // Of equals the first: a token before a word.
    let nearer = |best: (&'static str, f64), name| {
        if similarity(name) > best.1 { (name, similarity(name)) } else { best }
    };
    known.fold(("", -1.0), nearer).0
}
