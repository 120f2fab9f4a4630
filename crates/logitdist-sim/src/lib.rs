//! Sweeps: a TOML grid of cells, run in parallel, written as CSV.
