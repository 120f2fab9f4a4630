//! A sweep: computes the cells that no journal has yet, then makes the tables.

use crate::cell::{self, CellOutcome};
use crate::config::Config;
use crate::error::SimError;
use crate::grid::Cell;
use crate::journal::{self, Frame, Kind, Store, Writer};
use crate::manifest::{session, write_manifest};
use crate::options::SweepOptions;
use crate::place;
use crate::search::Pairs;
use crate::shard::Shard;
use crate::share::Share;
use crate::tables::{self, Tables, clear, write_config};
use crate::train::{self, Networks};
use crate::value::text;
use crate::work::Work;
use logitdist_io::visible;
use logitdist_results::{Counts, End, Ended, RunStatus};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The result of a sweep.
#[derive(Debug)]
pub struct SweepOutcome {
    /// Folder of the results.
    pub out: PathBuf,
    /// How this process ended.
    pub ended: Ended,
    /// Number of cells that this process computed, failed ones included.
    pub computed: usize,
    /// Number of cells of this share that have a result now, and that need one.
    pub done: (usize, usize),
    /// The first failed cells in words, and their number in this share.
    pub failures: (Vec<String>, usize),
    /// The tables; none of a shard or an interrupted run.
    pub tables: Option<Tables>,
    /// Damage in the journals that was passed over, or a torn end.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// Runs a sweep. Cells that are in the folder's journals are not computed again. Leaves `rows.csv`, `bounds.csv`, `summary.csv`,
/// `config.toml`, `manifest.json`, and `failures.csv` if cells failed.
///
/// Tables appear under their names once they are complete. The manifest of an earlier run is removed first.
///
/// # Errors
/// The config is wrong, which is found before anything runs. Its results would be mixed with others in the folder. Another process works
/// on the same journal. A folder or file cannot be written.
pub fn sweep(options: &SweepOptions) -> Result<SweepOutcome, SimError> {
    let pairs = Pairs::of_results(&options.folder());
    let networks = Networks::of_results(&options.folder()).telling(options.progress.clone());
    sweep_with(options, &|config, cell| cell::run_with(config, cell, &networks, &pairs))
}

/// Runs a sweep that computes its cells with `run_cell`. Tests and measurements of what surrounds the cells use it.
///
/// # Errors
/// Those of [`sweep`].
pub fn sweep_with(
    options: &SweepOptions,
    run_cell: &(dyn Fn(&Config, &Cell<'_>) -> Result<CellOutcome, String> + Sync),
) -> Result<SweepOutcome, SimError> {
    let clock = Instant::now();
    let config = Config::read(&options.config, &options.overrides)?;
    let out = options.folder();
    let shard = options.shard.unwrap_or(Shard::WHOLE);
    if config.grid.trained().next().is_some() {
        train::check_place(&out)?;
    }
    place::check(options, &config, &out)?;
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| SimError::Threads { threads, message: e.to_string() })?;
    if options.fresh && options.shard.is_none() {
        clear(&out, &config)?;
    }
    let mut writer = Writer::open(&out, shard)?;
    if options.fresh {
        // Only the shard's own results: other processes may be working.
        writer.cut(0)?;
    }
    let (mut store, mut notes) = read_journals(&out, &config, &mut writer)?;
    // Before the folder changes: results that are kept with the code would count as uncommitted changes.
    let session = session(&config, shard, pool.current_num_threads());
    // Until the tables are made again, they may be those of another config. A manifest that is replaced keeps its mode.
    if out.join("manifest.json").exists() {
        let counts = Counts { cells: store.count(), ..Counts::default() };
        write_manifest(&config, RunStatus::Interrupted, counts, &store, &out)?;
    }
    write_config(&config, &out)?;

    let deadline = options.time_limit.and_then(|limit| clock.checked_add(limit));
    let work = Work { config: &config, store: &store, shard, options, deadline, run_cell };
    let (mut ended, mut computed) = (Ended::Complete, 0);
    if work.is_left()? {
        writer.append_and_sync(&Frame::of(Kind::Session, &session))?;
        let journal = store.journals.iter().position(|j| j.path == writer.path()).expect("it was read");
        if let Some(progress) = &options.progress {
            let before = Share::of(&config, &store, shard)?;
            progress.begin(before.done, before.total);
        }
        let written = work.run(&pool, &mut writer, journal);
        if let Some(progress) = &options.progress {
            progress.end();
        }
        let written = written?;
        (ended, computed) = (written.ended, written.addresses.count() + written.failures.len());
        let end = End { ended, seconds: clock.elapsed().as_secs_f64(), cells: computed };
        writer.append_and_sync(&Frame::of(Kind::End, &end))?;
        store.journals[journal].sessions.push((session, Some(end)));
        store.extend(&written.addresses, written.failures);
    }
    let share = Share::of(&config, &store, shard)?;
    let failures = named(&config, &share.failed);
    let tables = match ended {
        Ended::Complete if options.shard.is_none() => {
            let tables = pool.install(|| tables::write(&config, &store, &out))?;
            let status =
                if tables.counts.cells_failed == 0 { RunStatus::Complete } else { RunStatus::Failures };
            write_manifest(&config, status, tables.counts.clone(), &store, &out)?;
            Some(tables)
        }
        Ended::Interrupted | Ended::Failed if options.shard.is_none() => {
            let counts =
                Counts { cells: store.count(), cells_failed: share.failed.len(), ..Counts::default() };
            write_manifest(&config, RunStatus::Interrupted, counts, &store, &out)?;
            None
        }
        _ => None,
    };
    let done = (share.done, share.total);
    notes.append(&mut store.notes);
    Ok(SweepOutcome {
        out,
        ended,
        computed,
        done,
        failures,
        tables,
        notes,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

/// Reads all journals of a folder. Cuts a torn record from the end of the writer's own.
fn read_journals(out: &Path, config: &Config, writer: &mut Writer) -> Result<(Store, Vec<String>), SimError> {
    let store = Store::read(&journal::all(out)?, config)?;
    let mut notes = Vec::new();
    let own = store.journals.iter().find(|j| j.path == writer.path()).expect("it was made");
    if own.torn > 0 {
        writer.cut(own.whole)?;
        notes.push(format!(
            "{}: the last {} bytes were torn off when a run was killed; they are cut, and the cell is computed again",
            own.path.display(),
            own.torn
        ));
    }
    Ok((store, notes))
}

/// The first failures in words, and their number.
fn named(config: &Config, failed: &[usize]) -> (Vec<String>, usize) {
    const NAMED: usize = 3;
    (failed.iter().take(NAMED).map(|&cell| config.coordinates(cell).words()).collect(), failed.len())
}

/// What a sweep would run, in words: question, axes and numbers.
///
/// # Errors
/// The config is wrong.
pub fn describe(options: &SweepOptions) -> Result<String, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let mut words =
        format!("question: {}\nexpected: {}\nseed: {}\n", config.question, config.expected, config.seed);
    for block in &config.grid.blocks {
        words.push_str(&format!("\n{}\n", block.source.name()));
        for axis in &block.axes {
            let values: Vec<String> = axis.values.iter().map(text).collect();
            words.push_str(&format!("  {:20} {:4}  {}\n", axis.name, values.len(), values.join(", ")));
        }
    }
    let out = options.folder();
    words.push_str(&format!(
        "\n{} cells ({}), {} columns; results would go to {}\n",
        config.grid.len(),
        config.grid.replicates,
        config.columns().row_header().len(),
        visible(&out.display().to_string())
    ));
    Ok(words)
}
