//! A whole sweep: every cell of a config, and the files it leaves.

use crate::cell;
use crate::config::Config;
use crate::error::SimError;
use crate::manifest::{Counts, Manifest};
use crate::progress::Progress;
use crate::table::{Columns, seed_text};
use logitdist::{Bound, Comparison};
use logitdist_io::WholeFile;
use logitdist_report::{Summary, summarise};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Cells computed before their rows are written: memory does not grow with the sweep, and the order is the grid's.
const CELLS_IN_FLIGHT: usize = 512;

/// What to sweep and how.
#[derive(Debug, Clone, Default)]
pub struct SweepOptions {
    /// The config.
    pub config: PathBuf,
    /// Overrides `key=value` of it.
    pub overrides: Vec<String>,
    /// Folder of the results; `results/<name of the config>` if absent.
    pub out: Option<PathBuf>,
    /// Threads; all processors if absent. No result depends on it.
    pub threads: Option<usize>,
}

/// What a sweep found.
#[derive(Debug)]
pub struct Outcome {
    /// Folder of the results.
    pub out: PathBuf,
    /// How much there is of what.
    pub counts: Counts,
    /// The first violated bounds, each with its cell.
    pub violations: Vec<String>,
    /// Tightness per bound and axis value.
    pub summary: Summary,
    /// How long it took.
    pub seconds: f64,
}

/// Violations that are named one by one.
const VIOLATIONS_NAMED: usize = 5;

/// Runs a sweep and writes `config.toml`, `rows.csv`, `bounds.csv`, `summary.csv` and `manifest.json`.
///
/// Files appear under their names once they are complete, the manifest last: a folder without one is of an unfinished run.
///
/// # Errors
/// A config that is wrong, found before anything runs; a folder or file that cannot be written.
pub fn sweep(options: &SweepOptions) -> Result<Outcome, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let out = options.out.clone().unwrap_or_else(|| default_out(&options.config));
    std::fs::create_dir_all(&out).map_err(|e| SimError::io("make the folder", &out, e))?;
    // Without a manifest the folder is that of an unfinished run, whatever older files are in it.
    let manifest_path = out.join("manifest.json");
    match std::fs::remove_file(&manifest_path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(SimError::io("remove", &manifest_path, e));
        }
        _ => {}
    }
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| SimError::Threads { threads, message: e.to_string() })?;
    let (clock, started) = (Instant::now(), jiff::Timestamp::now().to_string());
    let (counts, violations) = pool.install(|| run_cells(&config, &out))?;
    let bounds = out.join("bounds.csv");
    let summary = summarise(&bounds)?;
    write_file(&out.join("summary.csv"), &summary.to_csv())?;
    write_file(&out.join("config.toml"), &config.toml)?;
    let seconds = clock.elapsed().as_secs_f64();
    let manifest = Manifest::new(&config, started, seconds, pool.current_num_threads(), counts.clone());
    let json = serde_json::to_string_pretty(&manifest).expect("a manifest is plain data");
    write_file(&manifest_path, &format!("{json}\n"))?;
    Ok(Outcome { out, counts, violations, summary, seconds })
}

/// `results/<name>` for `configs/<name>.toml`.
fn default_out(config: &Path) -> PathBuf {
    Path::new("results").join(config.file_stem().unwrap_or_default())
}

/// Writes a whole file.
fn write_file(path: &Path, content: &str) -> Result<(), SimError> {
    WholeFile::write(path, content.as_bytes()).map_err(|e| SimError::io("write", path, e))
}

/// Computes all cells and writes the two tables.
fn run_cells(config: &Config, out: &Path) -> Result<(Counts, Vec<String>), SimError> {
    let columns = Columns::of(config);
    let mut rows = Table::create(&out.join("rows.csv"), &columns.row_header())?;
    let mut bounds = Table::create(&out.join("bounds.csv"), &columns.bound_header())?;
    let (mut counts, mut violations) = (Counts::default(), Vec::new());
    let total = config.grid.len();
    let progress = Progress::new(total);
    for start in (0..total).step_by(CELLS_IN_FLIGHT) {
        let indices: Vec<usize> = (start..total.min(start + CELLS_IN_FLIGHT)).collect();
        let finished: Vec<_> = indices
            .into_par_iter()
            .map(|index| {
                let outcome = cell::run(config, &config.grid.cell(index));
                let records = (columns.row(&outcome), columns.bounds(&outcome));
                let violated = outcome.comparison.as_ref().map(violated).map_err(|_| ());
                progress.cell();
                (records, outcome.cell_seed, violated)
            })
            .collect();
        for ((row, bound_rows), cell_seed, violated) in finished {
            rows.write(&row)?;
            counts.cells += 1;
            counts.bounds += bound_rows.len();
            for record in &bound_rows {
                bounds.write(record)?;
            }
            match violated {
                Ok(tokens) => {
                    counts.violations += tokens.len();
                    violations.extend(tokens.iter().map(|t| format!("{t} in cell {}", seed_text(cell_seed))));
                    violations.truncate(VIOLATIONS_NAMED);
                }
                Err(()) => counts.cells_not_applicable += 1,
            }
        }
    }
    progress.finish();
    rows.finish()?;
    bounds.finish()?;
    Ok((counts, violations))
}

/// Tokens of the violated bounds of a comparison, in both directions.
fn violated(comparison: &Comparison) -> Vec<&'static str> {
    let all = comparison.bounds.iter().chain(&comparison.bounds_ba);
    all.filter(|b| Bound::is_violated(b)).map(|b| b.token).collect()
}

/// A CSV file being written.
struct Table {
    path: PathBuf,
    writer: csv::Writer<WholeFile>,
}

impl Table {
    fn create(path: &Path, header: &[String]) -> Result<Table, SimError> {
        let file = WholeFile::create(path).map_err(|e| SimError::io("write", path, e))?;
        let mut table = Table { path: path.to_path_buf(), writer: csv::Writer::from_writer(file) };
        table.write(header)?;
        Ok(table)
    }

    fn write(&mut self, record: &[String]) -> Result<(), SimError> {
        self.writer.write_record(record).map_err(|e| SimError::io("write", &self.path, e.into()))
    }

    fn finish(self) -> Result<(), SimError> {
        let path = self.path;
        let failed = |e| SimError::io("write", &path, e);
        let file = self.writer.into_inner().map_err(|e| failed(e.into_error()))?;
        file.finish().map_err(failed)
    }
}

/// What a sweep would run: question, axes and numbers, in words.
///
/// # Errors
/// A config that is wrong.
pub fn describe(options: &SweepOptions) -> Result<String, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let mut text =
        format!("question: {}\nexpected: {}\nseed: {}\n", config.question, config.expected, config.seed);
    for block in &config.grid.blocks {
        text.push_str(&format!("\n{}\n", block.source.name()));
        for axis in &block.axes {
            let values: Vec<String> = axis.values.iter().map(crate::axis::text).collect();
            text.push_str(&format!("  {:20} {:4}  {}\n", axis.name, values.len(), values.join(", ")));
        }
    }
    let out = options.out.clone().unwrap_or_else(|| default_out(&options.config));
    text.push_str(&format!(
        "\n{} cells ({} replicates), {} columns; results would go to {}\n",
        config.grid.len(),
        config.grid.replicates,
        Columns::of(&config).row_header().len(),
        out.display()
    ));
    Ok(text)
}
