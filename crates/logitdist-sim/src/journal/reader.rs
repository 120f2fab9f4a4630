//! Reads results back from the journals. It is fast where they are read in nearly the order in which they were written.

use super::addresses::Address;
use super::frame::Frame;
use crate::error::SimError;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::PathBuf;

/// Reads frames at their addresses.
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

/// Most open files. A process may usually have a thousand.
const MOST_OPEN: usize = 256;

/// Memory for all buffers together.
const BUFFERS: usize = 8 << 20;

impl Reader {
    /// A reader of journals, in the order of their store.
    pub fn new(paths: Vec<PathBuf>) -> Reader {
        Reader { paths, open: HashMap::new() }
    }

    /// The frame at a address.
    ///
    /// # Errors
    /// The journal cannot be read, or the frame has been damaged.
    pub fn frame(&mut self, address: Address) -> Result<Frame, SimError> {
        let path = &self.paths[address.journal];
        let failed = |e| SimError::io("read", path, e);
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&address.journal) {
            self.open.clear();
        }
        let cursor = match self.open.entry(address.journal) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let buffer = (BUFFERS / self.paths.len().clamp(1, MOST_OPEN)).min(1 << 18);
                let (file, _) = logitdist_io::open_file(path).map_err(failed)?;
                entry.insert(Cursor { reader: BufReader::with_capacity(buffer, file), at: 0 })
            }
        };
        // A relative seek keeps the buffer: frames are nearly in grid order.
        match i64::try_from(address.offset).ok().and_then(|to| to.checked_sub_unsigned(cursor.at)) {
            Some(by) => cursor.reader.seek_relative(by).map_err(failed)?,
            None => cursor.reader.seek(SeekFrom::Start(address.offset)).map(|_| ()).map_err(failed)?,
        }
        let frame = Frame::read(&mut cursor.reader).map_err(failed)?;
        let Some(frame) = frame else {
            self.open.remove(&address.journal);
            let message =
                format!("the record at byte {} has been damaged since it was first read", address.offset);
            return Err(SimError::Journal { path: path.clone(), message });
        };
        cursor.at = address.offset + frame.length();
        Ok(frame)
    }
}
