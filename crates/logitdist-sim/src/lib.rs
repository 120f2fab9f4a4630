//! Sweeps: a TOML grid of cells, run in parallel, written as CSV.
//!
//! A config ([`Config`]) states a question. It lists parameters of base models with their perturbations, families of pairs, or trained
//! networks, or searches for the worst case of a bound. Every combination of their values is a cell of the grid. [`sweep`] draws the pair of each cell and compares it.
//!
//! A sweep leaves `rows.csv` (a row per cell), `bounds.csv` (a row per cell, direction and bound), `summary.csv`, `config.toml` and
//! `manifest.json`. A cell's seed comes from its own coordinates, and rows are in grid order. So the CSV files are byte-identical at any
//! number of threads. Networks are trained once and kept in the folder of the results.

mod axis;
mod cell;
mod config;
mod coordinates;
mod document;
mod error;
mod extension;
mod grid;
mod journal;
mod listener;
mod manifest;
mod merge;
mod options;
mod overrides;
mod panics;
mod place;
mod plain;
mod plan;
mod replicates;
mod replication;
mod run;
mod search;
mod shard;
mod share;
mod single;
mod slurm;
mod status;
mod table;
mod tables;
mod train;
mod user_files;
mod value;
mod whole_file;
mod work;

pub use axis::Axis;
pub use cell::{CellOutcome, run_cell};
pub use config::Config;
pub use coordinates::Coordinates;
pub use document::{Document, Setting};
pub use error::{Origin, SimError};
pub use grid::{Block, Cell, Grid, Recipe, Source};
pub use journal::CellRecord;
pub use listener::Listener;
pub use merge::{Merged, merge};
pub use options::SweepOptions;
pub use overrides::Override;
pub use plain::{plain, quoted_after};
pub use plan::{Sample, sample};
pub use replicates::{Known, Replicates};
pub use run::{SweepOutcome, describe, sweep, sweep_with};
pub use search::SearchSettings;
pub use shard::Shard;
pub use single::{SingleCell, single};
pub use slurm::{Scripts, SlurmOptions, Submission, scripts, submit};
pub use status::{cells_of_journal, status};
pub use table::Columns;
pub use tables::Tables;
pub use train::TrainSettings;
