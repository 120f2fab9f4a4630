//! How many panels stand side by side, how wide they are, and what is left beside them.

use super::canvas::text_width;
use super::diagonal::shares;
use super::figure::{Figure, Panel, Scale};
use super::layout::{LINE, MOST_DECADES, values};
use super::mark::{Form, Mark};
use super::names::LEAST_BETWEEN;
use super::scale::Mapping;
use super::wrapped::wrapped;
use crate::typeset::typeset;

/// Width of the colour bar with its numbers.
const COLOUR_BAR: f64 = 36.0;

/// About what labels and numbers beside a panel take.
const BESIDE: f64 = 40.0;

/// Space right of a panel without names or shares there.
const RIGHT: f64 = 8.0;

/// Columns of panels.
pub struct Frame {
    /// Panels in a row.
    pub columns: usize,
    /// Whether lines are named at their ends.
    pub names_at_ends: bool,
    /// Space left and right of the plotting areas of each column.
    pub margins: Vec<[f64; 2]>,
    /// Width of a plotting area.
    pub plot_width: f64,
    /// Width that the heights of panels are shares of: what it would be in as many columns as the figure wants.
    pub wanted_width: f64,
}

impl Frame {
    /// As many columns as the figure wants, or fewer, so that the names of all places have room.
    pub fn of(figure: &Figure, width: f64) -> Frame {
        let wanted = figure.columns.max(1).min(figure.panels.len().max(1));
        let most = figure.panels.iter().map(places_along).max().unwrap_or(0);
        let fits = |frame: &Frame| most as f64 * LEAST_BETWEEN <= frame.plot_width;
        let first = Frame::with(figure, width, wanted, None);
        let wanted_width = Some(first.plot_width);
        let fewer = (1..wanted).rev().map(|columns| Frame::with(figure, width, columns, wanted_width));
        let mut frames = std::iter::once(first).chain(fewer);
        frames.find(fits).unwrap_or_else(|| Frame::with(figure, width, 1, wanted_width))
    }

    fn with(figure: &Figure, width: f64, columns: usize, wanted_width: Option<f64>) -> Frame {
        let names_at_ends = columns == 1 && figure.colours.is_none() && names_fit(figure, width);
        let (mut margins, mut plot_width) = (Vec::new(), 0.0);
        // The label of an axis takes as many lines as its panel is low, and a panel is as wide as labels leave it.
        for _ in 0..3 {
            margins = (0..columns)
                .map(|c| beside(figure, columns, c, names_at_ends, wanted_width.unwrap_or(plot_width)))
                .collect();
            let taken: f64 = margins.iter().flatten().sum();
            plot_width = ((width - bar(figure) - taken) / columns as f64).max(20.0);
        }
        Frame {
            columns,
            names_at_ends,
            margins,
            plot_width,
            wanted_width: wanted_width.unwrap_or(plot_width),
        }
    }
}

/// Width of what stands right of all panels.
pub fn bar(figure: &Figure) -> f64 {
    if figure.colours.is_some() { COLOUR_BAR + LINE * bar_label(figure).len() as f64 } else { 0.0 }
}

/// The label of the colour bar, which stands upwards beside it, in lines about as long as it.
pub fn bar_label(figure: &Figure) -> Vec<String> {
    let Some((colours, first)) = figure.colours.as_ref().zip(figure.panels.first()) else {
        return Vec::new();
    };
    let plot_width = (figure.width.points() - COLOUR_BAR) / figure.columns as f64 - BESIDE;
    wrapped(&colours.label, along(height(std::slice::from_ref(first), plot_width.max(BESIDE))))
}

/// Height of a row of panels of which it is a share of a width: of the highest of them, and no less than the names of places take.
pub fn height(row: &[Panel], plot_width: f64) -> f64 {
    let aspect = row.iter().map(|panel| panel.aspect).fold(0.0, f64::max);
    let places = row.iter().filter(|panel| panel.y.scale == Scale::Places).map(|panel| panel.y.ticks.len());
    (plot_width * aspect).max(places.max().unwrap_or(0) as f64 * LINE)
}

/// How long a line of the label of a vertical axis may be: little longer than the axis.
pub fn along(height: f64) -> f64 {
    height + LINE / 2.0
}

/// Whether the vertical axis of a column has its label in a row of panels: the first one has, and where they differ all have.
pub fn has_y_label(row: &[Panel], column: usize) -> bool {
    column == 0 || row.iter().any(|panel| panel.y.label != row[0].y.label)
}

/// Places in a row along x.
fn places_along(panel: &Panel) -> usize {
    if panel.x.scale == Scale::Places { panel.x.ticks.len() } else { 0 }
}

/// Space left and right of the plotting areas of a column.
fn beside(figure: &Figure, columns: usize, column: usize, names_at_ends: bool, plot_width: f64) -> [f64; 2] {
    let panels = || figure.panels.iter().skip(column).step_by(columns);
    let mapped = |panel: &Panel| {
        let (_, ys) = values(panel);
        let mut mapping = Mapping::new(&panel.y, &ys, 100.0);
        mapping.count(panel.points().map(|point| point.y));
        mapping
    };
    let ticks = panels().flat_map(|panel| {
        let mapping = mapped(panel);
        let gutters = mapping.gutters().map(|gutter| gutter.label.clone());
        let texts = mapping.ticks(&panel.y, MOST_DECADES).into_iter().map(|(_, text)| text);
        gutters.chain(texts).collect::<Vec<_>>()
    });
    let widest = ticks.map(|text| text_width(&text)).fold(0.0, f64::max);
    let labelled = figure.panels.chunks(columns).filter(|row| has_y_label(row, column));
    let rows = labelled.filter_map(|row| Some((row.get(column)?, height(row, plot_width))));
    let lines = rows.map(|(panel, height)| match plot_width > 0.0 {
        true => wrapped(&panel.y.label, along(height)).len(),
        false => usize::from(!panel.y.label.is_empty()),
    });
    let label = lines.max().unwrap_or(0) as f64 * LINE;
    let names = if names_at_ends { names_width(panels()) + 5.0 } else { RIGHT };
    let shares = panels().flat_map(shares).map(typeset);
    let counts = panels().flat_map(|panel| mapped(panel).gutters().map(|g| g.counted()).collect::<Vec<_>>());
    let others = shares.chain(counts).map(|text| text_width(&text) + 4.0);
    [widest + label + 6.0, others.fold(names.max(RIGHT), f64::max)]
}

/// The width of the longest name of a line.
fn names_width<'a>(panels: impl Iterator<Item = &'a Panel>) -> f64 {
    let names = panels.flat_map(|panel| &panel.marks).filter(|m| is_line(m)).map(|m| text_width(&m.label));
    names.fold(0.0, f64::max)
}

/// Whether a mark is named at its end rather than in the key.
pub fn is_line(mark: &Mark) -> bool {
    matches!(mark.form, Form::Line(_) | Form::DottedLine(_)) && !mark.label.is_empty()
}

/// Whether the names of all lines fit beside the panels.
fn names_fit(figure: &Figure, width: f64) -> bool {
    figure.panels.iter().all(|panel| {
        let lines: Vec<&Mark> = panel.marks.iter().filter(|m| is_line(m)).collect();
        let height = 0.6 * width * panel.aspect;
        lines.iter().all(|m| text_width(&m.label) < 0.33 * width) && lines.len() as f64 * LINE < height
    })
}
