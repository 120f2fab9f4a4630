//! Rows of CSV: which columns there are, and what stands in them.

use crate::coordinates::Coordinates;
use crate::grid::Grid;
use crate::search;
use crate::train::Group;
use crate::value::number;
use logitdist::{Applicable, Bound, Comparison, Settings, Statement, Status};

/// The columns of a run. They depend on the config alone.
#[derive(Debug, Clone)]
pub struct Columns {
    parameters: Vec<String>,
    scalars: Vec<&'static str>,
    lists: Vec<&'static str>,
}

/// Columns of `bounds.csv` after the coordinates.
const BOUND_COLUMNS: [&str; 10] =
    ["direction", "bound", "form", "status", "lhs", "rhs", "tightness", "slack", "holds", "reason"];

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
        header.extend(["status", "reason"].map(String::from));
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
        let own = ["replicate", "cell_seed"].map(String::from);
        ["source".to_owned()].into_iter().chain(self.parameters.iter().cloned()).chain(own).collect()
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
        let comparison = match comparison {
            Ok(comparison) => comparison,
            Err(reason) => {
                let mut record = vec!["not_applicable".into(), reason.clone()];
                record.resize(record.len() + self.scalars.len() + self.lists.len(), String::new());
                return record;
            }
        };
        let reasons = missing(comparison);
        let status = if reasons.is_empty() { "ok" } else { "partial" };
        let mut record = vec![status.into(), reasons.join("; ")];
        // Measures that another block has are blank: generated pairs have no labels, and not all networks a concept.
        let value = |token: &&str| comparison.scalar(token)?.as_ref().ok().copied();
        record.extend(self.scalars.iter().map(|token| optional(value(token))));
        for token in &self.lists {
            let list = comparison.lists.iter().find(|(t, _)| t == token).map(|(_, list)| list);
            let numbers = list.and_then(|l| l.as_ref().ok()).map(Vec::as_slice).unwrap_or_default();
            record.push(numbers.iter().map(|&x| number(x)).collect::<Vec<_>>().join(" "));
        }
        record
    }

    /// The rows of a comparison's bounds after the cell's coordinates, in both directions.
    pub fn bounds(comparison: &Comparison) -> Vec<Vec<String>> {
        let ab = comparison.bounds.iter().map(|b| ("ab", b));
        let ba = comparison.bounds_ba.iter().map(|b| ("ba", b));
        ab.chain(ba)
            .map(|(direction, bound)| {
                let mut record = vec![direction.to_owned()];
                record.extend(bound_fields(bound));
                record
            })
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

/// A cell's seed in its canonical form, 16 hexadecimal digits.
pub fn seed_text(seed: u64) -> String {
    format!("{seed:016x}")
}

fn optional(x: Option<f64>) -> String {
    x.map_or_else(String::new, number)
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

fn bound_fields(bound: &Bound) -> [String; 9] {
    // A lower bound on a mean correlation reads like the others: bound ≤ value.
    let (lhs, rhs) = match bound.statement {
        Some(Statement::AtMost { lhs, rhs }) => (Some(lhs), Some(rhs)),
        Some(Statement::AtLeast { bound, value }) => (Some(bound), Some(value)),
        None => (None, None),
    };
    let reason = match &bound.status {
        Status::Ok => String::new(),
        Status::Vacuous(reason) => reason.clone(),
        Status::NotApplicable(reason) => reason.to_string(),
    };
    [
        bound.theorem.token.into(),
        bound.theorem.form.to_string(),
        bound.status.name().into(),
        optional(lhs),
        optional(rhs),
        optional(bound.tightness),
        optional(bound.slack()),
        bound.holds.map_or_else(String::new, |h| h.to_string()),
        reason,
    ]
}
