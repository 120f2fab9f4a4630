//! Keys: which name is of which mark, above all panels or above each.

use super::canvas::text_width;
use super::figure::{Figure, Panel};
use super::frame::is_line;
use super::layout::LINE;
use super::mark::{Form, Mark};
use super::wrapped::wrapped;

/// Width of a line's or a shape's sample.
pub const SAMPLE: f64 = 16.0;

/// A name with where it stands.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// What it is of.
    pub mark: &'a Mark,
    /// The name, in lines that the figure has room for.
    pub lines: Vec<String>,
    /// Its left end and the middle of its first line.
    pub place: (f64, f64),
}

impl<'a> Entry<'a> {
    fn new(mark: &'a Mark, room: f64) -> Entry<'a> {
        Entry { mark, lines: wrapped(&mark.label, room - SAMPLE), place: (0.0, LINE / 2.0) }
    }

    /// Where its last line ends.
    pub fn bottom(&self) -> f64 {
        self.place.1 + LINE * (self.lines.len() as f64 - 0.5)
    }

    fn width(&self) -> f64 {
        SAMPLE + self.lines.iter().map(|line| text_width(line)).fold(0.0, f64::max)
    }

    /// The same elsewhere.
    pub fn moved(&self, right: f64, down: f64) -> Entry<'a> {
        Entry { place: (self.place.0 + right, self.place.1 + down), ..self.clone() }
    }
}

/// The left end of a key.
pub const LEFT: f64 = 4.0;

/// What stands before the key above all panels; empty for nothing.
pub fn heading(figure: &Figure) -> String {
    if figure.heading.is_empty() { String::new() } else { format!("{}:", figure.heading) }
}

/// The key above all panels, after its heading: every name once, but those at the ends of lines.
pub fn above(figure: &Figure, names_at_ends: bool, width: f64) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let first = match heading(figure) {
        heading if heading.is_empty() => LEFT,
        heading => LEFT + text_width(&heading) + 6.0,
    };
    let (mut x, mut y, mut next) = (first, 1.0, if first > LEFT { 1.0 + LINE } else { 1.0 });
    for mark in figure.panels.iter().flat_map(|panel| &panel.marks) {
        let known = entries.iter().any(|e| e.mark.label == mark.label && e.mark.colour == mark.colour);
        if mark.label.is_empty() || known || (names_at_ends && is_line(mark)) {
            continue;
        }
        let entry = Entry::new(mark, width - LEFT);
        if x + entry.width() > width && x > LEFT {
            (x, y) = (LEFT, next);
        }
        let entry = entry.moved(x, y);
        next = entry.bottom().max(next);
        x += entry.width() + 10.0;
        entries.push(entry);
    }
    entries
}

/// Whether two names are of marks that look the same, so that only those of each panel are told apart.
pub fn has_doubles(entries: &[Entry<'_>]) -> bool {
    let look = |mark: &Mark| match mark.form {
        Form::Points(_, shape) => (mark.colour, Some(shape), mark.dashed),
        Form::DottedLine(_) => (mark.colour, Some(mark.shape), mark.dashed),
        _ => (mark.colour, None, mark.dashed),
    };
    let is_double = |i: usize| entries[..i].iter().any(|other| look(other.mark) == look(entries[i].mark));
    (0..entries.len()).any(is_double)
}

/// The key of a panel, one below the other, as wide as there is room.
pub fn of_panel(panel: &Panel, room: f64) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for mark in panel.marks.iter().filter(|mark| !mark.label.is_empty()) {
        let down = entries.last().map_or(0.0, Entry::bottom);
        entries.push(Entry::new(mark, room).moved(0.0, down));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Width, palette};

    #[test]
    fn no_name_reaches_beyond_its_room() {
        let name = "T15 (Jensen–Shannon divergence)";
        let mark = |name: &str| Mark::points(Vec::new(), palette::BLUE).labelled(name);
        let panel = Panel::new("", Axis::linear(""), Axis::linear("")).with(mark(name)).with(mark("T9"));
        let own = of_panel(&panel, 100.0);
        assert_eq!(own[0].lines.len(), 2);
        assert!(own.iter().all(|entry| entry.width() <= 100.0));
        assert!(own[1].place.1 > own[0].place.1 + 1.5 * LINE);
        let figure = Figure::new(Width::Points(100.0), vec![panel]);
        assert!(has_doubles(&above(&figure, false, 100.0)));
        assert!(above(&figure, false, 100.0).iter().all(|entry| entry.place.0 + entry.width() <= 100.0));
    }
}
