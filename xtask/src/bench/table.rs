//! The table, read again.

use super::measure::Measured;
use super::plan::{Entry, Library, Operation};
use super::{Outcome, Row};
use anyhow::{Context, bail};
use std::path::Path;

/// The rows of a table that `cargo xtask bench` wrote.
pub fn read(path: &Path) -> anyhow::Result<Vec<Row>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let header = reader.headers()?.clone();
    let rows = reader.records().map(|record| row(&header, &record?));
    rows.collect::<anyhow::Result<_>>().with_context(|| path.display().to_string())
}

fn row(header: &csv::StringRecord, record: &csv::StringRecord) -> anyhow::Result<Row> {
    let text = |name: &str| -> anyhow::Result<&str> {
        let column = header.iter().position(|own| own == name);
        column.and_then(|column| record.get(column)).with_context(|| format!("there is no {name}"))
    };
    let whole = |name: &str| -> anyhow::Result<usize> { Ok(text(name)?.parse()?) };
    let number = |name: &str| -> anyhow::Result<f64> { Ok(text(name)?.parse()?) };
    let backend = text("backend")?;
    let Some(library) = Library::ALL.into_iter().find(|own| own.name() == backend) else {
        bail!("there is no backend {backend}");
    };
    let operation = text("operation")?;
    let entry = match Operation::ALL.into_iter().find(|own| own.name() == operation) {
        Some(operation) => {
            Some(Entry { operation, rows: whole("rows")?, cols: whole("cols")?, batch: whole("batch")? })
        }
        None => None,
    };
    let outcome = match text("seconds_median")? {
        "" => Outcome::LeftOut(text("note")?.to_owned()),
        _ => Outcome::Measured(Measured {
            median: number("seconds_median")?,
            least: number("seconds_min")?,
            calls: whole("calls")?,
            error: number("error")?,
        }),
    };
    Ok(Row { library, version: text("version")?.to_owned(), threads: whole("threads")?, entry, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::csv;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let entry = Entry { operation: Operation::Solve, rows: 4, cols: 4, batch: 10 };
        let row = |outcome, entry| Row {
            library: Library::Mkl,
            version: "a, \"b\"".into(),
            threads: 2,
            entry,
            outcome,
        };
        let rows = vec![
            row(
                Outcome::Measured(Measured { median: 0.25, least: 0.125, calls: 3, error: 2e-16 }),
                Some(entry),
            ),
            row(Outcome::LeftOut("slow, too".into()), Some(entry)),
            row(Outcome::LeftOut("install it".into()), None),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.csv");
        std::fs::write(&path, csv(&rows)).unwrap();
        assert_eq!(read(&path).unwrap(), rows);
        std::fs::write(&path, "backend\nnobody\n").unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("there is no backend nobody"));
    }
}
