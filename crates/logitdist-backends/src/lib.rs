//! Linear-algebra libraries behind one small trait, to compare them and to check one against another.
//!
//! The program itself computes with `logitdist-linalg`; nothing but `cargo xtask bench` and the benchmarks use this crate.
//! A [`Backend`] is a library as a whole: [`Faer`], `Nalgebra` (feature `nalgebra`), `Lapack` (features `openblas`, `mkl`:
//! libraries that are loaded when asked for, so that no build needs C) and [`Reference`], plain loops that are slow, short
//! and easy to believe. All give the same results within rounding: `tests/it/conformance.rs` states the tolerance.

mod check;
mod condition;
mod error;
mod faer;
#[cfg(any(feature = "openblas", feature = "mkl"))]
mod lapack;
#[cfg(feature = "nalgebra")]
mod nalgebra;
mod reference;

pub use self::faer::Faer;
#[cfg(feature = "nalgebra")]
pub use self::nalgebra::Nalgebra;
pub use error::BackendError;
#[cfg(feature = "mkl")]
pub use lapack::MKL;
#[cfg(feature = "openblas")]
pub use lapack::OPENBLAS;
#[cfg(any(feature = "openblas", feature = "mkl"))]
pub use lapack::{Lapack, LoadError, Vendor};
pub use reference::Reference;

use ::faer::{Mat, MatRef};
use logitdist_linalg::Svd;

/// The decompositions and products that comparing models takes, in f64.
///
/// Matrices may have any strides and may be empty; shapes that do not fit are a bug of the caller and panic. But for
/// [`matmul`](Backend::matmul), which follows IEEE arithmetic, a matrix with NaN or infinity is an error, and no result has any.
/// Runs on the calling thread unless told otherwise by [`set_threads`](Backend::set_threads).
pub trait Backend: Send + Sync {
    /// Short and lower case, as on a command line.
    fn name(&self) -> &'static str;

    /// Version of the library and which processor's kernels it has chosen, as far as it says.
    fn version(&self) -> String;

    /// Lets one call use so many threads (1 at first); returns how many it will use. LAPACK libraries count for the whole process.
    fn set_threads(&mut self, threads: usize) -> usize;

    /// R of `A = Q R`, upper trapezoidal, min(n, p)×p for A n×p. Signs of the diagonal are the library's own.
    ///
    /// # Errors
    /// A is not finite.
    fn r_factor(&self, a: Mat<f64>) -> Result<Mat<f64>, BackendError>;

    /// `A = Q R` with Q n×min(n, p), `QᵀQ = I`, and R as of [`r_factor`](Backend::r_factor).
    ///
    /// # Errors
    /// A is not finite.
    fn thin_qr(&self, a: Mat<f64>) -> Result<(Mat<f64>, Mat<f64>), BackendError>;

    /// Singular values of A (m×n), largest first, min(m, n) of them.
    ///
    /// # Errors
    /// A is not finite, or no convergence.
    fn singular_values(&self, a: MatRef<'_, f64>) -> Result<Vec<f64>, BackendError>;

    /// `A = U diag(s) Vᵀ`, thin.
    ///
    /// # Errors
    /// A is not finite, or no convergence.
    fn svd(&self, a: MatRef<'_, f64>) -> Result<Svd, BackendError>;

    /// `A = V diag(λ) Vᵀ` for a symmetric A, of which the lower triangle alone is read.
    ///
    /// # Errors
    /// A is not finite, or no convergence.
    fn symmetric_eigen(&self, a: MatRef<'_, f64>) -> Result<SymmetricEigen, BackendError>;

    /// `X = A⁻¹ B` by LU with partial pivoting, for A n×n and B n×c.
    ///
    /// # Errors
    /// A or B is not finite; the reciprocal condition of A is under ε, or X overflows.
    fn solve(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Solved, BackendError>;

    /// `X = T⁻¹ B` for a triangular T n×n, of which one triangle alone is read, and B n×c.
    ///
    /// # Errors
    /// T or B is not finite; a diagonal entry of T is zero, or X overflows.
    fn solve_triangular(
        &self,
        triangle: Triangle,
        t: MatRef<'_, f64>,
        b: MatRef<'_, f64>,
    ) -> Result<Mat<f64>, BackendError>;

    /// `A B` for A m×k and B k×n.
    fn matmul(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64>;
}

/// `A = V diag(λ) Vᵀ` for a symmetric A n×n.
#[derive(Debug, Clone)]
pub struct SymmetricEigen {
    /// Eigenvalues, smallest first.
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors as columns, n×n.
    pub vectors: Mat<f64>,
}

/// Solutions of `A X = B`.
#[derive(Debug, Clone)]
pub struct Solved {
    /// X, n×c.
    pub x: Mat<f64>,
    /// `1 / (‖A‖₁ ‖A⁻¹‖₁)`, in [0, 1]; 1 = perfectly conditioned, also for 0×0.
    ///
    /// The second norm is Hager and Higham's estimate, which is never above the norm and in practice within a factor of 3 (exact in [`Reference`]), so this
    /// is never below the reciprocal condition but for rounding.
    pub reciprocal_condition: f64,
}

/// Which triangle of a matrix counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triangle {
    /// On and above the diagonal.
    Upper,
    /// On and below the diagonal.
    Lower,
}

/// The upper trapezoid of a matrix that a QR was done in, min(n, p)×p.
fn upper_trapezoid(a: MatRef<'_, f64>) -> Mat<f64> {
    let (rows, cols) = a.shape();
    Mat::from_fn(rows.min(cols), cols, |i, j| if i <= j { a[(i, j)] } else { 0.0 })
}
