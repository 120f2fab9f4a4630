//! Linear-algebra backends on the sizes of this workload, with criterion's statistics.
//!
//! `cargo bench -p logitdist-benches --bench backends` measures all that are here, on one thread; OpenBLAS is taken from LOGITDIST_OPENBLAS, MKL from LOGITDIST_MKL (paths of
//! libraries), or from where the loader or python3 has them. A word after `--` chooses by name, as in `-- 'r_factor/faer'`. To compare with what was
//! before: `-- --save-baseline before`, change something, `-- --baseline before`. `cargo xtask bench` has larger sizes, errors and the table.

#![allow(clippy::print_stderr, reason = "measurements print as they go, on the machine of a developer")]

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use logitdist_backends::{Backend, Faer, Lapack, MKL, Nalgebra, OPENBLAS, Reference, Triangle};
use logitdist_linalg::{Mat, MatRef};
use std::hint::black_box;

fn sample(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
}

/// With a heavy diagonal, for solving, and symmetric.
fn regular(n: usize) -> Mat<f64> {
    let a = sample(n, n);
    Mat::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))] + if i == j { n as f64 } else { 0.0 })
}

/// Results of a backend have the norms that plain loops give.
fn checked(backend: &impl Backend) {
    let near = |x: f64, y: f64| assert!((x / y - 1.0).abs() < 1e-12, "{}: {x}, {y}", backend.name());
    let (a, square, right) = (sample(300, 20), regular(20), sample(20, 1));
    let norm = |m: Mat<f64>| m.norm_l2();
    near(norm(backend.r_factor(a.clone()).unwrap()), a.norm_l2());
    near(backend.svd(a.as_ref()).unwrap().s[0], Reference.singular_values(a.as_ref()).unwrap()[0]);
    let solved = |m: MatRef<'_, f64>, x: &Mat<f64>| norm(Reference.matmul(m, x.as_ref()));
    near(
        solved(square.as_ref(), &backend.solve(square.as_ref(), right.as_ref()).unwrap().x),
        right.norm_l2(),
    );
    let product = |b: MatRef<'_, f64>| norm(backend.matmul(a.as_ref(), b));
    near(product(square.as_ref()), norm(Reference.matmul(a.as_ref(), square.as_ref())));
}

fn measure(c: &mut Criterion, backend: &impl Backend) {
    checked(backend);
    // Plain loops are to be believed, not to be fast.
    let most = if backend.name() == "reference" { 64 } else { 256 };
    let sizes = || [16, 64, 256].into_iter().filter(move |&n| n <= most);
    let group = |c: &mut Criterion,
                 operation: &str,
                 run: &dyn Fn(&mut BenchmarkGroup<'_, WallTime>, BenchmarkId, usize)| {
        let mut group = c.benchmark_group(operation);
        group.sample_size(10);
        sizes().for_each(|n| run(&mut group, BenchmarkId::new(backend.name(), n), n));
    };
    group(c, "r_factor_20000", &|group, id, n| {
        let a = sample(20_000, n);
        group.bench_function(id, |b| {
            b.iter_with_setup(|| a.clone(), |a| black_box(backend.r_factor(a)));
        });
    });
    group(c, "thin_qr_20000", &|group, id, n| {
        let a = sample(20_000, n);
        group.bench_function(id, |b| {
            b.iter_with_setup(|| a.clone(), |a| black_box(backend.thin_qr(a)));
        });
    });
    group(c, "singular_values", &|group, id, n| {
        let a = sample(n, n);
        group.bench_function(id, |b| b.iter(|| black_box(backend.singular_values(a.as_ref()))));
    });
    group(c, "svd", &|group, id, n| {
        let a = sample(n, n);
        group.bench_function(id, |b| b.iter(|| black_box(backend.svd(a.as_ref()))));
    });
    group(c, "symmetric_eigen", &|group, id, n| {
        let a = regular(n);
        group.bench_function(id, |b| b.iter(|| black_box(backend.symmetric_eigen(a.as_ref()))));
    });
    group(c, "solve", &|group, id, n| {
        let (a, right) = (regular(n), sample(n, 1));
        group.bench_function(id, |b| b.iter(|| black_box(backend.solve(a.as_ref(), right.as_ref()))));
    });
    group(c, "solve_triangular", &|group, id, n| {
        let (a, right) = (regular(n), sample(n, n));
        group.bench_function(id, |b| {
            b.iter(|| black_box(backend.solve_triangular(Triangle::Upper, a.as_ref(), right.as_ref())));
        });
    });
    group(c, "matmul", &|group, id, n| {
        let (a, right) = (sample(n, n), regular(n));
        group.bench_function(id, |b| b.iter(|| black_box(backend.matmul(a.as_ref(), right.as_ref()))));
    });
}

fn backends(c: &mut Criterion) {
    measure(c, &Faer::default());
    measure(c, &Nalgebra);
    measure(c, &Reference);
    for vendor in [&OPENBLAS, &MKL] {
        match Lapack::load(vendor) {
            Ok(backend) => measure(c, &backend),
            Err(error) => eprintln!("left out: {error}"),
        }
    }
}

criterion_group!(benches, backends);
criterion_main!(benches);
