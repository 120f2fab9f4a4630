//! What a sweep found, from the files that it left alone: a run of another machine can be reported here.
//!
//! [`summarise`] makes a table of any number of cells in bounded memory, [`report`] adds pictures, sentences and a page, [`difference`] sets two runs of one
//! config side by side. A [`Study`] is a sweep in memory, with a sample of its cells if there are many; [`picture`] has the numbers behind every picture, and
//! [`plot`] draws them; [`trained`] has what pairs of trained networks measured.

mod cell;
mod dictionary;
mod difference;
mod distribution;
mod error;
mod extremes;
mod html;
mod lines;
mod markdown;
pub mod number;
pub mod pair;
pub mod picture;
mod pictures;
pub mod plot;
mod quantile;
mod report;
mod run;
mod sentences;
mod splice;
mod student_t;
mod study;
mod summary;
mod table;
mod tally;
pub mod trained;
mod view;

pub use cell::{Cell, Evaluation, State};
pub use difference::{Difference, TokenDifference, difference};
pub use distribution::Distribution;
pub use error::ReportError;
pub use pictures::pictures;
pub use quantile::quantile;
pub use report::{Report, report};
pub use run::Run;
pub use splice::{picture_part, spliced};
pub use student_t::t_975;
pub use study::{Study, StudyAxis};
pub use summary::{Group, Summary, summarise};
pub use view::{Choice, Picture, View};
