//! A config in a folder of its own, and sweeps of it.

use logitdist_sim::{
    Cell, CellOutcome, Config, Coordinates, Shard, SimError, SweepOptions, SweepOutcome, merge, sweep,
    sweep_with,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// 24 cells of real pairs, a fraction of a millisecond each.
pub const SMALL: &str = r#"
question = "q"
expected = "e"
seed = 3
replicates = 2
measures = ["probability"]
[model]
dim = [2, 3]
labels = 5
inputs = [16, 20]
[perturbation.noise_embeddings]
level = [0.0, 0.1, 1.0]
"#;

/// A folder for configs and results.
pub struct Folder(TempDir);

/// The tables of a folder of results, empty where there is none.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Tables {
    pub rows: String,
    pub bounds: String,
    pub summary: String,
    pub failures: String,
}

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Options of a sweep of a config's text into the folder `out`, on one thread.
    pub fn options(&self, config: &str, out: &str) -> SweepOptions {
        let path = self.path(&format!("{out}.toml"));
        fs::write(&path, config).unwrap();
        SweepOptions { config: path, out: Some(self.path(out)), threads: Some(1), ..SweepOptions::default() }
    }

    /// Sweeps to the end and reads the tables.
    pub fn tables_of(&self, config: &str, out: &str) -> Tables {
        let outcome = sweep(&self.options(config, out)).unwrap();
        assert!(outcome.tables.is_some());
        self.tables(out)
    }

    pub fn tables(&self, out: &str) -> Tables {
        let read = |file: &str| fs::read_to_string(self.path(out).join(file)).unwrap_or_default();
        Tables {
            rows: read("rows.csv"),
            bounds: read("bounds.csv"),
            summary: read("summary.csv"),
            failures: read("failures.csv"),
        }
    }

    /// Two threads into `two`, and two shards into `shards`, must give the same tables.
    pub fn check_divided(&self, config: &str, tables: &Tables) {
        sweep(&SweepOptions { threads: Some(2), ..self.options(config, "two") }).unwrap();
        assert_eq!(self.tables("two"), *tables);
        for index in 0..2 {
            sweep(&shard(&self.options(config, "shards"), index, 2)).unwrap();
        }
        assert!(merge(&self.path("shards"), &[], false).unwrap().tables.is_some());
        assert_eq!(self.tables("shards"), *tables);
    }

    /// The only journal of a folder of results.
    pub fn journal(&self, out: &str) -> PathBuf {
        self.path(out).join("journal/0-of-1.journal")
    }
}

/// A share of a sweep.
pub fn shard(options: &SweepOptions, index: usize, count: usize) -> SweepOptions {
    SweepOptions { shard: Some(Shard { index, count }), ..options.clone() }
}

/// An outcome that costs nothing and yet differs from cell to cell.
pub fn stand_in(config: &Config, cell: &Cell<'_>) -> Result<CellOutcome, String> {
    let coordinates = Coordinates::of(config.seed, cell);
    Ok(CellOutcome { comparison: Err(format!("stand-in for {}", coordinates.words())), coordinates })
}

/// A sweep of stand-ins; how many cells were computed is counted.
pub fn sweep_counted(options: &SweepOptions) -> (Result<SweepOutcome, SimError>, usize) {
    let computed = AtomicUsize::new(0);
    let outcome = sweep_with(options, &|config: &Config, cell: &Cell<'_>| {
        computed.fetch_add(1, Ordering::Relaxed);
        stand_in(config, cell)
    });
    (outcome, computed.into_inner())
}

/// Copies a folder of results.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The tokens of a part of the table of measures.
pub fn tokens_of(part: logitdist::Part) -> Vec<&'static str> {
    logitdist::tokens().filter(|(_, row, _)| row.part == part).map(|(token, _, _)| token).collect()
}
