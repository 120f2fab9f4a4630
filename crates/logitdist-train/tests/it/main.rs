//! Networks trained, as a study does it.

mod concepts;
mod files;
mod saved;
mod training;
