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
    /// The panels whose values are all one, as far as could be seen, with the least and the greatest: they are not drawn, unless there is no
    /// other panel.
    pub constant: Vec<(DrawnPanel, (f64, f64))>,
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
    /// The 5 % and 95 % quantiles, the least and the greatest of fewer than five, or the ends of the interval; `None` of a single replicate.
    pub ends: Option<(f64, f64)>,
}

/// Of fewer replicates than this quantiles would be drawn as if they were a distribution: the least and the greatest are.
pub const FEW: usize = 5;

/// The quantiles that replicates reach from and to, of so many.
pub fn spread_of(n: usize) -> (f64, f64) {
    if n < FEW { (0.0, 1.0) } else { (0.05, 0.95) }
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
    let panels: Vec<DrawnPanel> = panels.collect();
    let is_share = picture.quantity.is_share(c.study);
    let still: Vec<bool> =
        panels.iter().map(|panel| is_constant(panel).is_some() || (is_share && is_flat(panel))).collect();
    // One alone is drawn however little it shows.
    if still.iter().all(|still| *still) {
        return Drawn { panels, constant: Vec::new(), replicates };
    }
    let (mut moving, mut constant) = (Vec::new(), Vec::new());
    for (panel, still) in panels.into_iter().zip(still) {
        match still {
            true => constant.push((panel.clone(), reach(&panel))),
            false => moving.push(panel),
        }
    }
    Drawn { panels: moving, constant, replicates }
}

/// The least and the greatest value of a panel.
fn reach(panel: &DrawnPanel) -> (f64, f64) {
    let values = panel.curves.iter().flat_map(|curve| &curve.places).map(|place| place.middle);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)))
}

/// Whether all that a panel of shares shows lies within a line's width of an axis from 0 to 1. Under a tenth the axis is logarithmic, and has
/// room for less.
fn is_flat(panel: &DrawnPanel) -> bool {
    const SEEN: f64 = 0.02;
    const LOGARITHMIC: f64 = 0.1;
    let places = panel.curves.iter().flat_map(|curve| &curve.places);
    let ends = places.filter_map(|place| place.ends);
    let (low, high) = ends.fold(reach(panel), |(low, high), (from, to)| (low.min(from), high.max(to)));
    low >= LOGARITHMIC && high - low < SEEN
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
    let (from, to) = spread_of(n);
    let [low, middle, high] = values.quantiles([from, 0.5, to])?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_flat_if_nothing_in_it_is_seen_to_move() {
        let panel = |middles: &[f64], half: f64| {
            let place = |(x, &middle): (usize, &f64)| CurvePoint {
                x,
                n: 2,
                middle,
                ends: (half > 0.0).then_some((middle - half, middle + half)),
            };
            let places = middles.iter().enumerate().map(place).collect();
            DrawnPanel { level: None, source: None, curves: vec![Curve { level: None, places }] }
        };
        assert!(is_flat(&panel(&[0.995, 0.9999], 0.0)));
        assert!(!is_flat(&panel(&[0.97, 0.9999], 0.0)) && !is_flat(&panel(&[0.995, 0.9999], 0.1)));
        // An axis of such small values is logarithmic.
        assert!(!is_flat(&panel(&[0.001, 0.009], 0.0)));
    }
}
