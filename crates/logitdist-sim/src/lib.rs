//! Sweeps: a TOML grid of cells, run in parallel, written as CSV.
//!
//! A config ([`Config`]) names a question, the parameters of base models and the perturbations, or families of
//! pairs; its grid is never written out. [`sweep`] draws and compares every cell and leaves `rows.csv` (a row per cell),
//! `bounds.csv` (a row per cell, direction and bound), `summary.csv`, `config.toml` and `manifest.json`. The CSV files are the same
//! byte for byte at any number of threads: a cell's seed comes from its own coordinates, rows are in grid order.

mod axis;
mod cell;
mod config;
mod document;
mod error;
mod grid;
mod manifest;
mod progress;
mod run;
mod table;

pub use axis::Axis;
pub use cell::{Outcome as CellOutcome, run as run_cell};
pub use config::Config;
pub use document::{Document, Setting};
pub use error::{Origin, SimError};
pub use grid::{Block, Cell, Grid, Recipe, Source};
pub use manifest::{Counts, Machine, Manifest};
pub use run::{Outcome, SweepOptions, describe, sweep};
