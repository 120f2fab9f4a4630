//! Which measures of trained networks a run has.

use crate::grid::Grid;
use logitdist::{Part, tokens};

/// Measures that a run has together or not at all. Their columns follow those of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Accuracies of both networks; in all runs with trained networks.
    Accuracy,
    /// Probes of a concept; in runs whose config names one.
    Concept,
    /// Accuracies of both networks adapted to the concept; in runs that adapt them.
    Tuned,
}

impl Group {
    /// The groups of a grid.
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

    /// Its name in [`Config::measured`](crate::config::Config::measured).
    pub fn name(self) -> &'static str {
        match self {
            Group::Accuracy => "accuracy",
            Group::Concept => "concept",
            Group::Tuned => "tuned",
        }
    }

    /// Its tokens in the order of the columns.
    pub fn tokens(self) -> impl Iterator<Item = &'static str> {
        let part = match self {
            Group::Accuracy => Part::Accuracy,
            Group::Concept => Part::Concept,
            Group::Tuned => Part::Tuned,
        };
        tokens().filter(move |(_, row, _)| row.part == part).map(|(token, _, _)| token)
    }
}
