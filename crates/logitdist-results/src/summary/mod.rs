//! How tight each bound was, over all cells and per value of every axis.

mod by;
mod collector;
mod text;

pub use by::{summary_by_name, write_summary_by};
pub(crate) use collector::Collector;
pub(crate) use text::columns;
pub use text::quoted;

use crate::bound::BoundColumns;
use crate::csv_file::CsvFile;
use crate::distribution::Distribution;
use crate::error::ResultsError;
use crate::parameters::Parameters;
use crate::row::parse_seed;
use logitdist::Form;
use std::path::Path;

/// One bound at one value of one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Token of the bound.
    pub bound: String,
    /// Published or sharpened.
    pub form: Form,
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
    /// Measured minus certified value, of lower bounds.
    pub slack: Distribution,
    /// Certified value, of the same.
    pub certified: Distribution,
    /// certified/measured, of the same, where what is measured is above rounding.
    pub share: Distribution,
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
/// An axis is a column of `rows.csv` before `replicate`, or `direction`. A column of more than 1000 values is not split by value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// The groups.
    pub groups: Vec<Group>,
}

/// Reads `bounds.csv` and the parameters in `rows.csv` of a folder of results, on all processors. Memory grows by 12 bytes for each cell.
///
/// The result does not depend on the number of processors. Quantiles are exact for groups of up to 1024 values; see [`Distribution`].
///
/// # Errors
/// A file that cannot be read, a missing column, or a line that is incomplete or not understood.
pub fn summarise(results: &Path) -> Result<Summary, ResultsError> {
    let table = CsvFile::open(&results.join("bounds.csv"))?;
    let columns = BoundColumns::of(&table)?;
    let parameters = Parameters::read(&results.join("rows.csv"))?;
    let parts = table.read(
        || Collector::new(&parameters),
        |collector, record, place| {
            collector.add(parse_seed(&record[columns.seed])?, &columns.row(record)?, place);
            Ok(())
        },
    )?;
    let mut whole = Collector::new(&parameters);
    for part in parts {
        whole.merge(&part);
    }
    Ok(whole.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Of a line here: the cell, whose columns go to `rows.csv`, and then those of `bounds.csv`.
    const CELL: &str = "source,dim,replicate,";
    const BOUND: &str =
        "cell_seed,direction,bound,form,status,lhs,rhs,tightness,certified,measured,slack,holds,reason\n";

    /// The fields of a cell, and those of the bound, which begin with the seed that both have.
    fn divided(line: &str) -> (&str, &str) {
        let (end, _) = line.match_indices(',').nth(2).unwrap();
        line.split_at(end + 1)
    }

    fn folder(lines: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let (mut rows, mut bounds) = (format!("{CELL}cell_seed\n"), BOUND.to_owned());
        let mut last = String::new();
        for line in lines.split_inclusive('\n') {
            let (cell, bound) = divided(line);
            let row = format!("{cell}{}\n", bound.split(',').next().unwrap());
            if row != last {
                rows += &row;
            }
            last = row;
            bounds += bound;
        }
        std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
        std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
        folder
    }

    fn summary(lines: &str) -> Result<Summary, String> {
        summarise(folder(lines).path()).map_err(|e| e.to_string())
    }

    #[test]
    fn groups_count_and_rank_what_the_lines_say() {
        let lines = "noise,2.0,0,saa,ab,d_ls,sharpened,ok,1.0,2.0,0.5,,,,true,\n\
             noise,4.0,0,sab,ab,d_ls,sharpened,ok,1.0,4.0,0.25,,,,true,\n\
             noise,4.0,0,sac,ba,d_ls,sharpened,not_applicable,,,,,,,,why 3 not\n\
             noise,2.0,0,saa,ab,m_cca_sharp,sharpened,vacuous,,,,-1.0,0.5,1.5,true,so\n\
             noise,2.0,0,saa,ab,d_ls,sharpened,ok,3.0,2.0,1.5,,,,false,\n";
        let s = summary(lines).unwrap();
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
        assert_eq!(find("d_ls", "dim", "4.0").tightness, [0.25].into_iter().collect());
        assert_eq!(find("m_cca_sharp", "all", "").vacuous_share(), Some(1.0));
        let lower = find("m_cca_sharp", "dim", "2.0");
        assert_eq!(
            (&lower.certified, &lower.share),
            (&[-1.0].into_iter().collect(), &[0.0].into_iter().collect())
        );
        let csv = s.to_csv();
        assert!(csv.lines().nth(1).unwrap().starts_with("d_ls,sharpened,all,,4,1,1,0,0.0,"), "{csv}");
        assert!(csv.lines().all(|l| l.split(',').count() == 34), "{csv}");
        let table = s.to_table();
        assert!(
            table.contains("m_cca_sharp") && table.lines().all(|line| line.chars().count() <= 80),
            "{table}"
        );
    }

    #[test]
    fn what_is_not_a_sweeps_csv_names_the_line_and_what_is_needed() {
        let start = "noise,2.0,0,saa,ab,d_ls,";
        for (line, message) in [
            ("sharp", "bounds.csv:2: the last line has no end"),
            ("sharp\n", "bounds.csv:2: the line is incomplete"),
            ("sharpened,ok,1,2,x,,,,true,\n", ":2: `tightness` is \"x\""),
            ("sharpened,fine,1,2,1,,,,true,\n", ":2: `status` is \"fine\""),
        ] {
            let error = summary(&format!("{start}{line}")).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        let of_tables = |rows: &str, bounds: &str| {
            let folder = folder("");
            std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
            std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
            summarise(folder.path()).unwrap_err().to_string()
        };
        for (rows, bounds, message) in [
            ("replicate,cell_seed\n", "a,b\n1,2\n", "bounds.csv:1: there is no column `cell_seed`"),
            ("replicate,cell_seed\n", "", "bounds.csv:1: the file is empty"),
            ("cell_seed\n", BOUND, "rows.csv:1: there is no column `replicate`"),
            ("replicate,cell_seed\n0,x\n", BOUND, "rows.csv:2: `cell_seed` is \"x\""),
        ] {
            let error = of_tables(rows, bounds);
            assert!(error.contains(message), "{error}");
        }
        assert!(summarise(Path::new("nowhere")).is_err());
        assert_eq!(summary("").unwrap(), Summary::default());
    }

    #[test]
    fn the_bound_of_a_cell_that_is_in_no_row_counts_among_all() {
        let folder = folder("noise,2.0,0,saa,ab,d_ls,sharpened,ok,1.0,2.0,0.5,,,,true,\n");
        std::fs::write(folder.path().join("rows.csv"), format!("{CELL}cell_seed\n")).unwrap();
        let s = summarise(folder.path()).unwrap();
        let axes: Vec<&str> = s.groups.iter().map(|g| g.axis.as_str()).collect();
        assert_eq!((axes, s.groups[0].n), (vec!["all", "direction"], 1));
    }

    /// A sweep over two axes with blanks, a constant axis, reasons and values in every state.
    fn large() -> String {
        let mut lines = String::new();
        for cell in 0..40_000u64 {
            let source = if cell < 30_000 { "noise" } else { "family" };
            let dim = if cell < 30_000 { ["2", "4", "8"][cell as usize / 10_000] } else { "" };
            for (direction, bound) in [("ab", "d_ls"), ("ab", "m_cca_sharp"), ("ba", "d_ls")] {
                let hash = (cell * 3 + bound.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                let x = hash as f64 / 1e4;
                let fields = match (hash % 7, bound) {
                    (0, _) => format!("not_applicable,,,,,,,,{hash} labels"),
                    (_, "d_ls") => format!("ok,{x},1,{x},,,,{},", !hash.is_multiple_of(5)),
                    _ => format!("vacuous,,,,-{x},1,{},true,so", 1.0 + x),
                };
                writeln!(lines, "{source},{dim},0,s{cell:x},{direction},{bound},sharpened,{fields}").unwrap();
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
        let header = format!("{CELL}{BOUND}");
        let header: Vec<&str> = header.trim().split(',').collect();
        for g in &s.groups {
            let column = header.iter().position(|name| *name == g.axis);
            let lines: Vec<Vec<&str>> = text
                .lines()
                .map(|line| line.split(',').collect::<Vec<_>>())
                .filter(|f| f[5] == g.bound && column.is_none_or(|c| f[c] == g.value))
                .collect();
            let count =
                |column: usize, value: &str| lines.iter().filter(|f| f[column] == value).count() as u64;
            let numbers =
                |column: usize| lines.iter().filter_map(|f| f[column].parse().ok()).collect::<Distribution>();
            assert_eq!(
                (g.n, g.violations, g.not_applicable, g.vacuous),
                (lines.len() as u64, count(14, "false"), count(7, "not_applicable"), count(7, "vacuous"))
            );
            assert_eq!(g.reasons, [("… labels".to_owned(), g.not_applicable)]);
            assert_eq!((&g.tightness, &g.slack), (&numbers(10), &numbers(13)));
            assert_eq!(g.certified.len(), g.slack.len());
        }
    }

    #[test]
    fn a_column_of_too_many_values_is_not_split() {
        let lines: String = (0..5000)
            .map(|i| format!("noise,{i},0,s{i:x},ab,d_ls,sharpened,ok,1,2,0.5,,,,true,\n"))
            .collect();
        let s = summary(&lines).unwrap();
        let axes: Vec<&str> = s.groups.iter().map(|g| g.axis.as_str()).collect();
        assert_eq!(axes, ["all", "source", "direction"]);
    }
}
