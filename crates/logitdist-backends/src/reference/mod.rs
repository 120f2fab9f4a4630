//! Plain loops, the yardstick: each algorithm as a textbook has it, without blocks, threads and tricks.

mod jacobi;
mod lu;
mod qr;

use crate::check::{finite, no_zero_on_diagonal, regular, solution, system, triangular_system};
use crate::condition::one_norm;
use crate::{Backend, BackendError, Solved, SymmetricEigen, Triangle, upper_trapezoid};
use faer::{Mat, MatRef};
use logitdist_linalg::{Svd, divided, scale_of};

/// Householder QR, Jacobi's SVD and eigenvalues, LU with partial pivoting, triple loops. Slow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn version(&self) -> String {
        "plain loops".to_owned()
    }

    fn set_threads(&mut self, _: usize) -> usize {
        1
    }

    fn r_factor(&self, mut a: Mat<f64>) -> Result<Mat<f64>, BackendError> {
        finite("QR", a.as_ref())?;
        qr::in_place(&mut a);
        Ok(upper_trapezoid(a.as_ref()))
    }

    fn thin_qr(&self, mut a: Mat<f64>) -> Result<(Mat<f64>, Mat<f64>), BackendError> {
        finite("QR", a.as_ref())?;
        let coefficients = qr::in_place(&mut a);
        Ok((qr::thin_q(&a, &coefficients), upper_trapezoid(a.as_ref())))
    }

    fn singular_values(&self, a: MatRef<'_, f64>) -> Result<Vec<f64>, BackendError> {
        Ok(self.svd(a)?.s)
    }

    fn svd(&self, a: MatRef<'_, f64>) -> Result<Svd, BackendError> {
        finite("SVD", a)?;
        let (rows, cols) = a.shape();
        if rows < cols {
            let Svd { u, s, v } = self.svd(a.transpose())?;
            return Ok(Svd { u: v, s, v: u });
        }
        let scale = scale_of(a);
        let (products, v) =
            jacobi::orthogonal_columns(divided(a, scale)).ok_or_else(|| no_convergence("SVD", rows, cols))?;
        let s = products.col_iter().map(|column| column.norm_l2() * scale).collect();
        // Q of the orthogonal columns is these over their lengths up to signs, and orthonormal even where a length is zero.
        let (mut u, r) = self.thin_qr(products)?;
        for j in 0..cols {
            let sign = 1.0_f64.copysign(r[(j, j)]);
            u.col_mut(j).iter_mut().for_each(|x| *x *= sign);
        }
        Ok(Svd { u, s, v })
    }

    fn symmetric_eigen(&self, a: MatRef<'_, f64>) -> Result<SymmetricEigen, BackendError> {
        let n = a.nrows();
        assert_eq!(n, a.ncols(), "a symmetric matrix is square");
        finite("symmetric eigendecomposition", a)?;
        let scale = scale_of(a);
        let scaled = Mat::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))] / scale);
        let (values, vectors) =
            jacobi::symmetric(scaled).ok_or_else(|| no_convergence("symmetric eigendecomposition", n, n))?;
        Ok(SymmetricEigen { values: values.iter().map(|value| value * scale).collect(), vectors })
    }

    fn solve(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Solved, BackendError> {
        system("solving", a, b)?;
        let n = a.nrows();
        if n == 0 {
            return Ok(Solved { x: b.to_owned(), reciprocal_condition: 1.0 });
        }
        let mut factors = a.to_owned();
        let permutation = lu::in_place(&mut factors);
        no_zero_on_diagonal(factors.as_ref())?;
        let inverse = lu::solve(&factors, &permutation, Mat::<f64>::identity(n, n).as_ref());
        let reciprocal_condition = regular(n, 1.0 / one_norm(a) / one_norm(inverse.as_ref()))?;
        Ok(Solved { x: solution("solving", lu::solve(&factors, &permutation, b))?, reciprocal_condition })
    }

    fn solve_triangular(
        &self,
        triangle: Triangle,
        t: MatRef<'_, f64>,
        b: MatRef<'_, f64>,
    ) -> Result<Mat<f64>, BackendError> {
        triangular_system(t, b)?;
        let mut x = b.to_owned();
        match triangle {
            Triangle::Upper => lu::back_substitution(t, &mut x),
            Triangle::Lower => lu::forward_substitution(t, &mut x, |i| t[(i, i)]),
        }
        solution("solving by substitution", x)
    }

    fn matmul(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        assert_eq!(a.ncols(), b.nrows(), "a product needs as many columns on the left as rows on the right");
        let mut product = Mat::zeros(a.nrows(), b.ncols());
        for j in 0..b.ncols() {
            for k in 0..a.ncols() {
                for i in 0..a.nrows() {
                    product[(i, j)] += a[(i, k)] * b[(k, j)];
                }
            }
        }
        product
    }
}

fn no_convergence(operation: &'static str, rows: usize, cols: usize) -> BackendError {
    BackendError::NoConvergence { backend: "reference", operation, rows, cols }
}
