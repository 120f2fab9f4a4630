//! Where everything stands: panels, keys, colour bar, note; and the drawing of a whole figure.

use super::axes;
use super::canvas::{self, Anchor, Canvas};
use super::covered;
use super::diagonal;
use super::figure::{Axis, Figure, Panel, Scale};
use super::frame::{self, Frame};
use super::key::{self, Entry};
use super::mark::{Form, Mark};
use super::marks;
use super::names::Names;
use super::notes;
use super::palette::{GREY, INK};
use super::pdf;
use super::piles;
use super::scale::Mapping;
use super::shape;
use super::wrapped::wrapped;

/// Entries of a key above all panels; with more, each panel has its own, unless one has them all. So it has if two names would look the same.
const MOST_IN_KEY: usize = 6;

/// Height of a line of text, in points.
pub const LINE: f64 = 9.5;

/// Most ticks of an axis, for so many points of length each at least; below one another, and side by side.
const TICK_EVERY: f64 = 24.0;
const TICK_BESIDE: f64 = 21.0;
/// The same of a logarithmic axis, whose ticks are decades, below one another, and how many it has at most.
const DECADE_EVERY: f64 = LINE;
pub const MOST_DECADES: usize = 12;

/// A panel with its place in points.
pub struct Placed<'a> {
    /// What it shows.
    pub panel: &'a Panel,
    /// Left, top, right and bottom of the plotting area.
    pub area: [f64; 4],
    /// Horizontal positions, from the left.
    pub x: Mapping,
    /// Vertical positions, from the bottom.
    pub y: Mapping,
    /// Ticks of both axes.
    pub ticks: [Vec<(f64, String)>; 2],
    /// How the names along x stand.
    pub names: Names,
    /// Whether the labels of the axes are written here; a neighbour may have the same.
    pub labels: [bool; 2],
    /// The title in lines, and the vertical middle of the first.
    pub title: (Vec<String>, f64),
    /// The label of the vertical axis in lines.
    pub y_label: Vec<String>,
    /// Whether lines are named at their ends.
    pub names_at_ends: bool,
    /// Whether a key above has the heading of the figure.
    pub has_heading: bool,
    /// For each mark, on how many earlier lines each stretch of it lies.
    pub depths: Vec<Vec<usize>>,
    /// Whether lines are dashed where they lie on others.
    pub dashes_over: bool,
}

impl Placed<'_> {
    /// The place of a pair of values on the canvas; `None` if one is NaN.
    pub fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.area[0] + self.x.position(x)?, self.area[3] - self.y.position(y)?))
    }

    /// The strips that a pair of values stands in, along x and along y.
    pub fn strips(&self, (x, y): (f64, f64)) -> [Option<usize>; 2] {
        [self.x.strip(x), self.y.strip(y)]
    }
}

/// A figure with places.
struct Layout<'a> {
    figure: &'a Figure,
    size: (f64, f64),
    panels: Vec<Placed<'a>>,
    /// The keys of all panels.
    key: Vec<Entry<'a>>,
    note: Vec<(String, f64)>,
}

impl Figure {
    /// Its height in points.
    pub fn height(&self) -> f64 {
        Layout::new(self).size.1
    }

    /// The figure as SVG, with text as text and its size in points.
    pub fn to_svg(&self) -> String {
        let layout = Layout::new(self);
        canvas::svg(layout.size, |c| layout.draw(c))
    }

    /// The figure as SVG for a page: points that have a link lead there.
    pub fn to_linked_svg(&self) -> String {
        let layout = Layout::new(self);
        let mut svg = canvas::svg(layout.size, |c| layout.draw(c));
        let mut links = String::new();
        for (link, x, y) in layout.links() {
            let link = link.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            let (x, y, r) = canvas::svg_circle(x, y, shape::RADIUS + 1.0);
            links.push_str(&format!(
                "<a href=\"{link}\" tabindex=\"-1\"><circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/></a>\n"
            ));
        }
        if !links.is_empty() {
            let end = svg.rfind("</svg>").expect("an SVG ends");
            svg.insert_str(end, &format!("<g fill=\"transparent\" class=\"links\">\n{links}</g>\n"));
        }
        svg
    }

    /// The figure as PDF, with text as text and its font embedded.
    pub fn to_pdf(&self) -> Vec<u8> {
        let layout = Layout::new(self);
        pdf::pdf(layout.size, |c| layout.draw(c))
    }

    /// The figure as PNG, 216 pixels an inch, on white.
    pub fn to_png(&self) -> Vec<u8> {
        let layout = Layout::new(self);
        canvas::png(layout.size, |c| layout.draw(c))
    }
}

