//! Reading results back from the journals, nearly in the order in which they were written.

use super::frame::Frame;
use super::places::Place;
use super::store::Store;
use crate::error::SimError;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::PathBuf;

/// Reads frames at places of a store.
#[derive(Debug)]
pub struct Reader {
    paths: Vec<PathBuf>,
    open: HashMap<usize, Cursor>,
}

#[derive(Debug)]
struct Cursor {
    reader: BufReader<File>,
    at: u64,
}

/// A thousand open files is the usual limit of a process.
const MOST_OPEN: usize = 256;

/// Memory for all buffers together.
const BUFFERS: usize = 8 << 20;

impl Reader {
    /// A reader of a store.
    pub fn new(store: &Store) -> Reader {
        Reader::of(store.journals.iter().map(|journal| journal.path.clone()).collect())
    }

    /// A reader of journals, in the order of the store that has or will have them.
    pub fn of(paths: Vec<PathBuf>) -> Reader {
        Reader { paths, open: HashMap::new() }
    }

    /// The frame at a place.
    ///
    /// # Errors
    /// It cannot be read, or is not whole any more.
    pub fn frame(&mut self, place: Place) -> Result<Frame, SimError> {
        let path = &self.paths[place.journal];
        let failed = |e| SimError::io("read", path, e);
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&place.journal) {
            self.open.clear();
        }
        let cursor = match self.open.entry(place.journal) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let buffer = (BUFFERS / self.paths.len().clamp(1, MOST_OPEN)).min(1 << 18);
                let file = File::open(path).map_err(failed)?;
                entry.insert(Cursor { reader: BufReader::with_capacity(buffer, file), at: 0 })
            }
        };
        // A relative seek keeps the buffer: frames stand nearly in grid order.
        match i64::try_from(place.offset).ok().and_then(|to| to.checked_sub_unsigned(cursor.at)) {
            Some(by) => cursor.reader.seek_relative(by).map_err(failed)?,
            None => cursor.reader.seek(SeekFrom::Start(place.offset)).map(|_| ()).map_err(failed)?,
        }
        let frame = Frame::read(&mut cursor.reader).map_err(failed)?;
        let Some(frame) = frame else {
            self.open.remove(&place.journal);
            let message = format!("the record at byte {} is damaged since it was read first", place.offset);
            return Err(SimError::Journal { path: path.clone(), message });
        };
        cursor.at = place.offset + frame.length();
        Ok(frame)
    }
}
