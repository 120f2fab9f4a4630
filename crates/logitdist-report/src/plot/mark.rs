//! What is drawn in a panel, as plain data.

use super::palette::Colour;

/// A point of a scatter plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Horizontally.
    pub x: f64,
    /// Vertically.
    pub y: f64,
    /// Coloured by this value, if there is one; see [`Figure::colours`](super::Figure::colours).
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
    /// A triangle upside down.
    Inverted,
    /// A cross with upright arms.
    Cross,
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

/// A heat map: rectangles coloured by values, at the places of two [`Scale::Places`](super::Scale::Places) axes.
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
    /// An area between lower and upper values: x, lower, upper. What is beyond a given end of the axis is cut off, and said below the figure.
    Band(Vec<(f64, f64, f64)>),
    /// A straight line from one end of an interval to the other. An end beyond a given end of the axis has an arrowhead there.
    Interval((f64, f64), (f64, f64)),
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

impl Shape {
    /// Shapes that are told apart where colours are not, in the order in which to use them: a small square looks most like a disc.
    pub const ALL: [Shape; 6] =
        [Shape::Disc, Shape::Triangle, Shape::Diamond, Shape::Cross, Shape::Square, Shape::Inverted];

    /// The shape of the i-th of several things.
    pub fn of(i: usize) -> Shape {
        Shape::ALL[i % Shape::ALL.len()]
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

    /// Whether it may be cut off where the axis ends.
    pub(super) fn is_interval(&self) -> bool {
        matches!(self.form, Form::Band(_) | Form::Interval(..))
    }

    /// Whether it covers what lies below it.
    pub(super) fn is_area(&self) -> bool {
        matches!(self.form, Form::Band(_) | Form::Bars(_) | Form::Tiles(_))
    }

    /// Its values along x and along y.
    pub(super) fn values(&self) -> (Vec<f64>, Vec<f64>) {
        match &self.form {
            Form::Points(points, _) => points.iter().map(|p| (p.x, p.y)).unzip(),
            Form::Line(points) | Form::DottedLine(points) => points.iter().copied().unzip(),
            Form::Band(points) => {
                (points.iter().map(|p| p.0).collect(), points.iter().flat_map(|p| [p.1, p.2]).collect())
            }
            Form::Interval(from, to) => (vec![from.0, to.0], vec![from.1, to.1]),
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
