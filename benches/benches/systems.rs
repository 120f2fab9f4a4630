//! Many small systems on all threads: the label subsets of d_rep.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logitdist::measure::d_rep::d_rep;
use logitdist::{Direction, Mat, Model, Pair, PairSummary, ProbabilityInputs, Reduced, Subsets};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::hint::black_box;

/// Numbers without structure, from one draw or another.
fn wave(rows: usize, cols: usize, draw: usize) -> Mat<f64> {
    Mat::from_fn(rows, cols, |i, j| (((i + draw) * 37 + j * 101 + i * (j + draw) * 13) as f64 * 0.618).sin())
}

fn pair(dim: usize, labels: usize) -> Reduced {
    let model = |draw| Model::new(wave(2000, dim, draw), wave(labels, dim, draw + 5), None).unwrap();
    let (a, b) = (model(0), model(1));
    let pair = Pair::new(&a, &b).unwrap();
    Reduced::of(&PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap())
}

fn systems(c: &mut Criterion) {
    let mut group = c.benchmark_group("systems");
    group.sample_size(10);
    for (dim, labels, pivots, per_pivot) in [(8, 20, 100, 200), (50, 100, 100, 200)] {
        let reduced = pair(dim, labels);
        let subsets = Subsets::Sampled { pivots, per_pivot };
        let chosen = subsets.choose(labels, dim, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        group.throughput(Throughput::Elements((pivots * per_pivot) as u64));
        group.bench_function(format!("d_rep_{pivots}x{per_pivot}_dim{dim}_labels{labels}"), |b| {
            b.iter(|| black_box(d_rep(&reduced, Direction::Ab, &chosen)).unwrap());
        });
    }
}

criterion_group!(benches, systems);
criterion_main!(benches);
