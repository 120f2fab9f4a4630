//! What the lines of `bounds.csv` say, collected under numbers in place of texts.

use super::{Group, Summary};
use crate::bound::{BoundRow, BoundStatus, direction_name};
use crate::dictionary::Dictionary;
use crate::parameters::Parameters;
use crate::tally::{BoundTally, MOST_VALUES, Tally};
use logitdist::{Direction, Form};

/// The directions, in the order of their numbers.
const DIRECTIONS: [Direction; 2] = [Direction::Ab, Direction::Ba];

/// What a part of the file says, under numbers in place of texts.
pub(crate) struct Collector<'a> {
    parameters: &'a Parameters,
    bounds: Dictionary,
    forms: Vec<Form>,
    reasons: Dictionary,
    tallies: Vec<BoundTally>,
    /// The cell of the last line, and its values with that of the direction: the lines of a cell follow each other.
    cell: Option<u64>,
    current: Vec<Option<usize>>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(parameters: &'a Parameters) -> Collector<'a> {
        Collector {
            parameters,
            bounds: Dictionary::default(),
            forms: Vec::new(),
            reasons: Dictionary::default(),
            tallies: Vec::new(),
            cell: None,
            current: vec![None; parameters.names.len() + 1],
        }
    }

    /// Adds the bound of a line and of a cell; the number of the bound.
    pub(crate) fn add(&mut self, seed: u64, row: &BoundRow<'_>, place: u64) -> usize {
        let reason = (row.status == BoundStatus::NotApplicable)
            .then(|| self.reasons.number(kind(&row.reason).as_bytes(), place));
        let (direction, values) = self.current.split_last_mut().expect("a direction is among the values");
        if self.cell != Some(seed) {
            self.cell = Some(seed);
            match self.parameters.of_cell(seed) {
                Some(own) => values.copy_from_slice(own),
                None => values.fill(None),
            }
        }
        *direction = DIRECTIONS.iter().position(|known| *known == row.direction);
        let bound = self.bounds.number(row.token.as_bytes(), place);
        if bound == self.tallies.len() {
            self.tallies.push(BoundTally::new(self.current.len()));
            self.forms.push(row.form);
        }
        self.tallies[bound].add(row, reason, &self.current);
        bound
    }

    /// Adds what another part says, and returns the numbers that its bounds have here.
    pub(crate) fn merge(&mut self, other: &Collector<'_>) -> Vec<usize> {
        let bounds = self.bounds.merge(&other.bounds);
        let reasons = self.reasons.merge(&other.reasons);
        for ((&bound, tally), form) in bounds.iter().zip(&other.tallies).zip(&other.forms) {
            if bound == self.tallies.len() {
                self.tallies.push(BoundTally::new(self.current.len()));
                self.forms.push(*form);
            }
            self.tallies[bound].merge(tally, &reasons);
        }
        bounds
    }

    /// The bounds in the order in which they first stand in the file.
    pub(crate) fn bounds_in_order(&self) -> Vec<usize> {
        self.bounds.in_order()
    }

    pub(crate) fn finish(self) -> Summary {
        let Parameters { names, values, .. } = self.parameters;
        let mut groups = Vec::new();
        for bound in self.bounds_in_order() {
            let tally = &self.tallies[bound];
            let mut push = |axis: &str, value: String, tally: &Tally| {
                groups.push(self.group(bound, axis, value, tally));
            };
            push("all", String::new(), &tally.all);
            for (axis, values) in values.iter().enumerate().filter(|(_, v)| v.len() <= MOST_VALUES) {
                for value in values.in_order() {
                    if let Some(tally) = tally.of(axis, value) {
                        push(&names[axis], values.text(value), tally);
                    }
                }
            }
            for (value, direction) in DIRECTIONS.into_iter().enumerate() {
                if let Some(tally) = tally.of(names.len(), value) {
                    push("direction", direction_name(direction).to_owned(), tally);
                }
            }
        }
        Summary { groups }
    }

    fn group(&self, bound: usize, axis: &str, value: String, tally: &Tally) -> Group {
        Group {
            axis: axis.to_owned(),
            value,
            ..group(self.bounds.text(bound), self.forms[bound], tally, &self.reasons)
        }
    }
}

/// What a tally says of a bound, over all values.
pub(crate) fn group(bound: String, form: Form, tally: &Tally, reasons: &Dictionary) -> Group {
    let counted = tally.reasons.iter().map(|&(reason, count)| (reasons.text(reason), count));
    let mut counted: Vec<(String, u64)> = counted.collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Group {
        bound,
        form,
        axis: "all".to_owned(),
        value: String::new(),
        n: tally.n,
        violations: tally.violations,
        not_applicable: counted.iter().map(|(_, count)| count).sum(),
        reasons: counted,
        vacuous: tally.vacuous,
        tightness: tally.tightness.clone(),
        slack: tally.slack.clone(),
        certified: tally.certified.clone(),
        share: tally.share.clone(),
    }
}

/// A reason without its numbers: `3 labels; at least 5 are needed` is `… labels; at least … are needed`.
pub(crate) fn kind(reason: &str) -> String {
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
