//! The lines of a comparison's CSV, in their order and checked one by one.

use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::number::parse;
use logitdist_io::from_spreadsheet;
use std::path::{Path, PathBuf};

/// One line: its fields by the number of the column asked for.
pub(super) struct Line<'a> {
    columns: &'a [(&'static str, usize)],
    record: &'a csv::ByteRecord,
}

impl Line<'_> {
    /// The text of a column, without the apostrophe that keeps spreadsheets from running it.
    pub fn text(&self, column: usize) -> Result<&str, String> {
        let (name, position) = self.columns[column];
        let text = std::str::from_utf8(&self.record[position]);
        text.map(from_spreadsheet).map_err(|_| format!("`{name}` is not UTF-8 text"))
    }

    /// The number of a column; `None` if it is blank.
    pub fn number(&self, column: usize) -> Result<Option<f64>, String> {
        parse(self.columns[column].0, self.text(column)?.as_bytes())
    }

    /// The whole number of a column.
    pub fn count(&self, column: usize) -> Result<usize, String> {
        let (text, name) = (self.text(column)?, self.columns[column].0);
        text.parse().map_err(|_| format!("`{name}` is {text:?}; a whole number is needed"))
    }
}

/// A file of a comparison, its lines as `parse` makes them of the columns `needed`, header excluded.
pub(super) struct ParsedLines<T> {
    path: PathBuf,
    pub lines: Vec<T>,
}

impl<T: Send> ParsedLines<T> {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is empty or cut off, lacks a column, or `parse` refuses a line.
    pub fn read(
        path: &Path,
        needed: &[&'static str],
        parse: impl Fn(&Line<'_>) -> Result<T, String> + Sync,
    ) -> Result<ParsedLines<T>, ResultsError> {
        let table = CsvFile::open(path)?;
        let columns: Vec<(&'static str, usize)> = needed
            .iter()
            .map(|name| Ok((*name, table.column(name, needed)?)))
            .collect::<Result<_, ResultsError>>()?;
        let parts = table.read(Vec::new, |lines: &mut Vec<(u64, T)>, record, place| {
            lines.push((place, parse(&Line { columns: &columns, record })?));
            Ok(())
        })?;
        let mut lines: Vec<(u64, T)> = parts.into_iter().flatten().collect();
        lines.sort_unstable_by_key(|(place, _)| *place);
        Ok(ParsedLines { path: path.to_path_buf(), lines: lines.into_iter().map(|(_, line)| line).collect() })
    }
}

impl<T> ParsedLines<T> {
    /// An error about the line at a position of `lines`, of a file whose records are a line each.
    pub fn error(&self, position: usize, message: String) -> ResultsError {
        ResultsError::content(&self.path, position as u64 + 2, message)
    }

    /// An error about what is missing at the end.
    pub fn error_at_end(&self, message: String) -> ResultsError {
        self.error(self.lines.len(), message)
    }
}
