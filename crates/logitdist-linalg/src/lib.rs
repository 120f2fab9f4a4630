//! Dense linear algebra behind logitdist: QR, SVD and matrix products on faer, sequential and deterministic.
//!
//! Every routine runs on the calling thread (`Par::Seq`), so its result depends on its input alone; parallelism
//! belongs to the callers, who split work into fixed blocks. Concrete `f64`. Non-finite input to a decomposition is a
//! bug of the caller (models are checked to be finite when they are made) and panics.

mod blocked_lq;
mod chunk;
mod fan_qr;
mod four_lanczos;
mod four_lq;
mod four_simplices;
mod lanczos;
mod lanes;
mod memory;
mod processor;
mod product;
mod qr;
mod rotations;
mod scale;
mod simplices;
mod singular;
mod squaring;
mod svd;
mod tall_qr;
mod tridiagonal;

pub use chunk::norm;
pub use faer::prelude::{Reborrow, ReborrowMut};
pub use faer::{Mat, MatMut, MatRef};
pub use fan_qr::FanQr;
pub use memory::keep_freed_memory;
pub use processor::refuse_older_processor;
pub use product::{matmul, matmul_into, matmul_into_f32, matmul_nt, matmul_tn, upper_matmul_into};
pub use qr::{orthonormal_columns, r_factor};
pub use rotations::squared_singular_values;
pub use scale::{divided, scale_of};
pub use simplices::{SIMPLICES, Simplex, Simplices};
pub use singular::MIN_RECIPROCAL_CONDITION;
pub use svd::{Svd, left_singular_vectors, rank_tolerance, singular_values, svd};
pub use tall_qr::TallQr;
