//! One cell: its seed, its pair, its comparison.

use crate::axis::text;
use crate::config::Config;
use crate::grid::{Cell, Recipe, Source};
use crate::train::{Networks, checkpoints_of, measures};
use logitdist::{Comparison, Model, Pair, compare};
use logitdist_synth::{SynthError, rng};

/// Where a cell stands: what its seed is made of, and its columns in the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Name of the perturbation or family.
    pub source: String,
    /// Names and texts of the parameters.
    pub parameters: Vec<(String, String)>,
    /// Replicate, from 0.
    pub replicate: usize,
    /// The cell's seed: a hash of the run's seed and the cell's own parameters.
    pub cell_seed: u64,
}

impl Coordinates {
    /// The coordinates of a cell.
    pub fn of(config: &Config, cell: &Cell<'_>) -> Coordinates {
        let parameters: Vec<(String, String)> =
            cell.values.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
        let source = cell.block.source.name().to_owned();
        let cell_seed = seed(config.seed, &source, &parameters, cell.replicate);
        Coordinates { source, parameters, replicate: cell.replicate, cell_seed }
    }

    /// The cell's identity: a hash of its seed, of what is measured and of the version of the results. Two results of one
    /// identity are the same.
    pub fn identity(&self, config: &Config) -> u64 {
        hash(&format!("{RESULT_VERSION}\n{}\n{:016x}", config.measured(), self.cell_seed))
    }

    /// The coordinates in words, for messages.
    pub fn words(&self) -> String {
        let parameters = self.parameters.iter().map(|(name, value)| format!("{name}={value}"));
        let seed = format!("replicate={} cell_seed={:016x}", self.replicate, self.cell_seed);
        [self.source.clone()].into_iter().chain(parameters).chain([seed]).collect::<Vec<_>>().join(" ")
    }
}

/// Version of the numbers and of their columns: results of different versions are never put into one table.
pub const RESULT_VERSION: u32 = 6;

/// What came out of a cell.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Where the cell stands.
    pub coordinates: Coordinates,
    /// The comparison, or why the combination of parameters has none.
    pub comparison: Result<Comparison, String>,
}

/// Draws a cell's pair and compares it; networks that it needs are trained for it alone.
///
/// Streams of random numbers: 0 of the base model's seed for the base model, which all perturbations and levels of a
/// replicate share; 1 of the cell's seed for the perturbation, the second draw or the family; 2 for subsets of labels and inputs.
///
/// # Errors
/// Why the cell failed: a training that diverged.
pub fn run(config: &Config, cell: &Cell<'_>) -> Result<Outcome, String> {
    run_with(config, cell, &Networks::in_memory())
}

/// As [`run`], with the networks of a whole run.
///
/// # Errors
/// As [`run`].
pub fn run_with(config: &Config, cell: &Cell<'_>, networks: &Networks) -> Result<Outcome, String> {
    let coordinates = Coordinates::of(config, cell);
    let mut own = rng(coordinates.cell_seed, 1);
    let base_rng = || rng(base_seed(config, cell, &coordinates.parameters), 0);
    let compared = |a: &Model, b: &Model| compared(config, a, b, coordinates.cell_seed);
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
    };
    Ok(Outcome { coordinates, comparison })
}

fn compared(config: &Config, a: &Model, b: &Model, cell_seed: u64) -> Result<Comparison, String> {
    let pair = Pair::new(a, b).map_err(|e| e.to_string())?;
    compare(&pair, &config.settings, &mut rng(cell_seed, 2)).map_err(|e| e.to_string())
}

/// The seed of a base model: that of all its perturbations and levels.
fn base_seed(config: &Config, cell: &Cell<'_>, parameters: &[(String, String)]) -> u64 {
    let own = Source::parameters_of_perturbation(cell.block.source.name());
    let shared: Vec<_> = parameters.iter().filter(|(n, _)| !own.contains(&n.as_str())).cloned().collect();
    seed(config.seed, "base", &shared, cell.replicate)
}

/// The first 8 bytes of the BLAKE3 hash of the run's seed and a cell's coordinates in words.
fn seed(run: u64, source: &str, parameters: &[(String, String)], replicate: usize) -> u64 {
    let mut words = format!("{run}\n{source}\n");
    for (name, value) in parameters {
        words.push_str(&format!("{name}={value}\n"));
    }
    words.push_str(&replicate.to_string());
    hash(&words)
}

pub(crate) fn hash(words: &str) -> u64 {
    let hash = blake3::hash(words.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}
