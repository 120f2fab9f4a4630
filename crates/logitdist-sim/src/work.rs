//! The work of a process. Threads take units of its shard and append results to the journal; one more thread syncs the journal to the
//! disk.

use crate::cell::CellOutcome;
use crate::config::Config;
use crate::error::SimError;
use crate::grid::Cell;
use crate::journal::{Address, Addresses, BETWEEN_SYNCS, Failure, Frame, Kind, Reader, Store, Writer};
use crate::options::SweepOptions;
use crate::panics;
use crate::replicates::Known;
use crate::replication::Replication;
use crate::shard::Shard;
use crate::table::Columns;
use logitdist_results::Ended;
use rayon::prelude::*;
use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

/// The work on a shard.
pub struct Work<'a> {
    /// The config.
    pub config: &'a Config,
    /// The results so far.
    pub store: &'a Store,
    /// The shard.
    pub shard: Shard,
    /// When to stop, which cells to try again, and who hears of it.
    pub options: &'a SweepOptions,
    /// No new cell starts after this.
    pub deadline: Option<Instant>,
    /// Computes a cell, or says why it failed.
    pub run_cell: &'a (dyn Fn(&Config, &Cell<'_>) -> Result<CellOutcome, String> + Sync),
}

/// What was written into the journal.
#[derive(Debug)]
pub struct Written {
    /// How the work ended.
    pub ended: Ended,
    /// The results.
    pub addresses: Addresses,
    /// The failed cells.
    pub failures: Vec<(usize, Address)>,
}

/// What the threads share.
struct Crew<'a> {
    columns: Columns,
    replication: Option<Replication<'a>>,
    next_unit: AtomicUsize,
    ledger: Mutex<Ledger<'a>>,
    /// A cell has failed.
    failed: AtomicBool,
    /// A journal cannot be written or read.
    broken: AtomicBool,
    /// The work stopped before all cells were done.
    unfinished: AtomicBool,
}

/// The journal of this process and what was written into it.
struct Ledger<'a> {
    writer: &'a mut Writer,
    journal: usize,
    written: Written,
    error: Option<SimError>,
}

impl Ledger<'_> {
    /// Appends the frame of a cell. Returns whether that worked.
    fn put(&mut self, cell: usize, kind: Kind, bytes: &[u8]) -> bool {
        let address = Address { journal: self.journal, offset: self.writer.end() };
        if let Err(error) = self.writer.append(bytes) {
            self.error.get_or_insert(error);
            return false;
        }
        match kind {
            Kind::Failure => self.written.failures.push((cell, address)),
            _ => self.written.addresses.set(cell, address),
        }
        true
    }
}

