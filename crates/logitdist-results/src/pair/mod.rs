//! What a comparison of two models leaves in its folder.

mod comparison;
pub(crate) mod comparison_csv;
mod comparison_read;
pub(crate) mod inputs;
pub(crate) mod labels;
mod lines;
pub(crate) mod names;
mod results;
pub(crate) mod spectra;

pub use comparison::{
    CertificateLine, DECILE_TOKENS, IntervalLine, NULL_SIDES, NullLine, PROBE_TOKENS, PairComparison,
    PairRun, ProbeNumbers, SIDE_NUMBERS, SideLine, Value,
};
pub use inputs::Inputs;
pub use labels::Labels;
pub use names::PairNames;
pub use results::{COMPARISON, PairResults};
pub use spectra::Spectra;
