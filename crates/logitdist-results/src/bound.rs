//! A bound of a pair in one direction: a row of `bounds.csv`.

use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::number::{exact, parse};
use logitdist::{Bound, Direction, Form, Statement, Status, theorem};
use std::borrow::Cow;

/// Columns of `bounds.csv` after the coordinates of the cell.
pub const BOUND_COLUMNS: [&str; 10] =
    ["direction", "bound", "form", "status", "lhs", "rhs", "tightness", "slack", "holds", "reason"];

/// A bound of a pair in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundRow<'a> {
    /// Whose spectrum and labels it uses.
    pub direction: Direction,
    /// Its token.
    pub token: Cow<'a, str>,
    /// Published or sharpened.
    pub form: Form,
    /// Whether it exists and says something.
    pub status: BoundStatus,
    /// Left-hand side; of a bound that certifies a correlation, the certified one, negative when it says nothing.
    pub lhs: Option<f64>,
    /// Right-hand side; of a bound that certifies a correlation, the measured one.
    pub rhs: Option<f64>,
    /// lhs/rhs where both are above rounding.
    pub tightness: Option<f64>,
    /// rhs − lhs, for lower bounds only.
    pub slack: Option<f64>,
    /// Whether it holds; `None` exactly if not applicable.
    pub holds: Option<bool>,
    /// Why it is vacuous or not applicable, else empty.
    pub reason: Cow<'a, str>,
}

/// Whether a bound exists and says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundStatus {
    /// It does.
    Ok,
    /// It is trivially true.
    Vacuous,
    /// There is none.
    NotApplicable,
}

impl BoundRow<'static> {
    /// The row of a bound that was evaluated.
    pub fn of(direction: Direction, bound: &Bound) -> BoundRow<'static> {
        // A lower bound on a mean correlation reads like the others: bound ≤ value.
        let (lhs, rhs) = match bound.statement {
            Some(Statement::AtMost { lhs, rhs }) => (Some(lhs), Some(rhs)),
            Some(Statement::AtLeast { bound, value }) => (Some(bound), Some(value)),
            None => (None, None),
        };
        let status = match bound.status {
            Status::Ok => BoundStatus::Ok,
            Status::Vacuous(_) => BoundStatus::Vacuous,
            Status::NotApplicable(_) => BoundStatus::NotApplicable,
        };
        BoundRow {
            direction,
            token: bound.theorem.token.into(),
            form: bound.theorem.form,
            status,
            lhs,
            rhs,
            tightness: bound.tightness,
            slack: bound.slack(),
            holds: bound.holds,
            reason: bound.reason().unwrap_or_default().into(),
        }
    }
}

impl BoundRow<'_> {
    /// Whether it failed.
    pub fn is_violated(&self) -> bool {
        self.holds == Some(false)
    }

    /// Whether it bounds a measure from below.
    pub fn is_lower(&self) -> bool {
        theorem(&self.token).map_or(self.slack.is_some(), |theorem| theorem.is_lower())
    }

    /// The fields of [`BOUND_COLUMNS`].
    pub fn fields(&self) -> [String; 10] {
        let number = |x: Option<f64>| x.map_or_else(String::new, exact);
        [
            direction_name(self.direction).into(),
            self.token.clone().into_owned(),
            self.form.to_string(),
            self.status.name().into(),
            number(self.lhs),
            number(self.rhs),
            number(self.tightness),
            number(self.slack),
            self.holds.map_or_else(String::new, |holds| holds.to_string()),
            self.reason.clone().into_owned(),
        ]
    }
}

impl BoundStatus {
    /// `ok`, `vacuous` or `not_applicable`.
    pub fn name(self) -> &'static str {
        match self {
            BoundStatus::Ok => "ok",
            BoundStatus::Vacuous => "vacuous",
            BoundStatus::NotApplicable => "not_applicable",
        }
    }

    /// The status of a name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn parse(name: &[u8]) -> Result<BoundStatus, String> {
        let all = [BoundStatus::Ok, BoundStatus::Vacuous, BoundStatus::NotApplicable];
        let found = all.into_iter().find(|status| status.name().as_bytes() == name);
        found.ok_or_else(|| refused("status", name, "ok, vacuous or not_applicable"))
    }
}

/// `ab` or `ba`.
fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Ab => "ab",
        Direction::Ba => "ba",
    }
}

/// A form by its name.
pub(crate) fn form(name: &[u8]) -> Result<Form, String> {
    match name {
        b"published" => Ok(Form::Published),
        b"sharpened" => Ok(Form::Sharpened),
        other => Err(refused("form", other, "published or sharpened")),
    }
}

/// Whether a bound holds, blank if it does not exist.
pub(crate) fn holds(text: &[u8]) -> Result<Option<bool>, String> {
    match text {
        b"" => Ok(None),
        b"true" => Ok(Some(true)),
        b"false" => Ok(Some(false)),
        other => Err(refused("holds", other, "true, false or nothing")),
    }
}

