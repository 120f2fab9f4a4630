//! Points, lines, bands, bars and tiles.

use super::axes::colour_of;
use super::canvas::{Anchor, Canvas, text_width};
use super::diagonal;
use super::figure::{Colours, Figure, Panel, Scale};
use super::frame::is_line;
use super::key::{Entry, SAMPLE};
use super::layout::{LINE, Placed};
use super::mark::{Form, Mark, Shape, Tiles};
use super::palette::{Colour, GREY, GROUND, INK};
use crate::typeset::{share, significant};

/// Radius of a point; of one of many whose colours are values.
pub const RADIUS: f64 = 1.6;
const SMALL: f64 = 1.2;
/// More points than this are many.
const MANY: usize = 100;
/// Width of the outline of a hollow point; of one of many.
const OUTLINE: f64 = 0.7;
const FINE: f64 = 0.5;
/// Opacity of bars, and of their samples in the key.
const BARS: f64 = 0.8;
/// Width of a line.
const WIDTH: f64 = 1.1;
/// Length of an arrowhead, and the width of its lines: open and thinner than all marks, so that none takes it for one.
const HEAD: f64 = 2.6;
const HEAD_WIDTH: f64 = 0.6;
/// Length of a dash and the gap after it.
const DASH: [f64; 2] = [3.0, 2.0];
/// The same together of a line that lies on others, and at least of what is seen of each of these through the gaps.
const OVER: f64 = 6.0;
const SEEN: f64 = 2.0;

/// How points look.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Look {
    /// Filled, of a radius and an opacity.
    Solid(f64, f64),
    /// An outline of a width, through which others are seen.
    Hollow(f64),
}

/// Whether points are hollow: those of several kinds in a panel of two scales, where one kind would hide another. Where colours are values none
/// shines through.
pub fn are_hollow(figure: &Figure) -> bool {
    let several = |panel: &Panel| {
        let kinds = panel
            .marks
            .iter()
            .filter(|mark| matches!(&mark.form, Form::Points(points, _) if !points.is_empty()));
        panel.x.scale != Scale::Places && panel.y.scale != Scale::Places && kinds.count() > 1
    };
    figure.colours.is_none() && figure.panels.iter().any(several)
}

/// Draws a mark of a panel, by its number.
pub fn draw(canvas: &mut dyn Canvas, placed: &Placed<'_>, number: usize, figure: &Figure) {
    let colours = figure.colours.as_ref();
    let [left, top, right, bottom] = placed.area;
    let mark = &placed.panel.marks[number];
    match &mark.form {
        Form::Points(points, shape) => {
            let look = match points.len() {
                // Where colours are values they are those of the bar beside, and nothing shines through.
                _ if colours.is_some() => {
                    let are_many = placed.panel.points().count() > MANY;
                    Look::Solid(if are_many { SMALL } else { RADIUS }, 1.0)
                }
                0..=200 => Look::Solid(RADIUS, 0.85),
                _ => Look::Solid(RADIUS, 0.5),
            };
            for point in points {
                let Some(place) = placed.place(point.x, point.y) else { continue };
                let colour = match (colours, point.value) {
                    (Some(colours), Some(value)) => colour_of(colours, value),
                    _ => mark.colour,
                };
                draw_shape(canvas, *shape, place, colour, look);
            }
        }
        Form::Line(points) => draw_values(canvas, placed, points, number),
        Form::DottedLine(points) => {
            draw_values(canvas, placed, points, number);
            for place in points.iter().filter_map(|&(x, y)| placed.place(x, y)) {
                draw_shape(canvas, mark.shape, place, mark.colour, Look::Solid(RADIUS, 1.0));
            }
        }
        Form::Band(points) => {
            let ends = |&(x, low, high): &(f64, f64, f64)| placed.place(x, low).zip(placed.place(x, high));
            let (low, high): (Vec<_>, Vec<_>) = points.iter().filter_map(ends).unzip();
            let corners: Vec<_> = low.into_iter().chain(high.into_iter().rev()).collect();
            if corners.len() > 2 {
                canvas.area(&corners, mark.colour, 0.13);
            } else if let [low, high] = corners[..] {
                canvas.line(&[low, high], 3.0 * WIDTH, mark.colour.towards(Colour(255, 255, 255), 0.7));
            }
        }
        Form::Interval(from, to) => draw_interval(canvas, placed, [*from, *to], mark),
        Form::Bars(bars) => {
            let base = bottom - placed.y.position(0.0).unwrap_or(0.0);
            for bar in bars {
                let (Some(a), Some(b)) =
                    (placed.place(bar.from, bar.height), placed.place(bar.to, bar.height))
                else {
                    continue;
                };
                canvas.area(&[(a.0, base), a, b, (b.0, base)], mark.colour, BARS);
            }
        }
        Form::Tiles(tiles) => draw_tiles(canvas, placed, tiles, colours),
        Form::Diagonal(share) => diagonal::draw(canvas, placed, *share, mark),
        Form::Vertical(x) => {
            if let Some(x) = placed.x.position(*x) {
                stroke(canvas, &[(left + x, bottom), (left + x, top)], mark);
            }
        }
        Form::Text(x, y, text) => {
            let Some((x, y)) = placed.place(*x, *y) else { return };
            let fits = x + 4.0 + text_width(text) < right;
            let (x, anchor) = if fits { (x + 4.0, Anchor::Left) } else { (x - 4.0, Anchor::Right) };
            canvas.text(text, (x, y), anchor, mark.colour.towards(INK, 0.35));
        }
    }
}

