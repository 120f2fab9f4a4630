//! nalgebra: pure Rust, on the calling thread.

use crate::check::{finite, no_zero_on_diagonal, regular, solution, system, triangular_system};
use crate::condition::{inverse_one_norm, one_norm};
use crate::{Backend, BackendError, Solved, SymmetricEigen, Triangle};
use faer::{Mat, MatMut, MatRef};
use logitdist_linalg::{Svd, scale_of};
use nalgebra::{DMatrix, DVector, LU, QR, SVD, SymmetricEigen as Eigen};

/// nalgebra's decompositions. Matrices are copied there and back, which counts as part of what it costs to use it here.
///
/// Its Householder vectors and iterations square entries, so matrices are scaled by a power of two first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nalgebra;

/// Where its iterations stop. Its own default is five times that, which leaves errors of that size.
const TOLERANCE: f64 = f64::EPSILON;

impl Backend for Nalgebra {
    fn name(&self) -> &'static str {
        "nalgebra"
    }

    fn version(&self) -> String {
        format!("nalgebra {}, products by matrixmultiply", env!("NALGEBRA_VERSION"))
    }

    fn set_threads(&mut self, _: usize) -> usize {
        1
    }

    fn r_factor(&self, a: Mat<f64>) -> Result<Mat<f64>, BackendError> {
        finite("QR", a.as_ref())?;
        if a.nrows().min(a.ncols()) == 0 {
            return Ok(Mat::zeros(0, a.ncols()));
        }
        let scale = scale_of(a.as_ref());
        Ok(back(&QR::new(there(a.as_ref(), scale)).unpack_r(), scale))
    }

    fn thin_qr(&self, a: Mat<f64>) -> Result<(Mat<f64>, Mat<f64>), BackendError> {
        finite("QR", a.as_ref())?;
        if a.nrows().min(a.ncols()) == 0 {
            return Ok((Mat::zeros(a.nrows(), 0), Mat::zeros(0, a.ncols())));
        }
        let scale = scale_of(a.as_ref());
        let qr = QR::new(there(a.as_ref(), scale));
        Ok((back(&qr.q(), 1.0), back(&qr.r(), scale)))
    }

    fn singular_values(&self, a: MatRef<'_, f64>) -> Result<Vec<f64>, BackendError> {
        let scale = scale_of(a);
        let values = decompose(a, scale, false)?.map(|svd| svd.singular_values);
        Ok(values.map_or(Vec::new(), |s| s.iter().map(|s| s * scale).collect()))
    }

    fn svd(&self, a: MatRef<'_, f64>) -> Result<Svd, BackendError> {
        let scale = scale_of(a);
        let Some(svd) = decompose(a, scale, true)? else {
            return Ok(Svd { u: Mat::zeros(a.nrows(), 0), s: Vec::new(), v: Mat::zeros(a.ncols(), 0) });
        };
        let (u, vt) = svd.u.zip(svd.v_t).expect("vectors were asked for");
        let s = svd.singular_values.iter().map(|s| s * scale).collect();
        Ok(Svd { u: back(&u, 1.0), s, v: back(&vt, 1.0).transpose().to_owned() })
    }

    fn symmetric_eigen(&self, a: MatRef<'_, f64>) -> Result<SymmetricEigen, BackendError> {
        let n = a.nrows();
        assert_eq!(n, a.ncols(), "a symmetric matrix is square");
        let operation = "symmetric eigendecomposition";
        finite(operation, a)?;
        if n == 0 {
            return Ok(SymmetricEigen { values: Vec::new(), vectors: Mat::zeros(0, 0) });
        }
        let scale = scale_of(a);
        let error = BackendError::NoConvergence { backend: "nalgebra", operation, rows: n, cols: n };
        let eigen = Eigen::try_new(there(a, scale), TOLERANCE, 100 * n).ok_or(error)?;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        Ok(SymmetricEigen {
            values: order.iter().map(|&i| eigen.eigenvalues[i] * scale).collect(),
            vectors: Mat::from_fn(n, n, |i, j| eigen.eigenvectors[(i, order[j])]),
        })
    }

    fn solve(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Solved, BackendError> {
        system("solving", a, b)?;
        let n = a.nrows();
        if n == 0 {
            return Ok(Solved { x: b.to_owned(), reciprocal_condition: 1.0 });
        }
        let lu = LU::new(there(a, 1.0));
        let (lower, upper) = (lu.l(), lu.u());
        no_zero_on_diagonal(view(&upper))?;
        let solve = |x: &mut [f64]| {
            let mut solved = DVector::from_column_slice(x);
            lu.solve_mut(&mut solved);
            x.copy_from_slice(solved.as_slice());
        };
        let solve_transposed = |x: &mut [f64]| {
            let mut solved = DVector::from_column_slice(x);
            upper.tr_solve_upper_triangular_mut(&mut solved);
            lower.tr_solve_lower_triangular_mut(&mut solved);
            lu.p().inv_permute_rows(&mut solved);
            x.copy_from_slice(solved.as_slice());
        };
        let inverse_norm = inverse_one_norm(n, solve, solve_transposed);
        let reciprocal_condition = regular(n, 1.0 / one_norm(a) / inverse_norm)?;
        let mut x = there(b, 1.0);
        lu.solve_mut(&mut x);
        Ok(Solved { x: solution("solving", back(&x, 1.0))?, reciprocal_condition })
    }

    fn solve_triangular(
        &self,
        triangle: Triangle,
        t: MatRef<'_, f64>,
        b: MatRef<'_, f64>,
    ) -> Result<Mat<f64>, BackendError> {
        triangular_system(t, b)?;
        let (t, mut x) = (there(t, 1.0), there(b, 1.0));
        match triangle {
            Triangle::Upper => t.solve_upper_triangular_mut(&mut x),
            Triangle::Lower => t.solve_lower_triangular_mut(&mut x),
        };
        solution("solving by substitution", back(&x, 1.0))
    }

    fn matmul(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        back(&(there(a, 1.0) * there(b, 1.0)), 1.0)
    }
}

type DSvd = SVD<f64, nalgebra::Dyn, nalgebra::Dyn>;

/// The SVD of A over `scale`; none if A is empty.
fn decompose(a: MatRef<'_, f64>, scale: f64, vectors: bool) -> Result<Option<DSvd>, BackendError> {
    finite("SVD", a)?;
    let (rows, cols) = a.shape();
    if rows.min(cols) == 0 {
        return Ok(None);
    }
    let error = BackendError::NoConvergence { backend: "nalgebra", operation: "SVD", rows, cols };
    let svd = SVD::try_new(there(a, scale), vectors, vectors, TOLERANCE, 100 * rows.min(cols));
    svd.map(Some).ok_or(error)
}

/// `A / scale`, for a power of two.
fn there(a: MatRef<'_, f64>, scale: f64) -> DMatrix<f64> {
    let mut copy = DMatrix::zeros(a.nrows(), a.ncols());
    MatMut::from_column_major_slice_mut(copy.as_mut_slice(), a.nrows(), a.ncols()).copy_from(a);
    if scale != 1.0 {
        copy.iter_mut().for_each(|x| *x /= scale);
    }
    copy
}

/// `A · scale`.
fn back(a: &DMatrix<f64>, scale: f64) -> Mat<f64> {
    let mut copy = view(a).to_owned();
    if scale != 1.0 {
        copy.col_iter_mut().for_each(|column| column.iter_mut().for_each(|x| *x *= scale));
    }
    copy
}

fn view(a: &DMatrix<f64>) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}
