//! One cell: draws its pair and compares it.

use crate::config::Config;
use crate::coordinates::Coordinates;
use crate::grid::{Cell, Recipe};
use crate::journal::CellRecord;
use crate::search::{self, Pairs};
use crate::table::Columns;
use crate::tables::line;
use crate::train::{Networks, checkpoints_of, measures};
use logitdist::{Comparison, Model, Pair, compare};
use logitdist_synth::{SynthError, rng};

/// The result of a cell.
#[derive(Debug, Clone)]
pub struct CellOutcome {
    /// Where the cell stands.
    pub coordinates: Coordinates,
    /// The comparison, or why these parameters have none.
    pub comparison: Result<Comparison, String>,
}

/// Draws a cell's pair and compares it. Trains the networks that the cell needs and keeps none.
///
/// # Errors
/// The cell failed: a training diverged.
pub fn run_cell(config: &Config, cell: &Cell<'_>) -> Result<CellOutcome, String> {
    run_with(config, cell, &Networks::in_memory(), &Pairs::nowhere())
}

/// Draws a cell's pair and compares it, with the networks of a whole run. Keeps the pair that a search found.
///
/// Random numbers come from these streams. Stream 0 of the base model's seed draws the base model. Stream 1 of the cell's seed draws the
/// perturbation, the second model or the family, or steers a search. Stream 2 of the cell's seed draws subsets of labels and inputs.
///
/// # Errors
/// The cell failed: a training diverged.
pub fn run_with(
    config: &Config,
    cell: &Cell<'_>,
    networks: &Networks,
    pairs: &Pairs,
) -> Result<CellOutcome, String> {
    let coordinates = Coordinates::of(config.seed, cell);
    let mut own = rng(coordinates.cell_seed, 1);
    let base_rng = || rng(coordinates.base_seed(config.seed), 0);
    let compared = |a: &Model, b: &Model| {
        let pair = Pair::new(a, b).map_err(|e| e.to_string())?;
        compare(&pair, &config.settings, &mut rng(coordinates.cell_seed, 2)).map_err(|e| e.to_string())
    };
    let generated = |pair: Result<(Model, Model), SynthError>| {
        pair.map_err(|e| e.to_string()).and_then(|(a, b)| compared(&a, &b))
    };
    let comparison = match cell.block.recipe(&cell.values) {
        Err(reason) => Err(reason),
        Ok(Recipe::Family(family)) => generated(family.sample(&mut own)),
        Ok(Recipe::Independent(base)) => {
            generated(base.sample(&mut base_rng()).and_then(|a| Ok((a, base.sample(&mut own)?))))
        }
        Ok(Recipe::Perturbed(base, kind, level)) => generated(base.sample(&mut base_rng()).and_then(|a| {
            let b = kind.apply(&a, level, &mut own)?;
            Ok((a, b))
        })),
        Ok(Recipe::Trained(settings)) => {
            let epochs = checkpoints_of(config, cell, &settings).map_err(|e| e.to_string())?;
            let pair = networks.pair(config, cell, &settings, &epochs)?;
            let models = settings.part(&pair.splits).and_then(|data| pair.models(data));
            models
                .and_then(|(a, b)| compared(&a, &b))
                .and_then(|comparison| measures::added(comparison, &pair, &settings, networks))
        }
        Ok(Recipe::Searched(search)) => match search.run(&mut own) {
            Ok(found) => {
                pairs.keep(coordinates.cell_seed, &found.a, &found.b)?;
                compared(&found.a, &found.b).map(|comparison| search::added(comparison, &found))
            }
            Err(nothing) => Err(nothing.to_string()),
        },
    };
    Ok(CellOutcome { coordinates, comparison })
}

impl CellOutcome {
    /// The outcome as the journal keeps it.
    pub fn record(&self, columns: &Columns) -> CellRecord {
        let text = |fields: &[String]| {
            let mut line = line(fields);
            line.pop();
            String::from_utf8(line).expect("fields are text")
        };
        let comparison = self.comparison.as_ref().ok();
        let bounds = comparison.map(Columns::bounds).unwrap_or_default();
        CellRecord {
            row: text(&columns.row(&self.comparison)),
            bounds: bounds.iter().map(|fields| text(fields)).collect(),
            applicable: comparison.is_some(),
            violated: self.violated(),
        }
    }

    /// Tokens of the violated bounds, in both directions.
    pub fn violated(&self) -> Vec<String> {
        let comparison = self.comparison.iter();
        let all = comparison.flat_map(|c| c.all_bounds());
        all.filter(|(_, bound)| bound.is_violated())
            .map(|(_, bound)| bound.theorem.token.to_owned())
            .collect()
    }
}
