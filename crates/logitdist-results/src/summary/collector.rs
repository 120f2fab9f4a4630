//! What the lines of `bounds.csv` say, collected under numbers in place of texts.

use super::{Group, Summary};
use crate::csv_file::CsvFile;
use crate::dictionary::Dictionary;
use crate::error::ResultsError;
use crate::tally::{BoundTally, Line, MOST_VALUES, Status, Tally};

/// Columns of `bounds.csv` that are needed; those before `replicate` are the axes.
const NEEDED: [&str; 9] =
    ["replicate", "direction", "bound", "form", "status", "lhs", "tightness", "slack", "holds"];

/// Positions of the columns.
pub(crate) struct Columns {
    pub(crate) axes: Vec<usize>,
    pub(crate) direction: usize,
    pub(crate) bound: usize,
    form: usize,
    pub(crate) status: usize,
    pub(crate) lhs: usize,
    pub(crate) tightness: usize,
    pub(crate) slack: usize,
    pub(crate) holds: usize,
    reason: Option<usize>,
}

impl Columns {
    pub(crate) fn of(table: &CsvFile) -> Result<Columns, ResultsError> {
        let [replicate, direction, bound, form, status, lhs, tightness, slack, holds] =
            NEEDED.map(|name| table.column(name, &NEEDED));
        let (replicate, direction) = (replicate?, direction?);
        Ok(Columns {
            axes: (0..replicate).chain([direction]).collect(),
            direction,
            bound: bound?,
            form: form?,
            status: status?,
            lhs: lhs?,
            tightness: tightness?,
            slack: slack?,
            holds: holds?,
            reason: table.find("reason"),
        })
    }
}

/// What a part of the file says, under numbers in place of texts.
pub(crate) struct Collector {
    bounds: Dictionary,
    forms: Vec<String>,
    values: Vec<Dictionary>,
    reasons: Dictionary,
    tallies: Vec<BoundTally>,
    /// The line's values, kept to spare an allocation a line.
    current: Vec<Option<usize>>,
}

impl Collector {
    pub(crate) fn new(columns: &Columns) -> Collector {
        Collector {
            bounds: Dictionary::default(),
            forms: Vec::new(),
            values: vec![Dictionary::default(); columns.axes.len()],
            reasons: Dictionary::default(),
            tallies: Vec::new(),
            current: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        columns: &Columns,
        record: &csv::ByteRecord,
        place: u64,
    ) -> Result<(), String> {
        let status = match &record[columns.status] {
            b"ok" => Status::Ok,
            b"vacuous" => Status::Vacuous,
            b"not_applicable" => {
                let reason = columns.reason.map_or(&b""[..], |reason| &record[reason]);
                Status::NotApplicable(self.reasons.number(kind(reason).as_bytes(), place))
            }
            other => {
                let found = String::from_utf8_lossy(other);
                return Err(format!("`status` is {found:?}; ok, vacuous or not_applicable is needed"));
            }
        };
        let number = |name: &str, column: usize| number(name, &record[column]);
        let certificate = match number("slack", columns.slack)? {
            None => None,
            Some(slack) => number("lhs", columns.lhs)?.map(|lhs| (slack, lhs)),
        };
        let line = Line {
            violated: &record[columns.holds] == b"false",
            status,
            tightness: number("tightness", columns.tightness)?.filter(|t| t.is_finite()),
            certificate,
        };
        self.current.clear();
        for (&axis, values) in columns.axes.iter().zip(&mut self.values) {
            let text = &record[axis];
            self.current.push((!text.is_empty()).then(|| values.number(text, place)));
        }
        let bound = self.bounds.number(&record[columns.bound], place);
        if bound == self.tallies.len() {
            self.tallies.push(BoundTally::new(self.values.len()));
            self.forms.push(String::from_utf8_lossy(&record[columns.form]).into_owned());
        }
        self.tallies[bound].add(line, &self.current);
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Collector) {
        let bounds = self.bounds.merge(&other.bounds);
        let reasons = self.reasons.merge(&other.reasons);
        let values: Vec<Vec<usize>> =
            self.values.iter_mut().zip(&other.values).map(|(own, theirs)| own.merge(theirs)).collect();
        for ((bound, tally), form) in bounds.into_iter().zip(&other.tallies).zip(&other.forms) {
            if bound == self.tallies.len() {
                self.tallies.push(BoundTally::new(self.values.len()));
                self.forms.push(form.clone());
            }
            self.tallies[bound].merge(tally, &values, &reasons);
        }
    }

    pub(crate) fn finish(self, header: &[String], axes: &[usize]) -> Summary {
        let mut groups = Vec::new();
        for bound in self.bounds.in_order() {
            let tally = &self.tallies[bound];
            let mut push = |axis: &str, value: String, tally: &Tally| {
                groups.push(self.group(bound, axis, value, tally));
            };
            push("all", String::new(), &tally.all);
            for (axis, values) in self.values.iter().enumerate().filter(|(_, v)| v.len() <= MOST_VALUES) {
                for value in values.in_order() {
                    if let Some(tally) = tally.of(axis, value) {
                        push(&header[axes[axis]], values.text(value), tally);
                    }
                }
            }
        }
        Summary { groups }
    }

    fn group(&self, bound: usize, axis: &str, value: String, tally: &Tally) -> Group {
        let mut reasons: Vec<(String, u64)> =
            tally.reasons.iter().map(|&(reason, count)| (self.reasons.text(reason), count)).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Group {
            bound: self.bounds.text(bound),
            form: self.forms[bound].clone(),
            axis: axis.to_owned(),
            value,
            n: tally.n,
            violations: tally.violations,
            not_applicable: reasons.iter().map(|(_, count)| count).sum(),
            reasons,
            vacuous: tally.vacuous,
            tightness: tally.tightness.clone(),
            slack: tally.slack.clone(),
            certified: tally.certified.clone(),
        }
    }
}

/// A field that is blank or a number.
pub(crate) fn number(name: &str, field: &[u8]) -> Result<Option<f64>, String> {
    if field.is_empty() {
        return Ok(None);
    }
    let parsed = std::str::from_utf8(field).ok().and_then(|text| text.parse().ok());
    parsed.filter(|x: &f64| !x.is_nan()).map(Some).ok_or_else(|| {
        let found = String::from_utf8_lossy(field);
        format!("`{name}` is {found:?}; a number is needed")
    })
}

/// A reason without its numbers: `3 labels; at least 5 are needed` is `… labels; at least … are needed`.
pub(crate) fn kind(reason: &[u8]) -> String {
    let reason = String::from_utf8_lossy(reason);
    let mut kind = String::with_capacity(reason.len());
    let mut rest = &reason[..];
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        kind.push_str(&rest[..start]);
        kind.push('…');
        let after = &rest[start..];
        let inside = |c: char| c.is_ascii_digit() || ['.', 'e', '-', '+'].contains(&c);
        rest = &after[after.find(|c| !inside(c)).unwrap_or(after.len())..];
    }
    kind.push_str(rest);
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_differ_in_numbers_are_of_one_kind() {
        for (reason, want) in [
            ("3 labels; at least 5 are needed", "… labels; at least … are needed"),
            ("all 12 singular (under 1e-12)", "all … singular (under …)"),
            ("", ""),
            ("σ₁ of model a", "σ₁ of model a"),
        ] {
            assert_eq!(kind(reason.as_bytes()), want);
        }
    }
}
