//! Text as HTML.

use crate::html::escaped;
use std::fmt::Write;

/// A token that leads to its entry in the glossary.
pub(super) fn token(token: &str) -> String {
    format!("<a class=\"token\" href=\"#token-{0}\">{0}</a>", escaped(token))
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub heading: &'static str,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
}

/// A column of texts.
pub(super) const fn text(heading: &'static str) -> Column {
    Column { heading, numeric: false }
}

/// A column of numbers.
pub(super) const fn numbers(heading: &'static str) -> Column {
    Column { heading, numeric: true }
}

/// A table that can be scrolled sideways, by keyboard too. Cells are HTML; the first of a row is its heading.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let class = |column: &Column| if column.numeric { "" } else { " class=\"text\"" };
    let caption = escaped(caption);
    let mut html =
        format!("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\">\n<table>\n");
    write!(html, "<caption>{caption}</caption>\n<thead><tr>").expect("writing to a string");
    for column in columns {
        write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escaped(column.heading))
            .expect("writing to a string");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (i, (cell, column)) in row.iter().zip(columns).enumerate() {
            let element = if i == 0 { "th scope=\"row\"" } else { "td" };
            let end = if i == 0 { "th" } else { "td" };
            write!(html, "<{element}{}>{cell}</{end}>", class(column)).expect("writing to a string");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_html_is_written_as_text() {
        let html = table("a < b", &[text("x"), numbers("y")], &[vec!["1".into(), "2".into()]]);
        assert!(html.contains("<caption>a &lt; b</caption>"), "{html}");
        assert!(html.contains("<th scope=\"row\" class=\"text\">1</th><td>2</td>"), "{html}");
    }
}
