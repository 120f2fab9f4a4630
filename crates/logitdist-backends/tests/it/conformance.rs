//! What every backend must do. Sizes that are compared are small, but for one above every library's block size.
//!
//! The tolerance is `FACTOR · max(rows, cols, 4) · ε`, relative to the norm of what is compared; factors are compared where they are unique up to signs.

use logitdist_backends::{Backend, BackendError, Reference, Solved, SymmetricEigen, Triangle};
use logitdist_linalg::{Mat, MatRef, Svd};
use std::sync::LazyLock;

/// nalgebra's SVD needs 31, all others less than 20.
const FACTOR: f64 = 40.0;
const SCALES: [f64; 7] = [1e-280, 1e-140, 1e-8, 1.0, 1e8, 1e140, 1e280];

/// Reference's results for a matrix; times a scale they are those of the scaled matrix.
struct Expected {
    a: Mat<f64>,
    r: Mat<f64>,
    s: Mat<f64>,
    /// Of square ones.
    eigenvalues: Option<Mat<f64>>,
}

static EXPECTED: LazyLock<Vec<Expected>> = LazyLock::new(|| {
    // 140 is above every library's block size, and above 128 faer's eigenvalues need scaling.
    let shapes = [
        (1, 1),
        (1, 4),
        (4, 1),
        (2, 2),
        (6, 6),
        (3, 7),
        (7, 3),
        (30, 9),
        (9, 30),
        (65, 65),
        (140, 140),
        (300, 33),
    ];
    let of_shape = |(rows, cols)| {
        let a = sample(rows, cols);
        let eigenvalues = || as_row(&Reference.symmetric_eigen(a.as_ref()).unwrap().values);
        Expected {
            r: signed(&Reference.r_factor(a.clone()).unwrap()),
            s: as_row(&Reference.singular_values(a.as_ref()).unwrap()),
            eigenvalues: (rows == cols).then(eigenvalues),
            a,
        }
    };
    shapes.map(of_shape).into()
});

pub fn conformance(backend: &impl Backend) {
    let case = |name: String| Case(format!("{}, {name}", backend.name()));
    empty(backend);
    for expected in EXPECTED.iter() {
        let (rows, cols) = expected.a.shape();
        for scale in SCALES {
            let case = case(format!("{rows}×{cols}, scale {scale:.0e}"));
            qr(backend, &case, expected, scale);
            values_and_vectors(backend, &case, expected, scale);
            if let Some(eigenvalues) = &expected.eigenvalues {
                eigen(backend, &case, &expected.a, eigenvalues, scale);
                solving(backend, &case, scale, rows);
            }
        }
        products(backend, &case(format!("{rows}×{cols}")), rows, cols);
    }
    rank_deficient(backend);
    graded_columns(backend);
    singular(backend);
    not_finite(backend);
}

fn times(a: &Mat<f64>, scale: f64) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * scale)
}

/// A deterministic matrix without structure.
fn sample(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
}

/// The same with a heavy diagonal, so that solving is well-conditioned.
fn regular(n: usize) -> Mat<f64> {
    let a = sample(n, n);
    Mat::from_fn(n, n, |i, j| a[(i, j)] + if i == j { n as f64 } else { 0.0 })
}

fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    Reference.matmul(a, b)
}

/// What is checked.
struct Case(String);

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Case {
    /// Both are divided by `scale` before anything is squared.
    fn close(&self, what: &str, found: MatRef<'_, f64>, wanted: MatRef<'_, f64>, scale: f64) {
        assert_eq!(found.shape(), wanted.shape(), "{self}: shape of {what}");
        let (rows, cols) = wanted.shape();
        let over = |m: MatRef<'_, f64>| Mat::from_fn(rows, cols, |i, j| m[(i, j)] / scale);
        let (found, wanted) = (over(found), over(wanted));
        let error = (&found - &wanted).norm_l2() / wanted.norm_l2().max(f64::MIN_POSITIVE);
        let tolerance = FACTOR * rows.max(cols).max(4) as f64 * f64::EPSILON;
        assert!(error <= tolerance, "{self}: {what} is wrong by {error:.1e}, allowed {tolerance:.1e}");
    }

    fn orthonormal(&self, what: &str, q: MatRef<'_, f64>) {
        let gram = product(q.transpose(), q);
        self.close(what, gram.as_ref(), Mat::<f64>::identity(q.ncols(), q.ncols()).as_ref(), 1.0);
    }
}

