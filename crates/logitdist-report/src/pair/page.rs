//! `report.html` of a pair: one file that needs no other, no network and no script.

use super::tables;
use crate::html::{Frame, Page, Section, table, terms, titled, token};
use crate::table::{numbers, text};
use crate::view::Picture;
use logitdist::{Direction, glossary, measure};
use logitdist_results::number::number;
use logitdist_results::pair::PairResults;
use maud::{Markup, html};
use std::path::Path;

/// What is of this page alone.
const STYLE_OF_PAIRS: &str = include_str!("page.css");

/// The page.
pub(super) fn page(results: &PairResults, pictures: &[Picture]) -> String {
    let run = &results.comparison.run;
    let [a, b] = [&run.model_a, &run.model_b].map(|model| file_stem(model));
    let of_column = |picture: &Picture| format!(", and {}-column for a paper's column", picture.name);
    let pictures = html! { @for picture in pictures { (titled(picture, &of_column(picture))) "\n" } };
    let page = Page {
        title: &format!("{a} against {b}"),
        style: STYLE_OF_PAIRS,
        introduction: introduction(results),
        sections: vec![
            Section::new("verdict", "Verdict", verdict(results)),
            Section::new("headline", "Headline", headline(results)),
            Section::new("pictures", "Pictures", pictures),
            Section::new("worst", "Where they part", where_they_part(results)),
            Section::new("bounds", "Bounds", bounds(results)),
            Section::new("measures", "All measures", measures(results)),
            Section::new("reproduce", "How to reproduce", reproduce(results)),
            Section::new("glossary", "Glossary", terms(|_| true)),
        ],
        script: "",
    };
    page.to_html()
}

/// What is compared, by name and size.
fn introduction(results: &PairResults) -> Markup {
    let comparison = &results.comparison;
    let count = |token: &str| comparison.value(token).map_or_else(|| "n/a".to_owned(), number);
    let run = &comparison.run;
    let rows = [("a", &run.model_a), ("b", &run.model_b)].map(|(side, model)| {
        let size = |token: &str| html! { (count(&format!("{token}_{side}"))) };
        vec![
            html! { (side) },
            html! { code { (model) } },
            size("dim"),
            size("rank_embeddings"),
            size("rank_unembeddings"),
            size("rank_logits"),
        ]
    });
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
    html! {
        (table(Frame::Captioned, &caption, &columns, &rows))
        @if sampled < comparison.count("n_inputs") {
            p class="soft" { "KL divergence and its relatives were computed at " (sampled) " of the inputs." }
        }
    }
}

fn verdict(results: &PairResults) -> Markup {
    let comparison = &results.comparison;
    html! {
        div.verdict.violated[!comparison.violated().is_empty()] { @for sentence in &comparison.verdict { p { (sentence) } } }
    }
}

fn headline(results: &PairResults) -> Markup {
    let caption = "The numbers to look at first; each token leads to what it means";
    tables::measures(&results.comparison, caption, |entry| {
        measure(entry.token).is_some_and(|(row, _)| row.headline)
    })
}

fn where_they_part(results: &PairResults) -> Markup {
    html! {
        @if let Some(sentence) = tables::concentration(&results.inputs) {
            p { (sentence) }
            (tables::worst_inputs(&results.inputs, &results.names))
        } @else {
            p { "The models are equal at every input." }
        }
        @if !results.comparison.deciles.is_empty() { (tables::deciles(&results.comparison.deciles)) }
        @if results.labels.most_differing(1).is_empty() {
            p { "No two of the labels shown are correlated otherwise in one model than in the other." }
        } @else {
            (tables::differing_labels(&results.labels, &results.names))
        }
    }
}

fn bounds(results: &PairResults) -> Markup {
    let comparison = &results.comparison;
    html! {
        p {
            "Tightness is the left over the right side, 1 at equality; slack is what a certificate leaves. A vacuous bound holds and says nothing."
        }
        @for (of, other, direction) in [("a", "b", Direction::Ab), ("b", "a", Direction::Ba)] {
            h3 { "With " (of) "'s spectrum and labels" }
            (tables::bounds(comparison, direction, &format!("Bounds from above, {other} carried onto {of}")))
            (tables::certificates(comparison, direction, &format!("What the distributions certify, with the spectrum of {of}")))
        }
    }
}

fn measures(results: &PairResults) -> Markup {
    let comparison = &results.comparison;
    let sections = [
        glossary::Section::Distribution,
        glossary::Section::Targets,
        glossary::Section::Representation,
        glossary::Section::Baseline,
        glossary::Section::Size,
    ];
    let reasons = tables::reasons(comparison);
    let is_there = |section: &glossary::Section| {
        let tokens = comparison.measures.iter();
        tokens.flat_map(|(token, _)| glossary::explain(token)).any(|entry| entry.section == *section)
    };
    html! {
        @for section in sections.into_iter().filter(is_there) {
            (tables::measures(comparison, section.heading(), |entry| entry.section == section))
        }
        @if !reasons.is_empty() {
            h3 { "Why values are missing" }
            ul {
                @for (reason, tokens) in &reasons {
                    li {
                        @for (i, name) in tokens.iter().enumerate() { @if i > 0 { ", " } (token(name)) }
                        ": " (reason)
                    }
                }
            }
        }
        @if !comparison.notes.is_empty() {
            h3 { "Notes" }
            ul { @for (name, note) in &comparison.notes { li { (token(name)) ": " (note) } } }
        }
    }
}

fn reproduce(results: &PairResults) -> Markup {
    let run = &results.comparison.run;
    html! {
        p { "logitdist " (run.version) ", seed " (run.seed) ":" }
        pre { code { (run.command) " --report FOLDER" } }
        p { "The page is made of comparison.csv, inputs.csv, labels.csv, names.csv and spectra.csv in its folder; from these alone" }
        pre { code { "logitdist report FOLDER" } }
        p { "makes it and its pictures again." }
    }
}

/// The last part of a path without its ending; all of it if it has none.
fn file_stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
