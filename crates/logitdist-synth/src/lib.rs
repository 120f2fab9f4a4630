//! Base models, perturbations, and extremal and counter-example pairs.
//!
//! There are three kinds of generator. Each is a struct or enum that describes what you want, with a method that draws it:
//!
//! - [`BaseModel`]`::sample` draws a model with a chosen spectrum, condition number and size of logits;
//! - [`Perturbation`]`::apply` changes a model by a level; level 0 returns the model itself, bit for bit;
//! - [`Extremal`]`::sample` draws a pair that attains a bound, or a pair that is a counter-example.
//!
//! Randomness enters only through an `rng` argument. [`rng`] makes one that gives the same numbers on every
//! machine. Models drawn from it agree up to rounding (1e-12), because `exp` and sums differ between platforms.
//! All types can be read from TOML: `embeddings = "gaussian"`, `spectrum = { power_law = 1.0 }`,
//! `family = { rare_labels = { .. } }`. `Display` gives a short stable name, such as `power_law(1)`.
//!
//! ```
//! use logitdist_synth::{BaseModel, Embeddings, Perturbation, Spectrum, SynthError, Unembeddings, rng};
//!
//! let base = BaseModel {
//!     inputs: 200,
//!     labels: 10,
//!     dim: 4,
//!     embeddings: Embeddings::Gaussian,
//!     spectrum: Spectrum::PowerLaw(1.0),
//!     unembeddings: Unembeddings::Simplex,
//!     condition: None,
//!     scale: 2.0,
//!     bias: 0.0,
//! };
//! let a = base.sample(&mut rng(1, 0))?;
//! let b = Perturbation::RoundTensor.apply(&a, 4.0, &mut rng(1, 1))?;
//! assert_eq!((b.n_inputs(), b.n_labels(), b.dim()), (200, 10, 4));
//! # Ok::<(), SynthError>(())
//! ```

#![forbid(unsafe_code)]

mod base;
#[cfg(test)]
mod direct;
mod embeddings;
mod error;
pub mod extremal;
mod moment;
mod orthonormal;
mod perturbation;
mod random;
mod spectrum;
mod unembeddings;

pub use base::BaseModel;
pub use embeddings::Embeddings;
pub use error::SynthError;
pub use extremal::Extremal;
pub use perturbation::{Perturbation, prune_entries, round_rows, round_tensor};
pub use random::rng;
pub use spectrum::Spectrum;
pub use unembeddings::Unembeddings;
