//! The thresholds that the words of the answer follow from. docs/verdict.md says why these.

/// How alike something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Same,
    Nearly,
    Different,
    /// Unrelated models would show as much.
    Chance,
}

impl Level {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Level::Same => "same",
            Level::Nearly => "nearly",
            Level::Different => "different",
            Level::Chance => "chance",
        }
    }
}

/// What predictions must reach for a level.
pub struct OfPredictions {
    pub level: Level,
    /// Least share of inputs with the same most probable label.
    pub agreement: f64,
    /// Most that the median KL divergence may be in either direction, nats.
    pub median: f64,
    /// Most that its 90th percentile may be.
    pub q90: f64,
}

pub const PREDICTIONS: [OfPredictions; 2] = [
    OfPredictions { level: Level::Same, agreement: 0.99, median: 0.001, q90: 0.01 },
    OfPredictions { level: Level::Nearly, agreement: 0.9, median: 0.1, q90: 0.5 },
];

/// What representations must reach for a level.
pub struct OfRepresentations {
    pub level: Level,
    /// Least mean canonical correlation, on inputs held out if there are enough.
    pub correlation: f64,
    /// Most that the alignment error may be in either direction, by the spread of f.
    pub alignment: f64,
}

pub const REPRESENTATIONS: [OfRepresentations; 2] = [
    OfRepresentations { level: Level::Same, correlation: 0.99, alignment: 0.1 },
    OfRepresentations { level: Level::Nearly, correlation: 0.9, alignment: 0.5 },
];

/// Inputs for each dimension of both models from which chance hardly matters.
pub const INPUTS_PER_DIMENSION: usize = 10;
