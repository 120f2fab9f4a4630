//! Lines, areas, discs and texts in points (1/72 in), as SVG or as pixels; [`pdf`](super::pdf) has them as PDF.

use super::palette::{Colour, WHITE};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// DejaVu Sans with the Latin, Greek and mathematical characters that labels use; its licence is beside it.
pub(super) const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The family under which it is registered, and what an SVG asks for.
const FAMILY: &str = "sans-serif";

/// Units of the SVG in a point: coordinates are whole numbers.
const SVG_UNITS: f64 = 20.0;

/// Pixels of the PNG in a point, 216 in an inch; each is the mean of several.
const PIXELS: usize = 3;
const SAMPLES: usize = 2;

/// Size of the text, in points.
pub const TEXT: f64 = 7.0;

/// Which end of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Left,
    /// Its middle.
    Middle,
    /// Its right end.
    Right,
}

/// What is drawn on; the vertical axis goes down.
pub trait Canvas {
    /// A line through points.
    fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Colour);
    /// An area.
    fn area(&mut self, corners: &[(f64, f64)], colour: Colour, opacity: f64);
    /// A rectangle: left, top, right and bottom.
    fn rectangle(&mut self, [left, top, right, bottom]: [f64; 4], colour: Colour, opacity: f64) {
        self.area(&[(left, top), (right, top), (right, bottom), (left, bottom)], colour, opacity);
    }
    /// A disc, or a ring if it has a line width.
    fn disc(&mut self, centre: (f64, f64), radius: f64, ring: Option<f64>, colour: Colour, opacity: f64);
    /// A text, its vertical middle at the place.
    fn text(&mut self, text: &str, place: (f64, f64), anchor: Anchor, colour: Colour);
    /// A text from bottom to top, its middle at the place.
    fn text_upwards(&mut self, text: &str, place: (f64, f64), colour: Colour);
}

fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let registered = register_font(FAMILY, FontStyle::Normal, FONT);
        assert!(registered.is_ok(), "the font is part of the program");
    });
}

/// Width of a text in points.
pub fn text_width(text: &str) -> f64 {
    register();
    let (width, _) = (FAMILY, 200.0).into_font().box_size(text).expect("the font is registered");
    f64::from(width) / 200.0 * TEXT * SIZE_OF_EM
}

/// Plotters centres the pixels of a text as if every letter had an ascender; an SVG puts the middle of small letters at the place.
const TEXT_LOWER: f64 = 0.8;

/// Plotters' size of a font in units of what is commonly called its size.
const SIZE_OF_EM: f64 = 1.24;

/// Draws an SVG of a size in points, on white.
pub fn svg(size: (f64, f64), draw: impl FnOnce(&mut dyn Canvas)) -> String {
    register();
    let units = |x: f64| (x * SVG_UNITS).round() as u32;
    let (width, height) = (units(size.0), units(size.1));
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        let mut backend = Backend { area: &area, scale: SVG_UNITS, lower: 0.0 };
        // A dark page would show through.
        backend.rectangle([0.0, 0.0, size.0, size.1], WHITE, 1.0);
        draw(&mut backend);
        area.present().expect("a string takes everything");
    }
    // The size in points; what is the same for every element said once.
    let size_of_text = format!(" font-size=\"{}\"", TEXT * SVG_UNITS);
    let header = format!("<svg width=\"{width}\" height=\"{height}\"");
    let sized = format!(
        "<svg width=\"{:.1}pt\" height=\"{:.1}pt\" font-family=\"DejaVu Sans, Helvetica, Arial, {FAMILY}\"{size_of_text} stroke-linejoin=\"round\"",
        size.0, size.1
    );
    text.replace(&size_of_text, "")
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        .replace(" stroke=\"none\" stroke-width=\"1\"", "")
        .replace(" \"/>", "\"/>")
        .replace("\">\n", "\">")
        .replace("\n</text>", "</text>")
        .replacen(&header, &sized, 1)
}

