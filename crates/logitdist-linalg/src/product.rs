//! Matrix products.

use faer::linalg::matmul::matmul as faer_matmul;
use faer::linalg::matmul::triangular::{BlockStructure, matmul as faer_triangular_matmul};
use faer::prelude::ReborrowMut;
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

/// [`matmul_into`] where everything under the diagonal of A is zero, at half of the cost if it is square.
pub fn upper_matmul_into(mut product: MatMut<'_, f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    let size = a.nrows().min(a.ncols());
    let (mut top, mut bottom) = product.rb_mut().split_at_row_mut(size);
    bottom.fill(0.0);
    faer_triangular_matmul(
        top.rb_mut(),
        BlockStructure::Rectangular,
        Accum::Replace,
        a.get(..size, ..size),
        BlockStructure::TriangularUpper,
        b.get(..size, ..),
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    faer_matmul(top, Accum::Add, a.get(..size, size..), b.get(size.., ..), 1.0, Par::Seq);
}

/// [`matmul_into`] in single precision: twice the entries in a register, and half of the digits.
pub fn matmul_into_f32(product: MatMut<'_, f32>, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
    faer_matmul(product, Accum::Replace, a, b, 1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_of_any_shape_gives_what_a_matrix_of_its_entries_gives() {
        let sample = |i: usize, j: usize| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin();
        for (m, k) in [(0, 3), (1, 1), (1, 4), (4, 1), (7, 7), (40, 40), (40, 19), (19, 40), (130, 131)] {
            for n in [0, 1, 5, 33] {
                let a = Mat::from_fn(m, k, |i, j| if i <= j { sample(i, j) } else { 0.0 });
                let b = Mat::from_fn(k, n, |i, j| sample(i + 3, j + 5));
                let mut found = Mat::full(m, n, f64::NAN);
                upper_matmul_into(found.as_mut(), a.as_ref(), b.as_ref());
                let difference = found - matmul(a.as_ref(), b.as_ref());
                assert!(difference.norm_max() < 1e-13, "{m}×{k} times {k}×{n}");
            }
        }
    }
}
