//! One page about one pair of models, from the CSV that `logitdist compare --report` leaves.

mod comparison;
mod histogram;
mod inputs;
mod labels;
mod lines;
mod spectra;
