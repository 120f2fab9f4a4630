//! Pictures of what trained networks measured: means over teachers with their intervals, and single pairs.

mod concepts;
mod course;
mod grid;
mod scatter;
mod sizes;
mod split;

pub use concepts::Concepts;
pub use course::{Course, Sides};
pub use scatter::{Sameness, Tuning};
pub use sizes::Sizes;

use logitdist_results::Study;

/// The measure of how alike embeddings are that the study has.
fn correlation(study: &Study) -> &'static str {
    let position = study.training.measures.iter().position(|measure| *measure == "m_cca");
    let has = position.is_some_and(|m| study.training.pairs.iter().any(|pair| pair.measures[m].is_some()));
    if has { "m_cca" } else { "m_cca_logits" }
}
