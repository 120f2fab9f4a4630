//! Numbers in a CSV file.

use crate::error::TrainError;
use logitdist::Mat;
use std::path::Path;

/// Reads a table of numbers, a line each row. A first line of which no cell is a number is a header.
pub(super) fn read(path: &Path) -> Result<Mat<f64>, TrainError> {
    let whole = |message: String| TrainError::file(path, None, message);
    let (file, _) = logitdist_io::open_file(path).map_err(|e| whole(format!("cannot be read: {e}")))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(file);
    let (mut entries, mut columns, mut rows) = (Vec::new(), 0, 0_usize);
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| match e.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => TrainError::file(
                path,
                pos.as_ref().map(csv::Position::line),
                format!("{len} cells; the lines before have {expected_len}"),
            ),
            csv::ErrorKind::Utf8 { pos, .. } => {
                TrainError::file(path, pos.as_ref().map(csv::Position::line), "not UTF-8 text")
            }
            _ => whole(format!("cannot be read: {e}")),
        })?;
        if i == 0 && record.iter().all(|cell| !cell.is_empty() && cell.parse::<f64>().is_err()) {
            continue;
        }
        columns = record.len();
        rows += 1;
        for (j, cell) in record.iter().enumerate() {
            match cell.parse::<f64>() {
                Ok(value) if value.is_finite() => entries.push(value),
                _ => {
                    let found = if cell.is_empty() { "empty".to_owned() } else { format!("{cell:?}") };
                    let message = format!(
                        "column {} is {found}; every cell must be a finite number (missing values are not filled in)",
                        j + 1
                    );
                    return Err(TrainError::file(path, record.position().map(csv::Position::line), message));
                }
            }
        }
    }
    if entries.is_empty() {
        return Err(whole("there are no lines of numbers".to_owned()));
    }
    Ok(Mat::from_fn(rows, columns, |i, j| entries[i * columns + j]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Mat<f64>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let name = file.path().display().to_string();
        read(file.path()).map_err(|e| e.to_string().replace(&name, "x.csv"))
    }

    #[test]
    fn numbers_are_read_with_and_without_a_header() {
        let expected = Mat::from_fn(2, 2, |i, j| (2 * i + j + 1) as f64);
        for text in ["1,2\n3,4\n", "a,b\n1,2\n3,4", "1, 2\n3 ,4e0\r\n"] {
            assert_eq!(table(text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_line_and_column() {
        for (text, message) in [
            ("1,2\n3,\n", "x.csv:2: column 2 is empty; every cell must be a finite number"),
            ("a,b\n1,2\n3,x\n", "x.csv:3: column 2 is \"x\""),
            ("1,nan\n", "x.csv:1: column 2 is \"nan\""),
            ("a,1\n", "x.csv:1: column 1 is \"a\""),
            ("1,inf\n", "x.csv:1: column 2 is \"inf\""),
            ("1,2\n3\n", "x.csv:2: 1 cells; the lines before have 2"),
            ("a,b\n", "x.csv: there are no lines of numbers"),
            ("", "x.csv: there are no lines of numbers"),
        ] {
            let found = table(text).unwrap_err();
            assert!(found.starts_with(message), "{text:?}: {found}");
        }
    }
}
