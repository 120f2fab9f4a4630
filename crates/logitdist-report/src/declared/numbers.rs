//! The numbers of a declared picture: for each panel, colour and place, the middle and the spread of its replicates.

use super::Declared;
use super::items::{Coordinates, Item};
use crate::trained::{Design, Observation, estimate};
use logitdist_results::Distribution;
use std::collections::{BTreeMap, BTreeSet};

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The panels that show something, in the order of their levels.
    pub panels: Vec<DrawnPanel>,
    /// The panels whose values are all one, with that: there is nothing to see, unless there is no other panel.
    pub constant: Vec<(DrawnPanel, f64)>,
    /// The fewest and the most replicates of a drawn value.
    pub replicates: (usize, usize),
}

impl Drawn {
    /// Whether a panel has values that are not all one.
    pub fn moves(&self) -> bool {
        self.panels.iter().any(|panel| is_constant(panel).is_none())
    }

    /// How far the values of a line are apart at most, and the mean of the panel with the greatest values.
    pub fn shown(&self) -> (f64, f64) {
        let range = |curve: &Curve| {
            let values = curve.places.iter().map(|place| place.middle);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)))
        };
        let curves = || self.panels.iter().flat_map(|panel| &panel.curves);
        let apart = curves().map(range).map(|(low, high)| high - low).fold(0.0, f64::max);
        let mean = |panel: &DrawnPanel| {
            let places = panel.curves.iter().flat_map(|curve| &curve.places);
            let values: Vec<f64> = places.map(|place| place.middle).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        (apart, self.panels.iter().map(mean).fold(0.0, f64::max))
    }
}

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnPanel {
    /// Its level, where panels have levels.
    pub level: Option<usize>,
    /// The source of its values, where they have one in common.
    pub source: Option<usize>,
    /// What it shows.
    pub curves: Vec<Curve>,
}

/// A line of a panel, or a row of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its level, where colours or rows have levels.
    pub level: Option<usize>,
    /// Its values, from the left.
    pub places: Vec<CurvePoint>,
}

/// A value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Level of what is drawn to the right.
    pub x: usize,
    /// Number of replicates.
    pub n: usize,
    /// Their median, or their mean if intervals are drawn.
    pub middle: f64,
    /// The 5 % and 95 % quantiles, or the ends of the interval; `None` of a single replicate.
    pub ends: Option<(f64, f64)>,
}

/// Values of a picture by panel, colour or row, and place.
pub type Groups<'a> = BTreeMap<(Option<usize>, Option<usize>, usize), Vec<Item<'a>>>;

/// The values that a picture is drawn from: those that its filter and what was chosen leave.
pub fn groups<'a>(c: &Coordinates<'a>, picture: &Declared) -> Groups<'a> {
    let mut groups = Groups::new();
    for item in c.items(picture.quantity, &picture.bounds) {
        let level = |coordinate: usize| c.level(&item, coordinate);
        let asked = |(&coordinate, levels): (&usize, &BTreeSet<usize>)| {
            level(coordinate).is_some_and(|level| levels.contains(&level))
        };
        // What has no value of a coordinate is not mixed with what has others: they are of different sources.
        let chosen =
            |(&coordinate, &wanted): (&usize, &usize)| level(coordinate).is_none_or(|own| own == wanted);
        if !picture.filter.iter().all(asked) || !picture.chosen.iter().all(chosen) {
            continue;
        }
        let lines = picture.rows.or(picture.colour);
        let (panel, line) = (picture.panels.map(level), lines.map(level));
        // Without a level of what is shown, a value has no place.
        if panel == Some(None) || line == Some(None) {
            continue;
        }
        if let Some(x) = level(picture.x) {
            groups.entry((panel.flatten(), line.flatten(), x)).or_default().push(item);
        }
    }
    groups
}

