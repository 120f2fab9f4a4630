//! `cargo xtask scaling`: time and memory against inputs, labels, dimension and threads.

mod axis;
mod fit;
mod picture;
mod report;
mod table;

use crate::measure::{How, Measured, PARTS, in_process};
use crate::pair::Size;
use anyhow::{Context, ensure};
use axis::{Axis, operations};
use logitdist_io::WholeFile;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measure time and memory over three decades of inputs, labels and dimension and against threads, and write results/scaling.
#[derive(clap::Args)]
pub struct Arguments {
    /// One decade of small pairs, in a few seconds: to see that it runs.
    #[arg(long)]
    quick: bool,
    /// Seconds that a pair may take; an axis ends before one that is expected to take longer.
    #[arg(long, default_value_t = 120.0)]
    budget: f64,
    /// Number of threads along the axes [default: all processors].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Measure nothing: draw the pictures again from the table in the folder.
    #[arg(long, conflicts_with_all = ["quick", "budget", "threads"])]
    pictures: bool,
    /// Folder of the report.
    #[arg(long, default_value = "results/scaling")]
    out: PathBuf,
}

/// One pair, measured.
#[derive(Debug, Clone)]
pub struct Point {
    pub size: Size,
    pub threads: usize,
    pub measured: Measured,
}

impl Point {
    /// Seconds of a part.
    pub fn seconds(&self, part: &str) -> f64 {
        self.measured.seconds[part]
    }
}

/// An axis with its points; it may have ended early.
pub struct Series {
    pub axis: Axis,
    pub points: Vec<Point>,
    /// The first size that was not measured.
    pub ended_before: Option<Size>,
}

/// Everything that was measured.
pub struct Measurements {
    pub series: Vec<Series>,
    /// One size at 1, 2, 4, … threads.
    pub by_threads: Vec<Point>,
    pub threads: usize,
    pub budget: f64,
}

/// The size at which threads are varied.
fn threads_size(quick: bool) -> Size {
    match quick {
        false => {
            Size { inputs: 20_000, labels: 1_000, dim: 64, inputs_limit: 20_000, pivots: 10, per_pivot: 20 }
        }
        true => Size { inputs: 1_000, labels: 50, dim: 8, inputs_limit: 1_000, pivots: 2, per_pivot: 5 },
    }
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(arguments.budget > 0.0, "--budget is {}; it must be more than 0 seconds", arguments.budget);
    if arguments.pictures {
        draw(&table::read(&arguments.out.join("scaling.csv"))?, &arguments.out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(processors, usize::from);
    let repeat_for = if arguments.quick { 0.01 } else { 0.3 };
    let mut series = Vec::new();
    for axis in Axis::ALL {
        series.push(along(axis, arguments, How { threads, repeat_for, everything: false })?);
    }
    let by_threads = against_threads(arguments.quick, processors, repeat_for)?;
    let all = Measurements { series, by_threads, threads, budget: arguments.budget };
    draw(&all, &arguments.out)?;
    write(arguments.out.join("scaling.csv"), report::csv(&all).as_bytes())?;
    let text = report::readme(&all, arguments.quick);
    print!("{text}");
    write(arguments.out.join("README.md"), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Draws the pictures.
fn draw(all: &Measurements, folder: &Path) -> anyhow::Result<()> {
    let plots = folder.join("plots");
    logitdist_io::make_folder(&plots).with_context(|| format!("{}: cannot be made", plots.display()))?;
    for (name, figure) in
        [("time", picture::time(all)), ("memory", picture::memory(all)), ("threads", picture::threads(all))]
    {
        write(plots.join(format!("{name}.svg")), figure.to_svg().as_bytes())?;
        write(plots.join(format!("{name}.png")), &figure.to_png())?;
    }
    Ok(())
}

fn write(path: PathBuf, content: &[u8]) -> anyhow::Result<()> {
    WholeFile::write(&path, content).with_context(|| format!("{}: cannot be written", path.display()))
}

/// The points of an axis, smallest first, until one would take too long.
fn along(axis: Axis, arguments: &Arguments, how: How) -> anyhow::Result<Series> {
    let mut points: Vec<Point> = Vec::new();
    for size in axis.sizes(arguments.quick) {
        if points.last().is_some_and(|last| expected(last, &size) > arguments.budget) {
            return Ok(Series { axis, points, ended_before: Some(size) });
        }
        eprintln!("{} = {}", axis.letter(), axis.value(&size));
        points.push(point(&size, how)?);
    }
    Ok(Series { axis, points, ended_before: None })
}

/// Seconds of the next size, should every part of the last one's grow as its operations do.
fn expected(last: &Point, next: &Size) -> f64 {
    let grown = |part: &&str| last.seconds(part) * operations(part, next) / operations(part, &last.size);
    PARTS.iter().map(grown).sum()
}

fn against_threads(quick: bool, processors: usize, repeat_for: f64) -> anyhow::Result<Vec<Point>> {
    let size = threads_size(quick);
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    size.draw(folder.path())?;
    let mut counts: Vec<usize> =
        std::iter::successors(Some(1), |n| Some(2 * n)).take_while(|&n| n < processors).collect();
    counts.push(processors);
    let at = |threads: usize| {
        eprintln!("{threads} threads");
        let how = How { threads, repeat_for, everything: false };
        measured(&size, folder.path(), how)
    };
    counts.into_iter().map(at).collect()
}

/// A pair drawn in one process and measured in another.
fn point(size: &Size, how: How) -> anyhow::Result<Point> {
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    size.draw(folder.path())?;
    measured(size, folder.path(), how)
}

fn measured(size: &Size, folder: &Path, how: How) -> anyhow::Result<Point> {
    Ok(Point { size: size.clone(), threads: how.threads, measured: in_process(size, folder, how)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_size_is_expected_to_take_longer_by_its_operations() {
        let size =
            |inputs| Size { inputs, labels: 10, dim: 2, inputs_limit: inputs, pivots: 1, per_pivot: 1 };
        let seconds = PARTS.map(|part| (part.to_owned(), 3.0)).into();
        let measured = Measured { values: Default::default(), seconds, peak_mb: 1.0 };
        let last = Point { size: size(1_000_000), threads: 1, measured };
        // Reading, reducing and probabilities take twice as long, the two others as long as before.
        assert!((expected(&last, &size(2_000_000)) - 24.0).abs() < 1e-3);
    }
}
