//! Rows of CSV: which columns there are, and what stands in them.

use crate::coordinates::Coordinates;
use crate::grid::Grid;
use crate::search;
use crate::train::Group;
use logitdist::{Applicable, Comparison, Settings};
use logitdist_results::{
    BOUND_COLUMNS, BoundRow, CellRow, CellStatus, ROW_COLUMNS, coordinate_columns, seed_text,
};

/// The columns of a run. They depend on the config alone.
#[derive(Debug, Clone)]
pub struct Columns {
    parameters: Vec<String>,
    scalars: Vec<&'static str>,
    lists: Vec<&'static str>,
}

impl Columns {
    /// The columns of a grid whose cells are measured with these settings, and lists if they are wanted.
    pub fn of(grid: &Grid, settings: &Settings, lists: bool) -> Columns {
        let asked = |list: bool| {
            let rows = logitdist::tokens();
            let rows = rows.filter(move |(_, row, _)| settings.asks_for(row.part) && row.is_list() == list);
            rows.map(|(token, _, _)| token)
        };
        let lists = if lists { asked(true).collect() } else { vec![] };
        let trained = Group::of(grid).into_iter().flat_map(Group::tokens);
        let searched = grid.searched().take(1).flat_map(|_| search::tokens());
        Columns {
            parameters: grid.parameters(),
            scalars: asked(false).chain(trained).chain(searched).collect(),
            lists,
        }
    }

    /// Header of `rows.csv`.
    pub fn row_header(&self) -> Vec<String> {
        let mut header = self.coordinate_header();
        header.extend(ROW_COLUMNS.map(String::from));
        header.extend(self.scalars.iter().chain(&self.lists).map(|t| (*t).to_owned()));
        header
    }

    /// Header of `bounds.csv`.
    pub fn bound_header(&self) -> Vec<String> {
        let mut header = self.coordinate_header();
        header.extend(BOUND_COLUMNS.map(String::from));
        header
    }

    /// Names of the fields of [`coordinates`](Columns::coordinates).
    pub fn coordinate_header(&self) -> Vec<String> {
        coordinate_columns(self.parameters.iter().map(String::as_str))
    }

    /// Source, parameters, replicate and seed of a cell; blank where a parameter does not belong to its source.
    pub fn coordinates(&self, cell: &Coordinates) -> Vec<String> {
        let mut record = vec![cell.source.clone()];
        for name in &self.parameters {
            let value = cell.parameters.iter().find(|(n, _)| n == name);
            record.push(value.map_or_else(String::new, |(_, text)| text.clone()));
        }
        record.extend([cell.replicate.to_string(), seed_text(cell.cell_seed)]);
        record
    }

    /// The row of a cell after its coordinates.
    pub fn row(&self, comparison: &Result<Comparison, String>) -> Vec<String> {
        let row = match comparison {
            Ok(comparison) => self.row_of(comparison),
            Err(reason) => CellRow {
                status: CellStatus::NotApplicable,
                reason: reason.clone(),
                measures: vec![None; self.scalars.len()],
                lists: vec![Vec::new(); self.lists.len()],
            },
        };
        row.fields()
    }

    fn row_of(&self, comparison: &Comparison) -> CellRow {
        let reasons = missing(comparison);
        // Measures that another block has are blank: generated pairs have no labels, and not all networks a concept.
        let value = |token: &&str| comparison.scalar(token)?.as_ref().ok().copied();
        let list = |token: &&str| comparison.list(token).unwrap_or_default().to_vec();
        CellRow {
            status: if reasons.is_empty() { CellStatus::Ok } else { CellStatus::Partial },
            reason: reasons.join("; "),
            measures: self.scalars.iter().map(value).collect(),
            lists: self.lists.iter().map(list).collect(),
        }
    }

    /// The rows of a comparison's bounds after the cell's coordinates, in both directions.
    pub fn bounds(comparison: &Comparison) -> Vec<Vec<String>> {
        comparison
            .all_bounds()
            .map(|(direction, bound)| BoundRow::of(direction, bound).fields().into())
            .collect()
    }

    /// Position of a measure among the fields of [`row`](Columns::row).
    pub fn position(&self, token: &str) -> Option<usize> {
        self.scalars.iter().position(|scalar| *scalar == token).map(|position| position + 2)
    }

    /// The measures that are single numbers.
    pub fn scalars(&self) -> &[&'static str] {
        &self.scalars
    }
}

/// Measures that do not exist for the pair, each with its reason, those of one reason together.
fn missing(comparison: &Comparison) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (token, value) in &comparison.scalars {
        let Err(reason): &Applicable<f64> = value else { continue };
        let reason = reason.to_string();
        match reasons.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, tokens)) => tokens.push(token),
            None => reasons.push((reason, vec![token])),
        }
    }
    reasons.into_iter().map(|(reason, tokens)| format!("{}: {reason}", tokens.join(" "))).collect()
}
