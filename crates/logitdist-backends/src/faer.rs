//! faer: pure Rust, the default.

use crate::check::{finite, no_zero_on_diagonal, regular, solution, system, triangular_system};
use crate::condition::{inverse_one_norm, one_norm};
use crate::{Backend, BackendError, Solved, SymmetricEigen, Triangle, upper_trapezoid};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::lu::partial_pivoting as lu;
use faer::linalg::matmul::matmul;
use faer::linalg::qr::no_pivoting::factor;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::linalg::{householder, triangular_solve};
use faer::perm::PermRef;
use faer::{Accum, Conj, Mat, MatMut, MatRef, Par};
use logitdist_linalg::{Svd, divided, scale_of};

/// faer's decompositions, on rayon's threads if there are to be several.
#[derive(Debug, Clone, Copy)]
pub struct Faer {
    parallelism: Par,
}

impl Default for Faer {
    fn default() -> Faer {
        Faer { parallelism: Par::Seq }
    }
}

impl Faer {
    /// QR in place of A; the coefficients of the blocks of reflections.
    fn qr_in_place(&self, mut a: MatMut<'_, f64>) -> Mat<f64> {
        let (rows, cols) = a.shape();
        let block = factor::recommended_block_size::<f64>(rows, cols);
        let mut coefficients = Mat::zeros(block, rows.min(cols));
        let scratch =
            factor::qr_in_place_scratch::<f64>(rows, cols, block, self.parallelism, Default::default());
        factor::qr_in_place(
            a.as_mut(),
            coefficients.as_mut(),
            self.parallelism,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        );
        coefficients
    }

    fn decompose(
        &self,
        a: MatRef<'_, f64>,
        vectors: Option<(&mut Mat<f64>, &mut Mat<f64>)>,
    ) -> Result<Vec<f64>, BackendError> {
        finite("SVD", a)?;
        let (rows, cols) = a.shape();
        let mut s = Diag::<f64>::zeros(rows.min(cols));
        // faer 0.24 squares entries on its way: at 1e-280 vectors of a 2×2 matrix are wrong.
        let scale = scale_of(a);
        if rows.min(cols) > 0 {
            let scaled = divided(a, scale);
            let wanted = if vectors.is_some() { ComputeSvdVectors::Thin } else { ComputeSvdVectors::No };
            let scratch =
                svd::svd_scratch::<f64>(rows, cols, wanted, wanted, self.parallelism, Default::default());
            let (u, v) = vectors.map(|(u, v)| (u.as_mut(), v.as_mut())).unzip();
            svd::svd(
                scaled.as_ref(),
                s.as_mut(),
                u,
                v,
                self.parallelism,
                MemStack::new(&mut MemBuffer::new(scratch)),
                Default::default(),
            )
            .map_err(|_| no_convergence("SVD", rows, cols))?;
        }
        Ok(s.column_vector().iter().map(|s| s * scale).collect())
    }
}

