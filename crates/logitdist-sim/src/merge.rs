//! Putting together what several processes computed, in one folder or in several.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{self, Frame, Kind, Lock, Place, Scanner, Store, Stretch, Writer};
use crate::manifest::{Manifest, Status};
use crate::shard::Shard;
use crate::slurm;
use crate::tables::{self, Tables, needed_cells, write_file};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What came of a merge.
#[derive(Debug)]
pub struct Merged {
    /// The tables; none if cells are missing and were not to be.
    pub tables: Option<Tables>,
    /// Cells that have no result, failed ones not counted, and cells there are to be.
    pub missing: (usize, usize),
    /// Processes that still work on these journals.
    pub holders: Vec<String>,
    /// What was passed over in the journals.
    pub notes: Vec<String>,
}

/// Puts the journals of `inputs` into `out` and makes its tables from all of them; without inputs, from the journals of `out`.
///
/// Any order of inputs, any partition of the cells and any overlap give the same tables, and merging again changes nothing. Unless
/// `partial`, tables are made only if no cell is missing.
///
/// # Errors
/// A folder without results; journals of configs that must not be mixed; two different results of one cell; a journal that cannot be
/// read or written.
pub fn merge(out: &Path, inputs: &[PathBuf], partial: bool) -> Result<Merged, SimError> {
    let folders = || inputs.iter().map(PathBuf::as_path);
    for folder in folders() {
        if journal::all(folder)?.is_empty() {
            return Err(no_journal(folder));
        }
    }
    std::fs::create_dir_all(journal::folder(out)).map_err(|e| SimError::io("make the folder", out, e))?;
    let mut paths = journal::all(out)?;
    let own = paths.len();
    for folder in folders().filter(|folder| !same(folder, out)) {
        paths.extend(journal::all(folder)?);
    }
    if paths.is_empty() {
        return Err(no_journal(out));
    }
    let (config, store) = widest(std::iter::once(out).chain(folders()), &paths)?;
    if own < paths.len() {
        copy(out, &store, own)?;
    }
    let holders = paths.iter().filter_map(|path| Lock::holder(&Lock::path_of(path))).collect();
    let (mut missing, mut total) = (0, 0);
    for cell in needed_cells(&config, &store) {
        let (cell, _) = cell?;
        total += 1;
        missing += usize::from(!store.has(cell) && !store.has_failed(cell));
    }
    let tables = if missing == 0 || partial {
        let tables = tables::write(&config, &store, out)?;
        let status = match (missing, tables.counts.cells_failed) {
            (0, 0) => Status::Complete,
            (0, _) => Status::Failures,
            _ => Status::Partial,
        };
        Manifest::new(&config, status, tables.counts.clone(), &store).write(out)?;
        Some(tables)
    } else {
        write_file(&out.join("config.toml"), &config.toml)?;
        None
    };
    Ok(Merged { tables, missing: (missing, total), holders, notes: store.notes })
}

fn no_journal(folder: &Path) -> SimError {
    SimError::Usage(format!("{}: there is no journal of a sweep in it", folder.display()))
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Of the configs in these folders the one that has all cells of the journals, and what they hold.
///
/// # Errors
/// There is none: the difference to the largest one.
pub fn widest<'a>(
    folders: impl Iterator<Item = &'a Path>,
    journals: &[PathBuf],
) -> Result<(Config, Store), SimError> {
    let mut configs: Vec<Config> = Vec::new();
    for folder in folders {
        // A sweep that was submitted and has not begun has only the config of its jobs.
        let files = [folder.join("config.toml"), slurm::folder(folder).join("config.toml")];
        if let Some(file) = files.into_iter().find(|file| file.is_file()) {
            let config = Config::read(&file, &[])?;
            if configs.iter().all(|other| other.toml != config.toml) {
                configs.push(config);
            }
        }
    }
    configs.sort_by_key(|config| std::cmp::Reverse(config.grid.len()));
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
            "none of these folders holds the config.toml that a sweep leaves beside its journal".into(),
        )
    }))
}

/// Copies into the journal of `out` what only the journals from number `own` on have.
fn copy(out: &Path, store: &Store, own: usize) -> Result<(), SimError> {
    let mut writer = Writer::open(out, Shard::WHOLE)?;
    if let Some(journal) = store.journals.iter().find(|j| j.path == writer.path()).filter(|j| j.torn > 0) {
        writer.cut(journal.whole)?;
    }
    let mut wanted: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); store.journals.len()];
    for Place { journal, offset } in store.all_places().chain(store.failures().map(|(_, place)| place)) {
        wanted[journal].insert(offset);
    }
    for (journal, offsets) in store.journals.iter().zip(wanted).skip(own).filter(|(_, o)| !o.is_empty()) {
        let failed = |e| SimError::io("read", &journal.path, e);
        let mut scanner = Scanner::new(File::open(&journal.path).map_err(failed)?);
        // Cells are counted in the grid of the session before them: it comes along, once something of it does.
        let mut session: Option<Frame> = None;
        while let Some((offset, stretch)) = scanner.next().map_err(failed)? {
            let Stretch::Frame(frame) = stretch else { continue };
            match frame.kind {
                Kind::Session => session = Some(frame),
                Kind::End if session.is_none() => writer.append(&frame.encode())?,
                Kind::Cell | Kind::Failure if offsets.contains(&offset) => {
                    if let Some(session) = session.take() {
                        writer.append(&session.encode())?;
                    }
                    writer.append(&frame.encode())?;
                }
                _ => {}
            }
        }
    }
    writer.sync()
}
