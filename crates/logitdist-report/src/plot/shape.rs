//! The shapes of points: filled, or hollow and nested so that several kinds at one place are all seen.

use super::canvas::Canvas;
use super::figure::{Figure, Panel, Scale};
use super::layout::Placed;
use super::mark::{Form, Mark, Shape};
use super::palette::Colour;

/// Radius of a point.
pub const RADIUS: f64 = 1.6;
/// More points than this are many.
pub const MANY: usize = 100;
/// Width of the outline of a hollow point; of one of many.
const OUTLINE: f64 = 0.7;
const FINE: f64 = 0.5;
/// Radius of the kind of hollow points that lies below all others, and of the one on top of them.
const LARGEST: f64 = 2.3;
const SMALLEST: f64 = 1.1;

/// How points look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Look {
    /// Filled, of a radius and an opacity.
    Solid(f64, f64),
    /// Of a radius, an outline of a width through which others are seen.
    Hollow(f64, f64),
}

/// The radius of one kind of hollow points, of several in a panel.
fn radius(kind: usize, kinds: usize) -> f64 {
    match kinds {
        1 => RADIUS,
        several => LARGEST - (LARGEST - SMALLEST) * kind as f64 / (several - 1) as f64,
    }
}

/// How the points of a mark look in a key: as in the panel that it is of.
pub fn in_key(figure: &Figure, mark: &Mark) -> Look {
    let kind = |panel: &Panel| {
        let kinds: Vec<&Mark> =
            panel.marks.iter().filter(|own| matches!(own.form, Form::Points(..))).collect();
        let place = kinds.iter().position(|own| std::ptr::eq(*own, mark))?;
        Some(Look::Hollow(radius(place, kinds.len()), outline(panel.points().count())))
    };
    let found = figure.panels.iter().find_map(kind);
    found.filter(|_| are_hollow(figure)).unwrap_or(Look::Solid(RADIUS, 1.0))
}

/// The width of the outlines of so many hollow points.
fn outline(points: usize) -> f64 {
    if points > MANY { FINE } else { OUTLINE }
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

/// Points that look alike: their mark, their shape and their places.
type Kind<'a> = (&'a Mark, Shape, Vec<(f64, f64)>);

/// The points of each kind of a panel, without those that have no place, in the order of the key.
fn kinds<'a>(placed: &'a Placed<'a>) -> Vec<Kind<'a>> {
    let kind = |mark: &'a Mark| match &mark.form {
        Form::Points(points, shape) => {
            let places = points.iter().filter_map(|point| placed.place(point.x, point.y));
            Some((mark, *shape, places.collect()))
        }
        _ => None,
    };
    placed.panel.marks.iter().filter_map(kind).collect()
}

/// Draws points of several kinds: the first of the key below and largest, the last on top and smallest. So each is seen around or inside those that
/// lie at its place.
pub fn draw_hollow(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    let kinds = kinds(placed);
    let n: usize = kinds.iter().map(|(.., places)| places.len()).sum();
    for (i, (mark, shape, places)) in kinds.iter().enumerate() {
        let look = Look::Hollow(radius(i, kinds.len()), outline(n));
        for place in places {
            draw_shape(canvas, *shape, *place, mark.colour, look);
        }
    }
}

/// The names of kinds whose points lie nearly all below those of others, of a panel of hollow points.
pub fn below_others<'a>(placed: &'a Placed<'a>) -> Vec<&'a str> {
    /// The share of them that makes it nearly all.
    const MOST: f64 = 0.8;
    let kinds = kinds(placed);
    let is_below = |i: usize, place: &(f64, f64)| {
        let others = kinds[i + 1..].iter().flat_map(|(.., places)| places);
        others.into_iter().any(|other| (place.0 - other.0).hypot(place.1 - other.1) <= RADIUS)
    };
    let below = kinds.iter().enumerate().filter(|(i, (_, _, places))| {
        let n = places.iter().filter(|place| is_below(*i, place)).count();
        n > 0 && n as f64 >= MOST * places.len() as f64
    });
    below.map(|(_, (mark, ..))| mark.label.as_str()).collect()
}

/// Draws a point.
pub fn draw_shape(canvas: &mut dyn Canvas, shape: Shape, (x, y): (f64, f64), colour: Colour, look: Look) {
    let (Look::Solid(radius, _) | Look::Hollow(radius, _)) = look;
    let r = radius * 1.2;
    let mut area = |corners: &[(f64, f64)]| match look {
        Look::Solid(_, opacity) => canvas.area(corners, colour, opacity),
        Look::Hollow(_, width) => {
            let around: Vec<_> = corners.iter().chain(&corners[..1]).copied().collect();
            canvas.line(&around, width, colour);
        }
    };
    match shape {
        Shape::Disc => match look {
            Look::Solid(_, opacity) => canvas.disc((x, y), radius, None, colour, opacity),
            Look::Hollow(_, width) => canvas.disc((x, y), radius, Some(width), colour, 1.0),
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
