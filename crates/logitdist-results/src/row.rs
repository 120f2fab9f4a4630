//! A cell's row of `rows.csv`.

use crate::bound::refused;
use crate::number::exact;

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
    /// The fields of [`ROW_COLUMNS`], measures and lists.
    pub fn fields(&self) -> Vec<String> {
        let list = |list: &Vec<f64>| list.iter().map(|&x| exact(x)).collect::<Vec<_>>().join(" ");
        let mut fields = vec![self.status.name().to_owned(), self.reason.clone()];
        fields.extend(self.measures.iter().map(|x| x.map_or_else(String::new, exact)));
        fields.extend(self.lists.iter().map(list));
        fields
    }
}

/// A cell's seed in its canonical form, 16 hexadecimal digits.
pub fn seed_text(seed: u64) -> String {
    format!("{seed:016x}")
}

/// The seed of a text.
///
/// # Errors
/// It is not up to 16 hexadecimal digits.
pub(crate) fn parse_seed(text: &[u8]) -> Result<u64, String> {
    let parsed = std::str::from_utf8(text).ok().and_then(|t| u64::from_str_radix(t, 16).ok());
    parsed.ok_or_else(|| {
        let found = String::from_utf8_lossy(text);
        format!("`cell_seed` is {found:?}; up to 16 hexadecimal digits are needed")
    })
}
