//! Where a cell stands in its grid, and the seed and identity that follow from it.

use crate::grid::{Cell, Source};
use crate::value::text;
use logitdist_results::{RESULT_VERSION, seed_text};

/// Source, parameters and replicate of a cell: its columns in the results, and what its seed is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Name of the perturbation, the family or the table of trained networks.
    pub source: String,
    /// Names and texts of the parameters.
    pub parameters: Vec<(String, String)>,
    /// Replicate, from 0.
    pub replicate: usize,
    /// The cell's seed: a hash of the run's seed and of the other coordinates.
    pub cell_seed: u64,
}

impl Coordinates {
    /// The coordinates of a cell in a run with this seed.
    pub fn of(run: u64, cell: &Cell<'_>) -> Coordinates {
        let parameters: Vec<(String, String)> =
            cell.values.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
        let source = cell.block.source.name().to_owned();
        let cell_seed = seed(run, &source, &parameters, cell.replicate);
        Coordinates { source, parameters, replicate: cell.replicate, cell_seed }
    }

    /// The seed of the cell's base model. All perturbations and levels of a replicate share it.
    pub fn base_seed(&self, run: u64) -> u64 {
        let own = Source::parameters_of_perturbation(&self.source);
        let shared: Vec<_> =
            self.parameters.iter().filter(|(n, _)| !own.contains(&n.as_str())).cloned().collect();
        seed(run, "base", &shared, self.replicate)
    }

    /// A hash of seed, measures and version of the results. Two results of one identity are equal.
    pub fn identity(&self, measured: &str) -> u64 {
        hash(&format!("{RESULT_VERSION}\n{measured}\n{:016x}", self.cell_seed))
    }

    /// The coordinates in words, for messages.
    pub fn words(&self) -> String {
        let parameters = self.parameters.iter().map(|(name, value)| format!("{name}={value}"));
        let seed = format!("replicate={} cell_seed={}", self.replicate, seed_text(self.cell_seed));
        [self.source.clone()].into_iter().chain(parameters).chain([seed]).collect::<Vec<_>>().join(" ")
    }
}

/// A hash of the run's seed and of a cell's coordinates in words.
fn seed(run: u64, source: &str, parameters: &[(String, String)], replicate: usize) -> u64 {
    let mut words = format!("{run}\n{source}\n");
    for (name, value) in parameters {
        words.push_str(&format!("{name}={value}\n"));
    }
    words.push_str(&replicate.to_string());
    hash(&words)
}

/// The first 8 bytes of the BLAKE3 hash.
pub fn hash(words: &str) -> u64 {
    let hash = blake3::hash(words.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}
