//! Frames, grids, ticks, gutters, labels and the colour bar.

use super::canvas::{Anchor, Canvas, TEXT, text_width};
use super::figure::{Axis, Colours, Scale};
use super::layout::{LINE, Placed};
use super::palette::{GREY, GRID, GROUND, INK};
use super::scale::{Gutter, Mapping};
use super::wrapped::wrapped;

/// Space between two tick labels.
const BETWEEN: f64 = 4.0;

/// Height that ticks and label take below a panel.
pub fn height_below(placed: &Placed<'_>) -> f64 {
    if placed.panel.empty.is_some() {
        return 2.0;
    }
    let ticks = match placed.upright {
        true => placed.ticks[0].iter().map(|(_, text)| text_width(text)).fold(0.0, f64::max) + 3.0,
        false => LINE * lines_below(placed) as f64,
    };
    ticks + LINE * x_label(placed).len() as f64 + 3.0
}

/// The label below a panel, in lines that do not reach the labels of its neighbours.
fn x_label(placed: &Placed<'_>) -> Vec<String> {
    /// How far a label may stand out on either side.
    const OVERHANG: f64 = 10.0;
    if !placed.labels[0] {
        return Vec::new();
    }
    let [left, _, right, _] = placed.area;
    wrapped(&placed.panel.x.label, right - left + 2.0 * OVERHANG)
}

/// The lines that the names along x take, where they stand side by side.
fn lines_below(placed: &Placed<'_>) -> usize {
    let lines = |text: &str| placed.room.map_or(1, |room| wrapped(text, room).len());
    placed.ticks[0].iter().map(|(_, text)| lines(text)).max().unwrap_or(1)
}

/// Gutters and grid, below the marks.
pub fn draw_ground(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, top, right, bottom] = placed.area;
    for gutter in placed.x.gutters() {
        canvas.rectangle([left + gutter.ends.0, top, left + gutter.ends.1, bottom], GROUND, 1.0);
    }
    for gutter in placed.y.gutters() {
        canvas.rectangle([left, bottom - gutter.ends.0, right, bottom - gutter.ends.1], GROUND, 1.0);
    }
    if placed.panel.x.scale != Scale::Places {
        for (x, _) in &placed.ticks[0] {
            let x = left + placed.x.position(*x).unwrap_or(0.0);
            canvas.line(&[(x, top), (x, bottom)], 0.4, GRID);
        }
    }
    if placed.panel.y.scale != Scale::Places {
        for (y, _) in &placed.ticks[1] {
            let y = bottom - placed.y.position(*y).unwrap_or(0.0);
            canvas.line(&[(left, y), (right, y)], 0.4, GRID);
        }
    }
}

/// How many points stand in the gutters, above the marks.
pub fn draw_counts(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, top, right, bottom] = placed.area;
    let text = |gutter: &Gutter| (gutter.count > 0).then(|| format!("{} ×", gutter.count));
    for gutter in placed.x.gutters() {
        let Some(count) = text(gutter) else { continue };
        let (from, to) = (left + gutter.ends.0, left + gutter.ends.1);
        let end = top + text_width(&count) + 5.0;
        canvas.rectangle([from, top, to, end], GROUND, 1.0);
        canvas.text_upwards(&count, ((from + to) / 2.0, top + text_width(&count) / 2.0 + 3.0), GREY);
    }
    for gutter in placed.y.gutters() {
        let Some(count) = text(gutter) else { continue };
        let (from, to) = (bottom - gutter.ends.0, bottom - gutter.ends.1);
        let start = right - text_width(&count) - 5.0;
        canvas.rectangle([start, from, right, to], GROUND, 1.0);
        canvas.text(&count, (right - 3.0, (from + to) / 2.0), Anchor::Right, GREY);
    }
}

/// Axes, ticks, labels and title, above the marks.
pub fn draw_frame(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, top, right, bottom] = placed.area;
    let (x, y) = (placed.x.ends, placed.y.ends);
    canvas.line(&[(left + x.0, bottom), (left + x.1, bottom)], 0.6, INK);
    canvas.line(&[(left, bottom - y.0), (left, bottom - y.1)], 0.6, INK);
    draw_ticks(canvas, placed);
    let below = bottom + 3.0 + LINE / 2.0;
    if placed.upright {
        for (x, text) in &placed.ticks[0] {
            let x = left + placed.x.position(*x).unwrap_or(0.0);
            canvas.text_upwards(text, (x, bottom + 3.0 + text_width(text) / 2.0), INK);
        }
    } else if let Some(room) = placed.room {
        for (x, text) in &placed.ticks[0] {
            let x = left + placed.x.position(*x).unwrap_or(0.0);
            for (i, line) in wrapped(text, room).iter().enumerate() {
                canvas.text(line, (x, below + LINE * i as f64), Anchor::Middle, INK);
            }
        }
    } else {
        for (x, text) in spaced(&placed.x, &placed.ticks[0], text_width) {
            let x = (left + x).min(right + 8.0 - text_width(text) / 2.0);
            canvas.text(text, (x, below), Anchor::Middle, INK);
        }
    }
    for (y, text) in spaced(&placed.y, &placed.ticks[1], |_| TEXT) {
        canvas.text(text, (left - 3.0, bottom - y), Anchor::Right, INK);
    }
    let last = bottom + height_below(placed) - 1.0 - LINE / 2.0;
    for (i, line) in x_label(placed).iter().rev().enumerate() {
        canvas.text(line, ((left + right) / 2.0, last - LINE * i as f64), Anchor::Middle, INK);
    }
    if placed.labels[1] && !placed.panel.y.label.is_empty() {
        let widest = placed.ticks[1].iter().map(|(_, text)| text_width(text)).fold(0.0, f64::max);
        let widest = placed.y.gutters().map(|g| text_width(&g.label)).fold(widest, f64::max);
        for (i, line) in placed.y_label.iter().rev().enumerate() {
            let place = (left - widest - 5.0 - LINE * (i as f64 + 0.5), (top + bottom) / 2.0);
            canvas.text_upwards(line, place, INK);
        }
    }
    draw_title(canvas, placed);
}

