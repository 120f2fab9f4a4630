//! Cells in pictures: so many of the sample as there is room for, each with a link to what it is.

use crate::plot::Point;
use logitdist_results::{Study, seed_text};

/// Cells drawn of a bound.
pub const CELLS_DRAWN: usize = 250;

/// Two values of a cell, and its seed.
pub type SampledCell = (f64, f64, u64);

/// Keeps the places of the [`CELLS_DRAWN`] cells with the smallest seeds, which are hashes: a fair sample, in the order in which they came.
pub fn thin(places: &mut Vec<SampledCell>) {
    let mut seeds: Vec<u64> = places.iter().map(|place| place.2).collect();
    seeds.sort_unstable();
    seeds.dedup();
    if let Some(&last) = seeds.get(CELLS_DRAWN - 1) {
        places.retain(|place| place.2 <= last);
    }
}

/// A point that leads to its cell.
pub fn point(&(x, y, seed): &SampledCell) -> Point {
    Point { link: Some(format!("#cell-{}", seed_text(seed))), ..Point::at(x, y) }
}

/// The note under pictures of a sample.
pub fn note(study: &Study) -> String {
    match study.is_thinned() {
        true => {
            format!("A sample of {} of {} cells, chosen by their seeds.", study.sample().count(), study.total)
        }
        false => String::new(),
    }
}