impl Backend for Faer {
    fn name(&self) -> &'static str {
        "faer"
    }

    fn version(&self) -> String {
        format!("faer {}, kernels chosen by what the processor has", env!("FAER_VERSION"))
    }

    fn set_threads(&mut self, threads: usize) -> usize {
        self.parallelism = if threads > 1 { Par::rayon(threads) } else { Par::Seq };
        threads.max(1)
    }

    fn r_factor(&self, mut a: Mat<f64>) -> Result<Mat<f64>, BackendError> {
        finite("QR", a.as_ref())?;
        if a.nrows().min(a.ncols()) > 0 {
            self.qr_in_place(a.as_mut());
        }
        Ok(upper_trapezoid(a.as_ref()))
    }

    fn thin_qr(&self, mut a: Mat<f64>) -> Result<(Mat<f64>, Mat<f64>), BackendError> {
        finite("QR", a.as_ref())?;
        let (rows, size) = (a.nrows(), a.nrows().min(a.ncols()));
        let mut q = Mat::identity(rows, size);
        if size > 0 {
            let coefficients = self.qr_in_place(a.as_mut());
            let scratch = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(
                rows,
                coefficients.nrows(),
                size,
            );
            householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                a.subcols(0, size),
                coefficients.as_ref(),
                Conj::No,
                q.as_mut(),
                self.parallelism,
                MemStack::new(&mut MemBuffer::new(scratch)),
            );
        }
        Ok((q, upper_trapezoid(a.as_ref())))
    }

    fn singular_values(&self, a: MatRef<'_, f64>) -> Result<Vec<f64>, BackendError> {
        self.decompose(a, None)
    }

    fn svd(&self, a: MatRef<'_, f64>) -> Result<Svd, BackendError> {
        let size = a.nrows().min(a.ncols());
        let (mut u, mut v) = (Mat::zeros(a.nrows(), size), Mat::zeros(a.ncols(), size));
        let s = self.decompose(a, Some((&mut u, &mut v)))?;
        Ok(Svd { u, s, v })
    }

    fn symmetric_eigen(&self, a: MatRef<'_, f64>) -> Result<SymmetricEigen, BackendError> {
        let n = a.nrows();
        assert_eq!(n, a.ncols(), "a symmetric matrix is square");
        finite("symmetric eigendecomposition", a)?;
        if n == 0 {
            return Ok(SymmetricEigen { values: Vec::new(), vectors: Mat::zeros(0, 0) });
        }
        // faer 0.24 is silently wrong above 128 rows when entries are far from 1.
        let scale = scale_of(a);
        let scaled = divided(a, scale);
        let (mut values, mut vectors) = (Diag::<f64>::zeros(n), Mat::zeros(n, n));
        let scratch = evd::self_adjoint_evd_scratch::<f64>(
            n,
            ComputeEigenvectors::Yes,
            self.parallelism,
            Default::default(),
        );
        evd::self_adjoint_evd(
            scaled.as_ref(),
            values.as_mut(),
            Some(vectors.as_mut()),
            self.parallelism,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .map_err(|_| no_convergence("symmetric eigendecomposition", n, n))?;
        let values = values.column_vector().iter().map(|value| value * scale).collect();
        Ok(SymmetricEigen { values, vectors })
    }

    fn solve(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Solved, BackendError> {
        system("solving", a, b)?;
        let n = a.nrows();
        if n == 0 {
            return Ok(Solved { x: b.to_owned(), reciprocal_condition: 1.0 });
        }
        let (mut factors, mut x) = (a.to_owned(), b.to_owned());
        let (mut permutation, mut inverse) = (vec![0usize; n], vec![0usize; n]);
        let parallelism = self.parallelism;
        lu::factor::lu_in_place(
            factors.as_mut(),
            &mut permutation,
            &mut inverse,
            parallelism,
            MemStack::new(&mut MemBuffer::new(lu::factor::lu_in_place_scratch::<usize, f64>(
                n,
                n,
                parallelism,
                Default::default(),
            ))),
            Default::default(),
        );
        no_zero_on_diagonal(factors.as_ref())?;
        let (factors, permutation) = (factors.as_ref(), PermRef::new_checked(&permutation, &inverse, n));
        let scratch = lu::solve::solve_in_place_scratch::<usize, f64>(n, x.ncols().max(1), parallelism);
        let transposed_scratch = lu::solve::solve_transpose_in_place_scratch::<usize, f64>(n, 1, parallelism);
        let (mut room, mut transposed_room) = (MemBuffer::new(scratch), MemBuffer::new(transposed_scratch));
        let mut solve = |x: MatMut<'_, f64>| {
            let stack = MemStack::new(&mut room);
            lu::solve::solve_in_place(factors, factors, permutation, x, parallelism, stack);
        };
        let solve_transposed = |x: &mut [f64]| {
            let x = MatMut::from_column_major_slice_mut(x, n, 1);
            let stack = MemStack::new(&mut transposed_room);
            lu::solve::solve_transpose_in_place(factors, factors, permutation, x, parallelism, stack);
        };
        let inverse_norm =
            inverse_one_norm(n, |x| solve(MatMut::from_column_major_slice_mut(x, n, 1)), solve_transposed);
        let reciprocal_condition = regular(n, 1.0 / one_norm(a) / inverse_norm)?;
        solve(x.as_mut());
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
        match triangle {
            Triangle::Upper => {
                triangular_solve::solve_upper_triangular_in_place(t, x.as_mut(), self.parallelism);
            }
            Triangle::Lower => {
                triangular_solve::solve_lower_triangular_in_place(t, x.as_mut(), self.parallelism);
            }
        }
        solution("solving by substitution", x)
    }

    fn matmul(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        let mut product = Mat::zeros(a.nrows(), b.ncols());
        matmul(product.as_mut(), Accum::Replace, a, b, 1.0, self.parallelism);
        product
    }
}

fn no_convergence(operation: &'static str, rows: usize, cols: usize) -> BackendError {
    BackendError::NoConvergence { backend: "faer", operation, rows, cols }
}
