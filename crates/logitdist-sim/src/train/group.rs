//! Which measures of trained networks a run has beside those of a comparison.

use crate::grid::Grid;
use logitdist_train::ConceptTransfer;

/// Measures that a run has together or not at all, each group's columns after those of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Of both networks; of all runs with trained networks.
    Accuracy,
    /// Of a concept; of runs whose config names one.
    Concept,
    /// Of both networks adapted to it; of runs that adapt them.
    Tuned,
}

impl Group {
    /// The groups of a config, which depend on its blocks alone.
    pub fn of(grid: &Grid) -> Vec<Group> {
        let there = [
            (Group::Accuracy, grid.trained().next().is_some()),
            (Group::Concept, grid.trained().any(|block| block.axis("concept").is_some())),
            (
                Group::Tuned,
                grid.trained().any(|block| block.whole_values("tune_epochs").iter().any(|&n| n > 0)),
            ),
        ];
        there.into_iter().filter(|(_, there)| *there).map(|(group, _)| group).collect()
    }

    /// Its name in the words that say what a run measures.
    pub fn name(self) -> &'static str {
        match self {
            Group::Accuracy => "accuracy",
            Group::Concept => "concept",
            Group::Tuned => "tuned",
        }
    }

    /// Its tokens in the order of their columns.
    pub fn tokens(self) -> &'static [&'static str] {
        match self {
            Group::Accuracy => &["accuracy_a", "accuracy_b"],
            Group::Concept => &ConceptTransfer::TOKENS,
            Group::Tuned => &["tuned_accuracy_a", "tuned_accuracy_b"],
        }
    }
}
