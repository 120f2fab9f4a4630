//! Frames, grids, ticks, gutters, labels and the colour bar.

use super::canvas::{Anchor, Canvas, TEXT, text_width};
use super::figure::{Axis, Colours, Scale};
use super::layout::{LINE, Placed};
use super::names::{BETWEEN, LEAST_BETWEEN, Names, touch};
use super::palette::{GREY, GRID, GROUND, INK};
use super::scale::{Gutter, Mapping};
use super::wrapped::wrapped;
use crate::typeset::power_of_ten;

/// Height of a number: those below one another may be nearer than those side by side.
const DIGIT: f64 = TEXT - 1.0;

/// Height that ticks and label take below a panel.
pub fn height_below(placed: &Placed<'_>) -> f64 {
    if placed.panel.empty.is_some() {
        return 2.0;
    }
    let names = || placed.ticks[0].iter().map(|(_, text)| text.as_str());
    let ticks = match placed.names {
        Names::Upright => names().map(text_width).fold(0.0, f64::max) + 3.0,
        own => LINE * names().map(|name| own.lines(name).len()).max().unwrap_or(1) as f64,
    };
    ticks + LINE * (under_strips(placed).len() + x_label(placed).len()) as f64 + 3.0
}

/// What stands under the strips below a panel, in lines of their own, as beside labels it would take the room of ticks: how many marks there
/// are, and the name of a strip that has no room for it beside the numbers.
fn under_strips(placed: &Placed<'_>) -> Vec<Vec<(f64, String)>> {
    let shown = x_texts(placed);
    let mut lines: Vec<Vec<(f64, String)>> = Vec::new();
    for gutter in placed.x.gutters() {
        let is_named = shown.iter().any(|(_, text)| *text == gutter.label);
        let text = match (is_named, gutter.is_counted()) {
            (true, false) => continue,
            (true, true) => gutter.counted(),
            (false, true) => format!("{}: {}", gutter.label, gutter.counted()),
            (false, false) => gutter.label(),
        };
        let most = room_for_texts(placed) - text_width(&text) / 2.0;
        let own = (((gutter.ends.0 + gutter.ends.1) / 2.0).min(most), text);
        let is_free = |line: &&mut Vec<(f64, String)>| {
            line.iter().all(|other| !touch((own.0, &own.1), (other.0, &other.1), text_width))
        };
        match lines.iter_mut().find(is_free) {
            Some(line) => line.push(own),
            None => lines.push(vec![own]),
        }
    }
    lines
}

/// How far texts below a panel may reach to the right of its left end.
fn room_for_texts(placed: &Placed<'_>) -> f64 {
    placed.area[2] - placed.area[0] + 8.0
}

/// The numbers and names along x that there is room for.
fn x_texts(placed: &Placed<'_>) -> Vec<(f64, String)> {
    let most = room_for_texts(placed);
    let spaced = |extent: &dyn Fn(&str) -> f64, most: f64| {
        spaced(&placed.panel.x, &placed.x, &placed.ticks[0], Gutter::label, extent, most)
    };
    match (placed.names, placed.panel.x.scale) {
        // More than there is room for in the widest figure are thinned.
        (Names::Upright, _) => spaced(&|_| LEAST_BETWEEN - BETWEEN, f64::INFINITY),
        (_, Scale::Places) => {
            let at = |x: f64| placed.x.position(x).unwrap_or(0.0);
            placed.ticks[0].iter().map(|(x, text)| (at(*x), text.clone())).collect()
        }
        _ => spaced(&text_width, most),
    }
}

/// The label below a panel, in lines that do not reach the labels of its neighbours.
fn x_label(placed: &Placed<'_>) -> Vec<String> {
    /// How far a label may stand out on either side: less than is free right of the last panel.
    const OVERHANG: f64 = 7.0;
    if !placed.labels[0] {
        return Vec::new();
    }
    let [left, _, right, _] = placed.area;
    wrapped(&placed.panel.x.label, right - left + 2.0 * OVERHANG)
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

/// Axes and ticks: above areas, and below lines and points, which would not be seen where they go along an axis.
pub fn draw_axes(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, _, _, bottom] = placed.area;
    let (x, y) = (placed.x.ends, placed.y.ends);
    canvas.line(&[(left + x.0, bottom), (left + x.1, bottom)], 0.6, INK);
    canvas.line(&[(left, bottom - y.0), (left, bottom - y.1)], 0.6, INK);
    draw_ticks(canvas, placed);
}

