//! The R factor of a tall matrix: one QR, and blocks merged along the fixed tree.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use logitdist::{Factor, Mat};
use logitdist_linalg::{MatMut, r_factor};
use std::convert::Infallible;
use std::hint::black_box;

fn tall(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
}

fn factor(c: &mut Criterion) {
    let mut group = c.benchmark_group("factor");
    group.sample_size(10);
    for (rows, cols) in [(20_000, 16), (20_000, 64), (20_000, 256)] {
        let a = tall(rows, cols);
        let fill = |start: usize, mut piece: MatMut<'_, f64>| {
            piece.copy_from(a.get(start..start + piece.nrows(), ..));
            Ok::<_, Infallible>(())
        };
        let blocks = || {
            let Ok(factor) = Factor::of_rows(rows, cols, fill);
            factor
        };
        let (whole, merged) = (r_factor(a.clone()).norm_l2(), blocks().r().norm_l2());
        assert!((whole / merged - 1.0).abs() < 1e-12, "the two factors have different norms");
        group.throughput(Throughput::Elements((2 * rows * cols * cols) as u64));
        let name = format!("{rows}x{cols}");
        group.bench_function(BenchmarkId::new("householder", &name), |b| {
            b.iter(|| r_factor(black_box(a.clone())))
        });
        group.bench_function(BenchmarkId::new("blocks", &name), |b| b.iter(|| black_box(blocks())));
    }
}

criterion_group!(benches, factor);
criterion_main!(benches);
