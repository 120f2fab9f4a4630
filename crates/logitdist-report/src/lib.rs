//! Tables of what a sweep found, from its CSV alone: a run of another machine can be summarised here.

mod error;
mod quantile;
mod summary;

pub use error::ReportError;
pub use quantile::quantile;
pub use summary::{Group, Summary, summarise};
