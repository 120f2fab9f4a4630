//! The tables of a sweep, from its journals alone and in the order of the grid.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{Address, CellRecord, Frame, Lock, Store};
use crate::place;
use crate::replicates::Replicates;
use crate::replication::Replication;
use crate::table::Columns;
use crate::whole_file::{remove, write_file};
use logitdist_io::{WholeFile, for_spreadsheet};
use logitdist_results::{Counts, FailedCell, Summary, seed_text, summarise};
use rayon::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the tables hold.
#[derive(Debug)]
pub struct Tables {
    /// How much there is of what.
    pub counts: Counts,
    /// The first violated bounds, each with its cell.
    pub violations: Vec<String>,
    /// Tightness per bound and axis value.
    pub summary: Summary,
}

/// Cells whose lines are made at a time: memory does not grow with the sweep.
const CELLS_AT_A_TIME: usize = 512;

/// Violations that are named one by one.
const VIOLATIONS_NAMED: usize = 5;

/// The tables and what they mean: what is written under their lock.
pub const TABLES: [&str; 5] = ["rows.csv", "bounds.csv", "summary.csv", "failures.csv", "schema.json"];

/// Cells that the tables need, in grid order: all that the grid has, or as many replicates as are needed of each combination.
///
/// The second value says whether a combination may need more replicates than are known.
pub fn needed_cells<'a>(
    config: &'a Config,
    store: &'a Store,
) -> Box<dyn Iterator<Item = Result<(usize, bool), SimError>> + 'a> {
    let Some(replication) = Replication::of(config) else {
        return Box::new((0..config.grid.len()).map(|cell| Ok((cell, true))));
    };
    let most = config.grid.replicates.most();
    let mut reader = store.reader();
    Box::new((0..config.grid.combinations()).flat_map(move |combination| {
        let known = replication.known_of(combination, store, &mut reader, false);
        let needed = known.map(|known| config.grid.replicates.needed(known));
        let cells: Vec<Result<(usize, bool), SimError>> = match needed {
            Err(error) => vec![Err(error)],
            Ok(needed) => {
                let first = combination * most;
                // A combination that is not finished lacks at least one more than it has.
                let (end, sure) =
                    needed.map_or_else(|n| ((n + 1).max(Replicates::LEAST), false), |n| (n, true));
                (first..first + end.min(most)).map(|cell| Ok((cell, sure))).collect()
            }
        };
        cells
    }))
}

/// Writes `rows.csv`, `bounds.csv`, `summary.csv`, `schema.json`, `config.toml`, and `failures.csv` if there are any.
///
/// Cells without a result have no line; `counts` says how many are missing.
///
/// # Errors
/// A journal cannot be read, or a file not be written.
pub fn write(config: &Config, store: &Store, out: &Path) -> Result<Tables, SimError> {
    // Two processes may finish at once; each writes the same, one after the other.
    let _lock = Lock::wait(&out.join("journal").join("tables.lock"))?;
    sweep_up(out)?;
    let columns = config.columns();
    let mut rows = File::create(&out.join("rows.csv"))?;
    let mut bounds = File::create(&out.join("bounds.csv"))?;
    rows.write(&line(&columns.row_header()))?;
    bounds.write(&line(&Columns::bound_header()))?;
    let (mut counts, mut violations) = (Counts::default(), Vec::new());
    let mut reader = store.reader();
    let mut failures = Vec::new();
    let mut cells = needed_cells(config, store);
    loop {
        let mut frames: Vec<(usize, Address, Frame)> = Vec::with_capacity(CELLS_AT_A_TIME);
        for cell in cells.by_ref() {
            let (cell, sure) = cell?;
            match store.address(cell) {
                Some(address) => frames.push((cell, address, reader.frame(address)?)),
                None if store.has_failed(cell) => failures.push(cell),
                None => counts.cells_missing += 1,
            }
            counts.cells_missing_at_least |= !sure;
            if frames.len() == CELLS_AT_A_TIME {
                break;
            }
        }
        if frames.is_empty() {
            break;
        }
        let lines =
            frames.par_iter().map(|frame| CellLines::of(config, &columns, store, frame)).collect::<Vec<_>>();
        for lines in lines {
            let CellLines { seed, row, bounds: text, record } = lines?;
            rows.write(&row)?;
            bounds.write(&text)?;
            counts.cells += 1;
            counts.cells_not_applicable += usize::from(!record.applicable);
            counts.bounds += record.bounds.len();
            counts.violations += record.violated.len();
            violations.extend(record.violated.iter().map(|token| format!("{token} in cell {seed}")));
            violations.truncate(VIOLATIONS_NAMED);
        }
    }
    counts.cells_failed = failures.len();
    write_failures(config, &columns, store, &failures, out)?;
    rows.finish()?;
    bounds.finish()?;
    let summary = summarise(out)?;
    write_file(&out.join("summary.csv"), &summary.to_csv())?;
    let schema = columns.schema(config.grid.trained().next().is_some());
    write_file(&out.join("schema.json"), &schema.to_json())?;
    write_config(config, out)?;
    Ok(Tables { counts, violations, summary })
}

