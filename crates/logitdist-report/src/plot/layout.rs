//! Where everything stands: panels, keys, colour bar, note; and the drawing of a whole figure.

use super::axes;
use super::canvas::{self, Anchor, Canvas, text_width};
use super::figure::{Figure, Form, Mark, Panel, Scale};
use super::marks;
use super::palette::{GREY, INK};
use super::pdf;
use super::scale::Mapping;
use super::wrapped::wrapped;

/// Entries of a key above all panels; with more, each panel has its own, unless one has them all.
const MOST_IN_KEY: usize = 6;

/// Height of a line of text, in points.
pub const LINE: f64 = 9.5;

/// Most ticks of an axis, for so many points of length each at least; below one another, and side by side.
const TICK_EVERY: f64 = 24.0;
const TICK_BESIDE: f64 = 21.0;

/// Width of the colour bar with its numbers.
const COLOUR_BAR: f64 = 36.0;

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
    /// Whether the names along x are written upwards, being too long to stand side by side even in lines.
    pub upright: bool,
    /// Width that a name along x has, if it is to be wrapped.
    pub room: Option<f64>,
    /// Whether the labels of the axes are written here; a neighbour may have the same.
    pub labels: [bool; 2],
    /// The title in lines, and the vertical middle of the first.
    pub title: (Vec<String>, f64),
    /// The label of the vertical axis in lines.
    pub y_label: Vec<String>,
    /// Whether lines are named at their ends.
    pub names_at_ends: bool,
}

impl Placed<'_> {
    /// The place of a pair of values on the canvas; `None` if one is NaN.
    pub fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.area[0] + self.x.position(x)?, self.area[3] - self.y.position(y)?))
    }
}

/// A figure with places.
struct Layout<'a> {
    figure: &'a Figure,
    size: (f64, f64),
    panels: Vec<Placed<'a>>,
    /// Entries of the key with the places of their left ends.
    key: Vec<(&'a Mark, (f64, f64))>,
    note: Vec<(String, f64)>,
    /// Vertical middle of the label of the colour bar.
    bar_label: f64,
}

impl Figure {
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
            let (x, y, r) = canvas::svg_circle(x, y, marks::RADIUS + 1.0);
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
        let columns = figure.columns.max(1).min(figure.panels.len().max(1));
        let names_at_ends = columns == 1 && figure.colours.is_none() && names_fit(figure, width);
        let mut key = key(figure, names_at_ends, width);
        let names = |panel: &Panel| panel.marks.iter().filter(|m| !m.label.is_empty()).count();
        let is_shared = figure.panels.iter().any(|panel| names(panel) >= key.len());
        let keys_in_panels = columns > 1 && key.len() > MOST_IN_KEY && !is_shared;
        if keys_in_panels {
            key.clear();
        }
        let key_height = key.last().map_or(0.0, |(_, (_, y))| y + LINE / 2.0 + 6.0);
        // What colours mean stands over the titles, where there are some.
        let has_title = figure.panels.iter().take(columns).any(|panel| !panel.title.is_empty());
        let label_height = if figure.colours.is_some() && has_title { LINE } else { 0.0 };
        let key_height = key_height + label_height;
        let bar = if figure.colours.is_some() { COLOUR_BAR } else { 0.0 };
        let margins: Vec<[f64; 2]> =
            (0..columns).map(|c| margins(figure, columns, c, names_at_ends)).collect();
        let taken: f64 = margins.iter().flatten().sum();
        let plot_width = ((width - bar - taken) / columns as f64).max(20.0);
        let (mut panels, mut top) = (Vec::new(), key_height);
        for (row_index, row) in figure.panels.chunks(columns).enumerate() {
            let titles = row.iter().map(|panel| title_lines(panel, plot_width));
            let title_lines = titles.map(|lines| lines.len()).max().unwrap_or(0);
            let title_lines = title_lines.max(usize::from(row_index == 0 && bar > 0.0));
            let title_height = if title_lines > 0 { LINE * title_lines as f64 + 2.0 } else { 5.0 };
            let names = if keys_in_panels { row.iter().map(names).max().unwrap_or(0) } else { 0 };
            // The highest number beside the colour bar stands half a line above it.
            let above = if row_index == 0 && bar > 0.0 { LINE / 2.0 } else { 0.0 };
            let gap = if names > 0 { 4.0 } else { 0.0 };
            let title = title_height + above + LINE * names as f64 + gap;
            let aspect = row.iter().map(|p| p.aspect).fold(0.0, f64::max);
            let (upper, height) = (top + title, plot_width * aspect);
            let last_of_column = |c: usize| (row_index + 1) * columns + c >= figure.panels.len();
            let (mut left, mut below) = (0.0, 0.0f64);
            for (c, panel) in row.iter().enumerate() {
                left += margins[c][0];
                let labels = [
                    last_of_column(c) || !same(figure.panels.iter().map(|p| &p.x.label)),
                    c == 0 || !same(row.iter().map(|p| &p.y.label)),
                ];
                let area = [left, upper, left + plot_width, upper + height];
                let y_label = y_label(figure, columns, panel, names_at_ends);
                let placed = place(panel, area, labels, names_at_ends, y_label);
                below = below.max(axes::height_below(&placed));
                if keys_in_panels {
                    let named = panel.marks.iter().filter(|m| !m.label.is_empty());
                    let first = top + title_height + LINE / 2.0 - 1.0;
                    key.extend(named.zip(0..).map(|(m, i)| (m, (left, first + LINE * f64::from(i)))));
                }
                let title = (self::title_lines(panel, plot_width), top + LINE / 2.0 + 1.5);
                panels.push(Placed { title, ..placed });
                left += plot_width + margins[c][1];
            }
            top = upper + height + below + 5.0;
        }
        let mut note = Vec::new();
        for line in wrapped(&figure.note, width - 4.0) {
            note.push((line, top + LINE / 2.0));
            top += LINE;
        }
        let bar_label = panels.first().map_or(0.0, |first: &Placed<'_>| first.title.1 - label_height);
        Layout { figure, size: (width, top.ceil()), panels, key, note, bar_label }
    }

