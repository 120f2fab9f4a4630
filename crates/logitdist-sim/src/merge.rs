//! Merges what several processes computed, in one folder or in several.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{self, Address, Frame, Kind, Lock, Scanner, Store, Stretch, Writer};
use crate::manifest::{session, write_manifest};
use crate::place;
use crate::shard::Shard;
use crate::share::Share;
use crate::slurm;
use crate::tables::{self, Tables, write_config};
use logitdist_results::{RunStatus, Session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The result of a merge.
#[derive(Debug)]
pub struct Merged {
    /// The tables; none if cells are missing and partial tables were not asked for.
    pub tables: Option<Tables>,
    /// Number of missing cells, without failed ones, and number of cells that the tables need.
    pub missing: (usize, usize),
    /// Processes that are still writing these journals.
    pub holders: Vec<String>,
    /// Damage in the journals that was passed over.
    pub notes: Vec<String>,
}

/// Copies the journals of `inputs` into `out` and makes the tables of `out`.
///
/// The tables do not depend on the order of inputs, on how cells are divided, or on overlaps. A second merge changes nothing. If cells
/// are missing, tables are made only if `partial`.
///
/// # Errors
/// A folder has no results. Configs of two journals must not be mixed. A cell has two different results. A journal cannot be read or
/// written.
pub fn merge(out: &Path, inputs: &[PathBuf], partial: bool) -> Result<Merged, SimError> {
    let folders = || inputs.iter().map(PathBuf::as_path);
    for folder in folders() {
        if journal::all(folder)?.is_empty() {
            return Err(journal::none_in(folder));
        }
    }
    let mut others = Vec::new();
    for folder in folders().filter(|folder| !same(folder, out)) {
        others.extend(journal::all(folder)?);
    }
    if others.is_empty() && journal::all(out)?.is_empty() {
        return Err(journal::none_in(out));
    }
    place::check_merged(out, inputs, &others)?;
    // Locked before it is read, so that nobody adds to it in between.
    let writer = if others.is_empty() { None } else { Some(Writer::open(out, Shard::WHOLE)?) };
    let mut paths = journal::all(out)?;
    let own = paths.len();
    paths.extend(others);
    let (config, store) = widest(out, folders(), &paths)?;
    if let Some(writer) = writer {
        copy(writer, &config, &store, own)?;
    }
    let holders = paths.iter().filter_map(|path| Lock::holder(&Lock::path_of(path)).ok().flatten()).collect();
    let share = Share::of(&config, &store, Shard::WHOLE)?;
    let missing = share.missing();
    let tables = if missing == 0 || partial {
        let tables = tables::write(&config, &store, out)?;
        let status = match (missing, tables.counts.cells_failed) {
            (0, 0) => RunStatus::Complete,
            (0, _) => RunStatus::Failures,
            _ => RunStatus::Partial,
        };
        write_manifest(&config, status, tables.counts.clone(), &store, out)?;
        Some(tables)
    } else {
        write_config(&config, out)?;
        None
    };
    Ok(Merged { tables, missing: (missing, share.total), holders, notes: store.notes })
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Finds the config, in `out` or in other folders, that has all cells of the journals. Reads the journals under it.
///
/// # Errors
/// There is no such config; says how the largest one differs.
pub fn widest<'a>(
    out: &'a Path,
    others: impl Iterator<Item = &'a Path>,
    journals: &[PathBuf],
) -> Result<(Config, Store), SimError> {
    let mut configs: Vec<Config> = Vec::new();
    for folder in std::iter::once(out).chain(others) {
        // A sweep that waits in a queue has only the config of its jobs.
        let files = [folder.join("config.toml"), slurm::folder(folder).join("config.toml")];
        if let Some(file) = files.into_iter().find(|file| file.exists()) {
            let config = Config::of_results(&file)?;
            if configs.iter().all(|other| other.toml != config.toml) {
                configs.push(config);
            }
        }
    }
    // Several configs may have the same cells in different orders. The folder's own comes first; the others in an order that does not
    // depend on the arguments.
    let own = configs.first().filter(|_| out.join("config.toml").is_file()).map(|config| config.toml.clone());
    configs.sort_by_key(|config| {
        (std::cmp::Reverse(config.grid.len()), Some(&config.toml) != own.as_ref(), config.toml.clone())
    });
    let mut first_error = None;
    for config in configs {
        match Store::read(journals, &config) {
            Ok(store) => return Ok((config, store)),
            Err(error @ SimError::Mixed { .. }) => first_error = first_error.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Err(first_error.unwrap_or_else(|| {
        SimError::Usage(
            "none of these folders holds a config.toml, which a sweep leaves beside its journal".into(),
        )
    }))
}

/// Copies the results that only the journals from number `own` on have. Cells get their numbers in the grid of `config`.
fn copy(mut writer: Writer, config: &Config, store: &Store, own: usize) -> Result<(), SimError> {
    if let Some(journal) = store.journals.iter().find(|j| j.path == writer.path()).filter(|j| j.torn > 0) {
        writer.cut(journal.whole)?;
    }
    let mut wanted: Vec<BTreeMap<u64, usize>> = vec![BTreeMap::new(); store.journals.len()];
    for (cell, Address { journal, offset }) in store.results().chain(store.failures()) {
        wanted[journal].insert(offset, cell);
    }
    for (journal, cells) in store.journals.iter().zip(wanted).skip(own).filter(|(_, cells)| !cells.is_empty())
    {
        let failed = |e| SimError::io("read", &journal.path, e);
        let mut scanner = Scanner::new(logitdist_io::open_file(&journal.path).map_err(failed)?.0);
        // A session is copied with the first of its cells. If its record is lost, this process stands in for it.
        let mut started = Some(session(config, Shard::WHOLE, 1));
        while let Some((offset, stretch)) = scanner.next().map_err(failed)? {
            let Stretch::Frame(frame) = stretch else { continue };
            match (frame.kind, cells.get(&offset)) {
                (Kind::Session, _) => started = frame.content().ok(),
                (Kind::End, _) if started.is_none() => writer.append(&frame.encode())?,
                (Kind::Cell | Kind::Failure, Some(&cell)) => {
                    if let Some(session) = started.take() {
                        let session = Session { config: config.toml.clone(), ..session };
                        writer.append(&Frame::of(Kind::Session, &session).encode())?;
                    }
                    writer.append(&Frame { cell: cell as u64, ..frame }.encode())?;
                }
                _ => {}
            }
        }
    }
    writer.sync()
}
