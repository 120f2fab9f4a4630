//! What a comparison of two models leaves in its folder.

mod comparison;
mod inputs;
mod labels;
mod lines;
mod results;
mod spectra;

pub use comparison::{BoundLine, Comparison, Value};
pub use inputs::Inputs;
pub use labels::Labels;
pub use results::PairResults;
pub use spectra::Spectra;
