//! A cell's row of `rows.csv`.

use crate::bound::refused;
use crate::kind::Kind;
use crate::number::float;

/// A cell's row after its coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct CellRow {
    /// Whether everything exists.
    pub status: CellStatus,
    /// Why not.
    pub reason: String,
    /// Its measures, `None` for those that do not exist.
    pub measures: Vec<Option<f64>>,
    /// Its lists of numbers, empty where they do not exist.
    pub lists: Vec<Vec<f64>>,
}

/// Whether everything that was asked for exists in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellStatus {
    /// It does.
    Ok,
    /// Some measures do not exist.
    Partial,
    /// These parameters have no pair.
    NotApplicable,
}

impl CellStatus {
    /// `ok`, `partial` or `not_applicable`.
    pub fn name(self) -> &'static str {
        match self {
            CellStatus::Ok => "ok",
            CellStatus::Partial => "partial",
            CellStatus::NotApplicable => "not_applicable",
        }
    }

    /// The status of a name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn parse(name: &[u8]) -> Result<CellStatus, String> {
        let all = [CellStatus::Ok, CellStatus::Partial, CellStatus::NotApplicable];
        let found = all.into_iter().find(|status| status.name().as_bytes() == name);
        found.ok_or_else(|| refused("status", name, "ok, partial or not_applicable"))
    }
}

/// Columns of a cell's coordinates: the source, the parameters, which are the axes of the sweep, the replicate and the seed.
pub fn coordinate_columns<'a>(parameters: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let all = ["source"].into_iter().chain(parameters).chain(["replicate", "cell_seed"]);
    all.map(String::from).collect()
}

/// Columns of `rows.csv` between coordinates and measures.
pub const ROW_COLUMNS: [&str; 2] = ["status", "reason"];

impl CellRow {
    /// The fields of [`ROW_COLUMNS`], measures and lists. The measures' columns are of these kinds.
    pub fn fields(&self, kinds: &[Kind]) -> Vec<String> {
        let list = |list: &Vec<f64>| list.iter().map(|&x| float(x)).collect::<Vec<_>>().join(" ");
        let mut fields = vec![self.status.name().to_owned(), self.reason.clone()];
        let measure = |(x, kind): (&Option<f64>, &Kind)| x.map_or_else(String::new, |x| kind.number(x));
        fields.extend(self.measures.iter().zip(kinds).map(measure));
        fields.extend(self.lists.iter().map(list));
        fields
    }
}

/// A cell's seed in its canonical form: `s` and 16 hexadecimal digits. (Without the letter, `1234567e89012345` would be a number to a reader
/// of CSV.)
pub fn seed_text(seed: u64) -> String {
    format!("s{seed:016x}")
}

/// The seed of a text; results of earlier versions have it without the letter.
///
/// # Errors
/// It is not `s` and up to 16 hexadecimal digits.
pub fn parse_seed(text: &[u8]) -> Result<u64, String> {
    let digits = text.strip_prefix(b"s").unwrap_or(text);
    let parsed = std::str::from_utf8(digits).ok().and_then(|t| u64::from_str_radix(t, 16).ok());
    parsed.ok_or_else(|| refused("cell_seed", text, "s and up to 16 hexadecimal digits"))
}
