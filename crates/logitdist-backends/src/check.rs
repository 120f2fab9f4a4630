//! What every backend checks: its input, and that there is a solution.

use crate::BackendError;
use faer::{Mat, MatRef};

/// Refuses a matrix with NaN or infinity.
pub fn finite(operation: &'static str, a: MatRef<'_, f64>) -> Result<(), BackendError> {
    let (rows, cols) = a.shape();
    // The norm is NaN or infinite if an entry is: entries are looked at one by one only then, as the norm may overflow too.
    if a.norm_l1().is_finite() {
        return Ok(());
    }
    let bad = |(row, col): &(usize, usize)| !a[(*row, *col)].is_finite();
    match (0..cols).flat_map(|col| (0..rows).map(move |row| (row, col))).find(bad) {
        Some((row, col)) => {
            Err(BackendError::NotFinite { operation, rows, cols, row, col, value: a[(row, col)] })
        }
        None => Ok(()),
    }
}

/// Passes on the solution of a system that was singular in one way or another if a number in it is not finite.
pub fn solution(operation: &'static str, x: Mat<f64>) -> Result<Mat<f64>, BackendError> {
    match finite(operation, x.as_ref()) {
        Ok(()) => Ok(x),
        Err(_) => Err(BackendError::Singular { operation, size: x.nrows(), reciprocal_condition: 0.0 }),
    }
}

/// Passes on what a reciprocal condition is fit for: solving with.
pub fn regular(size: usize, reciprocal_condition: f64) -> Result<f64, BackendError> {
    // Written so that NaN is refused too.
    if reciprocal_condition >= f64::EPSILON {
        Ok(reciprocal_condition.min(1.0))
    } else {
        let reciprocal_condition = reciprocal_condition.max(0.0);
        Err(BackendError::Singular { operation: "solving", size, reciprocal_condition })
    }
}

/// Refuses a triangle that has no inverse.
pub fn no_zero_on_diagonal(t: MatRef<'_, f64>) -> Result<(), BackendError> {
    match (0..t.nrows()).any(|i| t[(i, i)] == 0.0) {
        true => Err(BackendError::Singular {
            operation: "solving by substitution",
            size: t.nrows(),
            reciprocal_condition: 0.0,
        }),
        false => Ok(()),
    }
}

/// Checks the two sides of a system: shapes that do not fit are a bug, and numbers that are not finite an error.
pub fn system(operation: &'static str, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<(), BackendError> {
    assert_eq!(a.nrows(), a.ncols(), "a square matrix is needed to solve with");
    assert_eq!(a.nrows(), b.nrows(), "right-hand sides need {} rows", a.nrows());
    finite(operation, a)?;
    finite(operation, b)
}

/// The same of a triangular system, which has no solution if there is a zero on its diagonal.
pub fn triangular_system(t: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<(), BackendError> {
    system("solving by substitution", t, b)?;
    no_zero_on_diagonal(t)
}
