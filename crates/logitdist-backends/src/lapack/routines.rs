//! LAPACK's routines as functions of matrices. Every call of a foreign function is here, or in `vendor.rs`.
//!
//! Each wrapper takes its pointers from a [`Block`] or an [`Operand`], made of a matrix that is not touched until the routine is done, with its leading dimension,
//! so that the routine reads and writes nothing but that matrix. Fortran's characters are followed, at the end, by their lengths.
#![allow(unsafe_code)]

use super::integers::{Dot, takes_32_bits};
use super::operand::Operand;
use super::vendor::{LoadError, Vendor};
use crate::Triangle;
use faer::{Mat, MatMut, MatRef};
use libloading::Library;
use std::ffi::{c_char, c_int};
use std::path::PathBuf;

pub type Int = c_int;
type In<T> = *const T;
type Out<T> = *mut T;
type Length = usize;

#[rustfmt::skip]
mod signature {
    use super::*;
    pub type Geqrf = unsafe extern "C" fn(In<Int>, In<Int>, Out<f64>, In<Int>, Out<f64>, Out<f64>, In<Int>, Out<Int>);
    pub type Orgqr = unsafe extern "C" fn(In<Int>, In<Int>, In<Int>, Out<f64>, In<Int>, In<f64>, Out<f64>, In<Int>, Out<Int>);
    pub type Gesdd = unsafe extern "C" fn(In<c_char>, In<Int>, In<Int>, Out<f64>, In<Int>, Out<f64>, Out<f64>, In<Int>, Out<f64>, In<Int>, Out<f64>, In<Int>, Out<Int>, Out<Int>, Length);
    pub type Syevd = unsafe extern "C" fn(In<c_char>, In<c_char>, In<Int>, Out<f64>, In<Int>, Out<f64>, Out<f64>, In<Int>, Out<Int>, In<Int>, Out<Int>, Length, Length);
    pub type Getrf = unsafe extern "C" fn(In<Int>, In<Int>, Out<f64>, In<Int>, Out<Int>, Out<Int>);
    pub type Getrs = unsafe extern "C" fn(In<c_char>, In<Int>, In<Int>, In<f64>, In<Int>, In<Int>, Out<f64>, In<Int>, Out<Int>, Length);
    pub type Gecon = unsafe extern "C" fn(In<c_char>, In<Int>, In<f64>, In<Int>, In<f64>, Out<f64>, Out<f64>, Out<Int>, Out<Int>, Length);
    pub type Gemm = unsafe extern "C" fn(In<c_char>, In<c_char>, In<Int>, In<Int>, In<Int>, In<f64>, In<f64>, In<Int>, In<f64>, In<Int>, In<f64>, Out<f64>, In<Int>, Length, Length);
    pub type Trsm = unsafe extern "C" fn(In<c_char>, In<c_char>, In<c_char>, In<c_char>, In<Int>, In<Int>, In<f64>, In<f64>, In<Int>, Out<f64>, In<Int>, Length, Length, Length, Length);
    pub type SetThreads = unsafe extern "C" fn(c_int);
}
use signature::{Gecon, Gemm, Geqrf, Gesdd, Getrf, Getrs, Orgqr, SetThreads, Syevd, Trsm};

/// The routines of one library.
#[derive(Debug)]
pub struct Routines {
    geqrf: Geqrf,
    orgqr: Orgqr,
    gesdd: Gesdd,
    syevd: Syevd,
    getrf: Getrf,
    getrs: Getrs,
    gecon: Gecon,
    gemm: Gemm,
    trsm: Trsm,
    set_threads: SetThreads,
    /// What the library says of itself, and its path.
    pub version: String,
}

/// What a routine without convergence leaves: a positive INFO.
#[derive(Debug)]
pub struct Failed;

/// A column-major matrix that a routine may overwrite.
struct Block {
    pointer: *mut f64,
    rows: Int,
    cols: Int,
    leading: Int,
}

impl Block {
    fn of(a: MatMut<'_, f64>) -> Block {
        assert!(a.row_stride() == 1 || a.nrows() <= 1, "LAPACK takes matrices column by column");
        let (rows, cols) = (int(a.nrows()), int(a.ncols()));
        // A stride says nothing where there are no rows or only one column, and LAPACK checks it even then.
        let leading = if cols <= 1 { 1 } else { Int::try_from(a.col_stride()).expect("a stride is small") };
        let leading = leading.max(rows).max(1);
        Block { pointer: a.as_ptr_mut(), rows, cols, leading }
    }
}

