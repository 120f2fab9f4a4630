//! Reads a sweep's CSV on all processors, in blocks that end at line ends, with memory that does not grow with the file.

use crate::error::ResultsError;
use logitdist_io::open_file;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

/// What is said of a table that does not end in a line end.
pub(crate) const NO_END: &str = "the last line has no end; was the file cut off?";

/// Bytes of a block, more where a single line is longer.
const BLOCK: usize = 1 << 20;

/// The most threads that read: beyond, the disk is slower than they are.
const MOST_THREADS: usize = 8;

/// A CSV file with its header read and checked.
#[derive(Debug, Clone)]
pub struct CsvFile {
    path: PathBuf,
    header: Vec<String>,
    body: u64,
    /// Length when it was opened.
    length: u64,
}

/// Lines of a file, with the place of the first.
struct Block {
    /// Bytes of the file before it.
    offset: u64,
    /// Number of its first line, from 1.
    line: u64,
    bytes: Vec<u8>,
}

impl CsvFile {
    /// Opens a file and reads its header. `name` is what a sweep calls it, for messages.
    ///
    /// # Errors
    /// A file that cannot be read or is empty.
    pub fn open(path: &Path) -> Result<CsvFile, ResultsError> {
        let (file, length) = open_file(path).map_err(|e| ResultsError::io("read", path, e))?;
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().map_err(|e| ResultsError::content(path, 1, e.to_string()))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if header.is_empty() {
            let message = "the file is empty; it should begin with the names of its columns";
            return Err(ResultsError::content(path, 1, message.into()));
        }
        Ok(CsvFile { path: path.to_path_buf(), header, body: reader.position().byte(), length })
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The position of a column, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The position of a column that must be there.
    ///
    /// # Errors
    /// There is none; the message lists those that are `needed`.
    pub fn column(&self, name: &str, needed: &[&str]) -> Result<usize, ResultsError> {
        self.find(name).ok_or_else(|| {
            let file = self.path.file_name().unwrap_or_default().display();
            let message = format!("there is no column `{name}`; {file} needs {}", needed.join(", "));
            ResultsError::content(&self.path, 1, message)
        })
    }

    /// Hands every line to `each`, with its place in the file, and returns what the threads collected.
    ///
    /// A thread begins with `fresh()`, and sees its lines in the order of the file; which lines it sees is chance, so what the parts are
    /// merged to must not depend on it. An error of `each` becomes one about its line.
    ///
    /// # Errors
    /// A file that cannot be read; a line that is incomplete or that `each` refuses, the first of them.
    pub fn read<S: Send>(
        &self,
        fresh: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, &csv::ByteRecord, u64) -> Result<(), String> + Sync,
    ) -> Result<Vec<S>, ResultsError> {
        let blocks = self.length.saturating_sub(self.body).div_ceil(BLOCK as u64) as usize;
        let worst = Mutex::new(None);
        let (read, parts) = if blocks <= 1 {
            // Most tables are one block: to start a thread takes longer than to read it.
            let mut state = fresh();
            (self.cut(&worst, |block| self.take(&block, &mut state, &worst, &each)), vec![state])
        } else {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let threads = threads.min(MOST_THREADS).min(blocks);
            let (sender, receiver) = sync_channel(threads);
            let receiver = Mutex::new(receiver);
            std::thread::scope(|scope| {
                let work = || scope.spawn(|| self.work(&receiver, &worst, fresh(), &each));
                let workers: Vec<_> = (0..threads).map(|_| work()).collect();
                // No receiver is left only if a reader panicked, which joining it says.
                let read = self.cut(&worst, |block| drop(sender.send(block)));
                drop(sender);
                (read, workers.into_iter().map(|w| w.join().expect("a reader panicked")).collect())
            })
        };
        match worst.into_inner().expect("a reader panicked") {
            Some((line, message)) => Err(ResultsError::content(&self.path, line, message)),
            None => read.map(|()| parts),
        }
    }

    /// Takes blocks until there are no more.
    fn work<S>(
        &self,
        blocks: &Mutex<Receiver<Block>>,
        worst: &Mutex<Option<(u64, String)>>,
        mut state: S,
        each: &impl Fn(&mut S, &csv::ByteRecord, u64) -> Result<(), String>,
    ) -> S {
        loop {
            let received = blocks.lock().expect("a reader panicked").recv();
            let Ok(block) = received else { return state };
            self.take(&block, &mut state, worst, each);
        }
    }

    /// Reads a block, and keeps its error if it is the first one.
    fn take<S>(
        &self,
        block: &Block,
        state: &mut S,
        worst: &Mutex<Option<(u64, String)>>,
        each: &impl Fn(&mut S, &csv::ByteRecord, u64) -> Result<(), String>,
    ) {
        if let Err(error) = self.read_block(block, state, each) {
            let mut worst = worst.lock().expect("a reader panicked");
            // Blocks before this one are in other hands already: the first error is found whoever is faster.
            if worst.as_ref().is_none_or(|(line, _)| error.0 < *line) {
                *worst = Some(error);
            }
        }
    }

