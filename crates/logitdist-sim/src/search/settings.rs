//! The settings of a search.

use logitdist::{Direction, theorem, theorems};
use logitdist_search::{Constraints, Embeddings, Heads, Search, Shape};
use serde::Deserialize;

/// The parameters of a search. docs/configs.md explains each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    target: String,
    #[serde(default)]
    target_direction: Which,
    #[serde(default = "small")]
    dim: usize,
    other_dim: Option<usize>,
    #[serde(default = "few_labels")]
    labels: usize,
    #[serde(default = "few_inputs")]
    inputs: usize,
    distance: Option<f64>,
    kl: Option<f64>,
    condition: Option<f64>,
    #[serde(default)]
    heads: HeadsKind,
    #[serde(default)]
    embeddings: EmbeddingsKind,
    #[serde(default = "some_ascents")]
    ascents: usize,
    #[serde(default = "some_evaluations")]
    evaluations: usize,
}

fn small() -> usize {
    2
}

fn few_labels() -> usize {
    4
}

fn few_inputs() -> usize {
    5
}

fn some_ascents() -> usize {
    20
}

fn some_evaluations() -> usize {
    4_000
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    Ab,
    Ba,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HeadsKind {
    #[default]
    Free,
    Equal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EmbeddingsKind {
    #[default]
    Free,
    Orthonormal,
}

impl SearchSettings {
    /// The keys in the order of the grid, the fastest last.
    pub const KEYS: &[&str] = &[
        "target",
        "target_direction",
        "dim",
        "other_dim",
        "labels",
        "inputs",
        "distance",
        "kl",
        "condition",
        "heads",
        "embeddings",
        "ascents",
        "evaluations",
    ];

    /// The search.
    ///
    /// # Errors
    /// A setting is outside its range; the message begins with its key.
    pub fn search(&self) -> Result<Search, String> {
        let Some(theorem) = theorem(&self.target) else {
            let known: Vec<&str> = theorems().map(|theorem| theorem.token).collect();
            return Err(format!("target is {}; it must be one of {}", self.target, known.join(", ")));
        };
        let search = Search {
            theorem,
            direction: match self.target_direction {
                Which::Ab => Direction::Ab,
                Which::Ba => Direction::Ba,
            },
            shape: Shape {
                dim: self.dim,
                other_dim: self.other_dim.unwrap_or(self.dim),
                labels: self.labels,
                inputs: self.inputs,
            },
            constraints: Constraints {
                distance: self.distance,
                kl: self.kl,
                condition: self.condition,
                heads: match self.heads {
                    HeadsKind::Free => Heads::Free,
                    HeadsKind::Equal => Heads::Equal,
                },
                embeddings: match self.embeddings {
                    EmbeddingsKind::Free => Embeddings::Free,
                    EmbeddingsKind::Orthonormal => Embeddings::Orthonormal,
                },
            },
            ascents: self.ascents,
            evaluations: self.evaluations,
        };
        search.check().map_err(|e| e.to_string())?;
        Ok(search)
    }
}
