//! Two runs of one config side by side: which cells differ and by how much.

use logitdist_results::CsvFile;
use logitdist_results::ResultsError;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The tables that are compared, and the columns that name a line in them.
const TABLES: [(&str, &[&str]); 2] =
    [("rows.csv", &["cell_seed"]), ("bounds.csv", &["cell_seed", "direction", "bound"])];

/// Lines that are named one by one.
const NAMED: usize = 10;

/// How two runs differ.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Cells in both.
    pub cells: u64,
    /// Cells in both that differ in anything.
    pub differing: u64,
    /// Cells in the first run only, and in the second only.
    pub only: [u64; 2],
    /// Seeds of the first of these.
    pub only_named: [Vec<String>; 2],
    /// Per column of `rows.csv` and per bound of `bounds.csv`: what differs, most different first.
    pub tokens: Vec<TokenDifference>,
}

/// How a token differs.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenDifference {
    /// Column of `rows.csv`; or bound, direction and column of `bounds.csv`.
    pub token: String,
    /// Lines in which it differs.
    pub lines: u64,
    /// The largest |a − b|/max(|a|, |b|), 0 to 2; infinite where a text, or a value and none, stand against each other.
    pub largest: f64,
    /// The cell of that, and both values.
    pub worst: (String, String, String),
}

impl Difference {
    /// Whether the runs say the same, byte for byte in every field.
    pub fn is_none(&self) -> bool {
        self.differing == 0 && self.only == [0, 0]
    }

    /// The difference in words and as a table.
    pub fn to_table(&self) -> String {
        let mut text = format!("{} cells in both, {} differ\n", self.cells, self.differing);
        for (which, (n, named)) in ["first", "second"].iter().zip(self.only.iter().zip(&self.only_named)) {
            if *n > 0 {
                let more = if *n > named.len() as u64 { ", …" } else { "" };
                text += &format!("{n} cells only in the {which}: {}{more}\n", named.join(", "));
            }
        }
        // Two lines each: both values have all their digits.
        let lines = |[token, lines, largest, cell, a, b]: [&str; 6]| {
            format!("{token:44} {lines:>8} {largest:>9}\n  {cell:17}  {a} | {b}\n")
        };
        if !self.tokens.is_empty() {
            text += &format!("\n{}", lines(["differs in", "lines", "largest", "cell", "first", "second"]));
        }
        for t in &self.tokens {
            let largest = if t.largest.is_finite() { format!("{:.2e}", t.largest) } else { "text".into() };
            let (cell, a, b) = &t.worst;
            text += &lines([&t.token, &t.lines.to_string(), &largest, cell, a, b]);
        }
        text
    }
}

/// Compares two folders of results cell by cell.
///
/// Cells are matched by seed, wherever they stand. The tables of both runs are held in memory.
///
/// # Errors
/// Results that cannot be read, or that are of different configs: the first line that differs is named.
pub fn difference(first: &Path, second: &Path) -> Result<Difference, ResultsError> {
    same_config(first, second)?;
    let mut difference = Difference::default();
    let mut tokens: BTreeMap<String, TokenDifference> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    for (file, keys) in TABLES {
        let is_bounds = file == "bounds.csv";
        let a = NamedLines::read(&first.join(file), keys)?;
        let b = NamedLines::read(&second.join(file), keys)?;
        if a.header != b.header {
            let message = format!(
                "the columns are not those of {}: {} and {}; two runs of one config and version are needed",
                first.join(file).display(),
                b.header.join(","),
                a.header.join(",")
            );
            return Err(ResultsError::content(&second.join(file), 1, message));
        }
        let mut both: Vec<_> =
            a.lines.iter().filter_map(|(name, left)| Some((left, b.lines.get(name)?))).collect();
        both.sort_by_key(|((place, _), _)| *place);
        for ((_, left), (_, right)) in &both {
            for column in (0..a.header.len()).filter(|&column| left[column] != right[column]) {
                let mut token = a.header[column].clone();
                if is_bounds {
                    token = format!("{} {} {token}", a.key(left, 2), a.key(left, 1));
                }
                note(&mut tokens, token, &a.key(left, 0), &left[column], &right[column]);
                differing.insert(a.key(left, 0));
            }
        }
        let only = [a.not_in(&b), b.not_in(&a)];
        if !is_bounds {
            difference.cells = both.len() as u64;
            difference.only = only.each_ref().map(|lines| lines.len() as u64);
            difference.only_named =
                only.map(|lines| lines.into_iter().take(NAMED).map(|line| a.key(line, 0)).collect());
        } else if difference.only == [0, 0] {
            // A bound that only one run has is a difference of its cell.
            for line in only.into_iter().flatten() {
                let token = format!("{} {} (one run only)", a.key(line, 1), a.key(line, 2));
                note(&mut tokens, token, &a.key(line, 0), b"", b"line");
                differing.insert(a.key(line, 0));
            }
        }
    }
    difference.differing = differing.len() as u64;
    difference.tokens = tokens.into_values().collect();
    difference.tokens.sort_by(|a, b| b.largest.total_cmp(&a.largest).then_with(|| a.token.cmp(&b.token)));
    Ok(difference)
}

