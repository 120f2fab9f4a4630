//! Tables.

use crate::table::Column;
use maud::{Markup, Render, html};

/// How a table stands on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// Its name above it, as high as its rows need; the first cell of a row is its heading.
    Captioned,
    /// In a box of limited height, with a name for those who cannot see it.
    Boxed,
}

impl Frame {
    /// The class of its region.
    fn class(self) -> &'static str {
        match self {
            Frame::Captioned => "wide",
            Frame::Boxed => "scroll",
        }
    }
}

/// A table.
pub fn table<C: Render>(frame: Frame, name: &str, columns: &[Column], rows: &[Vec<C>]) -> Markup {
    let is_heading = |i: usize| i == 0 && frame == Frame::Captioned;
    let content = html! {
        table {
            @if frame == Frame::Captioned { caption { (name) } }
            thead { tr { @for column in columns { th scope="col" class=[class(column)] { (column.heading) } } } }
            "\n"
            tbody {
                @for row in rows {
                    tr {
                        @for (i, (cell, column)) in row.iter().zip(columns).enumerate() {
                            @if is_heading(i) { th scope="row" class=[class(column)] { (cell) } }
                            @else { td class=[class(column)] { (cell) } }
                        }
                    }
                    "\n"
                }
            }
        }
    };
    region(frame, name, &content)
}

/// What may be wider or higher than its place: it can be scrolled, by keyboard too.
pub fn region(frame: Frame, name: &str, content: &Markup) -> Markup {
    html! { div class=(frame.class()) tabindex="0" role="region" aria-label=(name) { (content) } "\n" }
}

fn class(column: &Column) -> Option<&'static str> {
    (!column.numeric).then_some("text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{numbers, text};

    #[test]
    fn what_means_something_in_html_is_written_as_text() {
        let rows = [vec!["1 < 2", "2"]];
        let html = table(Frame::Captioned, "a < b", &[text("x"), numbers("y")], &rows).into_string();
        assert!(
            html.contains("aria-label=\"a &lt; b\"") && html.contains("<caption>a &lt; b</caption>"),
            "{html}"
        );
        assert!(html.contains("<th scope=\"row\" class=\"text\">1 &lt; 2</th><td>2</td>"), "{html}");
    }
}