/// The lines of a cell.
struct CellLines {
    seed: String,
    row: Vec<u8>,
    bounds: Vec<u8>,
    record: CellRecord,
}

impl CellLines {
    fn of(
        config: &Config,
        columns: &Columns,
        store: &Store,
        (cell, address, frame): &(usize, Address, Frame),
    ) -> Result<CellLines, SimError> {
        let coordinates = config.coordinates(*cell);
        let record = store.record(frame, *address, config.identity(&coordinates))?;
        let mut start = line(&columns.coordinates(&coordinates));
        *start.last_mut().expect("a line has an end") = b',';
        let seed = seed_text(coordinates.cell_seed);
        let row = [&start, record.row.as_bytes(), b"\n"].concat();
        let bound = |rest: &String| [seed.as_bytes(), b",", rest.as_bytes(), b"\n"].concat();
        let bounds = record.bounds.iter().flat_map(bound).collect();
        Ok(CellLines { seed, row, bounds, record })
    }
}

/// Writes `failures.csv`, or takes an older one away.
fn write_failures(
    config: &Config,
    columns: &Columns,
    store: &Store,
    failures: &[usize],
    out: &Path,
) -> Result<(), SimError> {
    let path = out.join("failures.csv");
    if failures.is_empty() {
        return remove(&path);
    }
    let mut header = columns.coordinate_header();
    header.extend(FailedCell::COLUMNS.map(String::from));
    let mut text = line(&header);
    let mut reader = store.reader();
    for (cell, address) in store.failures().filter(|(cell, _)| failures.binary_search(cell).is_ok()) {
        let coordinates = config.coordinates(cell);
        let seed = seed_text(coordinates.cell_seed);
        let mut record = columns.coordinates(&coordinates);
        let failure = FailedCell {
            message: store.failure(&mut reader, address)?.message,
            // In the folder of the results, so that the table does not depend on where that is.
            command: format!("logitdist sweep cell config.toml --id {seed}"),
        };
        record.extend(failure.fields());
        text.extend(line(&record));
    }
    WholeFile::write(&path, &text).map_err(|e| SimError::disk(&path, e))
}

/// A line of CSV. No spreadsheet runs a field of it.
pub fn line(fields: &[String]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fields = fields.iter().map(|field| for_spreadsheet(field).into_owned());
    writer.write_record(fields.map(String::into_bytes)).expect("writing to memory");
    writer.into_inner().expect("writing to memory")
}

/// Takes away what a killed process left half-written of the tables; nobody else writes them while their lock is held.
fn sweep_up(out: &Path) -> Result<(), SimError> {
    let entries = std::fs::read_dir(out).map_err(|e| SimError::io("read the folder", out, e))?;
    for entry in entries {
        let path = entry.map_err(|e| SimError::io("read the folder", out, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if TABLES.iter().any(|file| name.starts_with(&format!(".{file}."))) && name.ends_with(".tmp") {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Takes away every result of a folder, its journals among them, and nothing else. A config that the next run would write again stays:
/// it may be what the user runs.
///
/// # Errors
/// A process works on one of the journals, and nothing is taken away; a file cannot be removed.
pub fn clear(out: &Path, config: &Config) -> Result<(), SimError> {
    let journals = crate::journal::all(out)?;
    let locks = journals.iter().map(|journal| Lock::take(&Lock::path_of(journal)));
    // Held until all is gone: nobody begins to write into a journal that is about to be removed.
    let _locks = locks.collect::<Result<Vec<Lock>, SimError>>()?;
    for journal in &journals {
        remove(journal)?;
    }
    crate::train::clear(out)?;
    crate::search::clear(out)?;
    let stays = |path: &Path| place::says(path, config);
    place::files().map(|file| out.join(file)).filter(|path| !stays(path)).try_for_each(|path| remove(&path))
}

/// Writes `config.toml` of a folder of results if it is not that already.
pub fn write_config(config: &Config, out: &Path) -> Result<(), SimError> {
    let path = out.join("config.toml");
    if place::says(&path, config) {
        return Ok(());
    }
    write_file(&path, &config.toml)
}

/// A file being written, with its name for messages.
struct File {
    path: PathBuf,
    file: WholeFile,
}

impl File {
    fn create(path: &Path) -> Result<File, SimError> {
        let file = WholeFile::create(path).map_err(|e| SimError::disk(path, e))?;
        Ok(File { path: path.to_path_buf(), file })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SimError> {
        self.file.write_all(bytes).map_err(|e| SimError::disk(&self.path, e))
    }

    fn finish(self) -> Result<(), SimError> {
        self.file.finish().map_err(|e| SimError::disk(&self.path, e))
    }
}