impl Work<'_> {
    /// Whether there is anything to compute.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn is_left(&self) -> Result<bool, SimError> {
        let replication = Replication::of(self.config);
        let mut reader = self.store.reader();
        for unit in (0..self.units()).filter(|&unit| self.shard.contains(unit)) {
            let left = match &replication {
                None => self.is_pending(unit),
                Some(replication) => replication.next(&self.known(replication, unit, &mut reader)?).is_some(),
            };
            if left {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Computes what is left of the shard and appends it to journal number `journal` of the store.
    ///
    /// # Errors
    /// A journal cannot be written or read. The cells in flight are finished first.
    pub fn run(
        &self,
        pool: &rayon::ThreadPool,
        writer: &mut Writer,
        journal: usize,
    ) -> Result<Written, SimError> {
        let mut file = writer.file()?;
        let written =
            Written { ended: Ended::Complete, addresses: Addresses::default(), failures: Vec::new() };
        let crew = Crew {
            columns: self.config.columns(),
            replication: Replication::of(self.config),
            next_unit: AtomicUsize::new(0),
            ledger: Mutex::new(Ledger { writer, journal, written, error: None }),
            failed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            unfinished: AtomicBool::new(false),
        };
        let (at_work, ended) = channel();
        let (read, synced) = std::thread::scope(|scope| {
            // In a thread of its own, so that no other thread waits for the disk.
            let synced = scope.spawn(|| {
                let synced = sync_until(&mut file, ended);
                crew.broken.fetch_or(synced.is_err(), Ordering::Relaxed);
                synced
            });
            let read = pool.broadcast(|_| {
                let taken = self.take_units(&crew);
                crew.broken.fetch_or(taken.is_err(), Ordering::Relaxed);
                taken
            });
            drop::<Sender<()>>(at_work);
            (read, synced.join().expect("syncing does not panic"))
        });
        let Ledger { writer, mut written, error, .. } = crew.ledger.into_inner().expect("no thread panicked");
        error.map_or(Ok(()), Err)?;
        synced.map_err(|e| SimError::disk(writer.path(), e))?;
        read.into_iter().collect::<Result<Vec<()>, SimError>>()?;
        writer.sync()?;
        written.ended = if crew.failed.into_inner() && self.options.fail_fast {
            Ended::Failed
        } else if crew.unfinished.into_inner() {
            Ended::Interrupted
        } else {
            Ended::Complete
        };
        Ok(written)
    }

    /// One thread: takes units until none is left or the work must stop.
    fn take_units(&self, crew: &Crew<'_>) -> Result<(), SimError> {
        let mut reader = self.store.reader();
        loop {
            let unit = crew.next_unit.fetch_add(1, Ordering::Relaxed);
            if unit >= self.units() {
                return Ok(());
            }
            if !self.shard.contains(unit) || (crew.replication.is_none() && !self.is_pending(unit)) {
                continue;
            }
            let finished = match &crew.replication {
                None => self.compute(crew, unit).is_some(),
                Some(replication) => {
                    let known = self.known(replication, unit, &mut reader)?;
                    self.replicate(crew, replication, unit, known)
                }
            };
            if !finished {
                crew.unfinished.store(true, Ordering::Relaxed);
                return Ok(());
            }
        }
    }

    /// Adds replicates to a combination until there are enough. Returns whether there are.
    fn replicate(
        &self,
        crew: &Crew<'_>,
        replication: &Replication<'_>,
        combination: usize,
        mut known: Vec<Known>,
    ) -> bool {
        let first = combination * self.config.grid.replicates.most();
        while let Some(range) = replication.next(&known) {
            // Threads without work of their own help with these replicates. An interrupted run may have left some after a missing one.
            let more: Option<Vec<Known>> = range
                .into_par_iter()
                .map(|replicate| {
                    let cell = first + replicate;
                    let kept = replication.known_cell(cell, self.store, &mut self.store.reader());
                    kept.ok().flatten().or_else(|| self.compute(crew, cell))
                })
                .collect();
            match more {
                Some(more) => known.extend(more),
                None => return false,
            }
        }
        true
    }

    /// Computes a cell and appends it to the journal. Returns the measure that decides about replicates; `None` if the work must stop.
    fn compute(&self, crew: &Crew<'_>, cell: usize) -> Option<Known> {
        if self.must_end(crew) {
            return None;
        }
        let identity = self.config.identity(&self.config.coordinates(cell));
        let (frame, known) =
            match panics::caught(|| (self.run_cell)(self.config, &self.config.grid.cell(cell))) {
                Ok(outcome) => {
                    let record = outcome.record(&crew.columns);
                    let known = crew.replication.as_ref().map_or(Known::Nothing, |r| r.known(&record));
                    (Frame::of_cell(Kind::Cell, cell, identity, &record), known)
                }
                Err(message) => {
                    crew.failed.store(true, Ordering::Relaxed);
                    (Frame::of_cell(Kind::Failure, cell, identity, &Failure { message }), Known::Nothing)
                }
            };
        let bytes = frame.encode();
        let put = crew.ledger.lock().expect("no thread panicked").put(cell, frame.kind, &bytes);
        crew.broken.fetch_or(!put, Ordering::Relaxed);
        if let Some(progress) = &self.options.progress {
            progress.cell();
        }
        put.then_some(known)
    }

    /// The measure in the replicates of a combination.
    fn known(
        &self,
        replication: &Replication<'_>,
        combination: usize,
        reader: &mut Reader,
    ) -> Result<Vec<Known>, SimError> {
        replication.known_of(combination, self.store, reader, self.options.retry_failed)
    }

    fn is_pending(&self, cell: usize) -> bool {
        !self.store.has(cell) && (self.options.retry_failed || !self.store.has_failed(cell))
    }

    fn units(&self) -> usize {
        self.config.grid.len() / self.config.grid.cells_per_unit()
    }

    /// Whether no new cell may start.
    fn must_end(&self, crew: &Crew<'_>) -> bool {
        let failed = self.options.fail_fast && crew.failed.load(Ordering::Relaxed);
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        failed || late || crew.broken.load(Ordering::Relaxed) || self.options.stop.load(Ordering::Relaxed)
    }
}

/// Syncs a file to the disk at intervals, until the other threads have ended.
fn sync_until(file: &mut File, ended: Receiver<()>) -> std::io::Result<()> {
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(BETWEEN_SYNCS) {
        file.sync_data()?;
    }
    Ok(())
}
