//! Trained networks: what pairs of them measured, as means with intervals, tables and pictures.

mod arms;
mod interval;
mod picture;
mod table;
mod unit;

pub use arms::{Arm, arms, arms_at_the_end};
pub use interval::{Design, Estimate, Observation, estimate};
pub use picture::{Concepts, Course, Sameness, Sides, Sizes, Tuning};
pub use table::{INTERVALS, csv, tables};
