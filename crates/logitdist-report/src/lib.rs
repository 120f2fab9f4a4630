//! Tables of what a sweep found, from its CSV alone: a run of another machine can be summarised here.

mod dictionary;
mod distribution;
mod error;
mod lines;
pub mod number;
pub mod pair;
pub mod plot;
mod quantile;
mod summary;
mod tally;

pub use distribution::Distribution;
pub use error::ReportError;
pub use quantile::quantile;
pub use summary::{Group, Summary, summarise};
