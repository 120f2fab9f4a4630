//! What the fuzz targets share: a folder in memory, and a model that is read in two ways.

#![forbid(unsafe_code)]

mod model;
mod scratch;

pub use model::read_both_ways;
pub use scratch::Scratch;
