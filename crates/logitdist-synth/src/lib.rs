//! Base models, perturbations, and extremal and counter-example pairs.

#![forbid(unsafe_code)]

mod base;
#[cfg(test)]
mod direct;
mod embeddings;
mod error;
mod moment;
mod orthonormal;
mod perturbation;
mod random;
mod spectrum;
mod unembeddings;

pub use base::BaseModel;
pub use embeddings::Embeddings;
pub use error::SynthError;
pub use perturbation::Perturbation;
pub use random::rng;
pub use spectrum::Spectrum;
pub use unembeddings::Unembeddings;
