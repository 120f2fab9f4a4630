//! Heat maps: the median of a quantity, or the share of vacuous bounds, over any two axes.

use super::axes::sample_note;
use super::quantity::Quantity;
use crate::distribution::Distribution;
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width, palette};
use crate::study::{Study, StudyAxis};

/// The most values of an axis that a map has room for.
pub const MOST_VALUES: usize = 40;

/// A map: the median, or the mean of shares, per pair of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Positions of the two axes.
    pub axes: (usize, usize),
    /// Value per pair, the first axis running fastest; `None` where there is none.
    pub values: Vec<Option<f64>>,
}

/// The map of a quantity over two axes, from the sample; `None` if an axis has more than [`MOST_VALUES`] values.
pub fn heat(study: &Study, quantity: Quantity, x: usize, y: usize) -> Option<Heat> {
    let sizes = [x, y].map(|axis| study.axes[axis].values.len());
    if sizes.iter().any(|&n| n > MOST_VALUES) {
        return None;
    }
    let mut groups = vec![Distribution::default(); sizes[0] * sizes[1]];
    let mut sums = vec![(0.0, 0u32); sizes[0] * sizes[1]];
    for cell in study.sample() {
        let (Some(i), Some(j)) = (cell.values[x], cell.values[y]) else { continue };
        let place = j * sizes[0] + i;
        for value in quantity.of(cell) {
            groups[place].add(value);
            sums[place] = (sums[place].0 + value, sums[place].1 + 1);
        }
    }
    let values = match quantity {
        Quantity::Vacuous(_) => sums.iter().map(|&(sum, n)| (n > 0).then(|| sum / f64::from(n))).collect(),
        _ => groups.iter().map(|group| group.quantile(0.5)).collect(),
    };
    Some(Heat { axes: (x, y), values })
}

/// The picture of a map.
pub fn figure(study: &Study, quantity: Quantity, map: Option<&Heat>) -> Figure {
    let empty = |reason: &str| Figure::new(Width::Column, vec![Panel::empty("", reason)]);
    let Some(map) = map else { return empty(&format!("an axis has more than {MOST_VALUES} values")) };
    let present: Vec<f64> = map.values.iter().copied().flatten().filter(|x| x.is_finite()).collect();
    if present.is_empty() {
        return empty("no pair of values has a cell with this quantity");
    }
    let least = present.iter().copied().fold(f64::INFINITY, f64::min);
    let most = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_share = (0.0..=1.0).contains(&least) && (0.0..=1.0).contains(&most);
    let positive = present.iter().copied().filter(|&x| x > 0.0).fold(f64::INFINITY, f64::min);
    let log = matches!(quantity, Quantity::Bound(_) | Quantity::Measure(_))
        && least >= 0.0
        && most > 0.0
        && (most < 0.05 || (positive < 0.01 * most && !quantity.label(study).starts_with("certified")));
    let (scale, range) = match log {
        true => (Scale::Log, (positive, if most > positive { most } else { 10.0 * positive })),
        false if is_share => (Scale::Linear, (0.0, 1.0)),
        false => (Scale::Linear, (least, if most > least { most } else { least + 1.0 })),
    };
    let places = |axis: &StudyAxis| Axis::places(&axis.name, &axis.values);
    let (x, y) = (&study.axes[map.axes.0], &study.axes[map.axes.1]);
    let aspect = (y.values.len() as f64 / x.values.len() as f64).clamp(0.35, 1.2);
    let tiles = Tiles { columns: x.values.len(), values: map.values.clone(), written: true };
    let plot = Panel::new("", places(x), places(y))
        .shaped(aspect)
        .with(Mark::new(Form::Tiles(tiles), palette::GREY));
    let what = if matches!(quantity, Quantity::Vacuous(_)) { "" } else { "median " };
    let colours = Colours { label: format!("{what}{}", quantity.label(study)), scale, range };
    Figure::new(Width::Column, vec![plot]).coloured(colours).noted(sample_note(study))
}