/// Draws the points of several kinds by turns, so that none lies on top of all others.
pub fn draw_hollow(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let mut all = Vec::new();
    for (kind, mark) in placed.panel.marks.iter().enumerate() {
        if let Form::Points(points, shape) = &mark.form {
            let turn = |i: usize| (i as f64 + 0.5) / points.len() as f64;
            all.extend(
                points.iter().enumerate().map(|(i, point)| (turn(i), kind, point, *shape, mark.colour)),
            );
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let look = Look::Hollow(if all.len() > MANY { FINE } else { OUTLINE });
    for (_, _, point, shape, colour) in all {
        if let Some(place) = placed.place(point.x, point.y) {
            draw_shape(canvas, shape, place, colour, look);
        }
    }
}

/// A line through values, dashed where it lies on others.
fn draw_values(canvas: &mut dyn Canvas, placed: &Placed<'_>, points: &[(f64, f64)], number: usize) {
    let mark = &placed.panel.marks[number];
    let depths = &placed.depths[number];
    if !placed.dashes_over || depths.iter().all(|depth| *depth == 0) {
        return draw_line(canvas, placed, points, mark);
    }
    // Each of so many lines is seen in an equal part of a dash and its gap.
    let lines = 1 + placed.depths.iter().flatten().max().unwrap_or(&0);
    let part = (OVER / lines as f64).max(SEEN);
    // Together as far as the depth is the same, so that dashes go on from one stretch to the next.
    let mut first = 0;
    while first < depths.len() {
        let alike = depths[first..].iter().take_while(|depth| **depth == depths[first]).count();
        let own = &points[first..=first + alike];
        match depths[first] {
            0 => draw_line(canvas, placed, own, mark),
            depth => {
                let places: Vec<_> = own.iter().filter_map(|&(x, y)| placed.place(x, y)).collect();
                for dash in dashes(&places, [part * (lines - depth) as f64, part * depth as f64]) {
                    canvas.line(&dash, WIDTH, mark.colour);
                }
            }
        }
        first += alike;
    }
}

/// An interval, with an arrowhead where the axis ends before it; none if an end has no place.
fn draw_interval(canvas: &mut dyn Canvas, placed: &Placed<'_>, ends: [(f64, f64); 2], mark: &Mark) {
    let [Some(from), Some(to)] = ends.map(|(x, y)| placed.place(x, y)) else { return };
    stroke(canvas, &[from, to], mark);
    for ((x, y), (across, up)) in ends.into_iter().zip([from, to]) {
        let (dx, dy) = (f64::from(placed.x.cut(x)), -f64::from(placed.y.cut(y)));
        if (dx, dy) != (0.0, 0.0) {
            let (back, side) = ((across - dx * HEAD, up - dy * HEAD), 0.75 * HEAD);
            let corner = |sign: f64| (back.0 + sign * dy * side, back.1 + sign * dx * side);
            canvas.line(&[corner(1.0), (across, up), corner(-1.0)], HEAD_WIDTH, mark.colour);
        }
    }
}

pub fn draw_line(canvas: &mut dyn Canvas, placed: &Placed<'_>, points: &[(f64, f64)], mark: &Mark) {
    // A value that is none interrupts the line.
    for run in points.split(|(x, y)| x.is_nan() || y.is_nan()) {
        let places: Vec<_> = run.iter().filter_map(|&(x, y)| placed.place(x, y)).collect();
        stroke(canvas, &places, mark);
    }
}

fn stroke(canvas: &mut dyn Canvas, points: &[(f64, f64)], mark: &Mark) {
    if points.len() < 2 {
        return;
    }
    let width = if mark.colour == GREY { 0.7 } else { WIDTH };
    if !mark.dashed {
        canvas.line(points, width, mark.colour);
        return;
    }
    for dash in dashes(points, DASH) {
        canvas.line(&dash, width, mark.colour);
    }
}

/// Pieces of a line: so many points drawn and so many not.
fn dashes(points: &[(f64, f64)], lengths: [f64; 2]) -> Vec<Vec<(f64, f64)>> {
    let Some(&first) = points.first() else { return Vec::new() };
    let (mut dashes, mut current, mut phase) = (Vec::new(), vec![first], 0);
    let mut left = lengths[0];
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                current.push(to);
                break;
            }
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            current.push(from);
            if phase == 0 {
                dashes.push(std::mem::take(&mut current));
            }
            current = vec![from];
            phase = 1 - phase;
            left = lengths[phase];
        }
    }
    if phase == 0 && current.len() > 1 {
        dashes.push(current);
    }
    dashes
}

