//! `cargo xtask throughput`: how fast small cells pass through a sweep, and in how much memory.

use crate::memory::peak_mb;
use crate::processor::processor;
use anyhow::{Context, ensure};
use clap::ValueEnum;
use logitdist_io::WholeFile;
use logitdist_sim::{Config, Document, Shard, SweepOptions, merge, run_cell, sweep};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Measure cells a second, the cost of the journal and memory, and write results/throughput.
#[derive(clap::Args)]
pub struct Arguments {
    /// Cells of the large run; the pairs with and without a journal have a twentieth of them, or a five-hundredth if cells are not tiny.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    cells: u32,
    /// How many pairs are timed, with and without a journal in turn.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// Folder of the report.
    #[arg(long, default_value = "results/throughput")]
    out: PathBuf,
    /// One measurement, in a process of its own so that its memory is its own.
    #[arg(long, hide = true, requires_all = ["size", "threads", "scratch"])]
    part: Option<Part>,
    #[arg(long, hide = true)]
    size: Option<Size>,
    #[arg(long, hide = true)]
    threads: Option<usize>,
    #[arg(long, hide = true)]
    scratch: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Cells computed and their rows written as text, which is thrown away.
    Cells,
    /// The same as a sweep: into a journal on the disk.
    Journal,
    /// The tables made from that journal.
    Tables,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Cells => "cells",
            Part::Journal => "journal",
            Part::Tables => "tables",
        }
    }
}

/// How large the pairs of a cell are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Size {
    /// Dimension 2, 4 labels, 16 inputs.
    Tiny,
    /// Dimension 8, 20 labels, 512 inputs, every measure, 200 label subsets.
    Small,
}

impl Size {
    fn name(self) -> &'static str {
        match self {
            Size::Tiny => "tiny",
            Size::Small => "small",
        }
    }

    /// What a cell is, as a config.
    fn config(self) -> String {
        let (measures, [dim, labels, inputs]) = match self {
            Size::Tiny => ("measures = [\"probability\"]", [2, 4, 16]),
            Size::Small => ("d_rep.all_up_to = 0", [8, 20, 512]),
        };
        format!(
            "question = \"How many cells pass through a sweep in a second?\"\n\
             expected = \"Memory does not grow with their number.\"\n\
             {measures}\n[model]\ndim = {dim}\nlabels = {labels}\ninputs = {inputs}\n[perturbation.noise_embeddings]\nlevel = 0.1\n"
        )
    }

    /// Cells of a run that is timed in pairs.
    fn cells(self, large: u32) -> u32 {
        match self {
            Size::Tiny => (large / 20).max(2),
            Size::Small => (large / 500).max(2),
        }
    }
}

/// One timed process.
struct Measured {
    part: Part,
    size: Size,
    threads: usize,
    cells: u32,
    seconds: f64,
    peak_mb: f64,
}

impl Measured {
    fn rate(&self) -> f64 {
        f64::from(self.cells) / self.seconds
    }
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { part, size, threads, scratch, .. } = arguments;
    if let (Some(part), Some(size), Some(threads), Some(scratch)) = (part, size, threads, scratch) {
        measure(*part, *size, *threads, arguments.cells, scratch)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    for size in [Size::Tiny, Size::Small] {
        std::fs::write(config_of(size, folder.path()), size.config())?;
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = Vec::new();
    for pair in 0..arguments.pairs {
        for size in [Size::Tiny, Size::Small] {
            for threads in [1, processors] {
                for part in [Part::Cells, Part::Journal] {
                    let (name, cells) = (size.name(), part.name());
                    eprintln!(
                        "pair {} of {}: {cells} of {name} cells on {threads} threads",
                        pair + 1,
                        arguments.pairs
                    );
                    all.push(in_process(part, size, threads, size.cells(arguments.cells), folder.path())?);
                }
            }
        }
    }
    for part in [Part::Journal, Part::Tables] {
        eprintln!("{} cells: {} on {processors} threads", arguments.cells, part.name());
        all.push(in_process(part, Size::Tiny, processors, arguments.cells, folder.path())?);
    }
    logitdist_io::make_folder(&arguments.out)?;
    let write = |name: &str, text: String| {
        let path = arguments.out.join(name);
        WholeFile::write(&path, text.as_bytes())
            .with_context(|| format!("{}: cannot be written", path.display()))
    };
    write("throughput.csv", csv(&all))?;
    let text = report(&all, processors, arguments);
    print!("{text}");
    write("README.md", text)?;
    Ok(ExitCode::SUCCESS)
}

fn config_of(size: Size, scratch: &Path) -> PathBuf {
    scratch.join(format!("{}.toml", size.name()))
}

/// Does one part and prints its time and its peak of memory.
fn measure(part: Part, size: Size, threads: usize, cells: u32, scratch: &Path) -> anyhow::Result<()> {
    let (config, out) = (config_of(size, scratch), scratch.join("out"));
    let overrides = vec![format!("replicates={cells}")];
    let start = Instant::now();
    match part {
        Part::Cells => {
            let config = Config::of(&Document::read(&config, &overrides)?)?;
            let columns = config.columns();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            pool.install(|| {
                (0..cells as usize).into_par_iter().for_each(|cell| {
                    let outcome =
                        run_cell(&config, &config.grid.cell(cell)).expect("generated pairs do not fail");
                    black_box(outcome.record(&columns));
                });
            });
        }
        Part::Journal => {
            // A shard makes no tables, and this one has all cells.
            let options = SweepOptions {
                config,
                overrides,
                out: Some(out),
                threads: Some(threads),
                shard: Some(Shard::WHOLE),
                fresh: true,
                ..SweepOptions::default()
            };
            sweep(&options)?;
        }
        Part::Tables => {
            let merged = merge(&out, &[], false)?;
            ensure!(merged.missing.0 == 0, "{} cells are missing", merged.missing.0);
        }
    }
    println!("{} {}", start.elapsed().as_secs_f64(), peak_mb()?);
    Ok(())
}

fn in_process(
    part: Part,
    size: Size,
    threads: usize,
    cells: u32,
    scratch: &Path,
) -> anyhow::Result<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        "throughput",
        "--part",
        part.name(),
        "--size",
        size.name(),
        "--threads",
        &threads.to_string(),
    ]);
    command.args(["--cells", &cells.to_string(), "--scratch"]).arg(scratch);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{} fails: {}", part.name(), String::from_utf8_lossy(&output.stderr));
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[seconds, peak_mb] = numbers.as_slice() else { anyhow::bail!("{} prints {text:?}", part.name()) };
    Ok(Measured { part, size, threads, cells, seconds, peak_mb })
}

