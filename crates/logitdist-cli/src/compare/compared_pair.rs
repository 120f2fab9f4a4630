//! What `compare` prints of a pair, whatever the format.

use super::probes::CarriedProbe;
use logitdist::Comparison;

/// A comparison and everything that is printed with it.
pub struct ComparedPair {
    pub name_a: String,
    pub name_b: String,
    pub seed: u64,
    /// The command that gives this result again.
    pub command: String,
    pub comparison: Comparison,
    pub probes: Vec<CarriedProbe>,
}
