//! A sweep: computes the cells that are not in the journal yet, then makes the tables.

use crate::cell::{self, Coordinates, Outcome as CellOutcome};
use crate::config::Config;
use crate::error::SimError;
use crate::grid::Cell;
use crate::journal::{self, CellRecord, End, Ended, Frame, Kind, Session, Store, Writer};
use crate::manifest::{Manifest, Status};
use crate::progress::{News, Progress};
use crate::replicates::Replicates;
use crate::shard::Shard;
use crate::table::Columns;
use crate::tables::{self, Tables, clear, needed_cells, remove, write_config};
use crate::train::{self, Networks};
use crate::work::{Limits, Work};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What to sweep and how.
#[derive(Debug, Clone, Default)]
pub struct SweepOptions {
    /// The config.
    pub config: PathBuf,
    /// Overrides `key=value` of it.
    pub overrides: Vec<String>,
    /// Folder of the results; `results/<name of the config>` if absent.
    pub out: Option<PathBuf>,
    /// Threads; all processors if absent. No result depends on it.
    pub threads: Option<usize>,
    /// The share of the cells to compute, without making tables; all of them if absent.
    pub shard: Option<Shard>,
    /// Whether to throw earlier results of the folder away; of a shard, its own.
    pub fresh: bool,
    /// Whether the first cell that fails ends the run.
    pub fail_fast: bool,
    /// Whether cells that failed earlier are tried again.
    pub retry_failed: bool,
    /// Time after which no cell is begun any more.
    pub time_limit: Option<Duration>,
    /// Set from outside, by a signal handler for example: no cell is begun any more.
    pub stop: Arc<AtomicBool>,
}

