//! Training: epochs of steps of a 2→128→128→128→7 network on batches of 256, one network on one thread, and two on two.
//!
//! `benches/peers/torch_training.py` does the same in PyTorch.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logitdist_train::{Duration, Network, NetworkSpec, Spirals, Splits, Task, TrainingSpec, train};
use std::hint::black_box;

const STEPS: usize = 200;
const BATCH: usize = 256;

fn run(data: &Splits, seed: u64) -> Network {
    // As a linear head of the last hidden layer: 128→7 is the layer to the embedding, with a head of 7×7 behind it.
    let network = NetworkSpec { hidden: vec![128, 128, 128], dim: 7, ..NetworkSpec::default() };
    let training = TrainingSpec { duration: Duration::Steps(STEPS), batch: BATCH, ..TrainingSpec::default() };
    let task = Task { train: &data.train, validation: None, teacher: None };
    train(&network, &training, &task, seed, &mut ()).unwrap().network
}

fn training(c: &mut Criterion) {
    // 10 304 inputs to train on, so that all but the last of an epoch's 41 batches are full.
    let data = Spirals { points_per_arm: 736, ..Spirals::default() }.load().unwrap();
    let mut group = c.benchmark_group("training");
    group.sample_size(20);
    for networks in [1, 2] {
        group.throughput(Throughput::Elements((networks * STEPS) as u64));
        group.bench_function(format!("2-128-128-128-7_batch256_networks{networks}"), |b| {
            b.iter(|| {
                std::thread::scope(|scope| {
                    let data = &data;
                    for seed in 0..networks as u64 {
                        scope.spawn(move || black_box(run(data, seed)));
                    }
                });
            });
        });
    }
}

criterion_group!(benches, training);
criterion_main!(benches);