    fn read_block<S>(
        &self,
        block: &Block,
        state: &mut S,
        each: &impl Fn(&mut S, &csv::ByteRecord, u64) -> Result<(), String>,
    ) -> Result<(), (u64, String)> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&block.bytes[..]);
        let mut record = csv::ByteRecord::new();
        loop {
            let place = (reader.position().byte(), reader.position().line());
            let line = block.line + place.1 - 1;
            match reader.read_byte_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) if record.len() == self.header.len() => {
                    each(state, &record, block.offset + place.0).map_err(|message| (line, message))?;
                }
                Ok(true) => {
                    let (found, needed) = (record.len(), self.header.len());
                    return Err((
                        line,
                        format!(
                            "the line is incomplete: it has {found} fields of {needed}; was the file cut off?"
                        ),
                    ));
                }
                Err(error) => return Err((line, format!("the line is not CSV: {error}"))),
            }
        }
    }

    /// Cuts the file into blocks that end at line ends outside quotes.
    fn cut(
        &self,
        worst: &Mutex<Option<(u64, String)>>,
        mut deliver: impl FnMut(Block),
    ) -> Result<(), ResultsError> {
        let failed = |e| ResultsError::io("read", &self.path, e);
        let (mut file, _) = open_file(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(self.body)).map_err(failed)?;
        let (mut offset, mut line, mut rest) = (self.body, 2, Vec::new());
        while worst.lock().expect("a reader panicked").is_none() {
            let start = rest.len();
            let mut bytes = std::mem::take(&mut rest);
            bytes.reserve(BLOCK);
            let read = Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(&mut bytes).map_err(failed)?;
            if read == 0 {
                if start == 0 {
                    return Ok(());
                }
                return Err(ResultsError::content(&self.path, line, NO_END.to_owned()));
            }
            let Some(end) = last_line_end(&bytes) else {
                rest = bytes;
                continue;
            };
            rest = bytes.split_off(end);
            let (length, lines) = (bytes.len() as u64, memchr::memchr_iter(b'\n', &bytes).count() as u64);
            deliver(Block { offset, line, bytes });
            offset += length;
            line += lines;
        }
        Ok(())
    }
}

/// The position after the last line end outside quotes. A block begins outside of them.
fn last_line_end(bytes: &[u8]) -> Option<usize> {
    let quotes = memchr::memchr_iter(b'"', bytes).count();
    let mut quotes_before = quotes;
    let mut end = bytes.len();
    loop {
        let newline = memchr::memrchr(b'\n', &bytes[..end])?;
        quotes_before -= memchr::memchr_iter(b'"', &bytes[newline..end]).count();
        if quotes_before.is_multiple_of(2) {
            return Some(newline + 1);
        }
        end = newline;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, text).unwrap();
        let table = CsvFile::open(&path).map_err(|e| e.to_string())?;
        let each = |lines: &mut Vec<(u64, String)>, record: &csv::ByteRecord, place: u64| {
            let fields: Vec<_> = record.iter().map(|f| String::from_utf8_lossy(f)).collect();
            lines.push((place, fields.join("|")));
            if &record[0] == b"bad" { Err("bad".to_owned()) } else { Ok(()) }
        };
        let parts = table.read(Vec::new, each).map_err(|e| e.to_string())?;
        let mut lines: Vec<_> = parts.into_iter().flatten().collect();
        lines.sort();
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    #[test]
    fn every_line_is_seen_once_whatever_the_blocks() {
        let body: String =
            (0..200_000).map(|i| format!("{i},\"quoted, with\nan end \"\"inside\"\" {i}\"\n")).collect();
        let lines = read(&format!("n,text\n{body}")).unwrap();
        assert_eq!(lines.len(), 200_000);
        for (i, line) in lines.iter().enumerate() {
            assert_eq!(*line, format!("{i}|quoted, with\nan end \"inside\" {i}"));
        }
        assert_eq!(read("n,text\n").unwrap(), Vec::<String>::new());
        assert_eq!(read("n,text\r\n1,2\r\n").unwrap(), ["1|2"]);
    }

    #[test]
    fn there_are_no_more_threads_than_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        for (length, most) in [(0, 1), (10, 1), (BLOCK + 10, 2)] {
            std::fs::write(&path, format!("n\n{}", "1\n".repeat(length / 2))).unwrap();
            let parts = CsvFile::open(&path).unwrap().read(|| (), |(), _, _| Ok(())).unwrap();
            assert!((1..=most).contains(&parts.len()), "{length} bytes: {} threads", parts.len());
        }
    }

    #[test]
    fn the_first_line_that_is_wrong_is_named() {
        let many: String = (0..150_000).map(|i| format!("{i},ok\n")).collect();
        for (text, message) in [
            (String::new(), "rows.csv:1: the file is empty"),
            ("n,text\n1,2\n3".into(), "rows.csv:3: the last line has no end"),
            ("n,text\n1,2\n3\n4,5\n".into(), "rows.csv:3: the line is incomplete: it has 1 fields of 2"),
            (format!("n,text\n{many}bad,1\n{many}bad,2\n1\n"), "rows.csv:150002: bad"),
            (format!("n,text\n{many}1\n{many}bad,2\n1\n"), "rows.csv:150002: the line is incomplete"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