/// What a sweep came to.
#[derive(Debug)]
pub struct Outcome {
    /// Folder of the results.
    pub out: PathBuf,
    /// How this process ended its work.
    pub ended: Ended,
    /// Cells computed by this process, those that failed among them.
    pub computed: usize,
    /// Cells of this process' share that have a result now, and that are to have one.
    pub done: (usize, usize),
    /// The first cells that failed, in words, and how many of this share have.
    pub failures: (Vec<String>, usize),
    /// The tables, unless this was a shard or the run was interrupted.
    pub tables: Option<Tables>,
    /// What was passed over in the journals: damage, a torn end.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// Runs a sweep: cells that are in the journal of the folder are not computed again. Leaves `rows.csv`, `bounds.csv`, `summary.csv`,
/// `config.toml`, `manifest.json`, and `failures.csv` if there are failures.
///
/// Tables appear under their names once they are complete. The manifest of an earlier run is taken away first.
///
/// # Errors
/// A config that is wrong, found before anything runs; one that would mix its results with those in the folder; another process at work
/// on the same journal; a folder or file that cannot be written.
pub fn sweep(options: &SweepOptions) -> Result<Outcome, SimError> {
    let news = News::default();
    let networks = Networks::of_results(&out_of(options)).telling(&news);
    sweep_telling(options, &|config, cell| cell::run_with(config, cell, &networks), news)
}

/// Computes a cell, or says why it failed.
type RunCell<'a> = &'a (dyn Fn(&Config, &Cell<'_>) -> Result<CellOutcome, String> + Sync);

/// As [`sweep`], with another way to compute a cell: what is done around the cells can be tested and timed by itself.
///
/// # Errors
/// As [`sweep`].
pub fn sweep_with(
    options: &SweepOptions,
    run_cell: &(dyn Fn(&Config, &Cell<'_>) -> Result<CellOutcome, String> + Sync),
) -> Result<Outcome, SimError> {
    sweep_telling(options, run_cell, News::default())
}

/// As [`sweep_with`]; what is told of trainings stands beside the progress.
fn sweep_telling(options: &SweepOptions, run_cell: RunCell<'_>, news: News) -> Result<Outcome, SimError> {
    let clock = Instant::now();
    let config = Config::read(&options.config, &options.overrides)?;
    let out = out_of(options);
    let shard = options.shard.unwrap_or(Shard::WHOLE);
    if config.grid.trained().next().is_some() {
        train::check_place(&out)?;
    }
    if options.fresh && options.shard.is_none() {
        clear(&out)?;
    }
    let mut writer = Writer::open(&out, shard)?;
    if options.fresh {
        // Of a shard only its own results: others may be at work.
        writer.cut(0)?;
    }
    let (mut store, mut notes) = read_journals(&out, &config, &mut writer)?;
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| SimError::Threads { threads, message: e.to_string() })?;
    // Before anything of the folder is touched: results that are kept with the code would count as changed.
    let session = Session::now(&config, shard, pool.current_num_threads());
    // Until the tables are made again they are not those of this config.
    remove(&out.join("manifest.json"))?;
    write_config(&config, &out)?;

    let limits = Limits {
        stop: Arc::clone(&options.stop),
        deadline: options.time_limit.and_then(|limit| clock.checked_add(limit)),
        fail_fast: options.fail_fast,
        retry_failed: options.retry_failed,
    };
    let before = Share::of(&config, &store, shard)?;
    let work = Work {
        config: &config,
        store: &store,
        shard,
        limits,
        progress: Progress::new(before.done, before.total, news),
        run_cell,
    };
    let mut ended = Ended::Complete;
    let mut computed = 0;
    if work.is_left()? {
        writer.append_and_sync(&Frame::of(Kind::Session, &session))?;
        let journal = store.journals.iter().position(|j| j.path == writer.path());
        let written = work.run(&pool, &mut writer, journal.expect("it was read"))?;
        (ended, computed) = (written.ended, written.places.count() + written.failures.len());
        let end = End { ended, seconds: clock.elapsed().as_secs_f64(), cells: computed };
        writer.append_and_sync(&Frame::of(Kind::End, &end))?;
        let own = &mut store.journals[journal.expect("it was read")];
        own.sessions.push((session, Some(end)));
        store.extend(&written.places, written.failures);
    }
    let share = Share::of(&config, &store, shard)?;
    let failed = share.failures(&config);
    let tables = match ended {
        Ended::Complete if options.shard.is_none() => {
            let tables = pool.install(|| tables::write(&config, &store, &out))?;
            let status = if tables.counts.cells_failed == 0 { Status::Complete } else { Status::Failures };
            Manifest::new(&config, status, tables.counts.clone(), &store).write(&out)?;
            Some(tables)
        }
        Ended::Interrupted | Ended::Failed if options.shard.is_none() => {
            let counts = crate::manifest::Counts {
                cells: store.count(),
                cells_failed: failed.1,
                ..Default::default()
            };
            Manifest::new(&config, Status::Interrupted, counts, &store).write(&out)?;
            None
        }
        _ => None,
    };
    let done = (share.done, share.total);
    notes.append(&mut store.notes);
    Ok(Outcome {
        out,
        ended,
        computed,
        done,
        failures: failed,
        tables,
        notes,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

/// The folder of a sweep's results.
fn out_of(options: &SweepOptions) -> PathBuf {
    options.out.clone().unwrap_or_else(|| default_out(&options.config))
}

/// `results/<name>` for `configs/<name>.toml`.
pub fn default_out(config: &Path) -> PathBuf {
    Path::new("results").join(config.file_stem().unwrap_or_default())
}

/// Reads all journals of a folder, and cuts what is torn at the end of the writer's own.
fn read_journals(out: &Path, config: &Config, writer: &mut Writer) -> Result<(Store, Vec<String>), SimError> {
    let store = Store::read(&journal::all(out)?, config)?;
    let mut notes = Vec::new();
    let own = store.journals.iter().find(|j| j.path == writer.path()).expect("it was made");
    if own.torn > 0 {
        writer.cut(own.whole)?;
        notes.push(format!(
            "{}: the last {} bytes were torn off by a run that was killed; they are cut, and the cell is computed again",
            own.path.display(),
            own.torn
        ));
    }
    Ok((store, notes))
}

/// How far a share is.
struct Share {
    /// Cells that have a result.
    done: usize,
    /// Cells that are to have one.
    total: usize,
    /// Cells that failed.
    failed: Vec<usize>,
}

impl Share {
    fn of(config: &Config, store: &Store, shard: Shard) -> Result<Share, SimError> {
        let unit = config.grid.cells_per_unit();
        let has = |cell: usize| shard.contains(cell / unit);
        let mut share = Share { done: 0, total: 0, failed: Vec::new() };
        if matches!(config.grid.replicates, Replicates::Fixed(_)) {
            share.done = store.results().filter(|(cell, _)| has(*cell)).count();
            share.total = shard.size(config.grid.len());
            share.failed = store.failures().map(|(cell, _)| cell).filter(|&cell| has(cell)).collect();
            return Ok(share);
        }
        for cell in needed_cells(config, store) {
            let (cell, _) = cell?;
            if has(cell) {
                share.total += 1;
                share.done += usize::from(store.has(cell));
                share.failed.extend(store.has_failed(cell).then_some(cell));
            }
        }
        Ok(share)
    }

    /// The first failures in words, and their number.
    fn failures(&self, config: &Config) -> (Vec<String>, usize) {
        const NAMED: usize = 3;
        let words = |&cell: &usize| Coordinates::of(config, &config.grid.cell(cell)).words();
        (self.failed.iter().take(NAMED).map(words).collect(), self.failed.len())
    }
}

/// A cell's outcome as it is kept.
pub fn record(columns: &Columns, outcome: &CellOutcome) -> CellRecord {
    let text = |fields: &[String]| {
        let mut line = tables::line(fields);
        line.pop();
        String::from_utf8(line).expect("fields are text")
    };
    let comparison = outcome.comparison.as_ref().ok();
    let bounds = comparison.map(Columns::bounds).unwrap_or_default();
    CellRecord {
        row: text(&columns.row(&outcome.comparison)),
        bounds: bounds.iter().map(|fields| text(fields)).collect(),
        applicable: comparison.is_some(),
        violated: violated(outcome),
    }
}

/// Tokens of the violated bounds of a cell, in both directions.
pub fn violated(outcome: &CellOutcome) -> Vec<String> {
    let comparison = outcome.comparison.iter();
    let all = comparison.flat_map(|c| c.bounds.iter().chain(&c.bounds_ba));
    all.filter(|bound| bound.is_violated()).map(|bound| bound.theorem.token.to_owned()).collect()
}

/// What a sweep would run: question, axes and numbers, in words.
///
/// # Errors
/// A config that is wrong.
pub fn describe(options: &SweepOptions) -> Result<String, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let mut text =
        format!("question: {}\nexpected: {}\nseed: {}\n", config.question, config.expected, config.seed);
    for block in &config.grid.blocks {
        text.push_str(&format!("\n{}\n", block.source.name()));
        for axis in &block.axes {
            let values: Vec<String> = axis.values.iter().map(crate::axis::text).collect();
            text.push_str(&format!("  {:20} {:4}  {}\n", axis.name, values.len(), values.join(", ")));
        }
    }
    let out = out_of(options);
    text.push_str(&format!(
        "\n{} cells ({}), {} columns; results would go to {}\n",
        config.grid.len(),
        config.grid.replicates,
        Columns::of(&config).row_header().len(),
        out.display()
    ));
    Ok(text)
}