/// What is wrong with a field.
pub(crate) fn refused(column: &str, found: &[u8], needed: &str) -> String {
    format!("`{column}` is {:?}; {needed} is needed", String::from_utf8_lossy(found))
}

/// Where the columns of `bounds.csv` stand in a file.
pub(crate) struct BoundColumns {
    /// The parameters of the cell, and the direction: what bounds are summarised by.
    pub axes: Vec<usize>,
    columns: [usize; 9],
    reason: Option<usize>,
}

impl BoundColumns {
    pub fn of(file: &CsvFile) -> Result<BoundColumns, ResultsError> {
        const NEEDED: [&str; 10] = [
            "replicate",
            "direction",
            "bound",
            "form",
            "status",
            "lhs",
            "rhs",
            "tightness",
            "slack",
            "holds",
        ];
        let mut columns = [0; NEEDED.len()];
        for (column, name) in columns.iter_mut().zip(NEEDED) {
            *column = file.column(name, &NEEDED)?;
        }
        let [replicate, columns @ ..] = columns;
        let axes = (0..replicate).chain([columns[0]]).collect();
        Ok(BoundColumns { axes, columns, reason: file.find("reason") })
    }

    /// The bound of a line.
    pub fn row<'a>(&self, line: &'a csv::ByteRecord) -> Result<BoundRow<'a>, String> {
        let [direction, token, form_of, status, lhs, rhs, tightness, slack, holds_of] =
            self.columns.map(|column| &line[column]);
        Ok(BoundRow {
            direction: match direction {
                b"ab" => Direction::Ab,
                b"ba" => Direction::Ba,
                other => return Err(refused("direction", other, "ab or ba")),
            },
            token: String::from_utf8_lossy(token),
            form: form(form_of)?,
            status: BoundStatus::parse(status)?,
            lhs: parse("lhs", lhs)?,
            rhs: parse("rhs", rhs)?,
            tightness: parse("tightness", tightness)?,
            slack: parse("slack", slack)?,
            holds: holds(holds_of)?,
            reason: self.reason.map_or_else(Cow::default, |column| String::from_utf8_lossy(&line[column])),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read(path: &Path) -> Result<Vec<BoundRow<'static>>, String> {
        let file = CsvFile::open(path).map_err(|e| e.to_string())?;
        let columns = BoundColumns::of(&file).map_err(|e| e.to_string())?;
        let own = |row: BoundRow<'_>| BoundRow {
            token: row.token.into_owned().into(),
            reason: row.reason.into_owned().into(),
            ..row
        };
        let each = |rows: &mut Vec<(u64, BoundRow<'static>)>, line: &csv::ByteRecord, place| {
            rows.push((place, own(columns.row(line)?)));
            Ok(())
        };
        let parts = file.read(Vec::new, each).map_err(|e| e.to_string())?;
        let mut rows: Vec<_> = parts.into_iter().flatten().collect();
        rows.sort_by_key(|(place, _)| *place);
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    #[test]
    fn rows_read_back_as_they_were_written() {
        let row = BoundRow {
            direction: Direction::Ab,
            token: "d_ls".into(),
            form: Form::Sharpened,
            status: BoundStatus::Ok,
            lhs: Some(1.0),
            rhs: Some(f64::INFINITY),
            tightness: Some(1e-7),
            slack: None,
            holds: Some(true),
            reason: "".into(),
        };
        let lower = BoundRow {
            token: "m_cca_sharp".into(),
            status: BoundStatus::Vacuous,
            lhs: Some(-1.5),
            slack: Some(2.25),
            tightness: None,
            reason: "why, \"so\"".into(),
            ..row.clone()
        };
        let none = BoundRow {
            direction: Direction::Ba,
            form: Form::Published,
            status: BoundStatus::NotApplicable,
            lhs: None,
            rhs: None,
            tightness: None,
            holds: None,
            reason: "3 labels".into(),
            ..row.clone()
        };
        assert_eq!([&row, &lower, &none].map(BoundRow::is_lower), [false, true, false]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bounds.csv");
        let rows = vec![row, lower, none];
        let mut writer = csv::Writer::from_path(&path).unwrap();
        writer.write_record(["replicate"].iter().chain(&BOUND_COLUMNS)).unwrap();
        for row in &rows {
            writer.write_record(["0".to_owned()].iter().chain(&row.fields())).unwrap();
        }
        drop(writer);
        assert_eq!(read(&path).unwrap(), rows);
        let text = std::fs::read_to_string(&path).unwrap();
        for (old, new, message) in [
            ("ab,d_ls", "aa,d_ls", "`direction` is \"aa\"; ab or ba is needed"),
            ("sharpened", "sharp", "`form` is \"sharp\"; published or sharpened is needed"),
            (",true", ",yes", "`holds` is \"yes\"; true, false or nothing is needed"),
            (",inf,", ",x,", "`rhs` is \"x\"; a number is needed"),
        ] {
            std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
            let error = read(&path).unwrap_err();
            assert!(error.contains(message) && error.contains("bounds.csv:2"), "{error}");
        }
    }
}
