//! How far a sweep is, or one shard of it.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::Store;
use crate::replicates::Replicates;
use crate::shard::Shard;
use crate::tables::needed_cells;

/// The cells of a shard.
pub struct Share {
    /// Cells that have a result.
    pub done: usize,
    /// Cells that the tables need.
    pub total: usize,
    /// Cells that failed.
    pub failed: Vec<usize>,
    /// Later results may ask for more cells than `total`.
    pub may_grow: bool,
}

impl Share {
    /// Counts the cells of a shard.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn of(config: &Config, store: &Store, shard: Shard) -> Result<Share, SimError> {
        let unit = config.grid.cells_per_unit();
        let has = |cell: usize| shard.contains(cell / unit);
        let mut share = Share { done: 0, total: 0, failed: Vec::new(), may_grow: false };
        if matches!(config.grid.replicates, Replicates::Fixed(_)) {
            share.done = store.results().filter(|(cell, _)| has(*cell)).count();
            share.total = shard.size(config.grid.len());
            share.failed = store.failures().map(|(cell, _)| cell).filter(|&cell| has(cell)).collect();
            return Ok(share);
        }
        for cell in needed_cells(config, store) {
            let (cell, sure) = cell?;
            share.may_grow |= !sure;
            if has(cell) {
                share.total += 1;
                share.done += usize::from(store.has(cell));
                share.failed.extend(store.has_failed(cell).then_some(cell));
            }
        }
        Ok(share)
    }

    /// Number of cells that have neither a result nor a failure.
    pub fn missing(&self) -> usize {
        self.total - self.done - self.failed.len()
    }
}
