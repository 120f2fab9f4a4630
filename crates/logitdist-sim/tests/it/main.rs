//! Sweeps through their journals: whatever happens on the way, the tables are those of one uninterrupted run.

mod adaptive;
mod budgets;
mod concepts;
mod damage;
mod extension;
mod failures;
mod files;
mod folder;
mod locks;
mod merging;
mod searching;
mod shards;
mod studies;
mod training;