/// R with a diagonal ≥ 0, which makes it unique if A has full rank.
fn signed(r: &Mat<f64>) -> Mat<f64> {
    Mat::from_fn(r.nrows(), r.ncols(), |i, j| r[(i, j)] * 1.0_f64.copysign(r[(i, i)]))
}

fn qr(backend: &impl Backend, case: &Case, expected: &Expected, scale: f64) {
    let (a, wanted) = (&times(&expected.a, scale), &times(&expected.r, scale));
    let r = backend.r_factor(a.clone()).unwrap();
    let (q, same_r) = backend.thin_qr(a.clone()).unwrap();
    let size = a.nrows().min(a.ncols());
    assert_eq!((q.shape(), r.shape()), ((a.nrows(), size), (size, a.ncols())), "{case}");
    for j in 0..r.ncols() {
        assert!((j + 1..size).all(|i| r[(i, j)] == 0.0 && same_r[(i, j)] == 0.0), "{case}: R is not upper");
    }
    case.close("R", signed(&r).as_ref(), wanted.as_ref(), scale);
    case.close("R beside Q", signed(&same_r).as_ref(), wanted.as_ref(), scale);
    case.orthonormal("QᵀQ", q.as_ref());
    case.close("Q R", product(q.as_ref(), same_r.as_ref()).as_ref(), a.as_ref(), scale);
}

fn as_row(values: &[f64]) -> Mat<f64> {
    Mat::from_fn(1, values.len(), |_, j| values[j])
}

fn values_and_vectors(backend: &impl Backend, case: &Case, expected: &Expected, scale: f64) {
    let (a, wanted) = (&times(&expected.a, scale), &times(&expected.s, scale));
    let Svd { u, s, v } = backend.svd(a.as_ref()).unwrap();
    let size = a.nrows().min(a.ncols());
    assert_eq!((u.shape(), v.shape(), s.len()), ((a.nrows(), size), (a.ncols(), size), size), "{case}");
    assert!(s.windows(2).all(|w| w[0] >= w[1]) && s.iter().all(|&s| s >= 0.0), "{case}: order of {s:?}");
    case.orthonormal("UᵀU", u.as_ref());
    case.orthonormal("VᵀV", v.as_ref());
    let scaled = Mat::from_fn(u.nrows(), size, |i, j| u[(i, j)] * s[j]);
    case.close("U diag(s) Vᵀ", product(scaled.as_ref(), v.transpose()).as_ref(), a.as_ref(), scale);
    case.close("singular values", as_row(&s).as_ref(), wanted.as_ref(), scale);
    let alone = as_row(&backend.singular_values(a.as_ref()).unwrap());
    case.close("singular values alone", alone.as_ref(), wanted.as_ref(), scale);
    let transposed = as_row(&backend.singular_values(a.transpose()).unwrap());
    case.close("singular values of the transpose", transposed.as_ref(), wanted.as_ref(), scale);
}

fn eigen(backend: &impl Backend, case: &Case, a: &Mat<f64>, eigenvalues: &Mat<f64>, scale: f64) {
    let n = a.nrows();
    let (a, wanted) = (&times(a, scale), &times(eigenvalues, scale));
    let symmetric = Mat::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))]);
    // What stands above the diagonal is not read.
    let SymmetricEigen { values, vectors } = backend.symmetric_eigen(a.as_ref()).unwrap();
    assert!(values.windows(2).all(|w| w[0] <= w[1]), "{case}: order of {values:?}");
    case.orthonormal("VᵀV of eigenvectors", vectors.as_ref());
    let scaled = Mat::from_fn(n, n, |i, j| vectors[(i, j)] * values[j]);
    let back = product(scaled.as_ref(), vectors.transpose());
    case.close("V diag(λ) Vᵀ", back.as_ref(), symmetric.as_ref(), scale);
    case.close("eigenvalues", as_row(&values).as_ref(), wanted.as_ref(), scale);
}

