//! How tight each bound was, over all cells and per value of every axis.

use crate::error::ReportError;
use crate::quantile::quantile;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// Columns of `bounds.csv` that are needed; those before `replicate` are the axes.
const NEEDED: [&str; 8] =
    ["replicate", "direction", "bound", "form", "status", "tightness", "slack", "holds"];

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
    pub n: usize,
    /// Of these, bounds that failed.
    pub violations: usize,
    /// Of these, bounds that do not exist for the pair.
    pub not_applicable: usize,
    /// Of these, bounds that are trivially true.
    pub vacuous: usize,
    /// lhs/rhs where both are above rounding, sorted.
    pub tightness: Vec<f64>,
    /// Measured minus certified mean correlation, of the bounds that certify one, sorted.
    pub slack: Vec<f64>,
    /// Certified mean correlation, of the same, sorted.
    pub certified: Vec<f64>,
}

impl Group {
    /// Share of vacuous bounds among those that exist, in [0, 1]; `None` if none does.
    pub fn vacuous_share(&self) -> Option<f64> {
        let exist = self.n - self.not_applicable;
        (exist > 0).then(|| self.vacuous as f64 / exist as f64)
    }
}

/// All groups: bounds in order of appearance, and for each `all` first and then the values of every axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// The groups.
    pub groups: Vec<Group>,
}

/// Reads `bounds.csv` of a sweep.
///
/// # Errors
/// A file that cannot be read, a missing column, or a line that is incomplete or not understood.
pub fn summarise(bounds: &Path) -> Result<Summary, ReportError> {
    let content =
        |line: u64, message: String| ReportError::Content { path: bounds.to_path_buf(), line, message };
    let mut reader = csv::Reader::from_path(bounds).map_err(|e| ReportError::io("read", bounds, e.into()))?;
    let header = reader.headers().map_err(|e| content(1, e.to_string()))?.clone();
    let mut columns = HashMap::new();
    for name in NEEDED.into_iter().chain(["lhs"]) {
        let position = header.iter().position(|column| column == name).ok_or_else(|| {
            content(1, format!("there is no column `{name}`; a sweep's bounds.csv has {}", NEEDED.join(", ")))
        })?;
        columns.insert(name, position);
    }
    let mut axes: Vec<usize> = (0..columns["replicate"]).collect();
    axes.push(columns["direction"]);
    let mut collector = Collector::default();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            content(line, "the line is incomplete or not CSV; was the file cut off?".into())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |name: &str| -> Result<Option<f64>, ReportError> {
            let text = &record[columns[name]];
            if text.is_empty() {
                return Ok(None);
            }
            let parsed = text.parse().ok().filter(|x: &f64| !x.is_nan());
            parsed.map(Some).ok_or_else(|| content(line, format!("`{name}` is {text:?}; a number is needed")))
        };
        let row = Row {
            bound: &record[columns["bound"]],
            form: &record[columns["form"]],
            status: &record[columns["status"]],
            violated: &record[columns["holds"]] == "false",
            tightness: number("tightness")?,
            slack: number("slack")?,
            lhs: number("lhs")?,
        };
        if !["ok", "vacuous", "not_applicable"].contains(&row.status) {
            let message = format!("`status` is {:?}; ok, vacuous or not_applicable is needed", row.status);
            return Err(content(line, message));
        }
        collector.add("all", "", &row);
        for &axis in &axes {
            if !record[axis].is_empty() {
                collector.add(&header[axis], &record[axis], &row);
            }
        }
    }
    Ok(collector.finish())
}

/// One line of `bounds.csv`.
struct Row<'a> {
    bound: &'a str,
    form: &'a str,
    status: &'a str,
    violated: bool,
    tightness: Option<f64>,
    slack: Option<f64>,
    lhs: Option<f64>,
}

/// Groups in order of appearance.
#[derive(Default)]
struct Collector {
    positions: HashMap<String, usize>,
    groups: Vec<Group>,
    bounds: Vec<String>,
}

impl Collector {
    fn add(&mut self, axis: &str, value: &str, row: &Row<'_>) {
        let key = format!("{}\0{axis}\0{value}", row.bound);
        let position = *self.positions.entry(key).or_insert_with(|| {
            if axis == "all" {
                self.bounds.push(row.bound.to_owned());
            }
            self.groups.push(Group {
                bound: row.bound.to_owned(),
                form: row.form.to_owned(),
                axis: axis.to_owned(),
                value: value.to_owned(),
                n: 0,
                violations: 0,
                not_applicable: 0,
                vacuous: 0,
                tightness: Vec::new(),
                slack: Vec::new(),
                certified: Vec::new(),
            });
            self.groups.len() - 1
        });
        let group = &mut self.groups[position];
        group.n += 1;
        group.violations += usize::from(row.violated);
        group.not_applicable += usize::from(row.status == "not_applicable");
        group.vacuous += usize::from(row.status == "vacuous");
        group.tightness.extend(row.tightness.filter(|t| t.is_finite()));
        group.slack.extend(row.slack);
        group.certified.extend(row.slack.and(row.lhs));
    }

    fn finish(mut self) -> Summary {
        for group in &mut self.groups {
            for values in [&mut group.tightness, &mut group.slack, &mut group.certified] {
                values.sort_by(f64::total_cmp);
            }
        }
        // Stable: within a bound, groups keep their order of appearance, except that an axis stays together.
        let axis_order: HashMap<String, usize> =
            self.groups.iter().enumerate().rev().map(|(i, g)| (g.axis.clone(), i)).collect();
        let bound_order: HashMap<&String, usize> = self.bounds.iter().zip(0..).collect();
        self.groups.sort_by_key(|g| (bound_order[&g.bound], axis_order[&g.axis]));
        Summary { groups: self.groups }
    }
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
        text.push('\n');
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
                for (_, q) in QUANTILES {
                    let number = quantile(values, q).map_or_else(String::new, |x| format!("{x:?}"));
                    write!(text, ",{number}").expect("writing to a string");
                }
            }
            text.push('\n');
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
            let cell = |q: f64| quantile(values, q).map_or_else(|| "-".to_owned(), short);
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
             noise,4,0,ac,ba,d_ls,sharpened,not_applicable,,,,,,why\n\
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
        assert_eq!(all.tightness, [0.25, 0.5, 1.5]);
        assert_eq!(find("d_ls", "dim", "4").tightness, [0.25]);
        assert_eq!(find("m_cca_sharp", "all", "").vacuous_share(), Some(1.0));
        assert_eq!(find("m_cca_sharp", "dim", "2").certified, [-1.0]);
        let csv = s.to_csv();
        assert!(csv.lines().nth(1).unwrap().starts_with("d_ls,sharpened,all,,4,1,1,0,0,"), "{csv}");
        assert!(csv.lines().all(|l| l.split(',').count() == 27), "{csv}");
        assert!(s.to_table().contains("m_cca_sharp"));
    }

    #[test]
    fn what_is_not_a_sweeps_csv_names_the_line_and_what_is_needed() {
        for (lines, message) in [
            ("a,b\n1,2\n".to_owned(), "bounds.csv:1: there is no column `replicate`"),
            (format!("{HEADER}noise,2,0,aa,ab,d_ls,sharp"), "bounds.csv:2: the line is incomplete"),
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
}