fn csv(all: &[Measured]) -> String {
    let mut text = String::from("cells_are,part,threads,cells,seconds,cells_per_second,peak_mb\n");
    for m in all {
        let (rate, part) = (m.rate(), m.part.name());
        text.push_str(&format!(
            "{},{part},{},{},{:.3},{rate:.1},{:.1}\n",
            m.size.name(),
            m.threads,
            m.cells,
            m.seconds,
            m.peak_mb
        ));
    }
    text
}

/// What was measured, in words and a table; ratios are medians of pairs that ran one after the other.
fn report(all: &[Measured], processors: usize, arguments: &Arguments) -> String {
    let (pairs, large) = all.split_at(all.len() - 2);
    let mut text = format!(
        "# Throughput\n\nHow many cells pass through a sweep in a second, what does its journal cost, and in how much memory? Tiny cells are pairs of \
         models of dimension 2 with 4 labels and 16 inputs;\nsmall ones have dimension 8, 20 labels, 512 inputs, every measure, and d_rep over 200 label subsets. \
         `cargo xtask throughput` makes this page; `throughput.csv` has every run.\nMeasured on {}. Ratios are medians of {} pairs that ran in turn.\n\n\
         | cells | threads | cells/s without a journal | with one | cost of the journal | parallel efficiency |\n|---|---|---|---|---|---|\n",
        processor(),
        arguments.pairs
    );
    for size in [Size::Tiny, Size::Small] {
        let seconds = |part: Part, threads: usize| -> Vec<f64> {
            let of = |m: &&Measured| m.size == size && m.part == part && m.threads == threads;
            pairs.iter().filter(of).map(|m| m.seconds).collect()
        };
        let ratio = |over: (Part, usize), under: (Part, usize)| {
            let pairs = seconds(over.0, over.1).into_iter().zip(seconds(under.0, under.1));
            median(pairs.map(|(over, under)| over / under).collect())
        };
        let rate = |part, threads| f64::from(size.cells(arguments.cells)) / median(seconds(part, threads));
        for threads in [1, processors] {
            text.push_str(&format!(
                "| {} | {threads} | {:.0} | {:.0} | {:.1} % | {:.0} % |\n",
                size.name(),
                rate(Part::Cells, threads),
                rate(Part::Journal, threads),
                100.0 * (ratio((Part::Journal, threads), (Part::Cells, threads)) - 1.0),
                100.0 * ratio((Part::Journal, 1), (Part::Journal, threads)) / threads as f64,
            ));
        }
    }
    text.push_str(&format!(
        "\n{} tiny cells in one run: {:.0} s of computing ({:.0} cells/s, peak of memory {:.0} MB), then {:.0} s for the tables (peak {:.0} MB).\n",
        arguments.cells,
        large[0].seconds,
        large[0].rate(),
        large[0].peak_mb,
        large[1].seconds,
        large[1].peak_mb,
    ));
    text
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
