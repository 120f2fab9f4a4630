//! What a comparison of two models leaves in its folder.

mod comparison;
pub(crate) mod comparison_csv;
pub(crate) mod inputs;
pub(crate) mod labels;
mod lines;
mod results;
pub(crate) mod spectra;

pub use comparison::{
    CertificateLine, IntervalLine, NULL_SIDES, NullLine, PROBE_TOKENS, PairComparison, PairRun, ProbeNumbers,
    Value,
};
pub use inputs::Inputs;
pub use labels::Labels;
pub use results::{COMPARISON, PairResults};
pub use spectra::Spectra;