/// What is drawn: panels with values at two places at least.
pub fn drawn(c: &Coordinates<'_>, picture: &Declared) -> Drawn {
    let groups = groups(c, picture);
    let mut replicates = (usize::MAX, 0);
    let mut panels: BTreeMap<Option<usize>, BTreeMap<Option<usize>, Vec<CurvePoint>>> = BTreeMap::new();
    let mut sources: BTreeMap<Option<usize>, BTreeSet<Option<usize>>> = BTreeMap::new();
    for ((panel, line, x), items) in &groups {
        let Some(place) = place(c, picture, *x, items) else { continue };
        replicates = (replicates.0.min(place.n), replicates.1.max(place.n));
        panels.entry(*panel).or_default().entry(*line).or_default().push(place);
        let source = |item: &Item<'_>| c.source().and_then(|source| c.level(item, source));
        sources.entry(*panel).or_default().extend(items.iter().map(source));
    }
    let shows = |lines: &BTreeMap<Option<usize>, Vec<CurvePoint>>| {
        lines.values().flatten().map(|place| place.x).collect::<BTreeSet<_>>().len() > 1
    };
    let panels = panels.into_iter().filter(|(_, lines)| shows(lines)).map(|(level, lines)| {
        let own = &sources[&level];
        let source = own.first().copied().flatten().filter(|_| own.len() == 1);
        let curves = lines.into_iter().map(|(level, places)| Curve { level, places }).collect();
        DrawnPanel { level, source, curves }
    });
    let (constant, moving): (Vec<DrawnPanel>, Vec<DrawnPanel>) =
        panels.partition(|panel| is_constant(panel).is_some());
    match moving.is_empty() {
        true => Drawn { panels: constant, constant: Vec::new(), replicates },
        false => {
            let one = |panel: DrawnPanel| is_constant(&panel).map(|y| (panel, y));
            Drawn { panels: moving, constant: constant.into_iter().filter_map(one).collect(), replicates }
        }
    }
}

/// The value of a panel that has only one, up to rounding.
fn is_constant(panel: &DrawnPanel) -> Option<f64> {
    const ROUNDING: f64 = 1e-9;
    let mut values = panel.curves.iter().flat_map(|curve| &curve.places).map(|place| place.middle);
    let first = values.next()?;
    values.all(|y| (y - first).abs() <= ROUNDING * first.abs()).then_some(first)
}

/// The middle and the spread of values that differ in their replicates alone.
fn place(c: &Coordinates<'_>, picture: &Declared, x: usize, items: &[Item<'_>]) -> Option<CurvePoint> {
    let n = items.len();
    if picture.interval {
        let estimate = estimate(&observations(c, items), Design::Nested)?;
        return Some(CurvePoint { x, n, middle: estimate.mean, ends: estimate.interval() });
    }
    if picture.quantity.is_mean() {
        return Some(CurvePoint {
            x,
            n,
            middle: items.iter().map(|item| item.y).sum::<f64>() / n as f64,
            ends: None,
        });
    }
    let values: Distribution = items.iter().map(|item| item.y).collect();
    let [low, middle, high] = values.quantiles([0.05, 0.5, 0.95])?;
    Some(CurvePoint { x, n, middle, ends: (n > 1).then_some((low, high)) })
}

/// Replicates as what intervals are made of: those that share a teacher are one cluster.
fn observations(c: &Coordinates<'_>, items: &[Item<'_>]) -> Vec<Observation> {
    let teacher = c.study.axis("teacher");
    let mut known: BTreeMap<(String, Option<usize>), usize> = BTreeMap::new();
    let mut number = |key| {
        let next = known.len();
        *known.entry(key).or_insert(next)
    };
    let observation = |(student, item): (usize, &Item<'_>)| {
        let own = teacher.and_then(|axis| item.cell.values[axis]);
        Observation { teacher: number((item.cell.replicate.clone(), own)), student, value: item.y }
    };
    items.iter().enumerate().map(observation).collect()
}