/// Adds a difference of a field.
fn note(tokens: &mut BTreeMap<String, TokenDifference>, token: String, cell: &str, a: &[u8], b: &[u8]) {
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let size = relative(a, b);
    let worst = (cell.to_owned(), text(a), text(b));
    let fresh = TokenDifference { token: token.clone(), lines: 0, largest: -1.0, worst: worst.clone() };
    let known = tokens.entry(token).or_insert(fresh);
    known.lines += 1;
    if size > known.largest {
        (known.largest, known.worst) = (size, worst);
    }
}

/// |a − b|/max(|a|, |b|) of two numbers, the largest of two lists; infinite if they are not.
fn relative(a: &[u8], b: &[u8]) -> f64 {
    let numbers = |field: &[u8]| -> Option<Vec<f64>> {
        let text = std::str::from_utf8(field).ok().filter(|text| !text.is_empty())?;
        text.split(' ').map(|word| word.parse().ok()).collect()
    };
    let (Some(a), Some(b)) = (numbers(a), numbers(b)) else { return f64::INFINITY };
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let each = a.iter().zip(&b).map(|(&a, &b)| match (a - b).abs() / a.abs().max(b.abs()) {
        _ if a == b => 0.0,
        size if size.is_nan() => f64::INFINITY,
        size => size,
    });
    each.fold(0.0, f64::max)
}

/// The lines of a table under their names.
struct NamedLines {
    header: Vec<String>,
    keys: Vec<usize>,
    lines: HashMap<Vec<u8>, (u64, csv::ByteRecord)>,
}

impl NamedLines {
    fn read(path: &Path, keys: &[&str]) -> Result<NamedLines, ResultsError> {
        let table = CsvFile::open(path)?;
        let keys = keys.iter().map(|key| table.column(key, keys)).collect::<Result<Vec<_>, _>>()?;
        let parts = table.read(Vec::new, |lines: &mut Vec<_>, record, place| {
            let mut name = Vec::new();
            for &key in &keys {
                name.extend_from_slice(&record[key]);
                name.push(0);
            }
            lines.push((name, (place, record.clone())));
            Ok(())
        })?;
        Ok(NamedLines { header: table.header().to_vec(), keys, lines: parts.into_iter().flatten().collect() })
    }

    /// A column that names a line.
    fn key(&self, line: &csv::ByteRecord, key: usize) -> String {
        String::from_utf8_lossy(&line[self.keys[key]]).into_owned()
    }

    /// The lines that another table does not have, in the order of the file.
    fn not_in(&self, other: &NamedLines) -> Vec<&csv::ByteRecord> {
        let only = self.lines.iter().filter(|(name, _)| !other.lines.contains_key(*name));
        let mut only: Vec<&(u64, csv::ByteRecord)> = only.map(|(_, line)| line).collect();
        only.sort_by_key(|(place, _)| *place);
        only.into_iter().map(|(_, line)| line).collect()
    }
}

