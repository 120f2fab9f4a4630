//! The results of a sweep: its journals, read once.

use super::addresses::{Address, Addresses};
use super::entry::{CellRecord, Failure};
use super::frame::{Frame, Kind, MARK, Scanner, Stretch};
use super::reader::Reader;
use crate::config::Config;
use crate::error::SimError;
use crate::extension::Translation;
use logitdist_io::open_file;
use logitdist_results::{End, RESULT_VERSION, Session};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One journal.
#[derive(Debug, Clone)]
pub struct JournalFile {
    /// Its path.
    pub path: PathBuf,
    /// The processes that wrote it, and how each ended. One without an end runs still or was killed.
    pub sessions: Vec<(Session, Option<End>)>,
    /// Number of its results that belong to the grid.
    pub cells: usize,
    /// Byte at which its last whole record ends.
    pub whole: u64,
    /// Number of bytes after that: a record whose process died, or is writing it now.
    pub torn: u64,
}

/// The journals of a sweep, and where each cell's result is. Cells have their numbers in the grid of one config.
#[derive(Debug, Default)]
pub struct Store {
    /// The journals.
    pub journals: Vec<JournalFile>,
    /// Damage in them that was passed over, with offset and cell.
    pub notes: Vec<String>,
    addresses: Addresses,
    failures: BTreeMap<usize, Address>,
}

/// How the numbers of a session's cells become numbers in the grid.
enum Mapping {
    Same,
    Translated(Box<Translation>),
}

/// Damage inside a journal. What to say of it depends on whether the cell was computed again.
struct Damage {
    path: PathBuf,
    offset: u64,
    length: u64,
    cell: Option<usize>,
    after: Option<usize>,
}

impl Store {
    /// Reads journals of a sweep.
    ///
    /// # Errors
    /// A journal cannot be read or has another version. Its results must not be mixed with those of `config`, or `config` would leave some
    /// out. A cell has two different results.
    pub fn read(journals: &[PathBuf], config: &Config) -> Result<Store, SimError> {
        let mut store = Store::default();
        let mut damages = Vec::new();
        let mut reader = Reader::new(journals.to_vec());
        for path in journals {
            store.read_journal(path, config, &mut damages, &mut reader)?;
        }
        let known = |cell: usize| config.coordinates(cell).words();
        for damage in damages {
            let what = match (damage.cell, damage.after) {
                (Some(cell), _) if store.addresses.get(cell).is_some() => {
                    format!("the result of the cell {} is lost, but was computed again", known(cell))
                }
                (Some(cell), _) => format!("the result of the cell {} is lost", known(cell)),
                (None, Some(cell)) => format!("what followed the cell {} is lost", known(cell)),
                (None, None) => "what was there is lost".to_owned(),
            };
            let (path, end) = (damage.path.display(), damage.offset + damage.length);
            let note =
                format!("{path}: bytes {} to {end} are damaged: {what}; all else is kept", damage.offset);
            store.notes.push(note);
        }
        Ok(store)
    }

    fn read_journal(
        &mut self,
        path: &Path,
        config: &Config,
        damages: &mut Vec<Damage>,
        reader: &mut Reader,
    ) -> Result<(), SimError> {
        let failed = |e| SimError::io("read", path, e);
        let foreign = |message: String| SimError::Journal { path: path.to_path_buf(), message };
        let mut scanner = Scanner::new(open_file(path).map_err(failed)?.0);
        let journal = self.journals.len();
        self.journals.push(JournalFile {
            path: path.to_path_buf(),
            sessions: Vec::new(),
            cells: 0,
            whole: 0,
            torn: 0,
        });
        // Damage may hide the record of a session. After it, a cell counts only if its identity proves its number.
        let (mut mapping, mut certain) = (Mapping::Same, false);
        let mut unproven = 0;
        let mut last = None;
        let mut left_out = LeftOut::default();
        let first_damage = damages.len();
        while let Some((offset, stretch)) = scanner.next().map_err(failed)? {
            let frame = match stretch {
                Stretch::Frame(frame) => frame,
                Stretch::Damage { length, cell } => {
                    let cell = cell.and_then(|cell| mapping.cell(cell as usize, config));
                    damages.push(Damage { path: path.to_path_buf(), offset, length, cell, after: last });
                    certain &= cell.is_some();
                    continue;
                }
            };
            self.journals[journal].whole = offset + frame.length();
            match frame.kind {
                Kind::Session => {
                    let session: Session = frame.content().map_err(|e| foreign(newer(&e)))?;
                    if session.result_version != RESULT_VERSION {
                        let theirs = session.result_version;
                        return Err(foreign(newer(&format!(
                            "results of version {theirs}, not {RESULT_VERSION}"
                        ))));
                    }
                    mapping = if session.config == config.toml {
                        Mapping::Same
                    } else {
                        Mapping::Translated(Box::new(Translation::new(path, &session.config, config)?))
                    };
                    certain = true;
                    self.journals[journal].sessions.push((session, None));
                }
                Kind::End => {
                    let end = frame.content().map_err(|e| foreign(newer(&e)))?;
                    if let Some((_, ended)) = self.journals[journal].sessions.last_mut() {
                        *ended = Some(end);
                    }
                }
                Kind::Cell | Kind::Failure => {
                    let number = frame.cell as usize;
                    let cell = if certain {
                        mapping.cell(number, config)
                    } else {
                        let either = [mapping.cell(number, config), Mapping::Same.cell(number, config)];
                        either
                            .into_iter()
                            .flatten()
                            .find(|&cell| config.identity(&config.coordinates(cell)) == frame.identity)
                    };
                    let Some(cell) = cell else {
                        if certain {
                            left_out.note(&mapping, number);
                        } else {
                            unproven += 1;
                        }
                        continue;
                    };
                    last = Some(cell);
                    self.add(cell, &frame, Address { journal, offset }, config, reader)?;
                }
            }
        }
        if self.journals[journal].whole == 0 && !may_have_begun(path).map_err(failed)? {
            return Err(foreign("holds nothing that this program wrote; move it away".into()));
        }
        // Damage at the end is a record that was being written. It is not lost.
        if damages.len() > first_damage
            && damages.last().is_some_and(|d| d.offset == self.journals[journal].whole)
        {
            let torn = damages.pop().expect("there is one");
            self.journals[journal].torn = torn.length;
        }
        if unproven > 0 {
            let path = path.display();
            self.notes.push(format!("{path}: the record of a run is damaged, and {unproven} of its results belong to no known cell; they are passed over"));
        }
        left_out.check(path)
    }

