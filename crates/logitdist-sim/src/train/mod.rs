//! Pairs of trained networks: a teacher and its student, two networks trained apart, or a network and its compressed copy.
//!
//! A cell passes through these steps:
//! 1. [`settings`] holds what the config says; [`check`] checks it.
//! 2. [`recipes`] makes the recipes and seeds of the networks; [`checkpoints`] finds the epochs after which they are needed.
//! 3. [`networks`] trains each network once, or reads it from its [`folder`]; [`tuned`] adapts it to a second task.
//! 4. [`measures`] adds what a comparison of models does not have; [`group`] says which columns that makes.

mod check;
mod checkpoints;
mod folder;
mod group;
pub mod measures;
mod networks;
mod pair;
mod recipes;
mod settings;
mod tuned;

pub use checkpoints::of_cell as checkpoints_of;
pub use folder::{check_place, clear};
pub use group::Group;
pub use networks::Networks;
pub use recipes::files;
pub use settings::TrainSettings;
