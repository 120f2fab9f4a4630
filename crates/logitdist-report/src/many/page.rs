//! `report.html` of many models: one file that needs no other, no network and no script.

use crate::html::{Frame, Page, Section, table, terms, titled, token};
use crate::table::{Column, numbers, text};
use crate::view::Picture;
use logitdist_results::many::{ComparedModels, ManyComparisons};
use logitdist_results::number::{interval, number, short};
use maud::{Markup, html};

/// The page.
pub(super) fn page(many: &ManyComparisons, pictures: &[Picture]) -> String {
    let title = if many.all {
        format!("{} models", many.models.len())
    } else {
        format!("{} against {} others", many.models[0].short, many.models.len() - 1)
    };
    let mut sections = Vec::new();
    if !many.all {
        sections.push(Section::new("ranking", "Ranking", ranking(many)));
    }
    let drawn = html! { @for picture in pictures { (titled(picture, "")) "\n" } };
    sections.push(Section::new("pictures", "Pictures", drawn));
    sections.push(Section::new("pairs", "All pairs", pairs(many)));
    if !many.notes.is_empty() {
        let notes = html! { ul { @for note in &many.notes { li { (note) } } } };
        sections.push(Section::new("notes", "Notes", notes));
    }
    sections.push(Section::new("reproduce", "How to reproduce", reproduce(many)));
    let is_here = |name: &str| many.pairs[0].number(name).is_some();
    sections.push(Section::new("glossary", "Glossary", terms(is_here)));
    Page { title: &title, style: "", introduction: introduction(many), sections, script: "" }.to_html()
}

fn introduction(many: &ManyComparisons) -> Markup {
    let rows: Vec<Vec<Markup>> = (1..)
        .zip(&many.models)
        .map(|(i, model)| vec![html! { (i) }, html! { (model.short) }, html! { code { (model.path) } }])
        .collect();
    let first = if many.all { "" } else { "; the first is the reference" };
    let caption = format!(
        "Models on the same {} inputs and {} labels{first}",
        number(many.n_inputs as f64),
        number(many.n_labels as f64)
    );
    table(Frame::Captioned, &caption, &[text(""), text("model"), text("file")], &rows)
}

/// What stands in the tables: the measure that ranks, and those that are usual.
fn columns(many: &ManyComparisons) -> Vec<&'static str> {
    let usual = ["d_logit", "d_logit_relative", "m_cca", "kl_ab", "kl_ba", "top1_agreement"];
    let own = many.tokens().into_iter().filter(|token| *token == many.by);
    let others = many.tokens().into_iter().filter(|token| *token != many.by && usual.contains(token));
    own.chain(others).collect()
}

fn cells(pair: &ComparedModels, columns: &[&'static str]) -> Vec<Markup> {
    let cell = |token: &&str| {
        let ends = pair.number(token).and_then(|number| number.ends);
        match (pair.value(token), ends) {
            (Some(x), Some(ends)) => html! { (interval(x, ends)) },
            (Some(x), None) => html! { (number(x)) },
            (None, _) => html! { "n/a" },
        }
    };
    let certified = pair.certified().map_or_else(|| "n/a".to_owned(), short);
    columns.iter().map(cell).chain([html! { (certified) }]).collect()
}

fn headings(before: Vec<Column>, columns: &[&'static str]) -> Vec<Column> {
    let own = columns.iter().map(|token| numbers(*token)).chain([numbers("m_cca at least")]);
    before.into_iter().chain(own).collect()
}

fn ranking(many: &ManyComparisons) -> Markup {
    let columns = columns(many);
    let row = |(rank, place): (usize, &logitdist_results::many::Place)| {
        let pair = many.pair(0, place.model)?;
        let step = place.step.as_ref().map_or_else(String::new, |step| match &step.ends {
            Ok([low, high]) => {
                let open = if step.is_open() == Some(true) { ", cannot be told apart" } else { "" };
                format!("{} [{}, {}]{open}", short(step.difference), short(*low), short(*high))
            }
            Err(_) => short(step.difference),
        });
        let name = &many.models[place.model].short;
        let before = [html! { (rank) ". " (name) }, html! { (step) }];
        Some(before.into_iter().chain(cells(pair, &columns)).collect())
    };
    let rows: Vec<Vec<Markup>> = (1..).zip(&many.ranking.places).filter_map(row).collect();
    let caption = format!("By {}, the nearest first", many.by);
    let before = vec![text("model"), text("beyond the one before")];
    html! {
        (table(Frame::Captioned, &caption, &headings(before, &columns), &rows))
        p class="soft" {
            "Brackets are 95 % intervals. Those of differences are paired: what the inputs have in common cancels. "
            @for name in &columns { (token(name)) " " }
        }
    }
}

fn pairs(many: &ManyComparisons) -> Markup {
    let columns = columns(many);
    let rows: Vec<Vec<Markup>> = many
        .pairs
        .iter()
        .map(|pair| {
            let names = [pair.a, pair.b].map(|place| html! { (many.models[place].short) });
            names.into_iter().chain(cells(pair, &columns)).collect()
        })
        .collect();
    let headings = headings(vec![text("a"), text("b")], &columns);
    html! {
        (table(Frame::Boxed, "All pairs", &headings, &rows))
        p class="soft" { "All numbers are in pairs.csv." @if many.all { " Each measure as a square is in square-TOKEN.csv." } }
    }
}

fn reproduce(many: &ManyComparisons) -> Markup {
    html! {
        p { "logitdist " (many.version) ", seed " (many.seed) ":" }
        pre { code { (many.command) " --report FOLDER" } }
    }
}
