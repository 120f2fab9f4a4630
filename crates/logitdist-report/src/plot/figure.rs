//! What a picture shows, as plain data.

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

/// A point of a scatter plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Horizontally.
    pub x: f64,
    /// Vertically.
    pub y: f64,
    /// Coloured by this value, if there is one; see [`Figure::colours`].
    pub value: Option<f64>,
    /// Where it leads, in an SVG that has links.
    pub link: Option<String>,
}

/// The form of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Disc,
    /// A ring, to mark points that are also drawn otherwise.
    Ring,
    /// A square.
    Square,
    /// A triangle.
    Triangle,
    /// A diamond.
    Diamond,
}

/// A bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Left end.
    pub from: f64,
    /// Right end.
    pub to: f64,
    /// Height.
    pub height: f64,
}

/// A heat map: rectangles coloured by values, at the places of two [`Scale::Places`] axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiles {
    /// Number of places horizontally.
    pub columns: usize,
    /// Value per place, row by row from the bottom; `None` for none. A multiple of `columns` many.
    pub values: Vec<Option<f64>>,
    /// Whether to write the values into the tiles where they fit.
    pub written: bool,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The form and where.
    pub form: Form,
    /// Its colour, unless a value gives one.
    pub colour: Colour,
    /// Its name: at the end of a line where there is room, in the key above otherwise. Empty for none.
    pub label: String,
    /// Whether a line is dashed.
    pub dashed: bool,
    /// What stands on the points of a dotted line.
    pub shape: Shape,
}

/// The form of a mark.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Points.
    Points(Vec<Point>, Shape),
    /// A line through points.
    Line(Vec<(f64, f64)>),
    /// A line through points with the mark's shape on each.
    DottedLine(Vec<(f64, f64)>),
    /// An area between lower and upper values: x, lower, upper.
    Band(Vec<(f64, f64, f64)>),
    /// Bars from the bottom.
    Bars(Vec<Bar>),
    /// A heat map.
    Tiles(Tiles),
    /// The line on which y is this share of x, across the panel; each of several has its share beside it.
    Diagonal(f64),
    /// A vertical line across the panel.
    Vertical(f64),
    /// A text beside a place.
    Text(f64, f64, String),
}

impl Figure {
    /// A figure whose panels stand side by side.
    pub fn new(width: Width, panels: Vec<Panel>) -> Figure {
        let columns = panels.len().max(1);
        Figure { width, panels, columns, colours: None, note: String::new() }
    }

    /// One panel as wide as a column, or several, two or three in a row, as wide as a page.
    pub fn arranged(panels: Vec<Panel>) -> Figure {
        let (width, columns) = match panels.len() {
            1 => (Width::Column, 1),
            2 | 4 => (Width::Full, 2),
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

    /// The same with so many panels in a row.
    pub fn in_columns(self, columns: usize) -> Figure {
        Figure { columns: columns.max(1), ..self }
    }

    /// The same with values as colours.
    pub fn coloured(self, colours: Colours) -> Figure {
        Figure { colours: Some(colours), ..self }
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

impl Shape {
    /// Shapes that are told apart where colours are not, in the order in which to use them.
    pub const ALL: [Shape; 4] = [Shape::Disc, Shape::Triangle, Shape::Square, Shape::Diamond];

    /// The shape of the i-th of several things.
    pub fn of(i: usize) -> Shape {
        Shape::ALL[i % Shape::ALL.len()]
    }
}

impl Panel {
    /// A panel without marks.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Panel {
        Panel { title: title.into(), x, y, marks: Vec::new(), aspect: 0.75, empty: None }
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

impl Point {
    /// A point without a value and a link.
    pub fn at(x: f64, y: f64) -> Point {
        Point { x, y, value: None, link: None }
    }
}

impl Mark {
    /// A mark of a form.
    pub fn new(form: Form, colour: Colour) -> Mark {
        Mark { form, colour, label: String::new(), dashed: false, shape: Shape::Disc }
    }

    /// Points as discs.
    pub fn points(points: Vec<Point>, colour: Colour) -> Mark {
        Mark::new(Form::Points(points, Shape::Disc), colour)
    }

    /// A line.
    pub fn line(points: Vec<(f64, f64)>, colour: Colour) -> Mark {
        Mark::new(Form::Line(points), colour)
    }

    /// The same with a name.
    pub fn labelled(self, label: impl Into<String>) -> Mark {
        Mark { label: label.into(), ..self }
    }

    /// The same with a dashed line.
    pub fn dashed(self) -> Mark {
        Mark { dashed: true, ..self }
    }

    /// The same with a shape on the points of its line.
    pub fn with_shape(self, shape: Shape) -> Mark {
        Mark { shape, ..self }
    }

    /// Its values along x and along y.
    pub(super) fn values(&self) -> (Vec<f64>, Vec<f64>) {
        match &self.form {
            Form::Points(points, _) => points.iter().map(|p| (p.x, p.y)).unzip(),
            Form::Line(points) | Form::DottedLine(points) => points.iter().copied().unzip(),
            Form::Band(points) => {
                (points.iter().map(|p| p.0).collect(), points.iter().flat_map(|p| [p.1, p.2]).collect())
            }
            Form::Bars(bars) => {
                (bars.iter().flat_map(|b| [b.from, b.to]).collect(), bars.iter().map(|b| b.height).collect())
            }
            Form::Tiles(tiles) => {
                let rows = tiles.values.len() / tiles.columns.max(1);
                let places = |n: usize| (0..n).map(|i| i as f64).collect();
                (places(tiles.columns), places(rows))
            }
            Form::Diagonal(_) | Form::Text(..) => (vec![], vec![]),
            Form::Vertical(x) => (vec![*x], vec![]),
        }
    }
}
