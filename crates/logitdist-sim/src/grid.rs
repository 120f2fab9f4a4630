//! The cells of a sweep by their index. No list of all cells is ever made.

use crate::axis::Axis;
use crate::plain::plain;
use crate::replicates::Replicates;
use crate::search::SearchSettings;
use crate::train::TrainSettings;
use crate::value::text;
use logitdist_search::Search;
use logitdist_synth::{BaseModel, Extremal, Perturbation};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use toml::{Table, Value};

/// Where a pair comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A base model and the same model perturbed; for `independent`, a second draw with the same parameters.
    Perturbation(String),
    /// A family of extremal or counter-example pairs.
    Family(String),
    /// Trained networks. The name is that of the table of their settings, `train.NAME`.
    Train(String),
    /// The pair on which a bound is tightest. The name is that of the table of its settings, `search.NAME`.
    Search(String),
}

impl Source {
    /// Names of the perturbations.
    pub const PERTURBATIONS: [&'static str; 14] = [
        "independent",
        "noise_embeddings",
        "noise_unembeddings",
        "noise_logits",
        "linear_change",
        "affine_change",
        "label_permutation",
        "round_tensor",
        "round_row",
        "prune",
        "truncate",
        "temperature",
        "heavy_tailed_noise",
        "dropout",
    ];

    /// Names of the families.
    pub const FAMILIES: [&'static str; 13] = [
        "shrinkage_noise",
        "coupled_spectra",
        "weakest_direction",
        "rare_labels",
        "even_labels",
        "permuted_clusters",
        "shared_embeddings",
        "turned_clusters",
        "distant_labels",
        "moved_margins",
        "moved_scores",
        "vanishing_difference",
        "uncorrelated_residual",
    ];

    /// Parameters of a perturbation, its level last.
    pub fn parameters_of_perturbation(name: &str) -> &'static [&'static str] {
        match name {
            "independent" => &[],
            "noise_logits" => &["rank", "level"],
            "heavy_tailed_noise" => &["degrees_of_freedom", "level"],
            _ => &["level"],
        }
    }

    /// The name of the perturbation, the family or the table of trained networks.
    pub fn name(&self) -> &str {
        match self {
            Source::Perturbation(name)
            | Source::Family(name)
            | Source::Train(name)
            | Source::Search(name) => name,
        }
    }
}

/// A source and the axes of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Where pairs come from.
    pub source: Source,
    /// The axes; the last one runs fastest.
    pub axes: Vec<Axis>,
    /// The folder that names of files are relative to.
    pub folder: PathBuf,
}

/// How to draw a pair.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// A base model and its perturbation by a level.
    Perturbed(BaseModel, Perturbation, f64),
    /// Two draws of a base model.
    Independent(BaseModel),
    /// A pair of a family.
    Family(Extremal),
    /// A pair of trained networks.
    Trained(Box<TrainSettings>),
    /// The pair on which a bound is tightest.
    Searched(Box<Search>),
}

/// Most rows of an array of a family.
const MOST_ROWS: i64 = 100_000_000;

/// Most entries of an array of a model, 8 GiB of them.
const MOST_ENTRIES: usize = 1 << 30;

/// So many combinations of a value are tried before it counts as impossible.
const COMBINATIONS_TRIED: usize = 2_000;