fn draw_shape(canvas: &mut dyn Canvas, shape: Shape, (x, y): (f64, f64), colour: Colour, look: Look) {
    let radius = if let Look::Solid(radius, _) = look { radius } else { RADIUS };
    let r = radius * 1.2;
    let mut area = |corners: &[(f64, f64)]| match look {
        Look::Solid(_, opacity) => canvas.area(corners, colour, opacity),
        Look::Hollow(width) => {
            let around: Vec<_> = corners.iter().chain(&corners[..1]).copied().collect();
            canvas.line(&around, width, colour);
        }
    };
    match shape {
        Shape::Disc => match look {
            Look::Solid(_, opacity) => canvas.disc((x, y), radius, None, colour, opacity),
            Look::Hollow(width) => canvas.disc((x, y), radius, Some(width), colour, 1.0),
        },
        Shape::Ring => canvas.disc((x, y), 2.0 * RADIUS, Some(0.7), colour, 1.0),
        Shape::Square => {
            let (left, right, top, bottom) = (x - radius, x + radius, y - radius, y + radius);
            area(&[(left, top), (right, top), (right, bottom), (left, bottom)]);
        }
        Shape::Triangle => area(&[(x, y - r), (x + r, y + r), (x - r, y + r)]),
        Shape::Diamond => {
            let r = 1.2 * r;
            area(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)]);
        }
        Shape::Inverted => area(&[(x, y + r), (x + r, y - r), (x - r, y - r)]),
        Shape::Cross => {
            // One outline, so that nothing shines through twice where the arms meet.
            let (long, short) = (1.1 * r, 0.35 * r);
            let arm = |turn: usize| {
                let corners = [(short, -short), (short, -long), (-short, -long)];
                corners.map(|(across, up)| match turn {
                    0 => (x + across, y + up),
                    1 => (x + up, y - across),
                    2 => (x - across, y - up),
                    _ => (x - up, y + across),
                })
            };
            area(&[arm(0), arm(1), arm(2), arm(3)].concat());
        }
    }
}