    fn draw(&self, canvas: &mut dyn Canvas) {
        for (mark, place) in &self.key {
            marks::draw_key(canvas, mark, *place);
        }
        for placed in &self.panels {
            if let Some(reason) = &placed.panel.empty {
                draw_empty(canvas, placed, reason);
                continue;
            }
            axes::draw_ground(canvas, placed);
            for mark in &placed.panel.marks {
                marks::draw(canvas, placed, mark, self.figure.colours.as_ref());
            }
            axes::draw_counts(canvas, placed);
            axes::draw_frame(canvas, placed);
            marks::draw_names(canvas, placed);
            marks::draw_shares(canvas, placed);
        }
        if let (Some(colours), Some(first)) = (&self.figure.colours, self.panels.first()) {
            axes::draw_colours(canvas, colours, self.size.0 - COLOUR_BAR + 8.0, first, self.bar_label);
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

/// The title of a panel in at most two lines of a width.
fn title_lines(panel: &Panel, width: f64) -> Vec<String> {
    let mut lines = wrapped(&panel.title, width + 6.0);
    if lines.len() > 2 {
        lines.truncate(2);
        lines[1].push('…');
    }
    lines
}

/// The label of a panel's vertical axis in lines that are about as long as the axis.
fn y_label(figure: &Figure, columns: usize, panel: &Panel, names_at_ends: bool) -> Vec<String> {
    /// The share of a figure's width that its plotting areas have, and names beside them.
    const PLOTTED: f64 = 0.72;
    let names = if names_at_ends { names_width(figure.panels.iter()) } else { 0.0 };
    let width = PLOTTED * figure.width.points() / columns as f64 - names;
    wrapped(&panel.y.label, width * panel.aspect + LINE)
}

/// The width of the longest name of a line.
fn names_width<'a>(panels: impl Iterator<Item = &'a Panel>) -> f64 {
    let names = panels.flat_map(|panel| &panel.marks).filter(|m| is_line(m)).map(|m| text_width(&m.label));
    names.fold(0.0, f64::max)
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
    let most = |length: f64| ((length / TICK_EVERY) as usize).clamp(2, 7);
    let ticks = [x.ticks(&panel.x, most(width * TICK_EVERY / TICK_BESIDE)), y.ticks(&panel.y, most(height))];
    x.count(panel.points().map(|p| p.x));
    y.count(panel.points().map(|p| p.y));
    let total: f64 = ticks[0].iter().map(|(_, text)| text_width(text) + 5.0).sum();
    let is_tight = panel.x.scale == Scale::Places && total > width;
    let room = is_tight.then(|| width / ticks[0].len().max(1) as f64);
    let fits =
        |text: &str| room.is_none_or(|room| wrapped(text, room).iter().all(|line| text_width(line) <= room));
    let upright = !ticks[0].iter().all(|(_, text)| fits(text));
    let room = room.filter(|_| !upright);
    let title = (Vec::new(), area[1] - LINE / 2.0);
    Placed { panel, area, x, y, ticks, upright, room, labels, title, y_label, names_at_ends }
}

/// The values of a panel's marks along x and along y.
fn values(panel: &Panel) -> (Vec<f64>, Vec<f64>) {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for mark in &panel.marks {
        let (x, y) = mark.values();
        xs.extend(x);
        ys.extend(y);
        // Bars stand on zero, where there is one.
        if matches!(mark.form, Form::Bars(_)) && panel.y.scale == Scale::Linear {
            ys.push(0.0);
        }
    }
    (xs, ys)
}

/// Space left and right of the plotting areas of a column.
fn margins(figure: &Figure, columns: usize, column: usize, names_at_ends: bool) -> [f64; 2] {
    let panels = || figure.panels.iter().skip(column).step_by(columns);
    let ticks = panels().flat_map(|panel| {
        let (_, ys) = values(panel);
        let mapping = Mapping::new(&panel.y, &ys, 100.0);
        let gutters = mapping.gutters().map(|g| g.label.clone());
        let texts = mapping.ticks(&panel.y, 7).into_iter().map(|(_, text)| text);
        gutters.chain(texts).collect::<Vec<_>>()
    });
    let widest = ticks.map(|text| text_width(&text)).fold(0.0, f64::max);
    let lines = panels().map(|panel| y_label(figure, columns, panel, names_at_ends).len());
    let label = lines.max().unwrap_or(0) as f64 * LINE;
    let right = if names_at_ends { names_width(panels()) + 5.0 } else { 8.0 };
    [widest + label + 6.0, right.max(8.0)]
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

/// The key: every name once, in lines.
fn key(figure: &Figure, names_at_ends: bool, width: f64) -> Vec<(&Mark, (f64, f64))> {
    let mut entries: Vec<(&Mark, (f64, f64))> = Vec::new();
    let (mut x, mut y) = (4.0, LINE / 2.0 + 1.0);
    for mark in figure.panels.iter().flat_map(|panel| &panel.marks) {
        let known = entries.iter().any(|(m, _)| m.label == mark.label && m.colour == mark.colour);
        if mark.label.is_empty() || known || (names_at_ends && is_line(mark)) {
            continue;
        }
        let length = marks::KEY_WIDTH + text_width(&mark.label) + 10.0;
        if x + length > width && x > 4.0 {
            (x, y) = (4.0, y + LINE);
        }
        entries.push((mark, (x, y)));
        x += length;
    }
    entries
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
