//! Cells that search for the pair on which a bound is tightest.
//!
//! [`settings`] holds what the config says. [`group`] says which columns a search has. [`pairs`] keeps the best pair of each cell.

mod group;
mod pairs;
mod settings;

pub use group::{NAME, added, tokens};
pub use pairs::{Pairs, clear};
pub use settings::SearchSettings;
