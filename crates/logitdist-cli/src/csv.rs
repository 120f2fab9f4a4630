//! A comparison as CSV: one line per number, `section,token,side,value,reason`.
//!
//! `section` is `measure`, `bounds` or `bounds_ba`. `side` is empty for measures, the position in a list, or one of lhs, rhs,
//! tightness, bound, value, slack, holds and status of a bound.

use crate::compare::Result;
use logitdist::{Bound, Statement};

/// The lines, header first.
pub fn render(result: &Result) -> String {
    let comparison = &result.comparison;
    let mut lines = Lines { writer: csv::Writer::from_writer(Vec::new()) };
    lines.write(["section", "token", "side", "value", "reason"]);
    for (token, value) in &comparison.scalars {
        match value {
            Ok(x) => lines.write(["measure", token, "", &number(*x), ""]),
            Err(reason) => lines.write(["measure", token, "", "", &reason.to_string()]),
        }
    }
    for (token, list) in &comparison.lists {
        match list {
            Ok(list) => {
                for (i, x) in list.iter().enumerate() {
                    lines.write(["measure", token, &(i + 1).to_string(), &number(*x), ""]);
                }
            }
            Err(reason) => lines.write(["measure", token, "", "", &reason.to_string()]),
        }
    }
    for (section, bounds) in [("bounds", &comparison.bounds), ("bounds_ba", &comparison.bounds_ba)] {
        for bound in bounds {
            lines.bound(section, bound);
        }
    }
    let bytes = lines.writer.into_inner().expect("writing to memory");
    String::from_utf8(bytes).expect("tokens, numbers and reasons are text")
}

struct Lines {
    writer: csv::Writer<Vec<u8>>,
}

impl Lines {
    fn write(&mut self, fields: [&str; 5]) {
        self.writer.write_record(fields).expect("writing to memory");
    }

    fn bound(&mut self, section: &str, bound: &Bound) {
        let reason = bound.reason().unwrap_or_default();
        let sides = match bound.statement {
            Some(Statement::AtMost { lhs, rhs }) => {
                vec![("lhs", Some(lhs)), ("rhs", Some(rhs)), ("tightness", bound.tightness)]
            }
            Some(Statement::MeanCorrelation { bound: at_least, value }) => {
                vec![("bound", Some(at_least)), ("value", Some(value)), ("slack", bound.slack())]
            }
            None => Vec::new(),
        };
        for (side, x) in sides {
            self.write([section, bound.token, side, &x.map_or_else(String::new, number), ""]);
        }
        let holds = bound.holds.map_or_else(String::new, |h| h.to_string());
        self.write([section, bound.token, "holds", &holds, ""]);
        self.write([section, bound.token, "status", bound.status.name(), &reason]);
    }
}

/// The shortest text that reads back as the same number; empty beyond the range, where the status of a bound says why.
fn number(x: f64) -> String {
    if x.is_finite() { format!("{x:?}") } else { String::new() }
}