/// Numbers, labels and title, above the marks.
pub fn draw_frame(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, top, right, bottom] = placed.area;
    draw_names(canvas, placed);
    for gutter in placed.y.gutters() {
        let y = bottom - (gutter.ends.0 + gutter.ends.1) / 2.0;
        canvas.text(&gutter.counted(), (right + 2.0, y), Anchor::Left, GREY);
    }
    for (y, text) in
        spaced(&placed.panel.y, &placed.y, &placed.ticks[1], Gutter::label, |_| DIGIT, f64::INFINITY)
    {
        canvas.text(&text, (left - 3.0, bottom - y), Anchor::Right, INK);
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

/// The texts along x: all names of places, and as many numbers as do not touch.
fn draw_names(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let [left, _, _, bottom] = placed.area;
    let under = under_strips(placed);
    let last = bottom + height_below(placed) - LINE * (x_label(placed).len() as f64 + 0.5) - 1.0;
    for (i, line) in under.iter().rev().enumerate() {
        for (across, text) in line {
            canvas.text(text, (left + across, last - LINE * i as f64), Anchor::Middle, GREY);
        }
    }
    let first = bottom + 3.0 + LINE / 2.0;
    for (x, text) in x_texts(placed) {
        if placed.names == Names::Upright {
            canvas.text_upwards(&text, (left + x, bottom + 3.0 + text_width(&text) / 2.0), INK);
            continue;
        }
        for (i, line) in placed.names.lines(&text).iter().enumerate() {
            canvas.text(line, (left + x, first + LINE * i as f64), Anchor::Middle, INK);
        }
    }
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

/// The fewest numbers that tell a scale.
const LEAST_NUMBERS: usize = 2;

/// Positions of gutters and ticks whose texts do not touch nor reach beyond the most: gutters first, unless a scale were left without two
/// numbers.
fn spaced(
    axis: &Axis,
    mapping: &Mapping,
    ticks: &[(f64, String)],
    named: impl Fn(&Gutter) -> String,
    extent: impl Fn(&str) -> f64,
    most: f64,
) -> Vec<(f64, String)> {
    let inside = |x: f64, text: String| (x.min(most - extent(&text) / 2.0), text);
    let touches = |a: &(f64, String), b: &(f64, String)| touch((a.0, &a.1), (b.0, &b.1), &extent);
    let mut kept: Vec<(f64, String)> =
        mapping.gutters().map(|g| inside((g.ends.0 + g.ends.1) / 2.0, named(g))).collect();
    let positions: Vec<(f64, String)> =
        ticks.iter().filter_map(|(x, text)| Some(inside(mapping.position(*x)?, text.clone()))).collect();
    if axis.scale == Scale::Log && !axis.ticks.is_empty() {
        // Those of the axis are at any distances: none at the cost of the last one nor of a power of ten. Before others come every second, third, …
        // from the last.
        let places = || positions.iter().zip(ticks);
        let decades = places().filter(|(_, (x, _))| power_of_ten(*x).is_some());
        let fits = |step: &usize| {
            let chosen: Vec<_> = positions.iter().rev().step_by(*step).collect();
            chosen.windows(2).all(|w| !touches(w[0], w[1]))
        };
        let step = (1..=positions.len()).find(fits).unwrap_or(1);
        let all = decades.chain(places().rev().step_by(step)).chain(places());
        for (tick, _) in places().next_back().into_iter().chain(all) {
            if !kept.iter().any(|other| touches(tick, other)) {
                kept.push(tick.clone());
            }
        }
        kept.sort_by(|a, b| a.0.total_cmp(&b.0));
        return kept;
    }
    // At equal distances where they come at equal distances: every second, third, … tick.
    let fits = |step: usize| {
        let chosen: Vec<_> = positions.iter().step_by(step).collect();
        chosen.windows(2).all(|w| !touches(w[0], w[1]))
    };
    let step = (1..=positions.len()).find(|&step| fits(step)).unwrap_or(1);
    let chosen = |all: &mut Vec<(f64, String)>, more: &[(f64, String)], step: usize| {
        for own in more.iter().step_by(step) {
            if !all.iter().any(|other| touches(own, other)) {
                all.push(own.clone());
            }
        }
    };
    let strips = kept.clone();
    chosen(&mut kept, &positions, step);
    let numbers = |all: &[(f64, String)]| all.iter().filter(|own| positions.contains(own)).count();
    if axis.scale != Scale::Log || numbers(&kept) >= LEAST_NUMBERS {
        return kept;
    }
    // The note says what strips are; nothing but two numbers tells the scale.
    let mut others = Vec::new();
    chosen(&mut others, &positions, step);
    chosen(&mut others, &strips, 1);
    if numbers(&others) > numbers(&kept) { others } else { kept }
}

/// Width of the colour bar with its numbers.
const COLOURS_WIDTH: f64 = 26.0;

/// The colour bar, beside a panel, with its label beside it.
pub fn draw_colours(
    canvas: &mut dyn Canvas,
    colours: &Colours,
    left: f64,
    beside: &Placed<'_>,
    label: &[String],
) {
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
    for (y, text) in spaced(&axis, &mapping, &ticks, Gutter::label, |_| TEXT, f64::INFINITY) {
        canvas.text(&text, (left + WIDTH + 2.0, bottom - y), Anchor::Left, INK);
    }
    for (i, line) in label.iter().enumerate() {
        let place = (left + COLOURS_WIDTH + LINE * (i as f64 + 0.5), (top + bottom) / 2.0);
        canvas.text_upwards(line, place, INK);
    }
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
