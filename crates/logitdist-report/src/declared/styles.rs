//! How the lines of a declared picture look: colours and shapes that tell them apart, and what their replicates take.

use super::Declared;
use super::items::Coordinates;
use super::numbers::Curve;
use crate::picture::{level_style, styles};
use crate::plot::{Colour, Form, Mark, Point, Shape, palette};
use std::collections::BTreeMap;

/// The names, colours and shapes of lines that share panels.
pub struct Styles(BTreeMap<Option<usize>, (String, Colour, Shape)>);

impl Styles {
    /// Those of some lines: no two bounds have the same.
    pub fn of(c: &Coordinates<'_>, picture: &Declared, curves: &[&Curve]) -> Styles {
        let mut levels: Vec<Option<usize>> = curves.iter().map(|curve| curve.level).collect();
        levels.sort_unstable();
        levels.dedup();
        let known: Vec<usize> = levels.iter().copied().flatten().collect();
        let bounds = match picture.colour == Some(c.bound()) {
            true => styles(c.study, &known),
            false => BTreeMap::new(),
        };
        let style = |level: Option<usize>| {
            let Some((own, value)) = picture.colour.zip(level) else {
                let colour = match picture.bounds[..] {
                    [bound] => palette::of_bound(&c.study.bounds[bound].0),
                    _ => palette::BLUE,
                };
                return (String::new(), colour, Shape::Disc);
            };
            let place = known.iter().position(|&shown| shown == value).unwrap_or(value);
            let by_place = (palette::UNORDERED[place % palette::UNORDERED.len()], Shape::of(place));
            let own_style = || match c.axis(own) {
                Some(axis) if axis.numbers().is_some() || axis.values.len() <= palette::UNORDERED.len() => {
                    level_style(axis, value)
                }
                // Of more names than colours, those that are shown share them out.
                _ => by_place,
            };
            let (colour, shape) = bounds.get(&value).copied().unwrap_or_else(own_style);
            (c.named(own, value, None), colour, shape)
        };
        Styles(levels.into_iter().map(|level| (level, style(level))).collect())
    }

    fn style(&self, curve: &Curve) -> (String, Colour, Shape) {
        self.0.get(&curve.level).cloned().unwrap_or((String::new(), palette::BLUE, Shape::Disc))
    }

    /// A line with a shape on each value; the shapes alone between which there is nothing.
    pub fn mark(&self, curve: &Curve, values: Vec<(f64, f64)>, is_nominal: bool) -> Mark {
        let (name, colour, shape) = self.style(curve);
        let mark = match is_nominal {
            true => {
                let points = values.into_iter().map(|(x, y)| Point::at(x, y)).collect();
                Mark::new(Form::Points(points, shape), colour)
            }
            false => Mark::new(Form::DottedLine(values), colour).with_shape(shape),
        };
        mark.labelled(name)
    }

    /// What replicates take: a band, or a bar for each value.
    pub fn intervals(&self, curve: &Curve, ends: Vec<(f64, f64, f64)>, are_bars: bool) -> Vec<Mark> {
        let colour = self.style(curve).1;
        match are_bars {
            true => {
                let bar = |(x, low, high)| Mark::new(Form::Interval((x, low), (x, high)), colour);
                ends.into_iter().map(bar).collect()
            }
            false => vec![Mark::new(Form::Band(ends), colour)],
        }
    }
}