pub fn int(n: usize) -> Int {
    n.try_into().expect("LAPACK counts up to 2³¹ − 1")
}

pub fn letter(c: u8) -> c_char {
    c as c_char
}

/// Says whether INFO is fine; negative values mean an argument that was wrong, which would be an error in this file.
fn done(info: Int) -> Result<(), Failed> {
    assert!(info >= 0, "LAPACK refuses its argument {}", -info);
    if info == 0 { Ok(()) } else { Err(Failed) }
}

impl Routines {
    /// Loads the vendor's library, for good: its own threads may outlive any owner. One thread computes at first.
    pub fn load(vendor: &Vendor) -> Result<Routines, LoadError> {
        let (library, path) = vendor.load()?;
        let library: &'static Library = Box::leak(Box::new(library));
        let has = |prefix: &&&str| {
            // SAFETY: the symbol is not used, only looked for.
            unsafe { library.get::<Geqrf>(format!("{prefix}dgeqrf_")).is_ok() }
        };
        let prefix = vendor.prefixes.iter().find(has).unwrap_or(&vendor.prefixes[0]);
        let loaded = Loaded { library, vendor, prefix, path };
        // SAFETY: the type is that of BLAS's documentation, for either size of integers.
        let dot = unsafe { loaded.symbol::<Dot>("ddot_")? };
        if !takes_32_bits(dot) {
            let path = loaded.path.display().to_string();
            return Err(LoadError::Integers { library: vendor.name, path, remedy: vendor.integers });
        }
        // SAFETY: the types are those of LAPACK's and BLAS's documentation with 32-bit integers, which the library was just found
        // to take.
        let routines = unsafe {
            Routines {
                geqrf: loaded.symbol("dgeqrf_")?,
                orgqr: loaded.symbol("dorgqr_")?,
                gesdd: loaded.symbol("dgesdd_")?,
                syevd: loaded.symbol("dsyevd_")?,
                getrf: loaded.symbol("dgetrf_")?,
                getrs: loaded.symbol("dgetrs_")?,
                gecon: loaded.symbol("dgecon_")?,
                gemm: loaded.symbol("dgemm_")?,
                trsm: loaded.symbol("dtrsm_")?,
                set_threads: loaded.symbol(vendor.set_threads)?,
                version: (vendor.version)(library, prefix).unwrap_or_else(|| "of unknown version".to_owned()),
            }
        };
        routines.set_threads(1);
        Ok(routines)
    }

    pub fn set_threads(&self, threads: usize) {
        // SAFETY: takes a number; anything from 1 is fine.
        unsafe { (self.set_threads)(int(threads.max(1))) }
    }

    /// QR in place; the coefficients of the reflections.
    pub fn geqrf(&self, a: &mut Mat<f64>) -> Vec<f64> {
        let Block { pointer, rows, cols, leading } = Block::of(a.as_mut());
        let mut coefficients = vec![0.0; rows.min(cols) as usize];
        let tau = coefficients.as_mut_ptr();
        with_workspace(|work, length, info| {
            // SAFETY: rows × cols numbers lie behind `pointer` with this leading dimension, min(rows, cols) behind `tau`,
            // `length` behind `work`, or it is −1 and only work[0] is written.
            unsafe { (self.geqrf)(&rows, &cols, pointer, &leading, tau, work, &length, info) }
        })
        .expect("QR has no way to fail");
        coefficients
    }

    /// Replaces the first columns of what [`geqrf`](Routines::geqrf) left, as many as there are coefficients, by those of Q.
    pub fn orgqr(&self, a: MatMut<'_, f64>, coefficients: &[f64]) {
        assert_eq!(a.ncols(), coefficients.len());
        assert!(a.ncols() <= a.nrows(), "Q has no more columns than rows");
        let Block { pointer, rows, cols, leading } = Block::of(a);
        let tau = coefficients.as_ptr();
        with_workspace(|work, length, info| {
            // SAFETY: as for `geqrf`; there are `cols` coefficients, and no more columns than rows.
            unsafe { (self.orgqr)(&rows, &cols, &cols, pointer, &leading, tau, work, &length, info) }
        })
        .expect("forming Q has no way to fail");
    }

