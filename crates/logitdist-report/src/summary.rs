//! How tight each bound was, over all cells and per value of every axis.

use crate::dictionary::Dictionary;
use crate::distribution::Distribution;
use crate::error::ReportError;
use crate::lines::Table;
use crate::tally::{BoundTally, Line, MOST_VALUES, Status, Tally};
use std::fmt::Write;
use std::path::Path;

/// Columns of `bounds.csv` that are needed; those before `replicate` are the axes.
const NEEDED: [&str; 9] =
    ["replicate", "direction", "bound", "form", "status", "lhs", "tightness", "slack", "holds"];

/// Quantiles that are reported, as column suffix and level.
const QUANTILES: [(&str, f64); 6] =
    [("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95), ("max", 1.0)];

/// One bound at one value of one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Token of the bound.
    pub bound: String,
    /// `published` or `sharpened`.
    pub form: String,
    /// Column of the axis, `all` for everything.
    pub axis: String,
    /// Value of the axis, empty for `all`.
    pub value: String,
    /// Evaluations, in all cells and both directions.
    pub n: u64,
    /// Of these, bounds that failed.
    pub violations: u64,
    /// Of these, bounds that do not exist for the pair.
    pub not_applicable: u64,
    /// Why not, and how often: reasons that differ in their numbers only are one, with `…` in place of them. Most frequent first.
    pub reasons: Vec<(String, u64)>,
    /// Of these, bounds that are trivially true.
    pub vacuous: u64,
    /// lhs/rhs where both are above rounding.
    pub tightness: Distribution,
    /// Measured minus certified mean correlation, of the bounds that certify one.
    pub slack: Distribution,
    /// Certified mean correlation, of the same.
    pub certified: Distribution,
}

impl Group {
    /// Share of vacuous bounds among those that exist, in [0, 1]; `None` if none does.
    pub fn vacuous_share(&self) -> Option<f64> {
        let exist = self.n - self.not_applicable;
        (exist > 0).then(|| self.vacuous as f64 / exist as f64)
    }
}

/// All groups: bounds in order of appearance, and for each `all` first and then the values of every axis.
///
/// An axis is a column before `replicate`, or `direction`. A column of more than 1000 values is not split by value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// The groups.
    pub groups: Vec<Group>,
}

