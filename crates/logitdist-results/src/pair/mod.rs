//! What a comparison of two models leaves in its folder.

mod comparison;
mod comparison_csv;
mod inputs;
mod labels;
mod lines;
mod results;
mod spectra;

pub use comparison::{
    CertificateLine, IntervalLine, NULL_SIDES, NullLine, PROBE_TOKENS, PairComparison, PairRun, ProbeNumbers,
    Value,
};
pub use inputs::Inputs;
pub use labels::Labels;
pub use results::{COMPARISON, PairResults};
pub use spectra::Spectra;
