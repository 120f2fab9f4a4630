//! Models as points in the plane.

use super::brief;
use crate::many::distances::{Distances, distances};
use crate::many::scaling::{Scaled, scaled};
use crate::plot::palette::{BLUE, VERMILLION};
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point, Width};
use crate::view::View;
use logitdist_results::many::ManyComparisons;
use logitdist_results::number::short;

/// Names along a map; beyond, the points are numbered.
const MOST_NAMES: usize = 40;

/// Points nearer than this share of half of the panel have their names below each other, in lines as far apart as the next.
const NEAR: f64 = 0.06;

/// The height of a line, likewise.
const LINE: f64 = 0.075;

/// A map for each distance.
pub struct Map;

impl View<ManyComparisons> for Map {
    const VIEW: &'static str = "map";
    const TITLE: &'static str = "The models as points in the plane";
    type Numbers = Vec<(Distances, Scaled)>;

    fn all(many: &ManyComparisons) -> Vec<Map> {
        if many.all { vec![Map] } else { Vec::new() }
    }

    fn question(&self, _: &ManyComparisons) -> String {
        "Multidimensional scaling: models are as far apart as the plane allows them to be. The stress says what it does not allow: under 0.05 distances can \
         be read off, from 0.2 on they cannot. The first model given is vermillion. Axes have no meaning of their own."
            .into()
    }

    fn numbers(&self, many: &ManyComparisons) -> Option<Self::Numbers> {
        let all = distances(many).into_iter().map(|distances| {
            let scaled = scaled(&distances.of);
            (distances, scaled)
        });
        let all: Self::Numbers = all.collect();
        (!all.is_empty()).then_some(all)
    }

    fn figures(&self, many: &ManyComparisons, maps: &Self::Numbers) -> Vec<Figure> {
        let panels = maps.iter().map(|(distances, scaled)| panel(many, distances, scaled)).collect();
        vec![Figure::new(Width::Full, panels)]
    }
}

fn panel(many: &ManyComparisons, distances: &Distances, scaled: &Scaled) -> Panel {
    let Scaled { points, stress } = scaled;
    let ends = |axis: usize| {
        let all = || points.iter().map(|point| point[axis]);
        [all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max)]
    };
    let [[left, right], [bottom, top]] = [ends(0), ends(1)];
    // The same scale along both axes, and room for names.
    let span = (right - left).max(top - bottom);
    let reach = if span > 0.0 { 0.62 * span } else { 1.0 };
    let axis = |low: f64, high: f64, label: &str| {
        let middle = (low + high) / 2.0;
        Axis::linear(label).between(middle - reach, middle + reach)
    };
    let title = format!("stress {}", short(*stress));
    let place = |i: usize| Point::at(points[i][0], points[i][1]);
    let others = (1..points.len()).map(place).collect();
    let panel = Panel::new(title, axis(left, right, distances.label), axis(bottom, top, ""))
        .with(Mark::points(others, BLUE))
        .with(Mark::points(vec![place(0)], VERMILLION))
        .shaped(1.0);
    let name = |i: usize| {
        if points.len() > MOST_NAMES { (i + 1).to_string() } else { brief(&many.models[i].short) }
    };
    together(points, NEAR * reach).into_iter().fold(panel, |panel, group| {
        let [x, y] = points[group[0]];
        group.iter().enumerate().fold(panel, |panel, (line, &i)| {
            let text = Form::Text(x, y - LINE * reach * line as f64, name(i));
            panel.with(Mark::new(text, if i == 0 { VERMILLION } else { BLUE }))
        })
    })
}

/// Points that are so near that their names would stand on one another; these stand in lines below each other.
fn together(points: &[[f64; 2]], near: f64) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (i, [x, y]) in points.iter().enumerate() {
        let is_near = |group: &&mut Vec<usize>| {
            let [first_x, first_y] = points[group[0]];
            (x - first_x).hypot(y - first_y) <= near
        };
        match groups.iter_mut().find(is_near) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_points_at_one_place_stand_below_each_other() {
        let points = [[0.0, 0.0], [1.0, 0.0], [0.01, 0.0], [1.0, 0.02]];
        assert_eq!(together(&points, 0.05), [vec![0, 2], vec![1, 3]]);
        assert_eq!(together(&points, 0.0).len(), 4);
    }
}
