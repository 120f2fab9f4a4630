//! Householder's QR, a column at a time. Source: Golub and Van Loan, Matrix Computations, Algorithms 5.1.1 and 5.2.1.

use faer::Mat;

/// Replaces A by R above and the vectors v of the reflections `H = I − β v vᵀ` below the diagonal (v has 1 on it); returns the β.
pub fn in_place(a: &mut Mat<f64>) -> Vec<f64> {
    let (rows, cols) = a.shape();
    let size = rows.min(cols);
    let mut coefficients = vec![0.0; size];
    for k in 0..size {
        let largest = (k..rows).map(|i| a[(i, k)].abs()).fold(0.0, f64::max);
        let below = (k + 1..rows).any(|i| a[(i, k)] != 0.0);
        if !below {
            continue;
        }
        // Over its largest entry, so that no square overflows or vanishes.
        let norm = largest * (k..rows).map(|i| (a[(i, k)] / largest).powi(2)).sum::<f64>().sqrt();
        let diagonal = -norm.copysign(a[(k, k)]);
        let first = a[(k, k)] - diagonal;
        coefficients[k] = -first / diagonal;
        for i in k + 1..rows {
            a[(i, k)] /= first;
        }
        a[(k, k)] = diagonal;
        for j in k + 1..cols {
            let along =
                coefficients[k] * (a[(k, j)] + (k + 1..rows).map(|i| a[(i, k)] * a[(i, j)]).sum::<f64>());
            a[(k, j)] -= along;
            for i in k + 1..rows {
                a[(i, j)] -= along * a[(i, k)];
            }
        }
    }
    coefficients
}

/// The first min(n, p) columns of Q, from what [`in_place`] left.
pub fn thin_q(a: &Mat<f64>, coefficients: &[f64]) -> Mat<f64> {
    let (rows, size) = (a.nrows(), coefficients.len());
    let mut q = Mat::identity(rows, size);
    for k in (0..size).rev() {
        for j in k..size {
            let along =
                coefficients[k] * (q[(k, j)] + (k + 1..rows).map(|i| a[(i, k)] * q[(i, j)]).sum::<f64>());
            q[(k, j)] -= along;
            for i in k + 1..rows {
                q[(i, j)] -= along * a[(i, k)];
            }
        }
    }
    q
}
