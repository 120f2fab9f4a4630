//! Pages: each is one file with everything in it, which opens from disk and asks no network.

mod cells;
mod gallery;
mod glossary;
mod sweep;
mod table;

use crate::plot::{Figure, Width};
use crate::view::Picture;
pub(crate) use glossary::{terms, token};
pub(crate) use sweep::page;
pub(crate) use table::{Frame, table};

use logitdist_io::is_hidden;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

/// What every page looks like.
const STYLE: &str = include_str!("style.css");

/// A page.
pub(crate) struct Page<'a> {
    pub title: &'a str,
    /// What it looks like beside what all pages do.
    pub style: &'a str,
    /// Stands between the title and the links to the sections.
    pub introduction: Markup,
    pub sections: Vec<Section>,
    /// Empty for none.
    pub script: &'a str,
}

/// A part of a page that its navigation leads to.
pub(crate) struct Section {
    anchor: &'static str,
    heading: &'static str,
    content: Markup,
}

impl Section {
    pub fn new(anchor: &'static str, heading: &'static str, content: Markup) -> Section {
        Section { anchor, heading, content }
    }
}

impl Page<'_> {
    /// The whole file. What could act on a reader in place of being seen is replaced.
    pub fn to_html(&self) -> String {
        let page = html! {
            (DOCTYPE) "\n"
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " – logitdist" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) (PreEscaped(self.style)) }
                }
                "\n"
                body {
                    header {
                        h1 { (self.title) }
                        (self.introduction)
                        nav aria-label="Sections" {
                            @for section in &self.sections { a href={ "#" (section.anchor) } { (section.heading) } "\n" }
                        }
                    }
                    "\n"
                    main { @for section in &self.sections { (section) "\n" } }
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
            "\n"
        };
        page.into_string().replace(|c: char| is_hidden(c) && c != '\n' && c != '\t', "\u{fffd}")
    }
}

impl maud::Render for Section {
    fn render(&self) -> Markup {
        let heading = format!("{}-heading", self.anchor);
        html! {
            section id=(self.anchor) aria-labelledby=(heading) {
                h2 id=(heading) { (self.heading) }
                (self.content)
            }
        }
    }
}

/// An SVG as an image with a name, for who cannot see it.
pub(crate) fn labelled(svg: &str, name: &str) -> Markup {
    let attributes = html! { (name) }.into_string();
    PreEscaped(svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{attributes}\" "), 1))
}

/// A picture with its title and caption, which its key finds.
fn figure(picture: &Picture, is_hidden: bool) -> Markup {
    html! {
        figure class=(if picture.figure.width == Width::Full { "full" } else { "column" })
            data-key=(picture.key()) hidden[is_hidden] {
            (drawing(&picture.figure, &picture.question))
            figcaption {
                strong { (sentence(&picture.title)) " " }
                (picture.question)
                @if picture.is_filed { " " code { "plots/" (picture.name) ".svg" } ", " code { ".pdf" } ", " code { ".png" } }
            }
        }
    }
}

/// A title with a full stop, unless it asks.
fn sentence(title: &str) -> String {
    if title.ends_with('?') { title.to_owned() } else { format!("{title}.") }
}

/// A picture with its title, question and the names of its files, beside which there is what `also` says.
pub(crate) fn titled(picture: &Picture, also: &str) -> Markup {
    let name = &picture.name;
    html! {
        figure id={ "picture-" (name) } {
            h3 { (picture.title) }
            (drawing(&picture.figure, &picture.title))
            figcaption { (picture.question) " Files: plots/" (name) ".svg, .pdf and .png" (also) "." }
        }
    }
}

/// A figure as a page and a phone show it: on a narrow screen its panels stand below one another, unless that would make the page too large.
fn drawing(figure: &Figure, name: &str) -> Markup {
    /// The largest drawing that a page has twice, in bytes.
    const MOST: usize = 100_000;
    let is_wide = figure.width == Width::Full && figure.panels.len() > 1;
    let narrow =
        is_wide.then(|| Figure { width: Width::Column, columns: 1, ..figure.clone() }.to_linked_svg());
    let narrow = narrow.filter(|svg| svg.len() <= MOST);
    html! {
        div class=(if narrow.is_some() { "broad once" } else { "broad" }) tabindex="0" role="region" aria-label=(name) {
            (labelled(&figure.to_linked_svg(), name))
        }
        @if let Some(svg) = &narrow { div class="narrow" { (labelled(svg, name)) } }
    }
}

/// JSON as it may stand in a script element.
fn in_script(json: &Value) -> PreEscaped<String> {
    PreEscaped(json.to_string().replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_in_a_script_ends_it() {
        let json = json!({"a": "</script>"});
        assert_eq!(in_script(&json).into_string(), "{\"a\":\"\\u003c/script>\"}");
    }
}
