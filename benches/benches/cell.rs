//! One cell of a sweep: drawing the pair, all measures, both directions of every bound.

use criterion::{Criterion, criterion_group, criterion_main};
use logitdist_sim::{Config, Document, run_cell};
use std::hint::black_box;
use std::path::Path;

const CONFIG: &str = r#"
question = "How fast is a small cell?"
expected = "-"
[model]
dim = 8
labels = 20
inputs = 512
[d_rep]
all_up_to = 0
[perturbation.noise_embeddings]
level = 0.1
"#;

fn cell(c: &mut Criterion) {
    let document = Document::parse(Path::new("cell.toml"), CONFIG, &[]).unwrap();
    let config = Config::of(&document).unwrap();
    let comparison = run_cell(&config, &config.grid.cell(0)).unwrap().comparison.unwrap();
    assert!(!comparison.any_violation());
    assert_eq!(comparison.scalar("n_subsets_ab"), Some(&Ok(200.0)));
    let mut group = c.benchmark_group("cell");
    group.bench_function("512x20x8_200_subsets", |b| {
        b.iter(|| black_box(run_cell(&config, &config.grid.cell(0))));
    });
}

criterion_group!(benches, cell);
criterion_main!(benches);
