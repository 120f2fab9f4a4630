//! A bound of a pair in one direction: a row of `bounds.csv`.

use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::number::{float, parse};
use logitdist::{Bound, Direction, Form, Statement, Status, theorem};
use std::borrow::Cow;

/// Columns of `bounds.csv` after the seed of the cell, which joins them with `rows.csv`.
pub const BOUND_COLUMNS: [&str; 14] = [
    "direction",
    "bound",
    "theorem",
    "form",
    "status",
    "lhs",
    "rhs",
    "tightness",
    "certified",
    "measured",
    "share",
    "slack",
    "holds",
    "reason",
];

/// What is measured is a rounding error up to this: a share of it says nothing.
const ROUNDING: f64 = 1e-14;

/// certified/measured, clipped to [0, 1]: how close a lower bound comes. `None` where what is measured is a rounding error.
pub fn share(certified: f64, measured: f64) -> Option<f64> {
    (measured > ROUNDING).then(|| (certified / measured).clamp(0.0, 1.0))
}

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
    /// Left-hand side; of a lower bound, what it certifies, negative when it says nothing.
    pub lhs: Option<f64>,
    /// Right-hand side; of a lower bound, what is measured.
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

    /// certified/measured of a lower bound, clipped to [0, 1].
    pub fn share(&self) -> Option<f64> {
        let (certified, measured) = self.lhs.zip(self.rhs).filter(|_| self.is_lower())?;
        share(certified, measured)
    }

    /// Whether it bounds a measure from below.
    pub fn is_lower(&self) -> bool {
        theorem(&self.token).map_or(self.slack.is_some(), |theorem| theorem.is_lower())
    }

    /// The fields of [`BOUND_COLUMNS`].
    pub fn fields(&self) -> [String; 14] {
        let number = |x: Option<f64>| x.map_or_else(String::new, float);
        let sides = [self.lhs, self.rhs];
        let is_lower = self.is_lower();
        let ([lhs, rhs], [certified, measured]) =
            if is_lower { ([None; 2], sides) } else { (sides, [None; 2]) };
        [
            direction_name(self.direction).into(),
            self.token.clone().into_owned(),
            theorem(&self.token).map_or_else(String::new, |theorem| theorem.number.to_owned()),
            self.form.to_string(),
            self.status.name().into(),
            number(lhs),
            number(rhs),
            number(self.tightness),
            number(certified),
            number(measured),
            number(self.share()),
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
pub(crate) fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Ab => "ab",
        Direction::Ba => "ba",
    }
}

/// A direction by its name.
fn direction_of(name: &[u8]) -> Result<Direction, String> {
    match name {
        b"ab" => Ok(Direction::Ab),
        b"ba" => Ok(Direction::Ba),
        other => Err(refused("direction", other, "ab or ba")),
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
    /// Of the seed of the cell.
    pub seed: usize,
    columns: [usize; 9],
    /// `certified` and `measured`; earlier versions have them as `lhs` and `rhs`.
    of_lower: Option<[usize; 2]>,
    reason: Option<usize>,
}

impl BoundColumns {
    pub fn of(file: &CsvFile) -> Result<BoundColumns, ResultsError> {
        const NEEDED: [&str; 10] = [
            "cell_seed",
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
        let [seed, columns @ ..] = columns;
        let of_lower = file.find("certified").zip(file.find("measured")).map(|(c, m)| [c, m]);
        Ok(BoundColumns { seed, columns, of_lower, reason: file.find("reason") })
    }

    /// The bound of a line.
    pub fn row<'a>(&self, line: &'a csv::ByteRecord) -> Result<BoundRow<'a>, String> {
        let [direction, token, form_of, status, lhs, rhs, tightness, slack, holds_of] =
            self.columns.map(|column| &line[column]);
        let [lhs, rhs] = [parse("lhs", lhs)?, parse("rhs", rhs)?];
        let [certified, measured] = match self.of_lower {
            Some([c, m]) => [parse("certified", &line[c])?, parse("measured", &line[m])?],
            None => [None, None],
        };
        Ok(BoundRow {
            direction: direction_of(direction)?,
            token: String::from_utf8_lossy(token),
            form: form(form_of)?,
            status: BoundStatus::parse(status)?,
            lhs: lhs.or(certified),
            rhs: rhs.or(measured),
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
        writer.write_record(["cell_seed"].iter().chain(&BOUND_COLUMNS)).unwrap();
        for row in &rows {
            writer.write_record(["s0".to_owned()].iter().chain(&row.fields())).unwrap();
        }
        drop(writer);
        assert_eq!(read(&path).unwrap(), rows);
        let text = std::fs::read_to_string(&path).unwrap();
        // Both sides of a lower bound have columns of their own, which all look like floats; so has what they share.
        assert!(text.contains("s0,ab,d_ls,T7,sharpened,ok,1.0,inf,1e-7,,,,,true,\n"), "{text}");
        assert!(text.contains(",m_cca_sharp,T3,sharpened,vacuous,,,,-1.5,inf,0.0,2.25,true,"), "{text}");
        assert_eq!([share(0.4, 0.5), share(0.6, 0.5), share(1e-15, 1e-14)], [Some(0.8), Some(1.0), None]);
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
