//! `cargo xtask throughput`: how fast small cells pass through a sweep, and in how much memory.

use anyhow::{Context, ensure};
use clap::ValueEnum;
use logitdist_io::WholeFile;
use logitdist_sim::{Columns, Config, Document, Shard, SweepOptions, merge, record, run_cell, sweep};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Measure cells a second, the cost of the journal and memory, and write results/throughput.
#[derive(clap::Args)]
pub struct Arguments {
    /// Cells of the large run; the pairs with and without a journal have a twentieth of them.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..))]
    cells: u32,
    /// How many pairs are timed, with and without a journal in turn.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// Folder of the report.
    #[arg(long, default_value = "results/throughput")]
    out: PathBuf,
    /// One measurement, in a process of its own so that its memory is its own.
    #[arg(long, hide = true, requires_all = ["threads", "scratch"])]
    part: Option<Part>,
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

const CONFIG: &str = r#"question = "How many small cells pass through a sweep in a second?"
expected = "The journal costs at most 5 % of the time, and memory does not grow with the number of cells."
seed = 1
measures = ["probability"]

[model]
dim = 2
labels = 4
inputs = 16

[perturbation.noise_embeddings]
level = 0.1
"#;

/// One timed process.
struct Measured {
    part: Part,
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
    if let (Some(part), Some(threads), Some(scratch)) =
        (arguments.part, arguments.threads, &arguments.scratch)
    {
        measure(part, threads, arguments.cells, scratch)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    std::fs::write(config_of(folder.path()), CONFIG)?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = Vec::new();
    for pair in 0..arguments.pairs {
        for threads in [1, processors] {
            for part in [Part::Cells, Part::Journal] {
                eprintln!("pair {} of {}: {} on {threads} threads", pair + 1, arguments.pairs, part.name());
                all.push(in_process(part, threads, arguments.cells / 20, folder.path())?);
            }
        }
    }
    for part in [Part::Journal, Part::Tables] {
        eprintln!("{} cells: {} on {processors} threads", arguments.cells, part.name());
        all.push(in_process(part, processors, arguments.cells, folder.path())?);
    }
    std::fs::create_dir_all(&arguments.out)?;
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

fn config_of(scratch: &Path) -> PathBuf {
    scratch.join("small.toml")
}

/// Does one part and prints its time and its peak of memory.
fn measure(part: Part, threads: usize, cells: u32, scratch: &Path) -> anyhow::Result<()> {
    let (config, out) = (config_of(scratch), scratch.join("out"));
    let overrides = vec![format!("replicates={cells}")];
    let start = Instant::now();
    match part {
        Part::Cells => {
            let config = Config::of(&Document::read(&config, &overrides)?)?;
            let columns = Columns::of(&config);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            pool.install(|| {
                (0..cells as usize).into_par_iter().for_each(|cell| {
                    black_box(record(&columns, &run_cell(&config, &config.grid.cell(cell))));
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

/// The most memory this process has had, in MB.
fn peak_mb() -> anyhow::Result<f64> {
    let status =
        std::fs::read_to_string("/proc/self/status").context("memory can be measured on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 =
        line.and_then(|l| l.split_whitespace().next()?.parse().ok()).context("there is no VmHWM")?;
    Ok(kilobytes * 1024.0 / 1e6)
}

fn in_process(part: Part, threads: usize, cells: u32, scratch: &Path) -> anyhow::Result<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["throughput", "--part", part.name(), "--threads", &threads.to_string()]);
    command.args(["--cells", &cells.to_string(), "--scratch"]).arg(scratch);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{} fails: {}", part.name(), String::from_utf8_lossy(&output.stderr));
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[seconds, peak_mb] = numbers.as_slice() else { anyhow::bail!("{} prints {text:?}", part.name()) };
    Ok(Measured { part, threads, cells, seconds, peak_mb })
}

fn csv(all: &[Measured]) -> String {
    let mut text = String::from("part,threads,cells,seconds,cells_per_second,peak_mb\n");
    for m in all {
        let (rate, part) = (m.rate(), m.part.name());
        text.push_str(&format!(
            "{part},{},{},{:.3},{rate:.1},{:.1}\n",
            m.threads, m.cells, m.seconds, m.peak_mb
        ));
    }
    text
}

/// What was measured, in words and a table; ratios are medians of pairs that ran one after the other.
fn report(all: &[Measured], processors: usize, arguments: &Arguments) -> String {
    let (pairs, large) = all.split_at(all.len() - 2);
    let seconds = |part: Part, threads: usize| -> Vec<f64> {
        pairs.iter().filter(|m| m.part == part && m.threads == threads).map(|m| m.seconds).collect()
    };
    let ratio = |over: (Part, usize), under: (Part, usize)| {
        let pairs = seconds(over.0, over.1).into_iter().zip(seconds(under.0, under.1));
        median(pairs.map(|(over, under)| over / under).collect())
    };
    let rate = |part, threads| f64::from(arguments.cells / 20) / median(seconds(part, threads));
    let overhead = |threads| 100.0 * (ratio((Part::Journal, threads), (Part::Cells, threads)) - 1.0);
    let efficiency = |part| 100.0 * ratio((part, 1), (part, processors)) / processors as f64;
    let mut text = format!(
        "# Throughput\n\nHow many small cells pass through a sweep in a second, what does its journal cost, and in how much memory? A cell here is a pair of \
         models of dimension 2 with 4 labels and 16 inputs,\n26 bounds; `cargo xtask throughput` makes this page, and `throughput.csv` has every run. Ratios are medians of {} pairs that ran in turn.\n\n\
         | threads | cells/s without a journal | with one | cost of the journal |\n|---|---|---|---|\n",
        arguments.pairs
    );
    for threads in [1, processors] {
        text.push_str(&format!(
            "| {threads} | {:.0} | {:.0} | {:.1} % |\n",
            rate(Part::Cells, threads),
            rate(Part::Journal, threads),
            overhead(threads)
        ));
    }
    text.push_str(&format!(
        "\nParallel efficiency on {processors} threads: {:.0} % without a journal, {:.0} % with one.\n\n\
         {} cells in one run: {:.0} s of computing ({:.0} cells/s, peak of memory {:.0} MB), then {:.0} s for the tables (peak {:.0} MB).\n",
        efficiency(Part::Cells),
        efficiency(Part::Journal),
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
