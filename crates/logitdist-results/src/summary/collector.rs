//! What the lines of `bounds.csv` say, collected under numbers in place of texts.

use super::{Group, Summary};
use crate::bound::{BoundColumns, BoundRow, BoundStatus};
use crate::dictionary::Dictionary;
use crate::tally::{BoundTally, MOST_VALUES, Tally};
use logitdist::Form;

/// What a part of the file says, under numbers in place of texts.
pub(crate) struct Collector {
    bounds: Dictionary,
    forms: Vec<Form>,
    values: Vec<Dictionary>,
    reasons: Dictionary,
    tallies: Vec<BoundTally>,
    /// The line's values, kept to spare an allocation a line.
    current: Vec<Option<usize>>,
}

impl Collector {
    pub(crate) fn new(columns: &BoundColumns) -> Collector {
        Collector {
            bounds: Dictionary::default(),
            forms: Vec::new(),
            values: vec![Dictionary::default(); columns.axes.len()],
            reasons: Dictionary::default(),
            tallies: Vec::new(),
            current: Vec::new(),
        }
    }

    /// Adds a line and the bound in it; the number of the bound.
    pub(crate) fn add(
        &mut self,
        columns: &BoundColumns,
        record: &csv::ByteRecord,
        row: &BoundRow<'_>,
        place: u64,
    ) -> usize {
        let reason = (row.status == BoundStatus::NotApplicable)
            .then(|| self.reasons.number(kind(&row.reason).as_bytes(), place));
        self.current.clear();
        for (&axis, values) in columns.axes.iter().zip(&mut self.values) {
            let text = &record[axis];
            self.current.push((!text.is_empty()).then(|| values.number(text, place)));
        }
        let bound = self.bounds.number(row.token.as_bytes(), place);
        if bound == self.tallies.len() {
            self.tallies.push(BoundTally::new(self.values.len()));
            self.forms.push(row.form);
        }
        self.tallies[bound].add(row, reason, &self.current);
        bound
    }

    /// Adds what another part says, and returns the numbers that its bounds have here.
    pub(crate) fn merge(&mut self, other: &Collector) -> Vec<usize> {
        let bounds = self.bounds.merge(&other.bounds);
        let reasons = self.reasons.merge(&other.reasons);
        let values: Vec<Vec<usize>> =
            self.values.iter_mut().zip(&other.values).map(|(own, theirs)| own.merge(theirs)).collect();
        for ((&bound, tally), form) in bounds.iter().zip(&other.tallies).zip(&other.forms) {
            if bound == self.tallies.len() {
                self.tallies.push(BoundTally::new(self.values.len()));
                self.forms.push(*form);
            }
            self.tallies[bound].merge(tally, &values, &reasons);
        }
        bounds
    }

    /// The bounds in the order in which they first stand in the file.
    pub(crate) fn bounds_in_order(&self) -> Vec<usize> {
        self.bounds.in_order()
    }

    pub(crate) fn finish(self, header: &[String], axes: &[usize]) -> Summary {
        let mut groups = Vec::new();
        for bound in self.bounds_in_order() {
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
            form: self.forms[bound],
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

/// A reason without its numbers: `3 labels; at least 5 are needed` is `… labels; at least … are needed`.
fn kind(reason: &str) -> String {
    let mut kind = String::with_capacity(reason.len());
    let mut rest = reason;
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
            assert_eq!(kind(reason), want);
        }
    }
}
