//! Why a backend has no result.

/// Why a backend has no result. Each names the operation and the shape of the matrix it was given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BackendError {
    /// An entry is NaN or infinite.
    #[error(
        "{operation} of a {rows}×{cols} matrix: the entry in row {row}, column {col} is {value}; finite numbers are needed"
    )]
    NotFinite {
        /// What was asked for.
        operation: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Its columns.
        cols: usize,
        /// Where the entry is, from 0.
        row: usize,
        /// Where the entry is, from 0.
        col: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// A matrix that is to be solved with has (almost) no inverse, or the solution is too large for an f64.
    #[error(
        "{operation} with a {size}×{size} matrix: it is singular to working precision (reciprocal condition {reciprocal_condition:.1e}, 2.2e-16 is needed)"
    )]
    Singular {
        /// What was asked for.
        operation: &'static str,
        /// Rows and columns of the matrix.
        size: usize,
        /// The estimate, 0 if there is a zero pivot.
        reciprocal_condition: f64,
    },
    /// The library's iteration gave up.
    #[error("{operation} of a {rows}×{cols} matrix: the iteration of {backend} did not converge")]
    NoConvergence {
        /// Which backend.
        backend: &'static str,
        /// What was asked for.
        operation: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Its columns.
        cols: usize,
    },
}
