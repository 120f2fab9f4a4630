//! All pictures of a sweep and the selectors that choose one.

use super::labelled;
use crate::plot::Width;
use crate::view::Picture;
use logitdist_results::Study;
use maud::{Markup, html};

/// All pictures and their selectors.
pub fn content(study: &Study, pictures: &[Picture]) -> Markup {
    let chosen = |selector: &'static str| {
        let values = pictures.iter().filter_map(move |picture| picture.chosen(selector));
        distinct(values.filter(|value| !value.is_empty()).map(|value| (value, value)))
    };
    let views = distinct(pictures.iter().map(|picture| (picture.view.as_str(), picture.title.as_str())));
    let axes = chosen("x");
    let second: Vec<(&str, &str)> = std::iter::once(("", "(none)")).chain(axes.iter().copied()).collect();
    let undrawn = study.varied().len().saturating_sub(axes.len());
    html! {
        div class="choices" {
            (select("view", "picture", &views, 0))
            (select("bound", "bound", &chosen("bound"), 0))
            (select("quantity", "quantity", &chosen("quantity"), 0))
            (select("x", "axis", &axes, 0))
            // A map needs a second axis: the last is chosen at first.
            (select("second", "second axis", &second, second.len().min(3) - 1))
            (select("source", "source", &chosen("source"), 0))
        }
        p id="no-picture" hidden { "There is nothing to show for this choice: take two different axes, or another bound." }
        @for (i, picture) in pictures.iter().enumerate() {
            figure class=(if picture.figure.width == Width::Full { "full" } else { "column" })
                data-key=(picture.key()) id={ "picture-" (i) } hidden[i > 0] {
                (labelled(&picture.figure.to_linked_svg(), &picture.question))
                figcaption {
                    (picture.question)
                    @if picture.is_filed { " " code { "plots/" (picture.name) ".svg" } }
                }
            }
            "\n"
        }
        @if undrawn > 0 {
            p class="soft" {
                "Pictures are over the " (axes.len()) " axes with most values; " (undrawn) " more are in summary.csv."
            }
        }
    }
}

/// Each once, in the order of their first appearance.
fn distinct<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn select(id: &str, label: &str, options: &[(&str, &str)], chosen: usize) -> Markup {
    html! {
        label {
            (label)
            select id=(id) {
                @for (i, (value, name)) in options.iter().enumerate() {
                    option value=(value) selected[i == chosen] { (name) }
                }
            }
        }
        "\n"
    }
}
