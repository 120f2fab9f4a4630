//! The canvas as a page of a PDF, with its font embedded.

use super::canvas::{Anchor, Canvas, FONT, TEXT, text_width};
use super::palette::Colour;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Transform};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

/// How far the baseline of a text is under the middle of its small letters, as a share of its size.
const BASELINE: f64 = 0.27;

/// Four of these curves are a circle: the distance of control points, as a share of the radius.
const ROUND: f64 = 0.552_284_749_8;

/// Draws a PDF of a size in points.
pub fn pdf(size: (f64, f64), draw: impl FnOnce(&mut dyn Canvas)) -> Vec<u8> {
    // Without a date, so that the same figure is the same file.
    let settings =
        SerializeSettings { enable_tagging: false, xmp_metadata: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let page = PageSettings::from_wh(size.0 as f32, size.1 as f32).expect("a figure has a size");
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    let font = Font::new(FONT.into(), 0).expect("the font is part of the program");
    draw(&mut Sheet { surface: &mut surface, font });
    surface.finish();
    page.finish();
    document.finish().expect("the font has every character that is drawn, or a box for it")
}

/// A page.
struct Sheet<'a, 'b> {
    surface: &'a mut Surface<'b>,
    font: Font,
}

impl Sheet<'_, '_> {
    fn fill(&mut self, path: Option<Path>, colour: Colour, opacity: f64) {
        let fill = Fill { paint: rgb_of(colour).into(), opacity: share(opacity), ..Fill::default() };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill));
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }

    fn stroke(&mut self, path: Option<Path>, width: f64, colour: Colour, opacity: f64) {
        let stroke = Stroke {
            paint: rgb_of(colour).into(),
            width: width as f32,
            line_join: LineJoin::Round,
            opacity: share(opacity),
            ..Stroke::default()
        };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke));
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }

    /// A text from a place on its baseline.
    fn write(&mut self, text: &str, (x, y): (f64, f64), colour: Colour) {
        self.fill(None, colour, 1.0);
        let start = Point::from_xy(x as f32, y as f32);
        self.surface.draw_text(
            start,
            self.font.clone(),
            TEXT as f32,
            text,
            false,
            TextDirection::LeftToRight,
        );
    }
}

impl Canvas for Sheet<'_, '_> {
    fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Colour) {
        self.stroke(path(points, false), width, colour, 1.0);
    }

    fn area(&mut self, corners: &[(f64, f64)], colour: Colour, opacity: f64) {
        self.fill(path(corners, true), colour, opacity);
    }

    fn disc(&mut self, centre: (f64, f64), radius: f64, ring: Option<f64>, colour: Colour, opacity: f64) {
        match ring {
            Some(width) => self.stroke(circle(centre, radius), width, colour, opacity),
            None => self.fill(circle(centre, radius), colour, opacity),
        }
    }

    fn text(&mut self, text: &str, (x, y): (f64, f64), anchor: Anchor, colour: Colour) {
        let before = match anchor {
            Anchor::Left => 0.0,
            Anchor::Middle => text_width(text) / 2.0,
            Anchor::Right => text_width(text),
        };
        self.write(text, (x - before, y + BASELINE * TEXT), colour);
    }

    fn text_upwards(&mut self, text: &str, (x, y): (f64, f64), colour: Colour) {
        self.surface.push_transform(&Transform::from_rotate_at(-90.0, x as f32, y as f32));
        self.write(text, (x - text_width(text) / 2.0, y + BASELINE * TEXT), colour);
        self.surface.pop();
    }
}

fn path(points: &[(f64, f64)], is_closed: bool) -> Option<Path> {
    let (first, others) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0 as f32, first.1 as f32);
    others.iter().for_each(|&(x, y)| path.line_to(x as f32, y as f32));
    if is_closed {
        path.close();
    }
    path.finish()
}

fn circle((x, y): (f64, f64), r: f64) -> Option<Path> {
    let at = |dx: f64, dy: f64| ((x + r * dx) as f32, (y + r * dy) as f32);
    let mut path = PathBuilder::new();
    let start = at(1.0, 0.0);
    path.move_to(start.0, start.1);
    for (c, d, e) in [
        (at(1.0, ROUND), at(ROUND, 1.0), at(0.0, 1.0)),
        (at(-ROUND, 1.0), at(-1.0, ROUND), at(-1.0, 0.0)),
        (at(-1.0, -ROUND), at(-ROUND, -1.0), at(0.0, -1.0)),
        (at(ROUND, -1.0), at(1.0, -ROUND), at(1.0, 0.0)),
    ] {
        path.cubic_to(c.0, c.1, d.0, d.1, e.0, e.1);
    }
    path.close();
    path.finish()
}

fn rgb_of(Colour(r, g, b): Colour) -> rgb::Color {
    rgb::Color::new(r, g, b)
}

fn share(x: f64) -> NormalizedF32 {
    NormalizedF32::new(x as f32).unwrap_or(NormalizedF32::ONE)
}