/// Refuses runs of different configs.
fn same_config(first: &Path, second: &Path) -> Result<(), ResultsError> {
    let read = |results: &Path| -> Result<(PathBuf, String), ResultsError> {
        let path = results.join("config.toml");
        let bytes = logitdist_io::read_config(&path).map_err(|e| ResultsError::io("read", &path, e))?;
        Ok((path, String::from_utf8_lossy(&bytes).into_owned()))
    };
    let ((_, a), (path, b)) = (read(first)?, read(second)?);
    if a == b {
        return Ok(());
    }
    let longest = a.lines().count().max(b.lines().count());
    let line = (0..longest).find(|&i| a.lines().nth(i) != b.lines().nth(i)).unwrap_or(0);
    let of = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
    let message = format!(
        "the runs are of different configs: here it is `{}`, in {} `{}`",
        of(&b),
        first.join("config.toml").display(),
        of(&a)
    );
    Err(ResultsError::content(&path, line as u64 + 1, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "source,replicate,cell_seed,status,reason,m_cca,rho\n";
    const BOUNDS: &str = "source,replicate,cell_seed,direction,bound,lhs\n";

    fn folder(config: &str, rows: &str, bounds: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("config.toml", config.to_owned()),
            ("rows.csv", format!("{ROWS}{rows}")),
            ("bounds.csv", format!("{BOUNDS}{bounds}")),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn runs_that_say_the_same_have_no_difference_in_whatever_order() {
        let a = folder("x", "n,0,aa,ok,,1,1 2\nn,1,ab,ok,,0.5,1\n", "n,0,aa,ab,d_ls,1\n");
        let b = folder("x", "n,1,ab,ok,,0.5,1\nn,0,aa,ok,,1,1 2\n", "n,0,aa,ab,d_ls,1\n");
        let d = difference(a.path(), b.path()).unwrap();
        assert!(d.is_none(), "{d:?}");
        assert_eq!(d.to_table(), "2 cells in both, 0 differ\n");
    }

    #[test]
    fn differences_are_counted_and_the_largest_named() {
        let a = folder("x", "n,0,aa,ok,,1,1 2\nn,1,ab,ok,,0.5,1\nn,2,ac,ok,,,\n", "n,0,aa,ab,d_ls,1\n");
        let b =
            folder("x", "n,0,aa,ok,,1,1 4\nn,1,ab,partial,,0.4,1\nn,3,ad,ok,,,\n", "n,0,aa,ab,d_ls,1.5\n");
        let d = difference(a.path(), b.path()).unwrap();
        assert_eq!((d.cells, d.differing, d.only), (2, 2, [1, 1]));
        assert_eq!(d.only_named, [vec!["ac".to_owned()], vec!["ad".to_owned()]]);
        let found: Vec<(&str, u64, f64)> =
            d.tokens.iter().map(|t| (t.token.as_str(), t.lines, (t.largest * 1e6).round() / 1e6)).collect();
        let want =
            [("status", 1, f64::INFINITY), ("rho", 1, 0.5), ("d_ls ab lhs", 1, 0.333333), ("m_cca", 1, 0.2)];
        assert_eq!(found, want);
        let table = d.to_table();
        assert!(table.contains("1 cells only in the first: ac\n") && table.contains("0.5 | 0.4"), "{table}");
    }

    #[test]
    fn different_configs_columns_and_missing_files_are_refused() {
        let a = folder("seed = 1\nx = 2\n", "", "");
        let b = folder("seed = 1\nx = 3\n", "", "");
        let error = difference(a.path(), b.path()).unwrap_err().to_string();
        assert!(
            error.contains("config.toml:2: the runs are of different configs: here it is `x = 3`"),
            "{error}"
        );
        let c = folder("seed = 1\nx = 2\n", "", "");
        std::fs::write(c.path().join("rows.csv"), "source,cell_seed\n").unwrap();
        let error = difference(a.path(), c.path()).unwrap_err().to_string();
        assert!(error.contains("the columns are not those of"), "{error}");
        assert!(difference(a.path(), Path::new("nowhere")).is_err());
    }
}
