//! Gaussian elimination with partial pivoting. Source: Golub and Van Loan, Matrix Computations, Algorithm 3.4.1.

use faer::{Mat, MatRef};

/// Replaces A (n×n) by L below (its diagonal of ones is not stored) and U; returns which row of A became which.
pub fn in_place(a: &mut Mat<f64>) -> Vec<usize> {
    let n = a.nrows();
    let mut permutation: Vec<usize> = (0..n).collect();
    for k in 0..n {
        let pivot = (k..n).fold(k, |best, i| if a[(i, k)].abs() > a[(best, k)].abs() { i } else { best });
        if a[(pivot, k)] == 0.0 {
            continue;
        }
        permutation.swap(k, pivot);
        for j in 0..n {
            let upper = a[(k, j)];
            a[(k, j)] = a[(pivot, j)];
            a[(pivot, j)] = upper;
        }
        for i in k + 1..n {
            a[(i, k)] /= a[(k, k)];
        }
        for j in k + 1..n {
            for i in k + 1..n {
                a[(i, j)] -= a[(i, k)] * a[(k, j)];
            }
        }
    }
    permutation
}

/// `A⁻¹ B` from what [`in_place`] left and returned.
pub fn solve(factors: &Mat<f64>, permutation: &[usize], b: MatRef<'_, f64>) -> Mat<f64> {
    let mut x = Mat::from_fn(b.nrows(), b.ncols(), |i, j| b[(permutation[i], j)]);
    forward_substitution(factors.as_ref(), &mut x, |_| 1.0);
    back_substitution(factors.as_ref(), &mut x);
    x
}

/// Replaces X by `L⁻¹ X`, L the lower triangle of `t` with another diagonal.
pub fn forward_substitution(t: MatRef<'_, f64>, x: &mut Mat<f64>, diagonal: impl Fn(usize) -> f64) {
    let n = t.nrows();
    for j in 0..x.ncols() {
        for k in 0..n {
            x[(k, j)] /= diagonal(k);
            for i in k + 1..n {
                x[(i, j)] -= t[(i, k)] * x[(k, j)];
            }
        }
    }
}

/// Replaces X by `U⁻¹ X`, U the upper triangle of `t`.
pub fn back_substitution(t: MatRef<'_, f64>, x: &mut Mat<f64>) {
    for j in 0..x.ncols() {
        for k in (0..t.nrows()).rev() {
            x[(k, j)] /= t[(k, k)];
            for i in 0..k {
                x[(i, j)] -= t[(i, k)] * x[(k, j)];
            }
        }
    }
}