fn draw_tiles(canvas: &mut dyn Canvas, placed: &Placed<'_>, tiles: &Tiles, colours: Option<&Colours>) {
    let columns = tiles.columns.max(1);
    let texts = tile_texts(placed, tiles);
    for (i, value) in tiles.values.iter().enumerate() {
        let (x, y) = ((i % columns) as f64, (i / columns) as f64);
        let corner = |dx: f64, dy: f64| placed.place(x + dx, y + dy);
        let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)];
        let corners: Vec<_> = corners.iter().filter_map(|&(dx, dy)| corner(dx, dy)).collect();
        let colour = value.map(|value| colours.map_or(GREY, |colours| colour_of(colours, value)));
        canvas.area(&corners, colour.unwrap_or(GROUND), 1.0);
        if let Some(text) = texts.get(i) {
            let ink = if colour.is_some_and(Colour::is_dark) { Colour(255, 255, 255) } else { INK };
            let centre = ((corners[0].0 + corners[1].0) / 2.0, (corners[0].1 + corners[2].1) / 2.0);
            canvas.text(text, centre, Anchor::Middle, ink);
        }
    }
}

/// The texts of all tiles, with three digits or with two; none if one does not fit.
fn tile_texts(placed: &Placed<'_>, tiles: &Tiles) -> Vec<String> {
    let place = |x: f64, y: f64| placed.place(x, y).unwrap_or_default();
    let (here, next) = (place(0.0, 0.0), place(1.0, 1.0));
    let (wide, high) = (next.0 - here.0, here.1 - next.1);
    if !tiles.written || high < LINE - 1.0 {
        return Vec::new();
    }
    // What spans orders of magnitude needs its power of ten.
    let are_shares = tiles.values.iter().flatten().all(|x| *x == 0.0 || (0.001..=1.0).contains(x));
    let text = |value: &Option<f64>, digits: usize| match value {
        None => "–".to_owned(),
        Some(x) if are_shares => share(*x, digits),
        Some(x) => significant(*x, digits),
    };
    let all = |digits: usize| tiles.values.iter().map(|value| text(value, digits)).collect::<Vec<_>>();
    let fits = |texts: &Vec<String>| texts.iter().all(|text| text_width(text) + 2.0 < wide);
    [3, 2].map(all).into_iter().find(fits).unwrap_or_default()
}

/// Writes the names of lines at their ends, apart from each other.
pub fn draw_names(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    if !placed.names_at_ends {
        return;
    }
    let end = |mark: &Mark| match &mark.form {
        Form::Line(points) | Form::DottedLine(points) => {
            points.iter().rev().find_map(|&(x, y)| placed.place(x, y))
        }
        _ => None,
    };
    let lines = placed.panel.marks.iter().filter(|m| is_line(m));
    let mut names: Vec<(f64, &Mark)> = lines.filter_map(|m| Some((end(m)?.1, m))).collect();
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    for i in 1..names.len() {
        names[i].0 = names[i].0.max(names[i - 1].0 + LINE - 1.0);
    }
    // Above the texts of the axis below.
    let mut limit = placed.area[3] - LINE / 2.0;
    for name in names.iter_mut().rev() {
        name.0 = name.0.min(limit);
        limit = name.0 - LINE + 1.0;
    }
    for (y, mark) in names {
        canvas.text(&mark.label, (placed.area[2] + 4.0, y), Anchor::Left, mark.colour.towards(INK, 0.3));
    }
}

/// Draws an entry of a key.
pub fn draw_key(canvas: &mut dyn Canvas, entry: &Entry<'_>, figure: &Figure) {
    let (mark, (x, y)) = (entry.mark, entry.place);
    let look = if are_hollow(figure) { Look::Hollow(OUTLINE) } else { Look::Solid(RADIUS, 1.0) };
    if matches!(mark.form, Form::Band(_) | Form::Bars(_)) {
        canvas.rectangle([x + 1.0, y - 2.5, x + SAMPLE - 5.0, y + 2.5], mark.colour, BARS);
    } else if !matches!(mark.form, Form::Points(..)) {
        stroke(canvas, &[(x, y), (x + SAMPLE - 4.0, y)], mark);
    }
    match mark.form {
        Form::Points(_, shape) => draw_shape(canvas, shape, (x + SAMPLE - 6.0, y), mark.colour, look),
        Form::DottedLine(_) => {
            let place = (x + SAMPLE / 2.0 - 2.0, y);
            draw_shape(canvas, mark.shape, place, mark.colour, Look::Solid(RADIUS, 1.0));
        }
        _ => {}
    }
    for (i, line) in entry.lines.iter().enumerate() {
        canvas.text(line, (x + SAMPLE, y + LINE * i as f64), Anchor::Left, INK);
    }
}
