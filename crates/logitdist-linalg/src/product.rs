//! Matrix products.

use faer::linalg::matmul::matmul as faer_matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// `A B` for A m×k and B k×n.
pub fn matmul(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(a.nrows(), b.ncols());
    matmul_into(product.as_mut(), a, b);
    product
}

/// `Aᵀ B` for A k×m and B k×n.
pub fn matmul_tn(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    matmul(a.transpose(), b)
}

/// `A Bᵀ` for A m×k and B n×k.
pub fn matmul_nt(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    matmul(a, b.transpose())
}

/// Writes `A B` (m×k times k×n) into `product` (m×n) without allocating the result.
pub fn matmul_into(product: MatMut<'_, f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    faer_matmul(product, Accum::Replace, a, b, 1.0, Par::Seq);
}

/// [`matmul_into`] in single precision: twice the entries in a register, and half of the digits.
pub fn matmul_into_f32(product: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    faer_matmul(product, Accum::Replace, a, b, 1.0, Par::Seq);
}
