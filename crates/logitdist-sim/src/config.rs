//! A config whose settings were checked.

mod refused;

use crate::axis::Axis;
use crate::coordinates::Coordinates;
use crate::document::Document;
use crate::error::{Origin, SimError};
use crate::grid::{Block, Grid, Source};
use crate::replicates::Replicates;
use crate::search::{self, SearchSettings};
use crate::table::Columns;
use crate::train::{Group, TrainSettings};
use crate::user_files::{self, UserData};
use logitdist::{Settings, Subsets, theorem, theorems};
use logitdist_io::did_you_mean;
use logitdist_results::PlotSpec;
use std::path::Path;
use toml::Value;

/// The config of a sweep. Every setting was checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The question that the sweep answers.
    pub question: String,
    /// The answer that its author expects.
    pub expected: String,
    /// Seed of the run. The seed of every cell follows from it.
    pub seed: u64,
    /// What is measured in each cell.
    pub settings: Settings,
    /// Whether rows hold the lists (canonical correlations and spectra).
    pub lists: bool,
    /// The cells.
    pub grid: Grid,
    /// The settings as TOML, overrides included.
    pub toml: String,
    /// A hash of the contents of the files that it names; only in a config that was run and names files.
    pub files_content: Option<String>,
    /// The contents of these files; empty in the config of results, which needs no files.
    pub data: UserData,
}

/// No sweep could finish more cells.
const MOST_CELLS: usize = 10_000_000_000;

const TOP_KEYS: [&str; 8] =
    ["question", "expected", "seed", "replicates", "measures", PLOT, user_files::FROM, user_files::CONTENT];
/// The pictures that a report is to make, a list of tables.
const PLOT: &str = "plot";
const D_REP_KEYS: [&str; 3] = ["pivots", "per_pivot", "all_up_to"];
const MEASURES: [&str; 9] =
    ["probability", "d_rep", "llv", "baselines", "lists", "held_out", "intervals", "null", "budget"];

/// Reorderings of b's inputs in a cell, of which `null` are the columns.
const REORDERINGS: usize = 200;

/// Those that a config without `measures` has; the others cost more than all of these, or are asked for.
const DEFAULT_MEASURES: usize = 5;

