//! A summary as CSV and as a table for a terminal.

use super::Summary;
use crate::number::short;
use logitdist_io::for_spreadsheet;
use std::fmt::Write;

/// Quantiles that are reported, as column suffix and level.
const QUANTILES: [(&str, f64); 6] =
    [("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95), ("max", 1.0)];

impl Summary {
    /// The summary as CSV: a line per bound, axis and value; quantiles blank where there are no values.
    pub fn to_csv(&self) -> String {
        let mut text =
            String::from("bound,form,axis,value,n,violations,not_applicable,vacuous,vacuous_share");
        for what in ["tightness", "slack", "certified"] {
            for (suffix, _) in QUANTILES {
                write!(text, ",{what}_{suffix}").expect("writing to a string");
            }
        }
        text.push_str(",not_applicable_reasons\n");
        for g in &self.groups {
            let share = g.vacuous_share().map_or_else(String::new, |s| s.to_string());
            let (axis, value) = (quoted(&g.axis), quoted(&g.value));
            write!(
                text,
                "{},{},{axis},{value},{},{},{},{},{share}",
                g.bound, g.form, g.n, g.violations, g.not_applicable, g.vacuous
            )
            .expect("writing to a string");
            for values in [&g.tightness, &g.slack, &g.certified] {
                let numbers = values.quantiles(QUANTILES.map(|(_, q)| q));
                for i in 0..QUANTILES.len() {
                    let number = numbers.map_or_else(String::new, |numbers| format!("{:?}", numbers[i]));
                    write!(text, ",{number}").expect("writing to a string");
                }
            }
            writeln!(text, ",{}", quoted(&reasons(&g.reasons))).expect("writing to a string");
        }
        text
    }

    /// The `all` groups as a table for a terminal.
    pub fn to_table(&self) -> String {
        let mut text = format!(
            "{:26} {:10} {:>7} {:>5} {:>6} {:>8}  {:>9} {:>9} {:>9}  {}\n",
            "bound", "form", "n", "n/a", "broken", "vacuous", "q05", "median", "max", "of"
        );
        for g in self.groups.iter().filter(|g| g.axis == "all") {
            let certifies = !g.slack.is_empty();
            let (values, of) = if certifies { (&g.slack, "slack") } else { (&g.tightness, "tightness") };
            let cell = |q: f64| values.quantile(q).map_or_else(|| "-".to_owned(), short);
            let share = g.vacuous_share().map_or_else(|| "-".to_owned(), |s| format!("{:.1} %", 100.0 * s));
            writeln!(
                text,
                "{:26} {:10} {:>7} {:>5} {:>6} {share:>8}  {:>9} {:>9} {:>9}  {of}",
                g.bound,
                g.form.to_string(),
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

/// Reasons with their numbers: `12 × … labels; at least … are needed`, one after the other.
fn reasons(reasons: &[(String, u64)]) -> String {
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