    /// Singular values of A, which is destroyed, and if there are matrices for them U (m×k) and Vᵀ (k×n).
    pub fn gesdd(
        &self,
        a: &mut Mat<f64>,
        vectors: Option<(&mut Mat<f64>, &mut Mat<f64>)>,
    ) -> Result<Vec<f64>, Failed> {
        let Block { pointer, rows, cols, leading } = Block::of(a.as_mut());
        let size = rows.min(cols);
        let job = letter(if vectors.is_some() { b'S' } else { b'N' });
        let nothing = || Block { pointer: std::ptr::null_mut(), rows: 0, cols: 0, leading: 1 };
        let (u, vt) = vectors.map_or_else(
            || (nothing(), nothing()),
            |(u, vt)| {
                assert_eq!(
                    (u.shape(), vt.shape()),
                    ((rows as usize, size as usize), (size as usize, cols as usize))
                );
                (Block::of(u.as_mut()), Block::of(vt.as_mut()))
            },
        );
        let mut values = vec![0.0; size as usize];
        let mut integers = vec![0; 8 * size as usize];
        let (s, iwork) = (values.as_mut_ptr(), integers.as_mut_ptr());
        with_workspace(|work, length, info| {
            // SAFETY: as for `geqrf`; U and Vᵀ have the shapes of a thin decomposition (job S) or are not looked at (job N);
            // `s` has size numbers, `iwork` eight times as many.
            unsafe {
                (self.gesdd)(
                    &job,
                    &rows,
                    &cols,
                    pointer,
                    &leading,
                    s,
                    u.pointer,
                    &u.leading,
                    vt.pointer,
                    &vt.leading,
                    work,
                    &length,
                    iwork,
                    info,
                    1,
                )
            }
        })?;
        Ok(values)
    }

    /// Eigenvalues of a symmetric A, by its lower triangle; A becomes the eigenvectors.
    pub fn syevd(&self, a: &mut Mat<f64>) -> Result<Vec<f64>, Failed> {
        assert_eq!(a.nrows(), a.ncols());
        let Block { pointer, rows, leading, .. } = Block::of(a.as_mut());
        let (job, lower) = (letter(b'V'), letter(b'L'));
        let n = rows as usize;
        let mut values = vec![0.0; n];
        let mut integers = vec![0; 3 + 5 * n];
        let integers_length = int(integers.len());
        let (w, iwork) = (values.as_mut_ptr(), integers.as_mut_ptr());
        with_workspace(|work, length, info| {
            // SAFETY: as for `geqrf`; `w` has n numbers, `iwork` the 3 + 5n that job V asks for.
            unsafe {
                (self.syevd)(
                    &job,
                    &lower,
                    &rows,
                    pointer,
                    &leading,
                    w,
                    work,
                    &length,
                    iwork,
                    &integers_length,
                    info,
                    1,
                    1,
                )
            }
        })?;
        Ok(values)
    }

    /// LU in place of a square A; the exchanges of rows. Fails on a zero pivot.
    pub fn getrf(&self, a: &mut Mat<f64>) -> Result<Vec<Int>, Failed> {
        assert_eq!(a.nrows(), a.ncols());
        let Block { pointer, rows, cols, leading } = Block::of(a.as_mut());
        let mut exchanges = vec![0; rows as usize];
        let mut info = 0;
        // SAFETY: as for `geqrf`; there are as many exchanges as rows.
        unsafe { (self.getrf)(&rows, &cols, pointer, &leading, exchanges.as_mut_ptr(), &mut info) };
        done(info).map(|()| exchanges)
    }

    /// Replaces X by A⁻¹ X with what [`getrf`](Routines::getrf) left and returned.
    pub fn getrs(&self, factors: &mut Mat<f64>, exchanges: &[Int], x: &mut Mat<f64>) {
        let n = factors.nrows();
        assert_eq!((n, n, n), (factors.ncols(), exchanges.len(), x.nrows()), "A is n×n and X has n rows");
        // They are indices into X.
        let rows = 1..=int(n);
        assert!(exchanges.iter().all(|row| rows.contains(row)), "an exchange with a row that is not there");
        let (a, x) = (Block::of(factors.as_mut()), Block::of(x.as_mut()));
        let as_is = letter(b'N');
        let mut info = 0;
        // SAFETY: A is n×n, X n×c, and there are n exchanges, as `getrf` made them.
        unsafe {
            (self.getrs)(
                &as_is,
                &a.rows,
                &x.cols,
                a.pointer,
                &a.leading,
                exchanges.as_ptr(),
                x.pointer,
                &x.leading,
                &mut info,
                1,
            )
        };
        done(info).expect("substitution has no way to fail");
    }

