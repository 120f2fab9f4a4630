//! A whole comparison: every measure and bound of a small pair, of the papers' size, and of two exported files.

use criterion::{Criterion, criterion_group, criterion_main};
use logitdist::{Comparison, Mat, Model, Pair, Settings, Subsets, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::hint::black_box;
use std::path::Path;

fn model(inputs: usize, labels: usize, dim: usize, phase: f64) -> Model {
    let wave = |rows, cols, offset: f64| {
        Mat::from_fn(rows, cols, |i: usize, j: usize| {
            ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618 + offset).sin()
        })
    };
    Model::new(wave(inputs, dim, phase), wave(labels, dim, 2.0 + phase), None).unwrap()
}

fn compared(a: &Model, b: &Model, subsets: Subsets) -> Comparison {
    let settings = Settings { subsets, ..Settings::default() };
    let comparison =
        compare(&Pair::new(a, b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    assert!(!comparison.any_violation());
    comparison
}

fn comparisons(c: &mut Criterion) {
    let mut group = c.benchmark_group("compare");
    group.sample_size(10);
    for (name, [inputs, labels, dim], subsets) in [
        ("small_512x20x8", [512, 20, 8], Subsets::Sampled { pivots: 10, per_pivot: 20 }),
        ("paper_10000x100x50", [10_000, 100, 50], Subsets::Sampled { pivots: 10, per_pivot: 20 }),
    ] {
        let (a, b) = (model(inputs, labels, dim, 0.0), model(inputs, labels, dim, 0.1));
        group.bench_function(name, |bench| bench.iter(|| black_box(compared(&a, &b, subsets))));
    }
    let fixture = |name: &str| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/logitdist/tests/fixtures");
        Source::Path(fixtures.join(name))
    };
    let read = |name: &str| read_model(&fixture(name), &ReadOptions::default()).unwrap();
    group.bench_function("files_899x10x8", |bench| {
        bench.iter(|| {
            let (a, b) = (read("digits-m8-a.npz"), read("digits-m8-b.npz"));
            black_box(compared(&a, &b, Subsets::All))
        });
    });
}

criterion_group!(benches, comparisons);
criterion_main!(benches);
