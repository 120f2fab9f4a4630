//! The triangular factor of a tall block, and orthonormal bases.

use crate::svd::{rank_tolerance, svd};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::qr::no_pivoting::factor;
use faer::{Mat, MatRef, Par};

/// The factor R of `A = Q R`, upper trapezoidal, min(n, p)×p for A n×p.
///
/// Signs of the diagonal are the library's own and may be negative; `RᵀR = AᵀA` whatever they are. Householder:
/// backward stable column by column, so columns of very different size do not disturb one another.
pub fn r_factor(mut a: Mat<f64>) -> Mat<f64> {
    let (rows, cols) = a.shape();
    let size = rows.min(cols);
    if size == 0 {
        return Mat::zeros(0, cols);
    }
    let block = factor::recommended_block_size::<f64>(rows, cols);
    let mut coefficients = Mat::<f64>::zeros(block, size);
    let scratch = factor::qr_in_place_scratch::<f64>(rows, cols, block, Par::Seq, Default::default());
    factor::qr_in_place(
        a.as_mut(),
        coefficients.as_mut(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    Mat::from_fn(size, cols, |i, j| if i <= j { a[(i, j)] } else { 0.0 })
}

/// Orthonormal columns spanning the column space of A (n×p), directions under the rank tolerance dropped: n×rank.
///
/// `rows` is the number of rows of the matrix that A stands for (A may be its triangular factor); it enters the
/// tolerance `max(rows, p) · ε · σ₁`. A zero matrix gives n×0.
pub fn orthonormal_columns(a: MatRef<'_, f64>, rows: usize) -> Mat<f64> {
    let decomposition = svd(a);
    let tolerance = rank_tolerance(&decomposition.s, rows, a.ncols());
    let rank = decomposition.s.iter().filter(|&&s| s > tolerance).count();
    decomposition.u.subcols(0, rank).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matmul, matmul_tn};

    /// A deterministic matrix without structure, enough to exercise the kernels.
    fn sample(rows: usize, cols: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
    }

    #[test]
    fn r_has_the_gram_matrix_of_a() {
        for (rows, cols) in [(1, 1), (1, 5), (5, 1), (5, 5), (3, 7), (200, 9), (700, 130)] {
            let a = sample(rows, cols);
            let r = r_factor(a.clone());
            assert_eq!(r.shape(), (rows.min(cols), cols));
            let error = matmul_tn(a.as_ref(), a.as_ref()) - matmul_tn(r.as_ref(), r.as_ref());
            assert!(error.norm_max() < 1e-13 * rows as f64, "{rows}×{cols}: {}", error.norm_max());
        }
        assert_eq!(r_factor(Mat::zeros(0, 3)).shape(), (0, 3));
    }

    #[test]
    fn a_small_column_keeps_its_relative_accuracy_beside_a_large_one() {
        let mut a = sample(50, 2);
        for i in 0..50 {
            a[(i, 1)] *= 1e-150;
        }
        let r = r_factor(a.clone());
        let norm = a.col(1).norm_l2();
        assert!((r.col(1).norm_l2() - norm).abs() < 1e-14 * norm);
    }

    #[test]
    fn orthonormal_columns_span_the_range_and_drop_the_null_space() {
        let basis = sample(40, 3);
        let a = matmul(basis.as_ref(), sample(3, 8).as_ref());
        let q = orthonormal_columns(a.as_ref(), 40);
        assert_eq!(q.shape(), (40, 3));
        let identity = matmul_tn(q.as_ref(), q.as_ref()) - Mat::<f64>::identity(3, 3);
        assert!(identity.norm_max() < 1e-14);
        let back = matmul(q.as_ref(), matmul_tn(q.as_ref(), a.as_ref()).as_ref()) - &a;
        assert!(back.norm_max() < 1e-13 * a.norm_max());
        assert_eq!(orthonormal_columns(Mat::zeros(4, 2).as_ref(), 4).shape(), (4, 0));
    }
}
