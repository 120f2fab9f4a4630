//! Each measure on a pair that is already reduced, and the reduction itself.

use criterion::{Criterion, criterion_group, criterion_main};
use logitdist::measure::{baselines, cca, d_logit, d_ls, d_rep};
use logitdist::{Direction, Mat, Model, Pair, PairSummary, ProbabilityInputs, Reduced, Subsets, bound};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::hint::black_box;

const INPUTS: usize = 10_000;
const LABELS: usize = 100;
const DIM: usize = 50;

fn model(phase: f64) -> Model {
    let wave = |rows, cols, offset: f64| {
        Mat::from_fn(rows, cols, |i: usize, j: usize| {
            ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618 + offset).sin()
        })
    };
    Model::new(wave(INPUTS, DIM, phase), wave(LABELS, DIM, 2.0 + phase), None).unwrap()
}

fn measures(c: &mut Criterion) {
    let (a, b) = (model(0.0), model(0.1));
    let pair = Pair::new(&a, &b).unwrap();
    let summarise = |inputs: &ProbabilityInputs| PairSummary::of(&pair, inputs, &[]).unwrap();
    let summary = summarise(&ProbabilityInputs::None);
    let reduced = Reduced::of(&summary);
    let subsets = Subsets::Sampled { pivots: 10, per_pivot: 20 };
    let chosen = subsets.choose(LABELS, DIM, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();

    assert!(d_logit::d_logit(&reduced) > 0.0);
    let correlations = cca::embeddings(&reduced).unwrap();
    assert!((0.0..=1.0).contains(&correlations.mean()));
    assert!(!bound::compression_floor(&reduced, Direction::Ab).is_violated());
    assert_eq!(d_rep::d_rep(&reduced, Direction::Ab, &chosen).unwrap().used, 200);

    let mut group = c.benchmark_group("measures");
    group.sample_size(10);
    group.bench_function("summary", |b| b.iter(|| black_box(summarise(&ProbabilityInputs::None))));
    group.bench_function("summary_with_probabilities", |b| {
        b.iter(|| black_box(summarise(&ProbabilityInputs::All)));
    });
    group.bench_function("reduced", |b| b.iter(|| black_box(Reduced::of(&summary))));
    group.bench_function("d_logit", |b| b.iter(|| black_box(d_logit::d_logit(&reduced))));
    group.bench_function("m_cca", |b| b.iter(|| black_box(cca::embeddings(&reduced))));
    group.bench_function("d_ls", |b| b.iter(|| black_box(d_ls::d_ls(&reduced, Direction::Ab))));
    group.bench_function("d_rep_200_subsets", |b| {
        b.iter(|| black_box(d_rep::d_rep(&reduced, Direction::Ab, &chosen)));
    });
    group.bench_function("cka", |b| b.iter(|| black_box(baselines::cka(&reduced))));
    group.bench_function("cka_debiased", |b| b.iter(|| black_box(baselines::cka_debiased(&reduced))));
    group.bench_function("procrustes", |b| b.iter(|| black_box(baselines::procrustes(&reduced))));
    group.bench_function("svcca", |b| b.iter(|| black_box(baselines::svcca(&reduced))));
    group.bench_function("pwcca", |b| b.iter(|| black_box(baselines::pwcca(&reduced, Direction::Ab))));
    group.bench_function("r2", |b| b.iter(|| black_box(baselines::r2(&reduced, Direction::Ab))));
    let side = bound::CcaSide::of(&reduced, Direction::Ab);
    group.bench_function("water_filling", |b| {
        b.iter(|| black_box(bound::water_filling(side.spectrum, side.budget)));
    });
}

criterion_group!(benches, measures);
criterion_main!(benches);
