//! Runs a config from Rust: `cargo run --example sweep -p logitdist-sim`.

#![allow(clippy::print_stdout, reason = "an example prints what it finds")]

use logitdist_sim::{SweepOptions, sweep};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let options = SweepOptions {
        config: root.join("configs/quickstart.toml"),
        // As with --set on the command line: a smaller grid.
        overrides: vec!["replicates=1".into(), "model.dim=[2,4]".into()],
        out: Some(root.join("target/example-sweep")),
        threads: Some(1),
        // Without this, a second run would find all cells in the journal and compute nothing.
        fresh: true,
        ..SweepOptions::default()
    };
    let outcome = sweep(&options)?;

    let tables = outcome.tables.ok_or("the sweep was stopped before its tables were made")?;
    println!(
        "{} cells and {} bounds in {}",
        tables.counts.cells,
        tables.counts.bounds,
        outcome.out.display()
    );
    println!("violations: {:?}", tables.violations);
    Ok(())
}