impl Block {
    /// Number of combinations, without replicates.
    fn combinations(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul)
    }

    /// The values of combination `index`.
    fn values(&self, mut index: usize) -> Vec<(&str, &Value)> {
        let mut values = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            values.push((axis.name.as_str(), &axis.values[index % axis.values.len()]));
            index /= axis.values.len();
        }
        values.reverse();
        values
    }

    /// A combination with these values; where an axis lacks a value, with the first one of the axis.
    pub fn values_like<'a>(&'a self, values: &[(&str, &Value)]) -> Vec<(&'a str, &'a Value)> {
        let like = |axis: &'a Axis| {
            let wanted = values.iter().find(|(name, _)| axis.name == *name);
            let position = wanted.and_then(|(_, value)| axis.position(value)).unwrap_or(0);
            (axis.name.as_str(), &axis.values[position])
        };
        self.axes.iter().map(like).collect()
    }

    /// The index of the combination with these values.
    fn combination_of(&self, values: &[(&str, &Value)]) -> Option<usize> {
        if values.len() != self.axes.len() {
            return None;
        }
        self.axes.iter().zip(values).try_fold(0, |index, (axis, (name, value))| {
            let position = axis.position(value).filter(|_| axis.name == *name);
            position.map(|position| index * axis.values.len() + position)
        })
    }

    /// The recipe of a combination.
    ///
    /// # Errors
    /// A parameter has the wrong type or is outside its range; in words.
    pub fn recipe(&self, values: &[(&str, &Value)]) -> Result<Recipe, String> {
        let mut parameters: Table = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).clone())).collect();
        match &self.source {
            Source::Family(name) => {
                let huge = parameters.iter().find(|(_, v)| v.as_integer().is_some_and(|n| n > MOST_ROWS));
                if let Some((key, value)) = huge {
                    return Err(format!("{key} is {value}; at most {MOST_ROWS} fit"));
                }
                let family = Table::from_iter([(name.clone(), Value::Table(parameters))]);
                let family: Extremal = read(Value::Table(family))?;
                family.check().map_err(|e| e.to_string())?;
                Ok(Recipe::Family(family))
            }
            Source::Train(_) => {
                let settings: TrainSettings = read(Value::Table(parameters))?;
                settings.check()?;
                Ok(Recipe::Trained(Box::new(settings.in_folder(&self.folder))))
            }
            Source::Search(_) => {
                let settings: SearchSettings = read(Value::Table(parameters))?;
                Ok(Recipe::Searched(Box::new(settings.search()?)))
            }
            Source::Perturbation(name) => {
                let level = parameters.remove("level");
                let own =
                    ["rank", "degrees_of_freedom"].into_iter().find(|own| parameters.contains_key(*own));
                let kind = match own.and_then(|own| parameters.remove(own)) {
                    Some(parameter) => Value::Table(Table::from_iter([(name.clone(), parameter)])),
                    None => Value::String(name.clone()),
                };
                let base: BaseModel = read(Value::Table(parameters))?;
                for (name, rows) in [("inputs", base.inputs), ("labels", base.labels)] {
                    if rows.checked_mul(base.dim).is_none_or(|entries| entries > MOST_ENTRIES) {
                        let culprit = if base.dim > rows { "dim" } else { name };
                        let sizes = format!("{name} × dim is {rows} × {}", base.dim);
                        return Err(format!(
                            "{culprit} is too large: {sizes}; at most {MOST_ENTRIES} entries fit"
                        ));
                    }
                }
                base.check().map_err(|e| e.to_string())?;
                let Some(level) = level else { return Ok(Recipe::Independent(base)) };
                let kind: Perturbation = read(kind).map_err(|m| in_key(&m, own.unwrap_or("level")))?;
                let level: f64 = read(level).map_err(|m| in_key(&m, "level"))?;
                kind.check(base.dim, level).map_err(|e| e.to_string())?;
                Ok(Recipe::Perturbed(base, kind, level))
            }
        }
    }

    /// Checks that every value of every axis is possible in some combination.
    ///
    /// A combination may be impossible although each of its values is possible. That is no error: its row gives the reason.
    ///
    /// # Errors
    /// The path of a key and what is wrong with its value.
    pub fn check(&self) -> Result<(), (String, String)> {
        if let (Some(_), Some(epoch)) = (self.axis("patience"), self.axis("epoch"))
            && epoch.values.len() > 1
        {
            let message = "with patience, epoch has one value, the largest number of epochs: only the weights of the smallest validation loss are kept";
            return Err((epoch.path.clone(), message.into()));
        }
        for (position, axis) in self.axes.iter().enumerate() {
            let others: usize = self.combinations() / axis.values.len();
            let inner: usize = self.axes[position + 1..].iter().map(|a| a.values.len()).product();
            for (i, value) in axis.values.iter().enumerate() {
                let index = |other: usize| (other / inner * axis.values.len() + i) * inner + other % inner;
                // Scattered over all combinations: the first ones may share another impossible value.
                let scattered = |i: usize| (i as u128 * 2_654_435_761 % others as u128) as usize;
                let mut failures = (0..others.min(COMBINATIONS_TRIED))
                    .map(|other| self.recipe(&self.values(index(scattered(other)))).err());
                let first = failures.next().flatten();
                let Some(message) = first else { continue };
                if failures.all(|failure| failure.is_some()) {
                    let path = self.culprit(&message).unwrap_or_else(|| axis.path.clone());
                    let words = plain(&message, path.rsplit('.').next().unwrap_or(&path));
                    return Err(match words {
                        Some(words) => (path, words),
                        None if path != axis.path => (path, message),
                        None => (path, format!("the value {} is not possible: {message}", text(value))),
                    });
                }
            }
        }
        if self.axes.is_empty() {
            let in_words = |message: String| plain(&message, "").unwrap_or(message);
            self.recipe(&[]).map_err(|message| (self.section(), in_words(message)))?;
        }
        Ok(())
    }

    /// The axis of a parameter.
    pub fn axis(&self, name: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.name == name)
    }

    /// The values of an axis of whole numbers; empty if there is no such axis.
    pub fn whole_values(&self, name: &str) -> Vec<usize> {
        let values = self.axis(name).into_iter().flat_map(|axis| &axis.values);
        values.filter_map(|value| usize::try_from(value.as_integer()?).ok()).collect()
    }

    /// The path of the block's own table.
    fn section(&self) -> String {
        match &self.source {
            Source::Perturbation(name) => format!("perturbation.{name}"),
            Source::Family(name) => format!("family.{name}"),
            Source::Train(section) | Source::Search(section) => section.clone(),
        }
    }

    /// The path of the key that a message is about. Messages of generators begin with the key, those of serde name it.
    fn culprit(&self, message: &str) -> Option<String> {
        let after = |mark: &str| message.split(mark).nth(1)?.split('`').next();
        if after("missing field `").is_some() {
            return Some(self.section());
        }
        // The last place that is named is the innermost key that was read.
        let place = message.rsplit_once(": in `").and_then(|(_, rest)| rest.split('`').next());
        let named = [after("unknown field `"), place, message.split(' ').next()];
        let axis =
            named.into_iter().flatten().find_map(|name| self.axis(name.rsplit('.').next().unwrap_or(name)));
        axis.map(|axis| axis.path.clone())
    }
}