impl<'a> Layout<'a> {
    fn new(figure: &'a Figure) -> Layout<'a> {
        let width = figure.width.points();
        let Frame { columns, names_at_ends, margins, plot_width, wanted_width } = Frame::of(figure, width);
        let mut key = key::above(figure, names_at_ends, width);
        let names = |panel: &Panel| panel.marks.iter().filter(|m| !m.label.is_empty()).count();
        let is_shared = figure.panels.iter().any(|panel| names(panel) >= key.len());
        let is_long = key.len() > MOST_IN_KEY && !is_shared;
        let keys_in_panels = columns > 1 && (is_long || key::has_doubles(&key));
        if keys_in_panels {
            key.clear();
        }
        let has_heading = !key.is_empty() && !figure.heading.is_empty();
        let key_height = key.last().map_or(0.0, |last| last.bottom() + 6.0);
        let bar = frame::bar(figure);
        let (mut panels, mut top) = (Vec::new(), key_height);
        let has_dashes = notes::has_dashes(figure);
        for (row_index, row) in figure.panels.chunks(columns).enumerate() {
            let titles = row.iter().map(|panel| title_lines(panel, plot_width));
            let title_lines = titles.map(|lines| lines.len()).max().unwrap_or(0);
            let title_height = if title_lines > 0 { LINE * title_lines as f64 + 2.0 } else { 5.0 };
            let own_key = |panel: &'a Panel, c: usize| match keys_in_panels {
                true => key::of_panel(panel, plot_width + margins[c][1]),
                false => Vec::new(),
            };
            let keys: Vec<Vec<Entry<'_>>> = row.iter().zip(0..).map(|(panel, c)| own_key(panel, c)).collect();
            let names = keys.iter().flatten().map(Entry::bottom).fold(0.0, f64::max);
            // The highest number beside the colour bar stands half a line above it.
            let above = if row_index == 0 && bar > 0.0 { LINE / 2.0 } else { 0.0 };
            let gap = if names > 0.0 { 4.0 } else { 0.0 };
            let title = title_height + above + names + gap;
            let (upper, height) = (top + title, frame::height(row, wanted_width));
            let last_of_column = |c: usize| (row_index + 1) * columns + c >= figure.panels.len();
            let (mut left, mut below) = (0.0, 0.0f64);
            for (c, panel) in row.iter().enumerate() {
                left += margins[c][0];
                let labels = [
                    last_of_column(c) || !same(figure.panels.iter().map(|p| &p.x.label)),
                    frame::has_y_label(row, c),
                ];
                let area = [left, upper, left + plot_width, upper + height];
                let y_label = wrapped(&panel.y.label, frame::along(height));
                let placed = place(panel, area, labels, names_at_ends, y_label);
                below = below.max(axes::height_below(&placed));
                key.extend(keys[c].iter().map(|entry| entry.moved(left, top + title_height - 1.0)));
                let title = (self::title_lines(panel, plot_width), top + LINE / 2.0 + 1.5);
                let (depths, dashes_over) = (covered::depths(&placed), !has_dashes);
                panels.push(Placed { title, depths, dashes_over, has_heading, ..placed });
                left += plot_width + margins[c][1];
            }
            top = upper + height + below + 5.0;
        }
        let mut note = Vec::new();
        let own = std::iter::once(figure.note.clone()).chain(notes::sentences(figure, &panels));
        for line in wrapped(&own.collect::<Vec<_>>().join(" "), width - 4.0) {
            note.push((line, top + LINE / 2.0));
            top += LINE;
        }
        Layout { figure, size: (width, top.ceil()), panels, key, note }
    }

    fn draw(&self, canvas: &mut dyn Canvas) {
        if self.panels.iter().any(|placed| placed.has_heading) {
            canvas.text(&key::heading(self.figure), (key::LEFT, 1.0 + LINE / 2.0), Anchor::Left, INK);
        }
        for entry in &self.key {
            marks::draw_key(canvas, entry, self.figure);
        }
        for placed in &self.panels {
            if let Some(reason) = &placed.panel.empty {
                draw_empty(canvas, placed, reason);
                continue;
            }
            axes::draw_ground(canvas, placed);
            let are_hollow = shape::are_hollow(self.figure);
            for areas in [true, false] {
                if !areas {
                    axes::draw_axes(canvas, placed);
                }
                let is_own = |mark: &Mark| {
                    mark.is_area() == areas && !(are_hollow && matches!(mark.form, Form::Points(..)))
                };
                for (number, _) in placed.panel.marks.iter().enumerate().filter(|(_, mark)| is_own(mark)) {
                    marks::draw(canvas, placed, number, self.figure);
                }
            }
            if are_hollow {
                shape::draw_hollow(canvas, placed);
            }
            piles::draw(canvas, placed);
            axes::draw_frame(canvas, placed);
            marks::draw_names(canvas, placed);
            diagonal::draw_shares(canvas, placed);
        }
        if let (Some(colours), Some(first)) = (&self.figure.colours, self.panels.first()) {
            let label = frame::bar_label(self.figure);
            axes::draw_colours(canvas, colours, self.size.0 - frame::bar(self.figure) + 8.0, first, &label);
        }
        for (line, y) in &self.note {
            canvas.text(line, (2.0, *y), Anchor::Left, GREY);
        }
    }

