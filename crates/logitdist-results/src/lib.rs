//! What sweeps and comparisons leave in their folders: its types, and how they are written and read.
//!
//! A [`Study`] is a sweep in memory, with a sample of its cells if there are many; [`summarise`] makes a table of any number of cells in
//! bounded memory. [`pair`] has what a comparison of two models leaves, and [`many`] what one of many does.

mod bound;
mod cell;
mod csv_file;
mod derived;
mod dictionary;
mod distribution;
mod error;
mod extremes;
mod integrity;
mod kind;
mod manifest;
pub mod many;
pub mod number;
pub mod pair;
mod parameters;
mod plot;
mod row;
mod run;
pub mod schema;
mod study;
mod summary;
mod table_file;
mod tally;
mod version;
mod words;

pub use bound::{BOUND_COLUMNS, BoundRow, BoundStatus};
pub use cell::{Cell, Evaluation};
pub use csv_file::CsvFile;
pub use derived::{write_long, write_wide};
pub use distribution::Distribution;
pub use error::ResultsError;
pub use integrity::{Damaged, TableCheck, TableChecks, damage, table_checks};
pub use kind::Kind;
pub use logitdist::t_975;
pub use manifest::{Counts, End, Ended, Machine, Manifest, Process, RunStatus, Session};
pub use plot::PlotSpec;
pub use row::{
    CellRow, CellStatus, ROW_COLUMNS, coordinate_columns, parameter_column, parse_seed, seed_text,
};
pub use run::{FailedCell, Run};
pub use schema::Schema;
pub use study::networks;
pub use study::{Study, StudyAxis};
pub use summary::{Group, Summary, quoted, summarise, summary_by_name, write_summary_by};
pub use version::RESULT_VERSION;
pub use words::{QUANTILES, WORDS, Word, words};