/// Reads `bounds.csv` of a sweep, on all processors and with memory that does not grow with the number of cells.
///
/// The result does not depend on the number of processors. Quantiles are exact for groups of up to 1024 values; see [`Distribution`].
///
/// # Errors
/// A file that cannot be read, a missing column, or a line that is incomplete or not understood.
pub fn summarise(bounds: &Path) -> Result<Summary, ReportError> {
    let table = Table::open(bounds)?;
    let columns = Columns::of(&table)?;
    let parts = table.read(
        || Collector::new(&columns),
        |collector, record, place| collector.add(&columns, record, place),
    )?;
    let mut whole = Collector::new(&columns);
    parts.into_iter().for_each(|part| whole.merge(&part));
    Ok(whole.finish(table.header(), &columns.axes))
}

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
    pub(crate) fn of(table: &Table) -> Result<Columns, ReportError> {
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
                g.form,
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

/// A field of CSV, in quotes if it has to be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// A number in at most nine characters.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-3..1e4).contains(&x.abs()) { format!("{x:.4}") } else { format!("{x:.2e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "source,dim,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n";

    fn summary(lines: &str) -> Result<Summary, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bounds.csv");
        std::fs::write(&path, lines).unwrap();
        summarise(&path).map_err(|e| e.to_string())
    }

    #[test]
    fn groups_count_and_rank_what_the_lines_say() {
        let lines = format!(
            "{HEADER}noise,2,0,aa,ab,d_ls,sharpened,ok,1,2,0.5,,true,\n\
             noise,4,0,ab,ab,d_ls,sharpened,ok,1,4,0.25,,true,\n\
             noise,4,0,ac,ba,d_ls,sharpened,not_applicable,,,,,,why 3 not\n\
             noise,2,0,aa,ab,m_cca_sharp,sharpened,vacuous,-1,0.5,,1.5,true,so\n\
             noise,2,0,aa,ab,d_ls,sharpened,ok,3,2,1.5,,false,\n"
        );
        let s = summary(&lines).unwrap();
        let find = |bound: &str, axis: &str, value: &str| {
            s.groups
                .iter()
                .find(|g| (g.bound.as_str(), g.axis.as_str(), g.value.as_str()) == (bound, axis, value))
                .unwrap()
        };
        let all = find("d_ls", "all", "");
        assert_eq!((all.n, all.violations, all.not_applicable, all.vacuous), (4, 1, 1, 0));
        assert_eq!(all.tightness, [0.25, 0.5, 1.5].into_iter().collect());
        assert_eq!(all.reasons, [("why … not".to_owned(), 1)]);
        assert_eq!(find("d_ls", "dim", "4").tightness, [0.25].into_iter().collect());
        assert_eq!(find("m_cca_sharp", "all", "").vacuous_share(), Some(1.0));
        assert_eq!(find("m_cca_sharp", "dim", "2").certified, [-1.0].into_iter().collect());
        let csv = s.to_csv();
        assert!(csv.lines().nth(1).unwrap().starts_with("d_ls,sharpened,all,,4,1,1,0,0,"), "{csv}");
        assert!(csv.lines().all(|l| l.split(',').count() == 28), "{csv}");
        assert!(s.to_table().contains("m_cca_sharp"));
    }

    #[test]
    fn what_is_not_a_sweeps_csv_names_the_line_and_what_is_needed() {
        for (lines, message) in [
            ("a,b\n1,2\n".to_owned(), "bounds.csv:1: there is no column `replicate`"),
            (format!("{HEADER}noise,2,0,aa,ab,d_ls,sharp"), "bounds.csv:2: the last line has no end"),
            (format!("{HEADER}noise,2,0,aa,ab,d_ls,sharp\n"), "bounds.csv:2: the line is incomplete"),
            (String::new(), "bounds.csv:1: the file is empty"),
            (format!("{HEADER}noise,2,0,aa,ab,d_ls,sharpened,ok,1,2,x,,true,\n"), ":2: `tightness` is \"x\""),
            (
                format!("{HEADER}noise,2,0,aa,ab,d_ls,sharpened,fine,1,2,1,,true,\n"),
                ":2: `status` is \"fine\"",
            ),
        ] {
            let error = summary(&lines).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        assert!(summarise(Path::new("nowhere/bounds.csv")).is_err());
        assert_eq!(summary(HEADER).unwrap(), Summary::default());
    }

    /// A sweep over two axes with blanks, a constant axis, reasons and values in every state.
    fn large() -> String {
        let mut lines = HEADER.to_owned();
        for cell in 0..40_000u64 {
            let source = if cell < 30_000 { "noise" } else { "family" };
            let dim = if cell < 30_000 { ["2", "4", "8"][cell as usize / 10_000] } else { "" };
            for (direction, bound) in [("ab", "d_ls"), ("ab", "m_cca_sharp"), ("ba", "d_ls")] {
                let hash = (cell * 3 + bound.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                let x = hash as f64 / 1e4;
                let fields = match (hash % 7, bound) {
                    (0, _) => format!("not_applicable,,,,,,{hash} labels"),
                    (_, "d_ls") => format!("ok,{x},1,{x},,{},", !hash.is_multiple_of(5)),
                    _ => format!("vacuous,-{x},1,,{},true,so", 1.0 + x),
                };
                writeln!(lines, "{source},{dim},0,{cell:x},{direction},{bound},sharpened,{fields}").unwrap();
            }
        }
        lines
    }

    /// The same summary by going through the lines once for each group.
    #[test]
    fn groups_of_a_large_file_are_those_of_the_definition() {
        let text = large();
        let s = summary(&text).unwrap();
        let order: Vec<String> =
            s.groups.iter().map(|g| format!("{} {} {}", g.bound, g.axis, g.value)).collect();
        let of = |bound: &str, directions: &[&str]| {
            let values = ["all ", "source noise", "source family", "dim 2", "dim 4", "dim 8"];
            let directions = directions.iter().map(|d| format!("direction {d}"));
            let all: Vec<String> = values.map(String::from).into_iter().chain(directions).collect();
            all.into_iter().map(|v| format!("{bound} {v}")).collect::<Vec<_>>()
        };
        assert_eq!(order, [of("d_ls", &["ab", "ba"]), of("m_cca_sharp", &["ab"])].concat());
        let header: Vec<&str> = HEADER.trim().split(',').collect();
        for g in &s.groups {
            let column = header.iter().position(|name| *name == g.axis);
            let lines: Vec<Vec<&str>> = text
                .lines()
                .skip(1)
                .map(|line| line.split(',').collect::<Vec<_>>())
                .filter(|f| f[5] == g.bound && column.is_none_or(|c| f[c] == g.value))
                .collect();
            let count =
                |column: usize, value: &str| lines.iter().filter(|f| f[column] == value).count() as u64;
            let numbers =
                |column: usize| lines.iter().filter_map(|f| f[column].parse().ok()).collect::<Distribution>();
            assert_eq!(
                (g.n, g.violations, g.not_applicable, g.vacuous),
                (lines.len() as u64, count(12, "false"), count(7, "not_applicable"), count(7, "vacuous"))
            );
            assert_eq!(g.reasons, [("… labels".to_owned(), g.not_applicable)]);
            assert_eq!((&g.tightness, &g.slack), (&numbers(10), &numbers(11)));
            assert_eq!(g.certified.len(), g.slack.len());
        }
    }

    #[test]
    fn a_column_of_too_many_values_is_not_split() {
        let lines: String =
            (0..5000).map(|i| format!("noise,{i},0,{i:x},ab,d_ls,sharpened,ok,1,2,0.5,,true,\n")).collect();
        let s = summary(&format!("{HEADER}{lines}")).unwrap();
        let axes: Vec<&str> = s.groups.iter().map(|g| g.axis.as_str()).collect();
        assert_eq!(axes, ["all", "source", "direction"]);
    }

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