    /// All points that have a link, with their places.
    fn links(&self) -> impl Iterator<Item = (&'a str, f64, f64)> + '_ {
        self.panels.iter().flat_map(|placed| {
            placed.panel.points().filter_map(|point| {
                let (x, y) = placed.place(point.x, point.y)?;
                Some((point.link.as_deref()?, x, y))
            })
        })
    }
}

/// Whether all are the same.
fn same<'a>(mut labels: impl Iterator<Item = &'a String>) -> bool {
    let first = labels.next();
    labels.all(|label| Some(label) == first)
}

/// The title of a panel in at most four lines of a width.
fn title_lines(panel: &Panel, width: f64) -> Vec<String> {
    const MOST_LINES: usize = 4;
    let mut lines = wrapped(&panel.title, width + 6.0);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines[MOST_LINES - 1].push('…');
    }
    lines
}

fn place<'a>(
    panel: &'a Panel,
    area: [f64; 4],
    labels: [bool; 2],
    names_at_ends: bool,
    y_label: Vec<String>,
) -> Placed<'a> {
    let (width, height) = (area[2] - area[0], area[3] - area[1]);
    let (xs, ys) = values(panel);
    let (mut x, mut y) = (Mapping::new(&panel.x, &xs, width), Mapping::new(&panel.y, &ys, height));
    // Bars stand on the axis.
    let bars = panel.marks.iter().any(|mark| matches!(mark.form, Form::Bars(_)));
    if bars && panel.y.range.is_none() && panel.y.scale == Scale::Linear && y.range.0 > -0.1 * y.range.1 {
        y.range.0 = 0.0;
    }
    // Without the strips at its ends.
    let length = |mapping: &Mapping| mapping.ends.1 - mapping.ends.0;
    let most = |axis: &Axis, mapping: &Mapping, every: f64, decade_every: f64| match axis.scale {
        Scale::Log => ((length(mapping) / decade_every) as usize).clamp(2, MOST_DECADES),
        _ => ((length(mapping) / every) as usize).clamp(2, 7),
    };
    let ticks = [
        x.ticks(&panel.x, most(&panel.x, &x, TICK_BESIDE, TICK_BESIDE)),
        y.ticks(&panel.y, most(&panel.y, &y, TICK_EVERY, DECADE_EVERY)),
    ];
    x.count(panel.points().map(|p| p.x));
    y.count(panel.points().map(|p| p.y));
    let names = match panel.x.scale {
        Scale::Places => Names::of(&x, &ticks[0]),
        _ => Names::Beside,
    };
    let title = (Vec::new(), area[1] - LINE / 2.0);
    let (depths, dashes_over) = (Vec::new(), false);
    let has_heading = false;
    Placed {
        panel,
        area,
        x,
        y,
        ticks,
        names,
        labels,
        title,
        y_label,
        names_at_ends,
        has_heading,
        depths,
        dashes_over,
    }
}

/// The values of a panel's marks along x and along y.
pub fn values(panel: &Panel) -> (Vec<f64>, Vec<f64>) {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for mark in &panel.marks {
        let (x, y) = mark.values();
        // Intervals are cut off at given ends, and have no strip beyond them but where the axis has strips for all.
        let counts = |axis: &Axis| !mark.is_interval() || axis.range.is_none() || axis.cut;
        xs.extend(x.into_iter().filter(|_| counts(&panel.x)));
        ys.extend(y.into_iter().filter(|_| counts(&panel.y)));
        // Bars stand on zero, where there is one.
        if matches!(mark.form, Form::Bars(_)) && panel.y.scale == Scale::Linear {
            ys.push(0.0);
        }
    }
    (xs, ys)
}

fn draw_empty(canvas: &mut dyn Canvas, placed: &Placed<'_>, reason: &str) {
    let [left, top, right, bottom] = placed.area;
    let frame = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    canvas.line(&frame, 0.4, GREY);
    axes::draw_title(canvas, placed);
    let lines = wrapped(&format!("nothing to show: {reason}"), right - left - 10.0);
    let middle = (top + bottom) / 2.0 - (lines.len() - 1) as f64 * LINE / 2.0;
    for (i, line) in lines.iter().enumerate() {
        canvas.text(line, ((left + right) / 2.0, middle + i as f64 * LINE), Anchor::Middle, INK);
    }
}
