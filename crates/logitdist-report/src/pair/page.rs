//! `report.html` of a pair: one file that needs no other, no network and no script.

use super::markup::{numbers, table, text, token};
use super::picture::Picture;
use super::results::PairResults;
use super::tables;
use crate::html::{STYLE, escaped, labelled};
use crate::number::number;
use logitdist::glossary::{Section, glossary};
use std::path::Path;

/// What is of this page alone.
const STYLE_OF_PAIRS: &str = include_str!("page.css");

/// Tokens of the headline table.
const HEADLINE: [&str; 13] = [
    "d_logit",
    "kl_ab",
    "kl_ba",
    "tv",
    "top1_agreement",
    "m_cca",
    "m_cca_logits",
    "cka",
    "r2_ab",
    "r2_ba",
    "d_rep_ab",
    "d_rep_ba",
    "d_ls_ab",
];

/// The page.
pub(super) fn page(results: &PairResults, pictures: &[Picture]) -> String {
    let [a, b] = ["model_a", "model_b"].map(|model| file_stem(results.comparison.run(model)));
    let title = escaped(&format!("{a} against {b}"));
    let sections = [
        ("verdict", "Verdict", verdict(results)),
        ("headline", "Headline", headline(results)),
        ("pictures", "Pictures", pictures.iter().map(figure).collect()),
        ("worst", "Where they part", where_they_part(results)),
        ("bounds", "Bounds", bounds(results)),
        ("measures", "All measures", measures(results)),
        ("reproduce", "How to reproduce", reproduce(results)),
        ("glossary", "Glossary", terms()),
    ];
    let links = sections.iter().map(|(anchor, heading, _)| format!("<a href=\"#{anchor}\">{heading}</a>\n"));
    let body = sections.iter().map(|(anchor, heading, content)| {
        format!("<section id=\"{anchor}\" aria-labelledby=\"{anchor}-heading\">\n<h2 id=\"{anchor}-heading\">{heading}</h2>\n{content}</section>\n")
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – logitdist</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}{STYLE_OF_PAIRS}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n{}\
         <nav aria-label=\"Sections\">\n{}</nav>\n</header>\n<main>\n{}</main>\n</body>\n</html>\n",
        introduction(results),
        links.collect::<String>(),
        body.collect::<String>()
    )
}

/// What is compared, by name and size.
fn introduction(results: &PairResults) -> String {
    let comparison = &results.comparison;
    let count = |token: &str| number(comparison.value(token).unwrap_or(0.0));
    let rows: Vec<Vec<String>> = [("a", "model_a"), ("b", "model_b")]
        .map(|(side, model)| {
            let size = |token: &str| count(&format!("{token}_{side}"));
            vec![
                side.to_owned(),
                format!("<code>{}</code>", escaped(comparison.run(model))),
                size("dim"),
                size("rank_embeddings"),
                size("rank_unembeddings"),
                size("rank_logits"),
            ]
        })
        .into();
    let columns = [
        text("model"),
        text("file"),
        numbers("dimension"),
        numbers("rank of f"),
        numbers("rank of g"),
        numbers("rank of logits"),
    ];
    let caption =
        format!("Two models on the same {} inputs and {} labels", count("n_inputs"), count("n_labels"));
    let sampled = comparison.count("n_inputs_probability");
    let sample = match sampled < comparison.count("n_inputs") {
        true => format!(
            "<p class=\"soft\">KL divergence and its relatives were computed at {sampled} of the inputs.</p>\n"
        ),
        false => String::new(),
    };
    table(&caption, &columns, &rows) + &sample
}

fn verdict(results: &PairResults) -> String {
    let comparison = &results.comparison;
    let violated = comparison.bounds.iter().chain(&comparison.bounds_ba).any(|b| b.holds == Some(false));
    let class = if violated { "verdict violated" } else { "verdict" };
    let sentences = comparison.verdict.iter().map(|sentence| format!("<p>{}</p>\n", escaped(sentence)));
    format!("<div class=\"{class}\">\n{}</div>\n", sentences.collect::<String>())
}

fn headline(results: &PairResults) -> String {
    let caption = "The numbers to look at first; each token leads to what it means";
    tables::measures(&results.comparison, caption, |entry| HEADLINE.contains(&entry.token))
}

