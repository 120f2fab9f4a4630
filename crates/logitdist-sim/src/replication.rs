//! Decides which replicates of a combination to compute next, and which ones the tables show.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{CellRecord, Reader, Store};
use crate::replicates::{Known, Replicates};

/// Judges combinations by the results that they have.
pub struct Replication<'a> {
    config: &'a Config,
    position: usize,
}

impl<'a> Replication<'a> {
    /// `None` if the config fixes the number of replicates.
    pub fn of(config: &'a Config) -> Option<Replication<'a>> {
        let Replicates::UntilNarrow { of, .. } = &config.grid.replicates else { return None };
        let position = config.columns().position(of).expect("checked with the config");
        Some(Replication { config, position })
    }

    /// The measure in a result.
    pub fn known(&self, record: &CellRecord) -> Known {
        let mut fields = csv::ReaderBuilder::new().has_headers(false).from_reader(record.row.as_bytes());
        let field = fields.records().next().and_then(Result::ok);
        let value = field.and_then(|fields| fields.get(self.position)?.parse().ok());
        value.filter(|x: &f64| x.is_finite()).map_or(Known::Nothing, Known::Value)
    }

    /// The measure in a cell; `None` if the cell has no result.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn known_cell(
        &self,
        cell: usize,
        store: &Store,
        reader: &mut Reader,
    ) -> Result<Option<Known>, SimError> {
        let Some(address) = store.address(cell) else { return Ok(None) };
        let frame = reader.frame(address)?;
        let identity = self.config.identity(&self.config.coordinates(cell));
        store.record(&frame, address, identity).map(|record| Some(self.known(&record)))
    }

    /// The measure in the replicates of a combination, up to the first without a result. Failed ones count as done, unless they are to be
    /// tried again.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn known_of(
        &self,
        combination: usize,
        store: &Store,
        reader: &mut Reader,
        retry_failed: bool,
    ) -> Result<Vec<Known>, SimError> {
        let most = self.config.grid.replicates.most();
        let mut known = Vec::new();
        for cell in combination * most..(combination + 1) * most {
            match self.known_cell(cell, store, reader)? {
                Some(value) => known.push(value),
                None if store.has_failed(cell) && !retry_failed => known.push(Known::Nothing),
                None => break,
            }
        }
        Ok(known)
    }

    /// The replicates to compute next, if `known` is not enough: first the least number, then a quarter more each time. Some may turn out
    /// to be unnecessary; no table shows those.
    pub fn next(&self, known: &[Known]) -> Option<std::ops::Range<usize>> {
        let replicates = &self.config.grid.replicates;
        let n = replicates.needed(known.iter().copied()).err()?;
        let end = (n + n / 4).max(n + 1).max(Replicates::LEAST).min(replicates.most());
        Some(n..end)
    }
}