/// A value of the config as a parameter. The message of an error is serde's, on one line.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    T::deserialize(value).map_err(|e| e.to_string().trim().replace('\n', ": "))
}

/// A message about the value of a key, in the form that serde gives those about values of a table.
fn in_key(message: &str, key: &str) -> String {
    format!("{message}: in `{key}`")
}

/// All cells of a sweep, block after block. Replicates run fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Blocks in the order of the results.
    pub blocks: Vec<Block>,
    /// Cells per combination.
    pub replicates: Replicates,
}

/// One cell: its parameters and its replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<'a> {
    /// The block that it belongs to.
    pub block: &'a Block,
    /// Names and values of its parameters.
    pub values: Vec<(&'a str, &'a Value)>,
    /// From 0.
    pub replicate: usize,
}

impl Grid {
    /// Number of combinations of parameters, in all blocks.
    pub fn combinations(&self) -> usize {
        self.blocks.iter().map(Block::combinations).fold(0, usize::saturating_add)
    }

    /// Number of cells; the largest possible number if replicates are added as needed.
    pub fn len(&self) -> usize {
        self.combinations().saturating_mul(self.replicates.most())
    }

    /// Cells that one process computes together: one, or all replicates of a combination if they are added as needed.
    pub fn cells_per_unit(&self) -> usize {
        match self.replicates {
            Replicates::Fixed(_) => 1,
            Replicates::UntilNarrow { max, .. } => max,
        }
    }

    /// Blocks of trained networks.
    pub fn trained(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| matches!(block.source, Source::Train(_)))
    }

    /// Blocks of searches.
    pub fn searched(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| matches!(block.source, Source::Search(_)))
    }

    /// Whether there are no cells. A checked config has some.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cell `index`, from 0 to [`len`](Grid::len) − 1.
    pub fn cell(&self, index: usize) -> Cell<'_> {
        let most = self.replicates.most();
        let (mut combination, replicate) = (index / most, index % most);
        for block in &self.blocks {
            if combination < block.combinations() {
                return Cell { block, values: block.values(combination), replicate };
            }
            combination -= block.combinations();
        }
        panic!("cell {index} of {}", self.len());
    }

    /// The index of a cell of another grid; `None` if this grid has no such cell.
    pub fn index_of(&self, cell: &Cell<'_>) -> Option<usize> {
        let mut before = 0;
        for block in &self.blocks {
            if block.source == cell.block.source {
                let combination = before + block.combination_of(&cell.values)?;
                let most = self.replicates.most();
                return (cell.replicate < most).then_some(combination * most + cell.replicate);
            }
            before += block.combinations();
        }
        None
    }

    /// Names of all parameters of all blocks, in order of appearance: the columns of the results.
    pub fn parameters(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for axis in self.blocks.iter().flat_map(|block| &block.axes) {
            if !names.contains(&axis.name) {
                names.push(axis.name.clone());
            }
        }
        names
    }
}
