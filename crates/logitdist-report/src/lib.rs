//! Tables, pictures and pages of what a sweep or a comparison found, from the files that it left alone: a run of another machine can be
//! reported here.
//!
//! [`report`] makes pictures, sentences and a page of a sweep, [`difference`] sets two runs of one config side by side, and [`pair`] has
//! the page of one pair. [`picture`] and [`declared`] have the numbers behind every picture, and [`mod@plot`] draws them; [`trained`] has what pairs of trained
//! networks measured.

pub mod declared;
mod difference;
mod html;
pub mod many;
mod markdown;
pub mod pair;
pub mod picture;
mod pictures;
pub mod plot;
mod report;
mod sentences;
mod splice;
mod table;
pub mod trained;
mod typeset;
mod view;
mod words;

pub use difference::{Difference, TokenDifference, difference};
pub use pictures::pictures;
pub use report::{Plotted, Report, plot, report};
pub use splice::{picture_part, spliced};
pub use typeset::typeset;
pub use view::{Choice, Picture, View};
