//! Trained networks as pairs: a teacher and a student of it, two networks trained apart, or a network and itself made smaller.
//!
//! In the order in which a cell passes: what the config says ([`settings`], checked by [`check`]), the recipes and seeds of the networks
//! that it asks for ([`recipes`]) and the epochs after which they are needed ([`checkpoints`]), the networks themselves, which are trained
//! once or read ([`networks`], kept in a [`folder`]), made smaller perhaps, and adapted to a second task ([`tuned`]), and what is measured of them beyond a
//! comparison of models ([`measures`]).

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