/// Draws a PNG of a size in points, on white.
pub fn png(size: (f64, f64), draw: impl FnOnce(&mut dyn Canvas)) -> Vec<u8> {
    register();
    let pixels = |x: f64| (x * PIXELS as f64).round() as usize;
    let (width, height) = (pixels(size.0), pixels(size.1));
    let fine = (width * SAMPLES, height * SAMPLES);
    let mut samples = vec![255u8; 3 * fine.0 * fine.1];
    {
        let area =
            BitMapBackend::with_buffer(&mut samples, (fine.0 as u32, fine.1 as u32)).into_drawing_area();
        draw(&mut Backend { area: &area, scale: (PIXELS * SAMPLES) as f64, lower: TEXT_LOWER });
        area.present().expect("a buffer takes everything");
    }
    let mut image = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let sample = |i: usize| {
                    let (dx, dy) = (i % SAMPLES, i / SAMPLES);
                    u32::from(samples[3 * ((y * SAMPLES + dy) * fine.0 + x * SAMPLES + dx) + channel])
                };
                let sum: u32 = (0..SAMPLES * SAMPLES).map(sample).sum();
                image.push((sum / (SAMPLES * SAMPLES) as u32) as u8);
            }
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let per_metre = (PIXELS as f64 * 72.0 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().expect("a vector takes everything");
    writer.write_image_data(&image).expect("the image has the size that was said");
    writer.finish().expect("a vector takes everything");
    bytes
}

/// A drawing area of plotters and its units in a point.
struct Backend<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    scale: f64,
    /// How much lower texts are put, in points.
    lower: f64,
}

impl<DB: DrawingBackend> Backend<'_, DB> {
    fn place(&self, (x, y): (f64, f64)) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn draw<E>(&self, element: &E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: plotters::element::Drawable<DB>,
    {
        assert!(self.area.draw(element).is_ok(), "drawing goes to memory");
    }

    fn write(&self, text: &str, place: (f64, f64), h: HPos, transform: FontTransform, colour: Colour) {
        let lowered = match transform {
            FontTransform::None => (place.0, place.1 + self.lower),
            _ => (place.0 + self.lower, place.1),
        };
        let font = (FAMILY, TEXT * SIZE_OF_EM * self.scale).into_font().transform(transform);
        let colour = rgb(colour);
        let style = TextStyle::from(font).pos(Pos::new(h, VPos::Center)).color(&colour);
        assert!(self.area.draw_text(text, &style, self.place(lowered)).is_ok(), "the font is registered");
    }
}

fn rgb(Colour(r, g, b): Colour) -> RGBColor {
    RGBColor(r, g, b)
}

impl<DB: DrawingBackend> Canvas for Backend<'_, DB> {
    fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Colour) {
        let width = (width * self.scale).round().max(1.0) as u32;
        let points: Vec<_> = points.iter().map(|&p| self.place(p)).collect();
        self.draw(&PathElement::new(points, rgb(colour).stroke_width(width)));
    }

    fn area(&mut self, corners: &[(f64, f64)], colour: Colour, opacity: f64) {
        let corners: Vec<_> = corners.iter().map(|&p| self.place(p)).collect();
        self.draw(&Polygon::new(corners, rgb(colour).mix(opacity).filled()));
    }

    fn disc(&mut self, centre: (f64, f64), radius: f64, ring: Option<f64>, colour: Colour, opacity: f64) {
        let radius = (radius * self.scale).round() as i32;
        let style = match ring {
            Some(width) => {
                rgb(colour).mix(opacity).stroke_width((width * self.scale).round().max(1.0) as u32)
            }
            None => rgb(colour).mix(opacity).filled(),
        };
        self.draw(&Circle::new(self.place(centre), radius, style));
    }

    fn text(&mut self, text: &str, place: (f64, f64), anchor: Anchor, colour: Colour) {
        let h = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        self.write(text, place, h, FontTransform::None, colour);
    }

    fn text_upwards(&mut self, text: &str, place: (f64, f64), colour: Colour) {
        self.write(text, place, HPos::Center, FontTransform::Rotate270, colour);
    }
}

/// Centre and radius of a circle in the units of an SVG.
pub fn svg_circle(x: f64, y: f64, radius: f64) -> (i32, i32, i32) {
    let units = |x: f64| (x * SVG_UNITS).round() as i32;
    (units(x), units(y), units(radius))
}
