//! What a user asks of a sweep.

use crate::listener::Listener;
use crate::shard::Shard;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What to sweep and how.
#[derive(Debug, Clone, Default)]
pub struct SweepOptions {
    /// The config.
    pub config: PathBuf,
    /// Overrides `key=value` of it.
    pub overrides: Vec<String>,
    /// Folder of the results; `results/<name of the config>` if absent.
    pub out: Option<PathBuf>,
    /// Number of threads; all processors if absent. Results do not depend on it.
    pub threads: Option<usize>,
    /// Computes this share of the cells and makes no tables; all cells if absent.
    pub shard: Option<Shard>,
    /// Deletes earlier results of the folder first; with a shard, only the shard's own.
    pub fresh: bool,
    /// Ends the run at the first cell that fails.
    pub fail_fast: bool,
    /// Tries cells again that failed earlier.
    pub retry_failed: bool,
    /// Starts no new cell after this time.
    pub time_limit: Option<Duration>,
    /// The caller sets it, for example in a signal handler, and no new cell starts.
    pub stop: Arc<AtomicBool>,
    /// Hears of every cell and every epoch.
    pub progress: Option<Arc<dyn Listener>>,
}

impl SweepOptions {
    /// The folder of the results: `results/<name>` for `configs/<name>.toml` unless `out` names another.
    pub fn folder(&self) -> PathBuf {
        let default = || Path::new("results").join(self.config.file_stem().unwrap_or_default());
        self.out.clone().unwrap_or_else(default)
    }
}
