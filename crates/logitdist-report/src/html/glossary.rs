//! What tokens mean.

use logitdist::glossary::{Section, glossary};
use maud::{Markup, html};

/// The entries of tokens, in the program's own order. A token of a measure and of a bound on it has two, the first of which links lead to.
pub fn terms(is_here: impl Fn(&str) -> bool) -> Markup {
    let is_first = |i: usize| glossary()[..i].iter().all(|earlier| earlier.token != glossary()[i].token);
    let entries = glossary().iter().enumerate().filter(|(_, entry)| is_here(entry.token));
    html! {
        dl {
            @for (i, entry) in entries {
                dt id=[is_first(i).then(|| anchor(entry.token))] {
                    code { (entry.token) }
                    @if entry.section == Section::Bound { " (bound)" }
                }
                dd {
                    (entry.meaning) "."
                    @for (what, text) in [("", entry.formula), ("Range: ", entry.range), ("Source: ", entry.source)] {
                        @if !text.is_empty() { " " span class="soft" { (what) (text) "." } }
                    }
                }
                "\n"
            }
        }
    }
}

/// A token that leads to its entry.
pub fn token(token: &str) -> Markup {
    html! { a class="token" href={ "#" (anchor(token)) } { (token) } }
}

fn anchor(token: &str) -> String {
    format!("token-{token}")
}
