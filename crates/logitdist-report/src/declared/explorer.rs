//! What the page draws declared pictures from: every value over its replicates, with all its coordinates.

use super::items::Coordinates;
use super::numbers::{FEW, spread_of};
use super::quantity::{OF_BOUNDS, Quantity};
use super::spread::{MOST_BANDS, MOST_BARS};
use crate::plot::palette;
use logitdist::measure;
use logitdist_results::{Distribution, Study};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most values that a page carries; quantities that would exceed it are left to the command.
const MOST_VALUES: usize = 40_000;

/// Coordinates with their levels, quantities, and the values as lists: quantity, levels of all coordinates, n, and the 5 %, 50 % and 95 %
/// quantiles; of few replicates the least, the median and the greatest, as [everywhere](FEW).
pub fn data(study: &Study, folder: &str) -> Value {
    let c = Coordinates::of(study);
    let shown: Vec<usize> =
        c.all().filter(|&own| !c.is_replicate(own) && own != c.family() && c.levels(own).len() > 1).collect();
    let all_bounds: Vec<usize> = (0..study.bounds.len()).collect();
    let headline = |token: &str| measure(token).is_some_and(|(row, _)| row.headline);
    let measures = (0..study.measures.len()).filter(|&m| headline(&study.measures[m])).map(Quantity::Measure);
    let of_bounds =
        [Quantity::Certified, Quantity::Tightness, Quantity::Share, Quantity::Vacuous].into_iter();
    let mut values = Vec::new();
    let mut quantities = Vec::new();
    for quantity in of_bounds.chain(measures) {
        let rows = rows(&c, quantity, &all_bounds, &shown);
        if rows.is_empty() || values.len() + rows.len() > MOST_VALUES {
            continue;
        }
        let number = quantities.len();
        let name = quantity.name(study);
        let words = match quantity {
            Quantity::Certified => "certified similarity".to_owned(),
            _ => quantity.words(study, &[]),
        };
        quantities.push(json!({
            "name": name,
            "words": words,
            "ofBounds": OF_BOUNDS.iter().any(|(own, _)| *own == name),
            "isShare": quantity.is_share(study),
        }));
        for (levels, numbers) in rows {
            values.push(json!([number, levels, numbers]));
        }
    }
    let coordinate = |&own: &usize| {
        let levels = c.levels(own);
        let numbers: Option<Vec<f64>> = levels.iter().map(|text| text.parse().ok()).collect();
        let colours = levels.iter().enumerate().map(|(level, token)| {
            let colour = match (own == c.bound(), numbers.is_some()) {
                (true, _) => palette::of_bound(token),
                (false, true) => palette::ordered(levels.len())[level],
                _ => palette::UNORDERED[level % palette::UNORDERED.len()],
            };
            colour.to_hex()
        });
        let sources = c.source().map(|source| c.levels(source).len()).unwrap_or(0);
        json!({
            "name": c.name(own),
            "words": c.words(own, None),
            "wordsOf": (0..sources).map(|level| c.words(own, Some(level))).collect::<Vec<_>>(),
            "levels": levels,
            "short": (0..levels.len()).map(|level| c.level_words(own, level)).collect::<Vec<_>>(),
            "numbers": numbers,
            "log": c.axis(own).is_some_and(|axis| axis.logarithmic),
            "colours": colours.collect::<Vec<_>>(),
        })
    };
    json!({
        "command": format!("logitdist report {folder}"),
        "few": FEW,
        "mostBands": MOST_BANDS,
        "mostBars": MOST_BARS,
        "coordinates": shown.iter().map(coordinate).collect::<Vec<_>>(),
        "quantities": quantities,
        "values": values,
    })
}

type Row = (Vec<Option<usize>>, Vec<Value>);

/// The values of a quantity: levels, number of replicates and their quantiles.
fn rows(c: &Coordinates<'_>, quantity: Quantity, bounds: &[usize], shown: &[usize]) -> Vec<Row> {
    let mut groups: BTreeMap<Vec<Option<usize>>, Vec<f64>> = BTreeMap::new();
    for item in c.items(quantity, bounds) {
        let levels = shown.iter().map(|&own| c.level(&item, own)).collect();
        groups.entry(levels).or_default().push(item.y);
    }
    let row = |(levels, values): (Vec<Option<usize>>, Vec<f64>)| {
        let n = values.len();
        let own: [f64; 3] = match quantity.is_mean() {
            true => [values.iter().sum::<f64>() / n as f64; 3],
            false => {
                let (from, to) = spread_of(n);
                values.into_iter().collect::<Distribution>().quantiles([from, 0.5, to])?
            }
        };
        let digits = |x: f64| format!("{x:.3e}").parse::<f64>().map_or(Value::Null, |x| json!(x));
        Some((levels, std::iter::once(json!(n)).chain(own.map(digits)).collect()))
    };
    groups.into_iter().filter_map(row).collect()
}