/// Parameters of base models in the order of the grid, with their defaults.
fn model_defaults() -> [(&'static str, Option<Value>); 9] {
    [
        ("dim", Some(8.into())),
        ("labels", Some(20.into())),
        ("inputs", Some(512.into())),
        ("embeddings", Some("gaussian".into())),
        ("spectrum", Some("isotropic".into())),
        ("unembeddings", Some("gaussian".into())),
        ("condition", None),
        ("scale", Some(2.0.into())),
        ("bias", Some(0.0.into())),
    ]
}

impl Config {
    /// Reads a config to run it: applies overrides `key=value`, checks it, and reads the files that it names.
    ///
    /// # Errors
    /// A setting is wrong; with file, line and key, before anything runs.
    pub fn read(file: &Path, overrides: &[String]) -> Result<Config, SimError> {
        let document = Document::read(file, overrides)?;
        let config = Config::of(&document)?;
        let (stated, data) = user_files::stated(document, &config.grid.blocks)?;
        Ok(Config { data, ..Config::of(&stated)? })
    }

    /// Reads and checks the config of results. The files that it names need not exist any more.
    ///
    /// # Errors
    /// A setting is wrong; with file, line and key.
    pub fn of_results(file: &Path) -> Result<Config, SimError> {
        Config::of(&Document::read(file, &[])?)
    }

    /// Checks a document, but not the files that it names.
    ///
    /// # Errors
    /// A setting is wrong; with file, line and key.
    pub fn of(document: &Document) -> Result<Config, SimError> {
        refused::unfit_texts(document)?;
        refused::unknown_keys(document)?;
        let (question, expected) = (statement(document, "question")?, statement(document, "expected")?);
        let (settings, lists) = settings(document)?;
        let grid = Grid { blocks: blocks(document)?, replicates: Replicates::of(document)? };
        if grid.len() > MOST_CELLS {
            let message = format!("the grid has over {MOST_CELLS} cells, more than any sweep could finish");
            return Err(document.error_at("replicates", message));
        }
        for block in &grid.blocks {
            block.check().map_err(|(path, message)| document.error_at(&path, message))?;
            check_measured(block, &settings).map_err(|(path, message)| document.error_at(&path, message))?;
        }
        let config = Config {
            question,
            expected,
            seed: document.whole("seed", Some(0), 0)? as u64,
            settings,
            lists,
            grid,
            toml: document.to_toml(),
            files_content: user_files::content(document),
            data: UserData::default(),
        };
        config.check_plots(document)?;
        if let Replicates::UntilNarrow { of, .. } = &config.grid.replicates {
            let columns = config.columns();
            if columns.position(of).is_none() {
                let known = columns.scalars().join(", ");
                let hint = did_you_mean(of, columns.scalars().iter().copied());
                let message = format!("`of` is {of}; it must be a measure of this config: {known}{hint}");
                return Err(document.error_at("replicates", message));
            }
        }
        Ok(config)
    }

    /// Refuses pictures of what the tables will not have.
    fn check_plots(&self, document: &Document) -> Result<(), SimError> {
        const BESIDE: [&str; 3] = ["direction", "bound", "family"];
        let Some(setting) = document.get(PLOT) else { return Ok(()) };
        let refused = |message: String| document.error_at(PLOT, message);
        let is_needed = || refused("is no list of tables; each picture begins with [[plot]]".into());
        let columns = self.columns();
        let coordinates = columns.coordinate_header();
        let names =
            coordinates.iter().map(String::as_str).filter(|name| !["replicate", "cell_seed"].contains(name));
        let known: Vec<&str> = names.chain(BESIDE).collect();
        for table in setting.value.as_array().ok_or_else(is_needed)? {
            let spec = PlotSpec::of_toml(table.as_table().ok_or_else(is_needed)?).map_err(refused)?;
            if let Some(token) = spec.bounds.iter().find(|token| theorem(token).is_none()) {
                let hint = did_you_mean(token, theorems().map(|row| row.token));
                return Err(refused(format!("`bound` is {token}, which is no bound{hint}")));
            }
            let shown = [&spec.x, &spec.rows, &spec.colour, &spec.panels].into_iter().flatten();
            let fixed = spec.filter.iter().map(|(name, _)| name);
            let is_unknown = |name: &&String| !known.contains(&name.as_str()) && *name != PlotSpec::NONE;
            if let Some(name) = shown.chain(fixed).find(is_unknown) {
                let hint = did_you_mean(name, known.iter().copied());
                return Err(refused(format!(
                    "{name} is no axis of this config; there are {}{hint}",
                    known.join(", ")
                )));
            }
        }
        Ok(())
    }

    /// The columns of its tables.
    pub fn columns(&self) -> Columns {
        Columns::of(&self.grid, &self.settings, self.lists)
    }

    /// The coordinates of a cell of its grid.
    pub fn coordinates(&self, cell: usize) -> Coordinates {
        Coordinates::of(self.seed, &self.grid.cell(cell))
    }

    /// The identity of a cell's result.
    pub fn identity(&self, coordinates: &Coordinates) -> u64 {
        coordinates.identity(&self.measured())
    }

    /// What is measured in a cell, in words. Equal words and an equal seed of the run give equal results of a cell.
    pub fn measured(&self) -> String {
        let s = &self.settings;
        let null = s.null > 0;
        let chosen =
            [s.probability, s.d_rep, s.llv, s.baselines, self.lists, s.held_out, s.intervals, null, s.budget];
        let names = MEASURES.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(name, _)| *name);
        let subsets = match s.subsets {
            Subsets::AllUpTo { at_most, pivots, per_pivot } => {
                format!("all_up_to={at_most} pivots={pivots} per_pivot={per_pivot}")
            }
            other => format!("{other:?}"),
        };
        // Only some configs have these columns. One table never holds rows with and without them.
        let trained = Group::of(&self.grid).into_iter().map(|group| format!(" {}", group.name()));
        let searched = self.grid.searched().next().map(|_| format!(" {}", search::NAME));
        let names = names.collect::<Vec<_>>().join(",");
        let files = self.files_content.as_ref().map(|content| format!(" files={content}"));
        let files = files.unwrap_or_default();
        format!("measures={names} d_rep: {subsets}{}{files}", trained.chain(searched).collect::<String>())
    }
}

/// Checks that what a search maximises is measured on its best pair, too: there a violation is reported.
fn check_measured(block: &Block, settings: &Settings) -> Result<(), (String, String)> {
    let Some(axis) = block.axis("target").filter(|_| matches!(block.source, Source::Search(_))) else {
        return Ok(());
    };
    for bound in axis.values.iter().filter_map(|value| theorem(value.as_str()?)) {
        if !settings.asks_for(bound.part) {
            let message = format!("{} is searched for, and `measures` leaves out what it needs", bound.token);
            return Err((axis.path.clone(), message));
        }
    }
    Ok(())
}

fn statement(document: &Document, path: &str) -> Result<String, SimError> {
    match document.get(path).map(|s| &s.value) {
        Some(Value::String(s)) if !s.trim().is_empty() => Ok(s.clone()),
        Some(_) => Err(document.error_at(path, "must be a text that is not empty".into())),
        None => {
            Err(document.error(&Origin::File, path, "is missing; every config states it in words".into()))
        }
    }
}

