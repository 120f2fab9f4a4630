//! The pictures of a pair, as data: what is drawn and in which words.

mod divergence;
mod headlines;
mod inputs;
mod labels;
mod spectra;

use crate::plot::Colour;
use crate::plot::palette::{BLUE, VERMILLION};
use crate::view::{Listed, Picture, listed};
use logitdist_results::pair::PairResults;

/// The pictures of a pair, in the order of the page.
const VIEWS: [Listed<PairResults>; 5] = [
    listed::<_, headlines::Headlines>(),
    listed::<_, spectra::Directions>(),
    listed::<_, labels::LabelGeometry>(),
    listed::<_, inputs::Histograms>(),
    listed::<_, divergence::Divergence>(),
];

/// All pictures of a pair.
pub fn pictures(results: &PairResults) -> Vec<Picture> {
    VIEWS.iter().flat_map(|view| (view.draw)(results)).collect()
}

/// Colours of model a, or of what is expected under it, and of model b.
const MODELS: [Colour; 2] = [BLUE, VERMILLION];

/// Height over width of a panel without anything to show.
const EMPTY_ASPECT: f64 = 0.25;

/// Inputs of a kind that are named in a picture.
const NAMED: usize = 3;

/// Ticks at 1, 2, 3, 5 and 7 times a power of ten for a logarithmic axis of less than two decades; none, for the axis to choose,
/// otherwise.
fn fine_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    if high / low > 60.0 || !(1e-3..1e4).contains(&low) {
        return Vec::new();
    }
    let powers = low.log10().floor() as i32..=high.log10().floor() as i32;
    let all = powers.flat_map(|power| [1.0, 2.0, 3.0, 5.0, 7.0].map(|m| (m, power)));
    let ticks: Vec<(f64, String)> = all
        .map(|(m, power)| (m * 10f64.powi(power), power))
        .filter(|(x, _)| (low..=high).contains(x))
        .map(|(x, power)| (x, format!("{x:.*}", (-power).max(0) as usize)))
        .collect();
    if ticks.len() < 2 { Vec::new() } else { ticks }
}

/// Ticks at whole numbers from 0 or 1 up to `most`, about six of them.
fn whole_ticks(most: usize) -> Vec<(f64, String)> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|m| m * 10usize.pow(power)));
    let step = steps.into_iter().find(|step| most / step <= 6).unwrap_or(1);
    (0..=most).step_by(step).map(|i| (i as f64, i.to_string())).collect()
}