fn solving(backend: &impl Backend, case: &Case, scale: f64, n: usize) {
    let a = times(&regular(n), scale);
    let x = sample(n, 3);
    let b = product(a.as_ref(), x.as_ref());
    let solved = backend.solve(a.as_ref(), b.as_ref()).unwrap();
    case.close("A⁻¹ B", solved.x.as_ref(), x.as_ref(), 1.0);
    let Solved { reciprocal_condition: exact, .. } = Reference.solve(a.as_ref(), b.as_ref()).unwrap();
    let range = exact * (1.0 - 1e-12)..=(3.0 * exact).min(1.0);
    let found = solved.reciprocal_condition;
    assert!(range.contains(&found), "{case}: reciprocal condition {found}, exactly {exact}");
    for (triangle, is_read) in
        [(Triangle::Upper, (|i, j| i <= j) as fn(usize, usize) -> bool), (Triangle::Lower, |i, j| i >= j)]
    {
        let t = Mat::from_fn(n, n, |i, j| if is_read(i, j) { a[(i, j)] } else { 0.0 });
        let b = product(t.as_ref(), x.as_ref());
        let found = backend.solve_triangular(triangle, a.as_ref(), b.as_ref()).unwrap();
        case.close(&format!("{triangle:?} T⁻¹ B"), found.as_ref(), x.as_ref(), 1.0);
        let opposite = if triangle == Triangle::Upper { Triangle::Lower } else { Triangle::Upper };
        let flipped = t.transpose().to_owned();
        let found = backend.solve_triangular(opposite, flipped.as_ref(), b.as_ref()).unwrap();
        let wanted = Reference.solve_triangular(opposite, flipped.as_ref(), b.as_ref()).unwrap();
        case.close("T⁻ᵀ B", found.as_ref(), wanted.as_ref(), 1.0);
        let found = backend.solve_triangular(opposite, t.transpose(), b.as_ref()).unwrap();
        case.close("T⁻ᵀ B by a transposed view", found.as_ref(), wanted.as_ref(), 1.0);
    }
}

fn products(backend: &impl Backend, case: &Case, rows: usize, cols: usize) {
    let (a, b) = (sample(rows, cols), sample(cols, 5));
    let wanted = product(a.as_ref(), b.as_ref());
    case.close("A B", backend.matmul(a.as_ref(), b.as_ref()).as_ref(), wanted.as_ref(), 1.0);
    let (at, bt) = (a.transpose().to_owned(), b.transpose().to_owned());
    let found = backend.matmul(at.transpose(), bt.transpose());
    case.close("transposed views", found.as_ref(), wanted.as_ref(), 1.0);
    let found = backend.matmul(b.transpose(), a.transpose());
    case.close("Bᵀ Aᵀ", found.as_ref(), wanted.transpose(), 1.0);
    // No library takes a negative stride as it is.
    let found = backend.matmul(a.reverse_rows(), b.as_ref());
    case.close("reversed rows", found.as_ref(), wanted.reverse_rows(), 1.0);
    let doubled = Mat::from_fn(2 * rows, cols, |i, j| a[(i / 2, j)]);
    let found = backend.matmul(doubled.subrows(1, rows), b.as_ref());
    let wanted_part = product(doubled.subrows(1, rows), b.as_ref());
    case.close("a view into a larger matrix", found.as_ref(), wanted_part.as_ref(), 1.0);
    let scaled = backend.matmul(times(&a, 1e140).as_ref(), times(&b, 1e-140).as_ref());
    case.close("scaled A B", scaled.as_ref(), wanted.as_ref(), 1.0);
    let mut with_nan = a.clone();
    with_nan[(0, 0)] = f64::NAN;
    assert!(backend.matmul(with_nan.as_ref(), b.as_ref())[(0, 0)].is_nan(), "{case}: NaN is lost");
}

