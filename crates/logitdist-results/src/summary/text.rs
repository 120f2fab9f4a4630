//! A summary as CSV and as a table for a terminal.

use super::{Group, Summary};
use crate::number::{float, short};
use logitdist_io::for_spreadsheet;
use std::fmt::Write;

/// Quantiles that are reported, as column suffix and level.
const QUANTILES: [(&str, f64); 6] =
    [("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95), ("max", 1.0)];

/// What the quantiles are of.
const OF: [&str; 4] = ["tightness", "slack", "certified", "share"];

/// The columns of counts and quantiles.
pub(crate) fn columns() -> Vec<String> {
    let counts = ["n", "violations", "not_applicable", "vacuous", "vacuous_share"].map(String::from);
    let quantiles = OF.iter().flat_map(|what| QUANTILES.map(|(suffix, _)| format!("{what}_{suffix}")));
    counts.into_iter().chain(quantiles).collect()
}

impl Summary {
    /// The summary as CSV: a line per bound, axis and value; quantiles blank where there are no values.
    pub fn to_csv(&self) -> String {
        let mut text = format!("bound,form,axis,value,{},not_applicable_reasons\n", columns().join(","));
        for g in &self.groups {
            let (axis, value, numbers) = (quoted(&g.axis), quoted(&g.value), g.numbers().join(","));
            let reasons = quoted(&reasons(&g.reasons));
            writeln!(text, "{},{},{axis},{value},{numbers},{reasons}", g.bound, g.form)
                .expect("writing to a string");
        }
        text
    }

    /// The `all` groups as a table for a terminal of 80 columns: how close each bound comes to what it bounds.
    pub fn to_table(&self) -> String {
        let mut text = format!(
            "How close: tightness of bounds from above, certified/measured of lower bounds.\n\
             {:24} {:>7} {:>5} {:>6} {:>7} {:>8} {:>8} {:>8}\n",
            "bound", "n", "n/a", "broken", "vacuous", "q05", "median", "max"
        );
        for g in self.groups.iter().filter(|g| g.axis == "all") {
            let values = if g.slack.is_empty() { &g.tightness } else { &g.share };
            let cell = |q: f64| values.quantile(q).map_or_else(|| "-".to_owned(), short);
            let share = g.vacuous_share().map_or_else(|| "-".to_owned(), |s| format!("{:.1} %", 100.0 * s));
            writeln!(
                text,
                "{:24} {:>7} {:>5} {:>6} {share:>7} {:>8} {:>8} {:>8}",
                g.bound,
                g.n,
                g.not_applicable,
                g.violations,
                cell(0.05),
                cell(0.5),
                cell(1.0)
            )
            .expect("writing to a string");
        }
        text
    }
}

impl Group {
    /// The fields of [`columns`].
    pub(crate) fn numbers(&self) -> Vec<String> {
        let counts = [self.n, self.violations, self.not_applicable, self.vacuous].map(|n| n.to_string());
        let mut fields = Vec::from(counts);
        fields.push(self.vacuous_share().map_or_else(String::new, float));
        for values in [&self.tightness, &self.slack, &self.certified, &self.share] {
            let quantiles = values.quantiles(QUANTILES.map(|(_, q)| q));
            fields.extend((0..QUANTILES.len()).map(|i| quantiles.map_or_else(String::new, |q| float(q[i]))));
        }
        fields
    }
}

/// Reasons with their numbers: `12 × … labels; at least … are needed`, one after the other.
pub(crate) fn reasons(reasons: &[(String, u64)]) -> String {
    reasons.iter().map(|(reason, count)| format!("{count} × {reason}")).collect::<Vec<_>>().join(" | ")
}

/// A field of CSV, in quotes if it has to be, that no spreadsheet runs.
pub fn quoted(field: &str) -> String {
    let field = for_spreadsheet(field);
    if field.contains([',', '"']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into_owned()
    }
}
