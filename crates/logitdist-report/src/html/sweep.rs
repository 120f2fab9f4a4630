//! The page of a sweep.

use super::table::{Frame, table};
use super::{Page, Section, cells, figure, gallery, terms};
use crate::markdown::headline;
use crate::sentences::{self, incomplete, is_counter_example};
use crate::table::Table;
use crate::trained::{self, INTERVALS};
use crate::view::Picture;
use logitdist_io::for_shell;
use logitdist_results::Study;
use maud::{Markup, html};

const SCRIPT: &str = concat!(include_str!("script.js"), include_str!("explorer.js"));

/// The most processes of a run that are listed.
const PROCESSES_LISTED: usize = 20;

/// The page of a study; `name` is that of its folder.
pub fn page(study: &Study, name: &str, pictures: &[Picture], sentences: &[String]) -> String {
    let is_here = |token: &str| study.measure(token).is_some() || study.bound(token).is_some();
    let glossary = html! { details open { summary { "What the tokens mean" } (terms(is_here)) } };
    let (first, others) = main_first(study, pictures);
    let sections = vec![
        Section::new("answer", "Answer", answer(study, &first)),
        Section::new("found", "All that was found", found(study, sentences)),
        Section::new("pictures", "More pictures", gallery::content(&others)),
        Section::new("explorer", "Draw any picture", gallery::explorer(study, name)),
        Section::new("cells", "Cells", cells::content(study, name, pictures)),
        Section::new("reproduce", "Reproduce", reproduce(study, name)),
        Section::new("glossary", "Glossary", glossary),
    ];
    let introduction = introduction(study);
    Page { title: name, style: "", introduction, sections, script: SCRIPT }.to_html()
}

/// The question and what was expected.
fn introduction(study: &Study) -> Markup {
    let run = &study.run.manifest;
    html! {
        @for (label, text) in [("Question.", &run.question), ("Expected.", &run.expected)] {
            @if !text.is_empty() { p { strong { (label) } " " (text) } }
        }
        @if let Some(sentence) = incomplete(study) { p class="bad" { (sentence) } }
    }
}

/// How many pictures stand at the top.
const MAIN: usize = 2;

/// The pictures that answer the question, and the others: those that the config declares, else by what the study is about.
fn main_first(study: &Study, pictures: &[Picture]) -> (Vec<Picture>, Vec<Picture>) {
    let declared = study.run.plots.len();
    let rank = |(place, picture): &(usize, &Picture)| match picture.view.as_str() {
        _ if *place < declared => 0,
        view if view.starts_with("training-") => 1,
        "divergence" if is_counter_example(study) => 1,
        "plot" => 2,
        "frontier" => 3,
        _ => 4,
    };
    let mut order: Vec<(usize, &Picture)> = pictures.iter().enumerate().collect();
    order.sort_by_key(|one| (rank(one), one.0));
    // Of the declared kinds of pictures one is enough at the top, unless the config has more.
    let mut first: Vec<usize> = Vec::new();
    for (place, picture) in &order {
        let is_known = |&other: &usize| pictures[other].view == picture.view && *place >= declared;
        if first.len() < MAIN && !first.iter().any(is_known) {
            first.push(*place);
        }
    }
    let of = |places: &mut dyn Iterator<Item = usize>| places.map(|place| pictures[place].clone()).collect();
    let others: Vec<Picture> = of(&mut (0..pictures.len()).filter(|place| !first.contains(place)));
    (of(&mut first.iter().copied()), others)
}

/// The answer in words, and two figures.
fn answer(study: &Study, first: &[Picture]) -> Markup {
    html! {
        div class="answer" { @for sentence in sentences::answer(study) { p { (sentence) } } }
        @for picture in first { (figure(picture, false)) "\n" }
    }
}

/// The sentences and the tables.
fn found(study: &Study, sentences: &[String]) -> Markup {
    let boxed = |own: &Table| table(Frame::Boxed, &own.title, &own.columns, &own.rows);
    let tables = trained::tables(study);
    let failures = &study.run.failures;
    html! {
        ul {
            @for sentence in sentences {
                li class=[["VIOLATED", "DAMAGED"].iter().any(|word| sentence.starts_with(word)).then_some("bad")] { (sentence) } "\n"
            }
        }
        (boxed(&headline(study)))
        @if !tables.is_empty() { p { (INTERVALS) } }
        @for own in &tables {
            h3 { (own.title) }
            (boxed(own))
            @if !own.left_out.is_empty() { p class="soft" { (own.left_out) } }
        }
        @if !failures.is_empty() {
            h3 { "Failed cells, the first " (failures.len()) }
            ul { @for failed in failures { li { (failed.message) br; code { (failed.command) } } "\n" } }
        }
    }
}

/// How to run it again, and what ran it.
fn reproduce(study: &Study, name: &str) -> Markup {
    let processes = study.run.processes();
    let more = processes.len().saturating_sub(PROCESSES_LISTED);
    let [folder, again, config] =
        ["", "-again", "/config.toml"].map(|end| for_shell(&format!("results/{name}{end}")));
    html! {
        @if study.run.has_config {
            pre { code {
                "cargo xtask sweep " (config) " --out " (again) "\n"
                "cargo xtask report --compare " (folder) " " (again) "\n"
                "cargo xtask report " (folder)
            } }
        }
        ul {
            @if let Some(seed) = study.run.manifest.seed { li { "seed " (seed) } }
            @for process in processes.iter().take(PROCESSES_LISTED) { li { (process) } "\n" }
            @if more > 0 { li { "and " (more) " more processes, in manifest.json" } }
        }
    }
}
