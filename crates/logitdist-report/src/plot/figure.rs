//! What a picture shows, as plain data.

use super::mark::{Form, Mark, Point};
use super::palette::{Colour, diverging, sequential};

/// How wide a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    /// A column of a paper, 3.4 in.
    Column,
    /// A page, 7 in.
    Full,
    /// So many points; panels that would be too narrow stand below one another.
    Points(f64),
}

impl Width {
    /// The width in points.
    pub fn points(self) -> f64 {
        match self {
            Width::Column => 245.0,
            Width::Full => 504.0,
            Width::Points(points) => points,
        }
    }
}

/// A picture: panels in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// How wide it is printed.
    pub width: Width,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
    /// Panels in a row.
    pub columns: usize,
    /// What the colours of points and tiles that have a value mean; drawn as a bar on the right.
    pub colours: Option<Colours>,
    /// What the names of marks are, before the key: `training loss`. Empty where they say it themselves.
    pub heading: String,
    /// A line below everything, such as what was left out.
    pub note: String,
}

/// Values as colours, from dark violet to light green; from blue over near-white to vermillion if the range is symmetric around 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Colours {
    /// Token and unit.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// The values of the darkest and of the lightest colour; what is beyond has the same.
    pub range: (f64, f64),
}

/// Two axes and what is drawn between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Above the panel; may be empty.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Drawn one over the other.
    pub marks: Vec<Mark>,
    /// Height of the plotting area over its width.
    pub aspect: f64,
    /// Whether marks that lie on one another are counted beside them.
    pub counts: bool,
    /// Places of marks that are not drawn for want of room, and are counted with those that are.
    pub not_drawn: Vec<(f64, f64)>,
    /// Why there is nothing to show, if so.
    pub empty: Option<String>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Token and unit.
    pub label: String,
    /// How values become positions.
    pub scale: Scale,
    /// The ends; those of the marks' values, a little extended, if absent.
    pub range: Option<(f64, f64)>,
    /// Whether what is beyond the ends of a logarithmic axis stands in gutters, counted, and not at the ends.
    pub cut: bool,
    /// Where to put which texts; chosen from the range if empty. Those that would overlap are left out.
    pub ticks: Vec<(f64, String)>,
}

/// How values become positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// In proportion. Infinities stand in a gutter.
    Linear,
    /// By their logarithm. What is not above 0, and infinity, stand in gutters.
    Log,
    /// Places 0, 1, 2, … for things in a row, half a place free at the ends; give their names as ticks.
    Places,
}

impl Figure {
    /// A figure whose panels stand side by side.
    pub fn new(width: Width, panels: Vec<Panel>) -> Figure {
        let columns = panels.len().max(1);
        Figure { width, panels, columns, colours: None, heading: String::new(), note: String::new() }
    }

    /// One panel as wide as a column, or several, two to four in a row, as wide as a page: more than nine in threes would be higher than that.
    pub fn arranged(panels: Vec<Panel>) -> Figure {
        let (width, columns) = match panels.len() {
            1 => (Width::Column, 1),
            2 | 4 => (Width::Full, 2),
            10.. => (Width::Full, 4),
            _ => (Width::Full, 3),
        };
        Figure::new(width, panels).in_columns(columns)
    }

    /// A figure that says why there is nothing to show.
    pub fn empty(reason: impl Into<String>) -> Figure {
        Figure::new(Width::Column, vec![Panel::empty("", reason)])
    }

    /// The same, so wide: panels that would be too narrow stand in more rows.
    pub fn as_wide_as(self, points: f64) -> Figure {
        /// The least width of a panel with its labels.
        const LEAST: f64 = 115.0;
        let columns = self.columns.min(((points / LEAST) as usize).max(1));
        Figure { width: Width::Points(points), columns, ..self }
    }

