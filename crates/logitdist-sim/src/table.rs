//! Rows of CSV: which columns there are, and what stands in them.

use crate::coordinates::Coordinates;
use crate::grid::Grid;
use crate::search;
use crate::train::Group;
use crate::value::text;
use logitdist::{Applicable, Comparison, REORDERED, Settings, Uncertainty, measure};
use logitdist_results::pair::NULL_SIDES;
use logitdist_results::{
    BOUND_COLUMNS, BoundRow, CellRow, CellStatus, Kind, ROW_COLUMNS, Schema, coordinate_columns, seed_text,
    words,
};

/// The columns of a run. They depend on the config alone.
#[derive(Debug, Clone)]
pub struct Columns {
    parameters: Vec<(String, Kind)>,
    scalars: Vec<&'static str>,
    /// The kinds of the scalars and of what stands beside them.
    kinds: Vec<Kind>,
    /// Measures with columns for both ends of their intervals.
    intervals: Vec<&'static str>,
    /// Measures with columns for what reordered inputs show.
    nulls: Vec<&'static str>,
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
        let has_interval = |token: &&str| {
            settings.intervals
                && measure(token).is_some_and(|(row, _)| !matches!(row.uncertainty, Uncertainty::Never(_)))
        };
        let has_null = |token: &&str| settings.null > 0 && REORDERED.contains(token);
        let trained = Group::of(grid).into_iter().flat_map(Group::tokens);
        let searched = grid.searched().take(1).flat_map(|_| search::tokens());
        let scalars: Vec<&str> = asked(false).chain(trained).chain(searched).collect();
        let parameter = |name: String| {
            let kind = kind_of(grid, &name);
            (name, kind)
        };
        let intervals: Vec<&str> = asked(false).filter(has_interval).collect();
        let nulls: Vec<&str> = asked(false).filter(has_null).collect();
        let beside = 2 * intervals.len() + NULL_SIDES.len() * nulls.len();
        let kinds = scalars.iter().map(|token| Kind::of_measure(token));
        Columns {
            parameters: grid.parameters().into_iter().map(parameter).collect(),
            kinds: kinds.chain(std::iter::repeat_n(Kind::Float, beside)).collect(),
            intervals,
            nulls,
            scalars,
            lists,
        }
    }

    /// Header of `rows.csv`.
    pub fn row_header(&self) -> Vec<String> {
        let mut header = self.coordinate_header();
        header.extend(ROW_COLUMNS.map(String::from));
        header.extend(self.scalars.iter().map(|token| (*token).to_owned()));
        header.extend(self.names_beside());
        header.extend(self.lists.iter().map(|token| (*token).to_owned()));
        header
    }

    /// Columns of the ends of intervals and of nulls.
    fn names_beside(&self) -> Vec<String> {
        let ends =
            self.intervals.iter().flat_map(|token| ["low", "high"].map(|end| format!("{token}_{end}")));
        let nulls = self.nulls.iter().flat_map(|token| NULL_SIDES.map(|side| format!("{token}_null_{side}")));
        ends.chain(nulls).collect()
    }

    /// Header of `bounds.csv`: the seed of the cell, which joins it with `rows.csv`, and what is said of a bound.
    pub fn bound_header() -> Vec<String> {
        ["cell_seed"].into_iter().chain(BOUND_COLUMNS).map(String::from).collect()
    }

    /// What the columns of the tables are; with those of `measures.csv` if networks are trained.
    pub fn schema(&self, trained: bool) -> Schema {
        let beside = self.names_beside();
        let beside = beside.iter().map(String::as_str);
        let measures: Vec<&str> =
            self.scalars.iter().copied().chain(beside).chain(self.lists.iter().copied()).collect();
        Schema::of_sweep(&self.parameters, &measures, trained)
    }

    /// Names of the fields of [`coordinates`](Columns::coordinates).
    pub fn coordinate_header(&self) -> Vec<String> {
        coordinate_columns(self.parameters.iter().map(|(name, _)| name.as_str()))
    }

    /// Source, parameters, replicate and seed of a cell; blank where a parameter does not belong to its source.
    pub fn coordinates(&self, cell: &Coordinates) -> Vec<String> {
        let mut record = vec![cell.source.clone()];
        for (name, kind) in &self.parameters {
            let value = cell.parameters.iter().find(|(n, _)| n == name);
            record.push(value.map_or_else(String::new, |(_, text)| kind.parameter(text)));
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
                measures: vec![None; self.kinds.len()],
                lists: vec![Vec::new(); self.lists.len()],
            },
        };
        row.fields(&self.kinds)
    }

    fn row_of(&self, comparison: &Comparison) -> CellRow {
        let reasons = missing(comparison);
        // Measures that another block has are blank: generated pairs have no labels, and not all networks a concept.
        let value = |token: &&str| comparison.scalar(token)?.as_ref().ok().copied();
        let list = |token: &&str| comparison.list(token).unwrap_or_default().to_vec();
        CellRow {
            status: if reasons.is_empty() { CellStatus::Ok } else { CellStatus::Partial },
            reason: reasons.join("; "),
            measures: self.scalars.iter().map(value).chain(self.beside(comparison)).collect(),
            lists: self.lists.iter().map(list).collect(),
        }
    }

    /// Ends of intervals and what reordered inputs show; none where a measure has none.
    fn beside(&self, comparison: &Comparison) -> Vec<Option<f64>> {
        let interval = |token: &&'static str| {
            let found = comparison.intervals.as_ref().and_then(|all| all.get(token)?.as_ref().ok());
            [found.map(|interval| interval.low), found.map(|interval| interval.high)]
        };
        let null = |token: &&'static str| {
            let law = comparison.nulls.as_ref().and_then(|all| all.get(token));
            law.map_or([None; 4], |law| law.numbers().map(Some))
        };
        self.intervals.iter().flat_map(interval).chain(self.nulls.iter().flat_map(null)).collect()
    }

    /// The rows of a comparison's bounds after the cell's seed, in both directions.
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

/// The kind of a parameter's column: that of all its values in all blocks.
fn kind_of(grid: &Grid, name: &str) -> Kind {
    let axes = grid.blocks.iter().flat_map(|block| &block.axes).filter(|axis| axis.name == name);
    let values: Vec<String> = axes.flat_map(|axis| &axis.values).map(text).collect();
    let natural = words(name).map(|word| word.kind).find(|kind| *kind == Kind::Float);
    Kind::of_parameter(natural.unwrap_or(Kind::Text), values.iter().map(String::as_str))
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
