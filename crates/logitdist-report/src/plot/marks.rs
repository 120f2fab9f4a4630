//! Lines, bands, bars and tiles, and where points are.

use super::axes::colour_of;
use super::canvas::{Anchor, Canvas, text_width};
use super::diagonal;
use super::figure::{Colours, Figure};
use super::frame::is_line;
use super::key::{Entry, SAMPLE};
use super::layout::{LINE, Placed};
use super::mark::{Form, Mark, Tiles};
use super::palette::{Colour, GREY, GROUND, INK, WHITE};
use super::shape::{Look, MANY, RADIUS, draw_shape, in_key};
use crate::typeset::{share, significant};

/// Radius of one of many points whose colours are values.
const SMALL: f64 = 1.2;
/// Opacity of bars, and of their samples in the key.
const BARS: f64 = 0.8;
/// Width of a line.
const WIDTH: f64 = 1.1;
/// Length of an arrowhead, and the width of its lines: open and thinner than all marks, so that none takes it for one.
const HEAD: f64 = 2.6;
const HEAD_WIDTH: f64 = 0.6;
/// Half the length of a stub.
const STUB: f64 = 2.5;
/// Length of a dash and the gap after it.
const DASH: [f64; 2] = [3.0, 2.0];
/// The same together of a line that lies on others, and at least of what is seen of each of these through the gaps.
const OVER: f64 = 6.0;
const SEEN: f64 = 2.0;

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
        Form::Band(points) => draw_band(canvas, placed, points, mark),
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

/// An interval, with an arrowhead where the axis ends before it; none if an end has no place. Of one that leads into a strip there is the part on
/// the axis, and a stub in the strip.
fn draw_interval(canvas: &mut dyn Canvas, placed: &Placed<'_>, ends: [(f64, f64); 2], mark: &Mark) {
    let [Some(from), Some(to)] = ends.map(|(x, y)| placed.place(x, y)) else { return };
    let strips = ends.map(|end| placed.strips(end));
    let mut places = [from, to];
    for (i, place) in places.iter_mut().enumerate() {
        let leads = |axis: usize| strips[i][axis].is_some() && strips[0][axis] != strips[1][axis];
        let (across, up) = *place;
        if leads(0) {
            canvas.line(&[(across - STUB, up), (across + STUB, up)], WIDTH, mark.colour);
            place.0 = placed.area[0] + placed.x.on_axis(ends[i].0);
        }
        if leads(1) {
            canvas.line(&[(across, up - STUB), (across, up + STUB)], WIDTH, mark.colour);
            place.1 = placed.area[3] - placed.y.on_axis(ends[i].1);
        }
    }
    stroke(canvas, &places, mark);
    for ((x, y), (across, up)) in ends.into_iter().zip(places) {
        let (dx, dy) = (f64::from(placed.x.cut(x)), -f64::from(placed.y.cut(y)));
        if (dx, dy) != (0.0, 0.0) {
            let (back, side) = ((across - dx * HEAD, up - dy * HEAD), 0.75 * HEAD);
            let corner = |sign: f64| (back.0 + sign * dy * side, back.1 + sign * dx * side);
            canvas.line(&[corner(1.0), (across, up), corner(-1.0)], HEAD_WIDTH, mark.colour);
        }
    }
}

/// An area between ends, in parts where it would lead into a strip: along x each strip has its own, and upwards it ends with the axis.
fn draw_band(canvas: &mut dyn Canvas, placed: &Placed<'_>, points: &[(f64, f64, f64)], mark: &Mark) {
    let strip = |point: &(f64, f64, f64)| placed.strips((point.0, point.1))[0];
    for part in points.chunk_by(|a, b| strip(a) == strip(b)) {
        let place = |x: f64, y: f64| {
            let (across, _) = placed.place(x, y)?;
            Some((across, placed.area[3] - placed.y.on_axis(y)))
        };
        let ends = |&(x, low, high): &(f64, f64, f64)| place(x, low).zip(place(x, high));
        let (low, high): (Vec<_>, Vec<_>) = part.iter().filter_map(ends).unzip();
        let corners: Vec<_> = low.into_iter().chain(high.into_iter().rev()).collect();
        if corners.len() > 2 {
            canvas.area(&corners, mark.colour, 0.13);
        } else if let [low, high] = corners[..] {
            canvas.line(&[low, high], 3.0 * WIDTH, mark.colour.towards(WHITE, 0.7));
        }
    }
}

/// A line through values. A value that is none interrupts it, and so does the edge of a strip: between a value on an axis and one that has no place
/// there is no way.
pub fn draw_line(canvas: &mut dyn Canvas, placed: &Placed<'_>, points: &[(f64, f64)], mark: &Mark) {
    for run in points.split(|(x, y)| x.is_nan() || y.is_nan()) {
        for part in run.chunk_by(|&a, &b| placed.strips(a) == placed.strips(b)) {
            let mut places: Vec<_> = part.iter().filter_map(|&(x, y)| placed.place(x, y)).collect();
            // Without a shape on it, one value alone would not be seen.
            if let ([(across, up)], Form::Line(_)) = (&places[..], &mark.form)
                && part.len() < run.len()
            {
                places = vec![(across - STUB, *up), (across + STUB, *up)];
            }
            stroke(canvas, &places, mark);
        }
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
    if matches!(mark.form, Form::Band(_) | Form::Bars(_)) {
        canvas.rectangle([x + 1.0, y - 2.5, x + SAMPLE - 5.0, y + 2.5], mark.colour, BARS);
    } else if !matches!(mark.form, Form::Points(..)) {
        stroke(canvas, &[(x, y), (x + SAMPLE - 4.0, y)], mark);
    }
    match mark.form {
        Form::Points(_, shape) => {
            draw_shape(canvas, shape, (x + SAMPLE - 6.0, y), mark.colour, in_key(figure, mark));
        }
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