fn empty(backend: &impl Backend) {
    for (rows, cols) in [(0, 0), (0, 3), (3, 0)] {
        let case = format!("{}, {rows}×{cols}", backend.name());
        let a = Mat::<f64>::zeros(rows, cols);
        assert_eq!(backend.r_factor(a.clone()).unwrap().shape(), (0, cols), "{case}");
        let (q, r) = backend.thin_qr(a.clone()).unwrap();
        assert_eq!((q.shape(), r.shape()), ((rows, 0), (0, cols)), "{case}");
        assert!(backend.singular_values(a.as_ref()).unwrap().is_empty(), "{case}");
        let svd = backend.svd(a.as_ref()).unwrap();
        assert_eq!((svd.u.shape(), svd.s.len(), svd.v.shape()), ((rows, 0), 0, (cols, 0)), "{case}");
        assert_eq!(
            backend.matmul(a.as_ref(), Mat::zeros(cols, 2).as_ref()),
            Mat::<f64>::zeros(rows, 2),
            "{case}"
        );
    }
    let (nothing, right) = (Mat::<f64>::zeros(0, 0), Mat::<f64>::zeros(0, 2));
    assert!(backend.symmetric_eigen(nothing.as_ref()).unwrap().values.is_empty());
    let solved = backend.solve(nothing.as_ref(), right.as_ref()).unwrap();
    assert_eq!((solved.x.shape(), solved.reciprocal_condition), ((0, 2), 1.0));
    let no_right_side = backend.solve(regular(3).as_ref(), Mat::zeros(3, 0).as_ref()).unwrap();
    assert_eq!(no_right_side.x.shape(), (3, 0));
    for triangle in [Triangle::Upper, Triangle::Lower] {
        let solved = backend.solve_triangular(triangle, nothing.as_ref(), right.as_ref()).unwrap();
        assert_eq!(solved.shape(), (0, 2));
        let solved =
            backend.solve_triangular(triangle, regular(3).as_ref(), Mat::zeros(3, 0).as_ref()).unwrap();
        assert_eq!(solved.shape(), (3, 0));
    }
}

fn rank_deficient(backend: &impl Backend) {
    for (rows, cols, rank) in [(40, 8, 3), (8, 40, 3), (150, 150, 1), (20, 20, 0)] {
        let case = Case(format!("{}, {rows}×{cols} of rank {rank}", backend.name()));
        let a = product(sample(rows, rank).as_ref(), sample(rank, cols).as_ref());
        let Svd { u, s, v } = backend.svd(a.as_ref()).unwrap();
        case.orthonormal("UᵀU", u.as_ref());
        case.orthonormal("VᵀV", v.as_ref());
        let scaled = Mat::from_fn(rows, s.len(), |i, j| u[(i, j)] * s[j]);
        case.close("U diag(s) Vᵀ", product(scaled.as_ref(), v.transpose()).as_ref(), a.as_ref(), 1.0);
        let tolerance = rows.max(cols) as f64 * f64::EPSILON * s[0];
        assert_eq!(s.iter().filter(|&&s| s > tolerance).count(), rank, "{case}: {s:?}");
        let alone = backend.singular_values(a.as_ref()).unwrap();
        assert_eq!(alone.iter().filter(|&&s| s > tolerance).count(), rank, "{case}: {alone:?}");
        let (q, r) = backend.thin_qr(a.clone()).unwrap();
        case.orthonormal("QᵀQ", q.as_ref());
        case.close("Q R", product(q.as_ref(), r.as_ref()).as_ref(), a.as_ref(), 1.0);
        let gram = product(a.transpose(), a.as_ref());
        let eigen = backend.symmetric_eigen(gram.as_ref()).unwrap();
        case.orthonormal("VᵀV of eigenvectors", eigen.vectors.as_ref());
        let largest = eigen.values.last().unwrap() * cols as f64 * f64::EPSILON;
        assert_eq!(eigen.values.iter().filter(|&&x| x > largest).count(), rank, "{case}: {:?}", eigen.values);
    }
}

