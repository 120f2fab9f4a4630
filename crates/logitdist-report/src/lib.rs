//! Tables of what a sweep found, from its CSV alone: a run of another machine can be summarised here.

mod cell;
mod dictionary;
mod difference;
mod distribution;
mod error;
mod extremes;
mod html;
mod lines;
pub mod picture;
pub mod plot;
mod quantile;
mod report;
mod run;
mod sentences;
mod splice;
mod study;
mod summary;
mod tally;

pub use cell::{Cell, Evaluation, State};
pub use difference::{Difference, TokenDifference, difference};
pub use distribution::Distribution;
pub use error::ReportError;
pub use quantile::quantile;
pub use report::{Report, report};
pub use run::Run;
pub use splice::{picture_part, spliced};
pub use study::{Study, StudyAxis};
pub use summary::{Group, Summary, summarise};