/// What to measure, and whether rows hold lists.
fn settings(document: &Document) -> Result<(Settings, bool), SimError> {
    let chosen: Vec<String> = match document.get("measures").map(|s| &s.value) {
        None => MEASURES[..DEFAULT_MEASURES].iter().map(|name| (*name).to_owned()).collect(),
        Some(Value::Array(names)) => {
            names.iter().map(|n| n.as_str().unwrap_or_default().to_owned()).collect()
        }
        Some(_) => vec![String::new()],
    };
    if let Some(unknown) = chosen.iter().find(|name| !MEASURES.contains(&name.as_str())) {
        let hint = did_you_mean(unknown, MEASURES);
        let message = format!("must be a list of names out of {}{hint}", MEASURES.join(", "));
        return Err(document.error_at("measures", message));
    }
    let has = |name: &str| chosen.iter().any(|c| c == name);
    if let Some(name) = ["llv", "budget"].into_iter().find(|name| has(name) && !has("probability")) {
        let message = format!("{name} needs probability: name both or neither");
        return Err(document.error_at("measures", message));
    }
    let subsets = Subsets::AllUpTo {
        at_most: document.whole("d_rep.all_up_to", Some(2_000), 0)?,
        pivots: document.whole("d_rep.pivots", Some(10), 1)?,
        per_pivot: document.whole("d_rep.per_pivot", Some(20), 1)?,
    };
    let settings = Settings {
        probability: has("probability"),
        d_rep: has("d_rep"),
        llv: has("llv"),
        baselines: has("baselines"),
        held_out: has("held_out"),
        budget: has("budget"),
        intervals: has("intervals"),
        null: if has("null") { REORDERINGS } else { 0 },
        subsets,
        ..Settings::default()
    };
    Ok((settings, has("lists")))
}

/// One block per perturbation, per family and per table of trained networks.
fn blocks(document: &Document) -> Result<Vec<Block>, SimError> {
    let named = |section: &str| -> Vec<String> {
        let inside = format!("{section}.");
        let sections = document.paths().filter(|(path, _)| document.section(path).is_some());
        sections.filter_map(|(path, _)| path.strip_prefix(&inside)).map(str::to_owned).collect()
    };
    let mut blocks = Vec::new();
    let folder = user_files::folder(document)?;
    let block = |source: Source, axes: Vec<Axis>| Block { source, axes, folder: folder.clone() };
    for name in named("perturbation") {
        let mut axes = model_axes(document)?;
        for parameter in Source::parameters_of_perturbation(&name) {
            let path = format!("perturbation.{name}.{parameter}");
            let Some(setting) = document.get(&path) else {
                let section = format!("perturbation.{name}");
                return Err(document.error_at(&section, format!("needs the key `{parameter}`")));
            };
            axes.push(Axis::of(document, &path, setting)?);
        }
        blocks.push(block(Source::Perturbation(name), axes));
    }
    for name in named("family") {
        let inside = format!("family.{name}.");
        let mut axes = Vec::new();
        for (path, _) in document.paths().filter(|(path, _)| path.starts_with(&inside)) {
            axes.push(Axis::of(document, path, document.get(path).expect("a path of a setting"))?);
        }
        blocks.push(block(Source::Family(name), axes));
    }
    let axes_of = |section: &str, keys: &[&str]| -> Result<Vec<Axis>, SimError> {
        let paths = keys.iter().map(|key| format!("{section}.{key}"));
        let set = paths.filter_map(|path| document.get(&path).map(|setting| (path, setting)));
        set.map(|(path, setting)| Axis::of(document, &path, setting)).collect()
    };
    for name in named("train") {
        let section = format!("train.{name}");
        let axes = axes_of(&section, TrainSettings::KEYS)?;
        blocks.push(block(Source::Train(section), axes));
    }
    for name in named("search") {
        let section = format!("search.{name}");
        let axes = axes_of(&section, SearchSettings::KEYS)?;
        blocks.push(block(Source::Search(section), axes));
    }
    if blocks.is_empty() {
        let message = "there is nothing to compare: a table [perturbation.NAME], [family.NAME], [train.NAME] or [search.NAME] is needed";
        return Err(document.error(&Origin::File, "", message.into()));
    }
    Ok(blocks)
}

fn model_axes(document: &Document) -> Result<Vec<Axis>, SimError> {
    let mut axes = Vec::new();
    for (key, default) in model_defaults() {
        let path = format!("model.{key}");
        if let Some(setting) = document.get(&path) {
            axes.push(Axis::of(document, &path, setting)?);
        } else if let Some(value) = default {
            axes.push(Axis::new(key, &path, vec![value]).expect("one value is not given twice"));
        }
    }
    Ok(axes)
}