    fn add(
        &mut self,
        cell: usize,
        frame: &Frame,
        address: Address,
        config: &Config,
        reader: &mut Reader,
    ) -> Result<(), SimError> {
        if frame.kind == Kind::Failure {
            self.failures.insert(cell, address);
            return Ok(());
        }
        if let Some(earlier) = self.addresses.get(cell) {
            if reader.frame(earlier)?.payload == frame.payload {
                return Ok(());
            }
            return Err(SimError::Contradiction {
                cell: config.coordinates(cell).words(),
                first: self.journals[earlier.journal].path.clone(),
                second: self.journals[address.journal].path.clone(),
            });
        }
        self.journals[address.journal].cells += 1;
        self.addresses.set(cell, address);
        Ok(())
    }

    /// A reader of these journals.
    pub fn reader(&self) -> Reader {
        Reader::new(self.journals.iter().map(|journal| journal.path.clone()).collect())
    }

    /// Whether a cell has a result.
    pub fn has(&self, cell: usize) -> bool {
        self.addresses.get(cell).is_some()
    }

    /// Number of cells with a result.
    pub fn count(&self) -> usize {
        self.addresses.count()
    }

    /// Where a cell's result is.
    pub fn address(&self, cell: usize) -> Option<Address> {
        self.addresses.get(cell)
    }

    /// Cells with a result and where it is, in grid order.
    pub fn results(&self) -> impl Iterator<Item = (usize, Address)> {
        self.addresses.iter()
    }

    /// Cells that failed and have no result, and where their failures are.
    pub fn failures(&self) -> impl Iterator<Item = (usize, Address)> {
        self.failures.iter().map(|(cell, address)| (*cell, *address)).filter(|(cell, _)| !self.has(*cell))
    }

    /// Whether a cell failed and has no result.
    pub fn has_failed(&self, cell: usize) -> bool {
        self.failures.contains_key(&cell) && !self.has(cell)
    }

    /// Adds what was written since the journals were read.
    pub fn extend(&mut self, addresses: &Addresses, failures: impl IntoIterator<Item = (usize, Address)>) {
        self.addresses.extend(addresses);
        self.failures.extend(failures);
    }

    /// The result of a cell in a frame.
    ///
    /// # Errors
    /// The frame belongs to another cell or another version.
    pub fn record(&self, frame: &Frame, address: Address, identity: u64) -> Result<CellRecord, SimError> {
        let path = self.journals[address.journal].path.clone();
        if frame.identity != identity {
            let message =
                format!("the record at byte {} is of another cell than its number says", address.offset);
            return Err(SimError::Journal { path, message });
        }
        frame.content().map_err(|e| SimError::Journal { path, message: newer(&e) })
    }

    /// The failure of a cell.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn failure(&self, reader: &mut Reader, address: Address) -> Result<Failure, SimError> {
        let path = self.journals[address.journal].path.clone();
        reader.frame(address)?.content().map_err(|e| SimError::Journal { path, message: newer(&e) })
    }
}

/// Whether a file without a whole record is empty or begins as a journal does.
fn may_have_begun(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    open_file(path)?.0.take(MARK.len() as u64).read_to_end(&mut start)?;
    Ok(MARK.starts_with(&start))
}

fn newer(what: &str) -> String {
    format!(
        "was written by another version of this program ({what}); go on with that version, or begin again with --fresh or another --out"
    )
}

impl Mapping {
    /// The number in the config's grid of number `cell` in the session's grid.
    fn cell(&self, cell: usize, config: &Config) -> Option<usize> {
        match self {
            Mapping::Same => (cell < config.grid.len()).then_some(cell),
            Mapping::Translated(translation) => translation.cell(cell, config),
        }
    }
}

/// Results for which the config has no cells.
#[derive(Default)]
struct LeftOut {
    count: usize,
    first: Option<(String, String)>,
}

impl LeftOut {
    fn note(&mut self, mapping: &Mapping, cell: usize) {
        if let Mapping::Translated(translation) = mapping {
            self.count += 1;
            self.first.get_or_insert_with(|| (translation.words(cell), translation.difference.clone()));
        }
    }

    fn check(self, path: &Path) -> Result<(), SimError> {
        let Some((cell, difference)) = self.first else { return Ok(()) };
        let message = format!(
            "{} finished cells would be left out, the first being {cell}, because the config has changed ({difference}); \
             add to the config instead of taking away (to merge two configs, put one that has the cells of both into the folder as config.toml), or begin again with --fresh or another --out",
            self.count
        );
        Err(SimError::Mixed { path: path.to_path_buf(), message })
    }
}
