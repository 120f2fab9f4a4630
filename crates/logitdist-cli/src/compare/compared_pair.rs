//! What `compare` prints of a pair, whatever the format.

use super::probes::CarriedProbe;
use super::verdict::sentences;
use logitdist::Comparison;
use logitdist_results::pair::{PairComparison, PairRun};

/// A comparison and everything that is printed with it.
pub struct ComparedPair {
    pub run: PairRun,
    pub comparison: Comparison,
    pub probes: Vec<CarriedProbe>,
}

impl ComparedPair {
    /// The comparison as it is written and read.
    pub fn results(&self) -> PairComparison {
        let probes = self.probes.iter().map(CarriedProbe::numbers).collect();
        PairComparison::of(self.run.clone(), &self.comparison, probes, sentences(self))
    }
}