    /// The reciprocal condition of A, in the 1-norm, whose 1-norm is given, with what [`getrf`](Routines::getrf) left.
    pub fn gecon(&self, factors: &mut Mat<f64>, norm: f64) -> f64 {
        assert_eq!(factors.nrows(), factors.ncols(), "a condition is of a square matrix");
        let a = Block::of(factors.as_mut());
        let one = letter(b'1');
        let mut reciprocal = 0.0;
        let mut info = 0;
        let (mut work, mut integers) = (vec![0.0; 4 * a.rows as usize], vec![0; a.rows as usize]);
        // SAFETY: A is n×n; LAPACK asks for 4n numbers and n integers of room.
        unsafe {
            (self.gecon)(
                &one,
                &a.rows,
                a.pointer,
                &a.leading,
                &norm,
                &mut reciprocal,
                work.as_mut_ptr(),
                integers.as_mut_ptr(),
                &mut info,
                1,
            )
        };
        // A positive INFO (newer LAPACK: the estimate is NaN or infinite) leaves a reciprocal that is refused later.
        assert!(info >= 0, "LAPACK refuses its argument {}", -info);
        reciprocal
    }

    /// `A B`.
    pub fn gemm(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        assert_eq!(a.ncols(), b.nrows(), "a product needs as many columns on the left as rows on the right");
        let mut product = Mat::zeros(a.nrows(), b.ncols());
        let (a, b) = (Operand::of(a), Operand::of(b));
        let c = Block::of(product.as_mut());
        let inner = int(a.view().ncols());
        let (one, zero) = (1.0, 0.0);
        let ((pointer_a, letter_a, leading_a), (pointer_b, letter_b, leading_b)) = (a.parts(), b.parts());
        // SAFETY: A is rows×inner, B inner×cols, C rows×cols, in the order and with the leading dimensions given; C is a new matrix.
        unsafe {
            (self.gemm)(
                &letter_a, &letter_b, &c.rows, &c.cols, &inner, &one, pointer_a, &leading_a, pointer_b,
                &leading_b, &zero, c.pointer, &c.leading, 1, 1,
            )
        };
        product
    }

    /// Replaces X by T⁻¹ X for a square T.
    pub fn trsm(&self, triangle: Triangle, t: MatRef<'_, f64>, x: &mut Mat<f64>) {
        assert_eq!((t.nrows(), t.nrows()), (t.ncols(), x.nrows()));
        let t = Operand::of(t);
        let x = Block::of(x.as_mut());
        let (pointer, transposition, leading) = t.parts();
        // The transpose of an upper triangle is stored as a lower one.
        let stored_upper = (triangle == Triangle::Upper) == (transposition == letter(b'N'));
        let stored = letter(if stored_upper { b'U' } else { b'L' });
        let (left, not_unit, one) = (letter(b'L'), letter(b'N'), 1.0);
        // SAFETY: T is n×n and X n×c, with the leading dimensions given.
        unsafe {
            (self.trsm)(
                &left,
                &stored,
                &transposition,
                &not_unit,
                &x.rows,
                &x.cols,
                &one,
                pointer,
                &leading,
                x.pointer,
                &x.leading,
                1,
                1,
                1,
                1,
            )
        };
    }
}

/// A loaded library and how its symbols are named.
struct Loaded<'a> {
    library: &'static Library,
    vendor: &'a Vendor,
    prefix: &'a str,
    path: PathBuf,
}

impl Loaded<'_> {
    /// # Safety
    /// The symbol must have this type.
    unsafe fn symbol<T: Copy>(&self, name: &str) -> Result<T, LoadError> {
        let name = format!("{}{name}", self.prefix);
        // SAFETY: the caller's. The library is never unloaded, so the function outlives its copy.
        let found = unsafe { self.library.get::<T>(&name) };
        let path = self.path.display().to_string();
        found.map(|symbol| *symbol).map_err(|_| LoadError::Incomplete {
            library: self.vendor.name,
            path,
            symbol: name,
        })
    }
}

/// Asks a routine how much room it wants (length −1), then calls it with that.
fn with_workspace(mut call: impl FnMut(Out<f64>, Int, Out<Int>)) -> Result<(), Failed> {
    let (mut wanted, mut info) = (0.0, 0);
    call(&mut wanted, -1, &mut info);
    done(info)?;
    let length = (wanted as Int).max(1);
    let mut work = vec![0.0; length as usize];
    call(work.as_mut_ptr(), length, &mut info);
    done(info)
}