    /// The same on several figures, rows of panels in each, none of which is higher than a page of a paper; itself, if it is not.
    pub fn on_pages(self) -> Vec<Figure> {
        /// Height of the text of a page.
        const PAGE: f64 = 648.0;
        let rows = self.panels.len().div_ceil(self.columns.max(1));
        let part = |panels: &[Panel]| Figure { panels: panels.to_vec(), ..self.clone() };
        let parts =
            |rows: usize| self.panels.chunks(rows * self.columns.max(1)).map(part).collect::<Vec<_>>();
        let fits = |all: &Vec<Figure>| all.iter().all(|figure| figure.height() <= PAGE);
        let most = (1..=rows).rev().map(parts).find(fits);
        most.unwrap_or_else(|| if rows > 1 { parts(1) } else { vec![self.clone()] })
    }

    /// The same with so many panels in a row.
    pub fn in_columns(self, columns: usize) -> Figure {
        Figure { columns: columns.max(1), ..self }
    }

    /// The same with values as colours.
    pub fn coloured(self, colours: Colours) -> Figure {
        Figure { colours: Some(colours), ..self }
    }

    /// The same with a word for what the names of marks are.
    pub fn headed(self, heading: impl Into<String>) -> Figure {
        Figure { heading: heading.into(), ..self }
    }

    /// The same with one more sentence below; none if it is empty.
    pub fn noted(mut self, sentence: impl AsRef<str>) -> Figure {
        let sentence = sentence.as_ref();
        if !self.note.is_empty() && !sentence.is_empty() {
            self.note.push(' ');
        }
        self.note.push_str(sentence);
        self
    }
}

impl Colours {
    /// The colour of a share of the range.
    pub(super) fn at(&self, share: f64) -> Colour {
        if self.range.0 == -self.range.1 { diverging(share) } else { sequential(share) }
    }
}

impl Panel {
    /// A panel without marks.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Panel {
        let (title, marks, not_drawn) = (title.into(), Vec::new(), Vec::new());
        Panel { title, x, y, marks, aspect: 0.75, counts: false, not_drawn, empty: None }
    }

    /// The same with a mark on top.
    pub fn with(mut self, mark: Mark) -> Panel {
        self.marks.push(mark);
        self
    }

    /// The same with this height over width of the plotting area.
    pub fn shaped(self, aspect: f64) -> Panel {
        Panel { aspect, ..self }
    }

    /// The same with numbers beside marks that lie on one another.
    pub fn counted(self) -> Panel {
        Panel { counts: true, ..self }
    }

    /// The same with marks that are counted and not drawn.
    pub fn with_not_drawn(self, not_drawn: Vec<(f64, f64)>) -> Panel {
        Panel { not_drawn, ..self }
    }

    /// The points of all its marks.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        let points = self.marks.iter().filter_map(|mark| match &mark.form {
            Form::Points(points, _) => Some(points),
            _ => None,
        });
        points.flatten()
    }

    /// A panel that says why there is nothing to show.
    pub fn empty(title: impl Into<String>, reason: impl Into<String>) -> Panel {
        let axis = || Axis::linear("").between(0.0, 1.0);
        Panel { empty: Some(reason.into()), ..Panel::new(title, axis(), axis()) }
    }
}

impl Axis {
    /// A linear axis over the values of the marks.
    pub fn linear(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), scale: Scale::Linear, range: None, cut: false, ticks: Vec::new() }
    }

    /// A logarithmic axis over the values of the marks.
    pub fn log(label: impl Into<String>) -> Axis {
        Axis { scale: Scale::Log, ..Axis::linear(label) }
    }

    /// Named places 0, 1, 2, ….
    pub fn places<S: AsRef<str>>(label: impl Into<String>, names: &[S]) -> Axis {
        let ticks = names.iter().enumerate().map(|(i, name)| (i as f64, name.as_ref().to_owned())).collect();
        Axis { scale: Scale::Places, ticks, ..Axis::linear(label) }
    }

    /// The same between two ends.
    pub fn between(self, low: f64, high: f64) -> Axis {
        Axis { range: Some((low, high)), ..self }
    }

    /// The same between two ends, with gutters for what is beyond.
    pub fn cut(self, low: f64, high: f64) -> Axis {
        Axis { cut: true, ..self.between(low, high) }
    }

    /// The same with ticks at given values.
    pub fn ticked(self, ticks: Vec<(f64, String)>) -> Axis {
        Axis { ticks, ..self }
    }
}