/// The title, over the plotting area.
pub fn draw_title(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let (lines, first) = &placed.title;
    for (i, line) in lines.iter().enumerate() {
        canvas.text(line, (placed.area[0], first + LINE * i as f64), Anchor::Left, INK);
    }
}

/// Short marks at the ticks and, on logarithmic axes, at the values between them.
fn draw_ticks(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    const LENGTH: f64 = 2.5;
    let [left, _, _, bottom] = placed.area;
    let fine = [placed.x.minor_ticks(&placed.panel.x), placed.y.minor_ticks(&placed.panel.y)];
    for (axis, mapping) in [&placed.x, &placed.y].into_iter().enumerate() {
        // Places in a row have names and no scale.
        if [placed.panel.x.scale, placed.panel.y.scale][axis] == Scale::Places {
            continue;
        }
        let ticks = placed.ticks[axis].iter().map(|(x, _)| (*x, LENGTH));
        for (x, length) in ticks.chain(fine[axis].iter().map(|&x| (x, LENGTH * 0.6))) {
            let Some(at) = mapping.position(x).filter(|_| mapping.contains(x)) else { continue };
            let ends = match axis {
                0 => [(left + at, bottom), (left + at, bottom - length)],
                _ => [(left, bottom - at), (left + length, bottom - at)],
            };
            canvas.line(&ends, 0.5, INK);
        }
    }
}

/// Positions of gutters and ticks whose texts do not touch, gutters first.
fn spaced<'a>(
    mapping: &'a Mapping,
    ticks: &'a [(f64, String)],
    extent: impl Fn(&str) -> f64,
) -> Vec<(f64, &'a str)> {
    let mut kept: Vec<(f64, &str)> =
        mapping.gutters().map(|g| ((g.ends.0 + g.ends.1) / 2.0, g.label.as_str())).collect();
    let positions: Vec<(f64, &str)> =
        ticks.iter().filter_map(|(x, text)| Some((mapping.position(*x)?, text.as_str()))).collect();
    let touches =
        |a: (f64, &str), b: (f64, &str)| (a.0 - b.0).abs() < (extent(a.1) + extent(b.1)) / 2.0 + BETWEEN;
    // At equal distances where they come at equal distances: every second, third, … tick.
    let fits = |step: usize| {
        let chosen: Vec<_> = positions.iter().step_by(step).collect();
        chosen.windows(2).all(|w| !touches(*w[0], *w[1]))
    };
    let step = (1..=positions.len()).find(|&step| fits(step)).unwrap_or(1);
    for &tick in positions.iter().step_by(step) {
        if !kept.iter().any(|&other| touches(tick, other)) {
            kept.push(tick);
        }
    }
    kept
}

/// Width of the colour bar with its numbers.
const COLOURS_WIDTH: f64 = 26.0;

/// The colour bar, beside a panel, with its label above.
pub fn draw_colours(canvas: &mut dyn Canvas, colours: &Colours, left: f64, beside: &Placed<'_>, label: f64) {
    let [_, top, _, bottom] = beside.area;
    const STEPS: usize = 60;
    const WIDTH: f64 = 7.0;
    let at = |i: usize| bottom - (bottom - top) * i as f64 / STEPS as f64;
    for i in 0..STEPS {
        // Up to the top each, so that no seams show between them.
        let colour = colours.at((i as f64 + 0.5) / STEPS as f64);
        canvas.rectangle([left, at(i), left + WIDTH, top], colour, 1.0);
    }
    let (axis, mapping) = along(colours, bottom - top);
    let ticks = mapping.ticks(&axis, 5);
    for (y, text) in spaced(&mapping, &ticks, |_| TEXT) {
        canvas.text(text, (left + WIDTH + 2.0, bottom - y), Anchor::Left, INK);
    }
    canvas.text(&colours.label, (left + COLOURS_WIDTH, label), Anchor::Right, INK);
}

/// The colour of a value.
pub fn colour_of(colours: &Colours, value: f64) -> super::palette::Colour {
    colours.at(along(colours, 1.0).1.position(value).unwrap_or(0.0))
}

/// The values of colours as an axis of a length.
fn along(colours: &Colours, length: f64) -> (Axis, Mapping) {
    let axis = Axis { scale: colours.scale, ..Axis::linear("").between(colours.range.0, colours.range.1) };
    let mapping = Mapping::new(&axis, &[], length);
    (axis, mapping)
}