/// Columns of very different size do not disturb one another in R.
fn graded_columns(backend: &impl Backend) {
    let mut a = sample(60, 4);
    for (j, scale) in [1e60, 1e-60, 1.0, 1e-30].into_iter().enumerate() {
        a.col_mut(j).iter_mut().for_each(|x| *x *= scale);
    }
    let (found, wanted) = (backend.r_factor(a.clone()).unwrap(), Reference.r_factor(a.clone()).unwrap());
    for j in 0..4 {
        let (found, wanted, column) = (found.col(j).norm_l2(), wanted.col(j).norm_l2(), a.col(j).norm_l2());
        let case = format!("{}, column {j} of size {column:.0e}", backend.name());
        assert!((found / column - 1.0).abs() < 1e-14, "{case}: {found}");
        assert!((wanted / column - 1.0).abs() < 1e-14, "{case}: {wanted}");
    }
}

fn singular(backend: &impl Backend) {
    let name = backend.name();
    let almost = product(sample(5, 4).as_ref(), sample(4, 5).as_ref());
    let zero_column = Mat::from_fn(4, 4, |i, j| if j == 2 { 0.0 } else { ((i * 3 + j) as f64).cos() });
    for a in [Mat::zeros(3, 3), Mat::full(2, 2, 1.0), Mat::zeros(1, 1), almost, zero_column] {
        let b = Mat::full(a.nrows(), 1, 1.0);
        let found = backend.solve(a.as_ref(), b.as_ref());
        assert!(
            matches!(found, Err(BackendError::Singular { reciprocal_condition, .. }) if reciprocal_condition < f64::EPSILON),
            "{name}: {found:?} of {a:?}"
        );
    }
    // What overflows is refused too.
    let tiny = Mat::from_fn(2, 2, |i, j| if i == j { 1e-200 } else { 0.0 });
    let found = backend.solve(tiny.as_ref(), Mat::full(2, 1, 1e200).as_ref());
    assert!(matches!(found, Err(BackendError::Singular { .. })), "{name}: {found:?}");
    for triangle in [Triangle::Upper, Triangle::Lower] {
        let found = backend.solve_triangular(triangle, tiny.as_ref(), Mat::full(2, 1, 1e200).as_ref());
        assert!(matches!(found, Err(BackendError::Singular { .. })), "{name}: {found:?}");
        let zero = Mat::from_fn(3, 3, |i, j| if i == 1 && j == 1 { 0.0 } else { 1.0 });
        let found = backend.solve_triangular(triangle, zero.as_ref(), Mat::full(3, 1, 1.0).as_ref());
        assert!(matches!(found, Err(BackendError::Singular { size: 3, .. })), "{name}: {found:?}");
    }
}

fn not_finite(backend: &impl Backend) {
    let right = Mat::full(5, 1, 1.0);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut a = regular(5);
        a[(3, 2)] = value;
        let results = [
            ("r_factor", backend.r_factor(a.clone()).err()),
            ("thin_qr", backend.thin_qr(a.clone()).err()),
            ("singular_values", backend.singular_values(a.as_ref()).err()),
            ("svd", backend.svd(a.as_ref()).err()),
            ("symmetric_eigen", backend.symmetric_eigen(a.as_ref()).err()),
            ("solve", backend.solve(a.as_ref(), right.as_ref()).err()),
            ("solve, right", backend.solve(regular(5).as_ref(), a.as_ref()).err()),
            ("solve_triangular", backend.solve_triangular(Triangle::Lower, a.as_ref(), right.as_ref()).err()),
            (
                "solve_triangular, right",
                backend.solve_triangular(Triangle::Upper, regular(5).as_ref(), a.as_ref()).err(),
            ),
        ];
        for (operation, error) in results {
            let Some(BackendError::NotFinite { rows: 5, cols: 5, row: 3, col: 2, .. }) = error else {
                panic!("{}: {operation} of {value}: {error:?}", backend.name());
            };
            assert!(error.unwrap().to_string().contains("row 3, column 2"));
        }
    }
}
