//! Random orthonormal columns.

use crate::random::normal;
use logitdist_linalg::{Mat, matmul, matmul_tn};
use rand::Rng;

/// Uniformly random (Haar) orthonormal columns, rows×cols; `cols ≤ rows`.
pub(crate) fn orthonormal<R: Rng + ?Sized>(rows: usize, cols: usize, rng: &mut R) -> Mat<f64> {
    gram_schmidt(rows, cols, false, rng)
}

/// The same, and orthogonal to the vector of ones (every column has mean 0); `cols ≤ rows − 1`.
pub(crate) fn centred_orthonormal<R: Rng + ?Sized>(rows: usize, cols: usize, rng: &mut R) -> Mat<f64> {
    gram_schmidt(rows, cols, true, rng)
}

/// Gram–Schmidt on normal columns, each projected twice: orthonormal to machine precision.
///
/// A library's QR is not used here: its signs may change, and a seed must always give the same numbers.
fn gram_schmidt<R: Rng + ?Sized>(rows: usize, cols: usize, centred: bool, rng: &mut R) -> Mat<f64> {
    assert!(cols + usize::from(centred) <= rows, "{cols} orthonormal columns do not fit in {rows} rows");
    let mut q = Mat::<f64>::zeros(rows, cols);
    for j in 0..cols {
        let mut column = Mat::from_fn(rows, 1, |_, _| normal(rng));
        for _ in 0..2 {
            if centred {
                let mean = column.col(0).iter().sum::<f64>() / rows as f64;
                column.col_mut(0).iter_mut().for_each(|v| *v -= mean);
            }
            let done = q.subcols(0, j);
            let coefficients = matmul_tn(done, column.as_ref());
            column -= matmul(done, coefficients.as_ref());
        }
        let norm = column.norm_l2();
        for i in 0..rows {
            q[(i, j)] = column[(i, 0)] / norm;
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::rng;

    #[test]
    fn columns_are_orthonormal_and_centred_to_machine_precision() {
        for (rows, cols) in [(1, 1), (2, 1), (5, 4), (40, 39), (300, 20)] {
            for seed in 0..5 {
                let q = orthonormal(rows, cols, &mut rng(seed, 0));
                let error = matmul_tn(q.as_ref(), q.as_ref()) - Mat::<f64>::identity(cols, cols);
                assert!(error.norm_max() < 1e-14, "{rows}×{cols}, seed {seed}");
                if cols < rows {
                    let q = centred_orthonormal(rows, cols, &mut rng(seed, 0));
                    let error = matmul_tn(q.as_ref(), q.as_ref()) - Mat::<f64>::identity(cols, cols);
                    assert!(error.norm_max() < 1e-14, "{rows}×{cols}, seed {seed}");
                    for j in 0..cols {
                        assert!(q.col(j).iter().sum::<f64>().abs() < 1e-13, "{rows}×{cols}, seed {seed}");
                    }
                }
            }
        }
    }
}