/// A picture with its title and caption.
fn figure(picture: &Picture) -> String {
    format!(
        "<figure id=\"picture-{name}\">\n<h3>{title}</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n{svg}</div>\n\
         <figcaption>{caption} Files: plots/{name}.svg and .png, and {name}-column for a paper's column.</figcaption>\n</figure>\n",
        name = picture.name,
        title = escaped(picture.title),
        svg = labelled(&picture.figure.to_svg(), picture.title),
        caption = escaped(&picture.caption)
    )
}

fn where_they_part(results: &PairResults) -> String {
    let mut html = String::new();
    match tables::concentration(&results.inputs) {
        Some(sentence) => {
            html.push_str(&format!("<p>{}</p>\n", escaped(&sentence)));
            html.push_str(&tables::worst_inputs(&results.inputs));
        }
        None => html.push_str("<p>The models are equal at every input.</p>\n"),
    }
    match results.labels.most_differing(1).is_empty() {
        true => html.push_str(
            "<p>No two of the labels shown are correlated otherwise in one model than in the other.</p>\n",
        ),
        false => html.push_str(&tables::differing_labels(&results.labels)),
    }
    html
}

fn bounds(results: &PairResults) -> String {
    let comparison = &results.comparison;
    let directions = [("a", "b", &comparison.bounds), ("b", "a", &comparison.bounds_ba)];
    let of_direction = directions.map(|(of, other, bounds)| {
        format!(
            "<h3>With {of}'s spectrum and labels</h3>\n{}{}",
            tables::bounds(bounds, &format!("Bounds from above, {other} carried onto {of}")),
            tables::certificates(
                bounds,
                &format!("What the distributions certify, with the spectrum of {of}")
            )
        )
    });
    format!(
        "<p>Tightness is the left over the right side, 1 at equality; slack is what a certificate leaves. A vacuous bound holds and says \
         nothing.</p>\n{}",
        of_direction.concat()
    )
}

fn measures(results: &PairResults) -> String {
    let comparison = &results.comparison;
    let mut html: String = [Section::Distribution, Section::Representation, Section::Baseline, Section::Size]
        .map(|section| tables::measures(comparison, section.heading(), |entry| entry.section == section))
        .concat();
    let reasons = tables::reasons(comparison);
    if !reasons.is_empty() {
        html.push_str("<h3>Why values are missing</h3>\n<ul>\n");
        for (reason, tokens) in reasons {
            let tokens: Vec<String> = tokens.iter().map(|name| token(name)).collect();
            html.push_str(&format!("<li>{}: {}</li>\n", tokens.join(", "), escaped(&reason)));
        }
        html.push_str("</ul>\n");
    }
    if !comparison.notes.is_empty() {
        html.push_str("<h3>Notes</h3>\n<ul>\n");
        for (name, note) in &comparison.notes {
            html.push_str(&format!("<li>{}: {}</li>\n", token(name), escaped(note)));
        }
        html.push_str("</ul>\n");
    }
    html
}

fn reproduce(results: &PairResults) -> String {
    let comparison = &results.comparison;
    format!(
        "<p>logitdist {}, seed {}:</p>\n<pre><code>{} --report FOLDER</code></pre>\n\
         <p>The page is made of comparison.csv, inputs.csv, labels.csv and spectra.csv in its folder; from these alone</p>\n\
         <pre><code>logitdist report FOLDER</code></pre>\n<p>makes it and its pictures again.</p>\n",
        escaped(comparison.run("version")),
        escaped(comparison.run("seed")),
        escaped(comparison.run("command"))
    )
}

/// Every token, in the order of the program's own list. A token of a measure and of a bound on it has two entries, the first of which
/// links lead to.
fn terms() -> String {
    let mut html = String::from("<dl>\n");
    for (i, entry) in glossary().iter().enumerate() {
        let is_first = glossary()[..i].iter().all(|earlier| earlier.token != entry.token);
        let anchor = if is_first { format!(" id=\"token-{}\"", entry.token) } else { String::new() };
        let kind = if entry.section == Section::Bound { " (bound)" } else { "" };
        html.push_str(&format!(
            "<dt{anchor}><code>{}</code>{kind}</dt>\n<dd>{}.",
            entry.token,
            escaped(entry.meaning)
        ));
        for (what, text) in [("", entry.formula), ("Range: ", entry.range), ("Source: ", entry.source)] {
            if !text.is_empty() {
                html.push_str(&format!(" <span class=\"soft\">{what}{}.</span>", escaped(text)));
            }
        }
        html.push_str("</dd>\n");
    }
    html.push_str("</dl>\n");
    html
}

/// The last part of a path without its ending; all of it if it has none.
fn file_stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
