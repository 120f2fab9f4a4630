//! Sweeps: a TOML grid of cells, run in parallel, written as CSV.
//!
//! A config ([`Config`]) names a question, the parameters of base models and the perturbations, or families of
//! pairs; its grid is never written out. [`sweep`] draws and compares every cell and leaves `rows.csv` (a row per cell),
//! `bounds.csv` (a row per cell, direction and bound), `summary.csv`, `config.toml` and `manifest.json`. The CSV files are the same
//! byte for byte at any number of threads: a cell's seed comes from its own coordinates, rows are in grid order. Cells may be pairs of
//! trained networks: those are trained once and kept in the folder of the results.

mod axis;
mod cell;
mod config;
mod coordinates;
mod document;
mod error;
mod extension;
mod grid;
mod journal;
mod manifest;
mod merge;
mod options;
mod overrides;
mod panics;
mod plan;
mod progress;
mod replicates;
mod replication;
mod run;
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
pub use coordinates::{Coordinates, RESULT_VERSION};
pub use document::{Document, Setting};
pub use error::{Origin, SimError};
pub use grid::{Block, Cell, Grid, Recipe, Source};
pub use journal::{CellRecord, End, Ended, Machine, Session};
pub use manifest::{Counts, Manifest, Process, Status};
pub use merge::{Merged, merge};
pub use options::SweepOptions;
pub use overrides::Override;
pub use plan::{Sample, sample};
pub use progress::Progress;
pub use replicates::{Known, Replicates};
pub use run::{SweepOutcome, describe, sweep, sweep_with};
pub use shard::Shard;
pub use single::{SingleCell, single};
pub use slurm::{Scripts, SlurmOptions, Submission, scripts, submit};
pub use status::status;
pub use table::Columns;
pub use tables::Tables;
pub use train::TrainSettings;
