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

#[cfg(test)]
mod tests {
    use super::super::frame::Kind;
    use super::*;

    #[test]
    fn as_many_journals_are_open_as_a_process_may_have() {
        let folder = tempfile::tempdir().unwrap();
        let frame = |cell: usize| Frame {
            kind: Kind::Cell,
            cell: cell as u64,
            identity: 1,
            payload: vec![7; cell % 50],
        };
        // Two frames in each journal, the second first.
        let journals = MOST_OPEN + 40;
        let path = |journal: usize| folder.path().join(format!("{journal}.journal"));
        for journal in 0..journals {
            let bytes = [frame(2 * journal), frame(2 * journal + 1)].map(|frame| frame.encode()).concat();
            std::fs::write(path(journal), bytes).unwrap();
        }
        let mut reader = Reader::new((0..journals).map(path).collect());
        for journal in 0..journals {
            let offset = frame(2 * journal).length();
            let read = reader.frame(Address { journal, offset }).unwrap();
            assert_eq!(read, frame(2 * journal + 1));
            let open = if journal < MOST_OPEN { journal + 1 } else { journal + 1 - MOST_OPEN };
            assert_eq!(reader.open.len(), open);
        }
        // Those that are open stay so while they are read, however many they are.
        for journal in 0..MOST_OPEN {
            assert_eq!(reader.frame(Address { journal, offset: 0 }).unwrap(), frame(2 * journal));
        }
        let open = reader.open.len();
        let last = MOST_OPEN - 1;
        for offset in [0, frame(2 * last).length()] {
            reader.frame(Address { journal: last, offset }).unwrap();
            assert_eq!(reader.open.len(), open);
        }
        let mut full = Reader::new((0..MOST_OPEN).map(path).collect());
        for journal in (0..MOST_OPEN).chain([0]) {
            full.frame(Address { journal, offset: 0 }).unwrap();
        }
        assert_eq!(full.open.len(), MOST_OPEN);
    }

    #[test]
    fn a_record_that_was_damaged_since_is_an_error_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let frame = Frame { kind: Kind::Cell, cell: 3, identity: 1, payload: vec![1, 2, 3] };
        let mut bytes = frame.encode();
        bytes[38] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let mut reader = Reader::new(vec![path.clone()]);
        let error = reader.frame(Address { journal: 0, offset: 0 }).unwrap_err().to_string();
        assert!(error.contains("the record at byte 0 has been damaged"), "{error}");
        // Mended, it is read from the file anew.
        std::fs::write(&path, frame.encode()).unwrap();
        assert_eq!(reader.frame(Address { journal: 0, offset: 0 }).unwrap(), frame);
    }
}
