//! Distances between models, dissimilarities of their representations, and the bounds between them.

#![forbid(unsafe_code)]

mod error;
mod model;

pub use error::{Error, Side};
pub use logitdist_linalg::{Mat, MatRef};
pub use model::{LARGEST_ENTRY, Model, Pair};
