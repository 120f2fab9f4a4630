//! A table read line by line in its order, and a table being written.

use crate::csv_file::{CsvFile, NO_END};
use crate::error::ResultsError;
use logitdist_io::{WholeFile, for_spreadsheet, open_file};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A table that is read line by line. Where the order matters; [`CsvFile::read`] is faster.
pub struct InOrder {
    pub file: CsvFile,
    path: PathBuf,
    reader: csv::Reader<File>,
}

impl InOrder {
    /// Opens a table.
    ///
    /// # Errors
    /// A file that cannot be read or is empty.
    pub fn open(path: &Path) -> Result<InOrder, ResultsError> {
        let file = CsvFile::open(path)?;
        let failed = |e| ResultsError::io("read", path, e);
        let (mut source, length) = open_file(path).map_err(failed)?;
        // A field that is cut would pass for a whole one.
        let mut last = [0];
        source.seek(SeekFrom::Start(length.saturating_sub(1))).map_err(failed)?;
        let read = source.read(&mut last).map_err(failed)?;
        source.rewind().map_err(failed)?;
        if read == 1 && last != *b"\n" {
            let lines = csv::Reader::from_reader(source).into_byte_records().count();
            return Err(ResultsError::content(path, lines as u64 + 1, NO_END.to_owned()));
        }
        Ok(InOrder { file, path: path.to_path_buf(), reader: csv::Reader::from_reader(source) })
    }

    /// Reads the fields of the next line; its number, `None` at the end.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is incomplete.
    pub fn next(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u64>, ResultsError> {
        let line = self.reader.position().line();
        match self.reader.read_byte_record(record) {
            Ok(true) => Ok(Some(line.max(2))),
            Ok(false) => Ok(None),
            Err(e) => {
                Err(ResultsError::content(&self.path, line.max(2), format!("the line is not CSV: {e}")))
            }
        }
    }

    /// An error about a line.
    pub fn error(&self, line: u64, message: String) -> ResultsError {
        ResultsError::content(&self.path, line, message)
    }
}

/// A table being written: whole under its name, or not at all.
pub struct TableFile {
    path: PathBuf,
    writer: csv::Writer<WholeFile>,
}

impl TableFile {
    /// Begins a table.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(path: &Path) -> Result<TableFile, ResultsError> {
        let file = WholeFile::create(path).map_err(|e| ResultsError::io("write", path, e))?;
        Ok(TableFile { path: path.to_path_buf(), writer: csv::Writer::from_writer(file) })
    }

    /// Adds a line. No spreadsheet runs a field of it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn line(&mut self, fields: &[String]) -> Result<(), ResultsError> {
        let fields = fields.iter().map(|field| for_spreadsheet(field).into_owned());
        let written = self.writer.write_record(fields.map(String::into_bytes));
        written.map_err(|e| ResultsError::io("write", &self.path, e.into()))
    }

    /// Gives the table its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<(), ResultsError> {
        let TableFile { path, writer } = self;
        let failed = |e| ResultsError::io("write", &path, e);
        let mut file = writer.into_inner().map_err(|e| failed(e.into_error()))?;
        file.flush().and_then(|()| file.finish()).map_err(failed)
    }
}
