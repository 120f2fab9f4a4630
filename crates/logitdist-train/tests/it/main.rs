//! Networks trained, as a study does it.

mod files;
mod saved;
mod training;
