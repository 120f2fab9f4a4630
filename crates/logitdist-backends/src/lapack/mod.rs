//! LAPACK and BLAS from a library that is loaded at run time: OpenBLAS or MKL.

mod integers;
mod operand;
mod routines;
#[cfg(all(test, feature = "openblas"))]
mod shapes;
mod vendor;

#[cfg(feature = "mkl")]
pub use vendor::MKL;
#[cfg(feature = "openblas")]
pub use vendor::OPENBLAS;
pub use vendor::{LoadError, Vendor};

use crate::check::{finite, regular, solution, system, triangular_system};
use crate::condition::one_norm;
use crate::{Backend, BackendError, Solved, SymmetricEigen, Triangle, upper_trapezoid};
use faer::{Mat, MatRef};
use logitdist_linalg::Svd;
use routines::{Failed, Routines};

/// A LAPACK library: dgeqrf, dorgqr, dgesdd, dsyevd, dgetrf, dgetrs, dgecon, dgemm and dtrsm.
///
/// One thread computes until it is told otherwise, as parallel work is split outside. Debian's OpenBLAS 0.3.21 takes newer Xeons for a Prescott and is
/// several times slower there: [`version`](Backend::version) says which kernels run, the environment's `OPENBLAS_CORETYPE` sets them.
#[derive(Debug)]
pub struct Lapack {
    name: &'static str,
    routines: Routines,
    threads: usize,
}

impl Lapack {
    /// Loads a library: from the path in the environment's `LOGITDIST_OPENBLAS` or `LOGITDIST_MKL` if that is set, otherwise where the
    /// system's loader finds it, otherwise from the packages of `python3`. It stays loaded until the program ends.
    ///
    /// # Errors
    /// No library is found, with the command that would install it; or one that is not complete.
    pub fn load(vendor: &Vendor) -> Result<Lapack, LoadError> {
        Ok(Lapack { name: vendor.name(), routines: Routines::load(vendor)?, threads: 1 })
    }

    fn no_convergence(&self, operation: &'static str, rows: usize, cols: usize) -> BackendError {
        BackendError::NoConvergence { backend: self.name, operation, rows, cols }
    }
}

impl Backend for Lapack {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> String {
        self.routines.version.clone()
    }

    fn set_threads(&mut self, threads: usize) -> usize {
        self.threads = threads.max(1);
        self.routines.set_threads(self.threads);
        self.threads
    }

    fn r_factor(&self, mut a: Mat<f64>) -> Result<Mat<f64>, BackendError> {
        finite("QR", a.as_ref())?;
        self.routines.geqrf(&mut a);
        Ok(upper_trapezoid(a.as_ref()))
    }

    fn thin_qr(&self, mut a: Mat<f64>) -> Result<(Mat<f64>, Mat<f64>), BackendError> {
        finite("QR", a.as_ref())?;
        let coefficients = self.routines.geqrf(&mut a);
        let r = upper_trapezoid(a.as_ref());
        let (rows, size) = (a.nrows(), coefficients.len());
        a.resize_with(rows, size, |_, _| unreachable!("no more columns than before"));
        self.routines.orgqr(a.as_mut(), &coefficients);
        Ok((a, r))
    }

    fn singular_values(&self, a: MatRef<'_, f64>) -> Result<Vec<f64>, BackendError> {
        finite("SVD", a)?;
        let values = self.routines.gesdd(&mut a.to_owned(), None);
        values.map_err(|Failed| self.no_convergence("SVD", a.nrows(), a.ncols()))
    }

    fn svd(&self, a: MatRef<'_, f64>) -> Result<Svd, BackendError> {
        finite("SVD", a)?;
        let (rows, cols) = a.shape();
        let size = rows.min(cols);
        let (mut u, mut vt) = (Mat::zeros(rows, size), Mat::zeros(size, cols));
        let s = self
            .routines
            .gesdd(&mut a.to_owned(), Some((&mut u, &mut vt)))
            .map_err(|Failed| self.no_convergence("SVD", rows, cols))?;
        Ok(Svd { u, s, v: vt.transpose().to_owned() })
    }

    fn symmetric_eigen(&self, a: MatRef<'_, f64>) -> Result<SymmetricEigen, BackendError> {
        let n = a.nrows();
        assert_eq!(n, a.ncols(), "a symmetric matrix is square");
        let operation = "symmetric eigendecomposition";
        finite(operation, a)?;
        let mut vectors = a.to_owned();
        let values =
            self.routines.syevd(&mut vectors).map_err(|Failed| self.no_convergence(operation, n, n))?;
        Ok(SymmetricEigen { values, vectors })
    }

    fn solve(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Solved, BackendError> {
        system("solving", a, b)?;
        let n = a.nrows();
        if n == 0 {
            return Ok(Solved { x: b.to_owned(), reciprocal_condition: 1.0 });
        }
        let (mut factors, mut x) = (a.to_owned(), b.to_owned());
        let factored = if self.threads == 1 {
            self.routines.getrf(&mut factors)
        } else {
            on_a_large_stack(|| self.routines.getrf(&mut factors))
        };
        let Ok(exchanges) = factored else {
            return Err(BackendError::Singular { operation: "solving", size: n, reciprocal_condition: 0.0 });
        };
        let reciprocal_condition = regular(n, self.routines.gecon(&mut factors, one_norm(a)))?;
        self.routines.getrs(&mut factors, &exchanges, &mut x);
        Ok(Solved { x: solution("solving", x)?, reciprocal_condition })
    }

    fn solve_triangular(
        &self,
        triangle: Triangle,
        t: MatRef<'_, f64>,
        b: MatRef<'_, f64>,
    ) -> Result<Mat<f64>, BackendError> {
        triangular_system(t, b)?;
        let mut x = b.to_owned();
        self.routines.trsm(triangle, t, &mut x);
        solution("solving by substitution", x)
    }

    fn matmul(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        self.routines.gemm(a, b)
    }
}

/// OpenBLAS' parallel LU has half a megabyte on the stack at each level of its recursion, and steps over the guard page of a
/// thread of 2 MiB into other memory.
fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
        let result = thread.expect("the system has room for a thread of 64 MiB").join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
