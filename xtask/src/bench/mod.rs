//! `cargo xtask bench`: linear-algebra libraries side by side on the operations and sizes of this workload.
//!
//! Each library runs in a process of its own, once for each number of threads: what one does to its process (threads, a crash, an exit) touches no other.

mod error;
mod exact;
mod measure;
mod picture;
mod plan;
mod report;
mod table;

use anyhow::{Context, bail, ensure};
use logitdist_backends::{Backend, Faer, Lapack, MKL, Nalgebra, OPENBLAS, Reference, Vendor};
use logitdist_io::WholeFile;
use measure::Measured;
use plan::{Entry, Library, plan};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Measure time, speed and error of linear-algebra libraries, and write results/bench.
///
/// OpenBLAS is taken from LOGITDIST_OPENBLAS, MKL from LOGITDIST_MKL (paths of libraries), or from where the loader or python3 has them; one that is missing is a line
/// that says how to install it. Exit code 1 if a library fails or an error is above 1e-12.
#[derive(clap::Args)]
pub struct Arguments {
    /// Small sizes only, in less than a minute.
    #[arg(long)]
    quick: bool,
    /// logitdist as a whole beside what people use, in place of libraries: the same as `cargo xtask peers`, which has more options.
    #[arg(long, conflicts_with_all = ["backends", "threads", "out"])]
    peers: bool,
    /// Which libraries, with commas between; all if absent.
    #[arg(long, value_enum, value_delimiter = ',')]
    backends: Vec<Library>,
    /// Numbers of threads, with commas between.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2], value_parser = clap::value_parser!(u16).range(1..))]
    threads: Vec<u16>,
    /// Folder of the table, its page and its pictures.
    #[arg(long, default_value = "results/bench")]
    out: PathBuf,
    /// Measure nothing: draw the pictures again from the table in the folder.
    #[arg(long, conflicts_with_all = ["quick", "peers", "backends", "threads"])]
    pictures: bool,
    /// One library in this process, on as many threads as `threads` says.
    #[arg(long, hide = true)]
    part: Option<Library>,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub library: Library,
    /// What the library says of itself; empty if it is not there.
    pub version: String,
    pub threads: usize,
    /// None if the library as a whole is not there.
    pub entry: Option<Entry>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Measured(Measured),
    /// Nothing was measured, for a reason that is no failure.
    LeftOut(String),
    Failed(String),
}

/// No result of a library that works is so wrong, relative to the size of its input.
const LARGEST_ERROR: f64 = 1e-12;

/// Seconds for an entry that is repeated, and how long a single call may take by what is known of smaller ones.
fn limits(quick: bool) -> (f64, f64) {
    if quick { (0.05, 2.0) } else { (0.5, 6.0) }
}

impl Arguments {
    /// What was typed, but for the folder.
    fn command(&self) -> String {
        let list = |name: &str, values: Vec<String>| match values.is_empty() {
            true => String::new(),
            false => format!(" --{name} {}", values.join(",")),
        };
        let backends = self.backends.iter().map(|library| library.name().to_owned()).collect();
        let threads = if self.threads == [1, 2] {
            Vec::new()
        } else {
            self.threads.iter().map(u16::to_string).collect()
        };
        let quick = if self.quick { " --quick" } else { "" };
        format!("cargo xtask bench{quick}{}{}", list("backends", backends), list("threads", threads))
    }
}

/// Runs the task: exit code 1 if a library fails or is wrong.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.peers {
        return crate::peers::run(&crate::peers::Arguments::usual(arguments.quick));
    }
    if let Some(library) = arguments.part {
        measure_part(library, usize::from(arguments.threads[0]), arguments.quick)?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.pictures {
        draw(&table::read(&arguments.out.join("bench.csv"))?, &arguments.out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let libraries = if arguments.backends.is_empty() { &Library::ALL[..] } else { &arguments.backends };
    let mut rows = Vec::new();
    for &threads in &arguments.threads {
        for &library in libraries {
            rows.extend(in_process(library, usize::from(threads), arguments.quick)?);
        }
    }
    draw(&rows, &arguments.out)?;
    write(&arguments.out, "bench.csv", report::csv(&rows).as_bytes())?;
    let text = report::page(&rows, &arguments.command());
    write(&arguments.out, "README.md", text.as_bytes())?;
    print!("{text}");
    let complaints = complaints(&rows);
    complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
    Ok(ExitCode::from(u8::from(!complaints.is_empty())))
}

/// Draws the pictures of a table.
fn draw(rows: &[Row], folder: &Path) -> anyhow::Result<()> {
    let plots = folder.join("plots");
    logitdist_io::make_folder(&plots).with_context(|| format!("{}: cannot be made", plots.display()))?;
    for (name, figure) in picture::figures(rows) {
        write(&plots, &format!("{name}.svg"), figure.to_svg().as_bytes())?;
        write(&plots, &format!("{name}.png"), &figure.to_png())?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, content: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    WholeFile::write(&path, content).with_context(|| format!("{}: cannot be written", path.display()))
}

/// What is wrong with the results.
fn complaints(rows: &[Row]) -> Vec<String> {
    let of = |row: &Row| {
        let size = row.entry.map_or(String::new(), |e| format!(", {} {}", e.operation.name(), e.size()));
        let what = format!("{} on {} threads{size}", row.library.name(), row.threads);
        match &row.outcome {
            Outcome::Failed(message) => Some(format!("{what}: {message}")),
            Outcome::Measured(m) if m.error.is_nan() || m.error > LARGEST_ERROR => {
                Some(format!("{what}: the error is {:.1e}, {LARGEST_ERROR:.0e} is allowed", m.error))
            }
            _ => None,
        }
    };
    rows.iter().filter_map(of).collect()
}

/// Runs a library in a process and makes rows of what it prints.
fn in_process(library: Library, threads: usize, quick: bool) -> anyhow::Result<Vec<Row>> {
    let entries: Vec<Entry> = plan(quick).into_iter().filter(|e| library.has(e, threads)).collect();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--part", library.name(), "--threads", &threads.to_string()]);
    if quick {
        command.arg("--quick");
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take().context("a pipe")?;
    // Read beside the other, so that neither pipe fills up.
    let messages = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap_or_default());
    let mut version = String::new();
    let mut rows = Vec::new();
    let row =
        |version: &str, entry, outcome| Row { library, version: version.to_owned(), threads, entry, outcome };
    for line in BufReader::new(child.stdout.take().context("a pipe")?).lines() {
        let line = line?;
        match Said::parse(&line)? {
            Said::Version(text) => version = text,
            Said::Missing(reason) => rows.push(row("", None, Outcome::LeftOut(reason))),
            Said::Outcome(index, outcome) => {
                let entry = entries.get(index).with_context(|| format!("there is no entry {index}"))?;
                eprintln!("{} × {threads}: {} {}", library.name(), entry.operation.name(), entry.size());
                rows.push(row(&version, Some(*entry), outcome));
            }
        }
    }
    let status = child.wait()?;
    let messages = messages.join().unwrap_or_default();
    if !status.success() {
        // The process ended in the first entry that it has said nothing of, or before all.
        let entry = entries.get(rows.len()).copied().filter(|_| !version.is_empty());
        let last = messages.lines().last().unwrap_or("no message");
        rows.push(row(&version, entry, Outcome::Failed(format!("the process ended ({status}): {last}"))));
    }
    Ok(rows)
}

/// What a process says of its library, a line each, with tabs between.
#[derive(Debug, PartialEq)]
enum Said {
    Version(String),
    Missing(String),
    Outcome(usize, Outcome),
}

impl Said {
    fn line(&self) -> String {
        let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self {
            Said::Version(text) => format!("version\t{}", clean(text)),
            Said::Missing(text) => format!("missing\t{}", clean(text)),
            Said::Outcome(index, Outcome::Measured(m)) => {
                format!("measured\t{index}\t{:?}\t{:?}\t{}\t{:?}", m.median, m.least, m.calls, m.error)
            }
            Said::Outcome(index, Outcome::LeftOut(text)) => format!("left out\t{index}\t{}", clean(text)),
            Said::Outcome(index, Outcome::Failed(text)) => format!("failed\t{index}\t{}", clean(text)),
        }
    }

    fn parse(line: &str) -> anyhow::Result<Said> {
        let words: Vec<&str> = line.split('\t').collect();
        Ok(match words[..] {
            ["version", text] => Said::Version(text.to_owned()),
            ["missing", text] => Said::Missing(text.to_owned()),
            ["measured", index, median, least, calls, error] => {
                let (median, least, error) = (median.parse()?, least.parse()?, error.parse()?);
                let measured = Measured { median, least, calls: calls.parse()?, error };
                Said::Outcome(index.parse()?, Outcome::Measured(measured))
            }
            ["left out", index, text] => Said::Outcome(index.parse()?, Outcome::LeftOut(text.to_owned())),
            ["failed", index, text] => Said::Outcome(index.parse()?, Outcome::Failed(text.to_owned())),
            _ => bail!("a process that measures prints {line:?}"),
        })
    }
}

fn say(said: &Said) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", said.line())?;
    Ok(stdout.flush()?)
}

/// Measures everything that one library has, in this process.
fn measure_part(library: Library, threads: usize, quick: bool) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    match library {
        Library::Logitdist => {
            say(&Said::Version(format!("logitdist {}, R factors merged", env!("CARGO_PKG_VERSION"))))?;
            measure_all(library, threads, quick, measure::of_factor)
        }
        Library::Faer => measure_backend(library, Faer::default(), threads, quick),
        Library::Nalgebra => measure_backend(library, Nalgebra, threads, quick),
        Library::Openblas => measure_loaded(library, &OPENBLAS, threads, quick),
        Library::Mkl => measure_loaded(library, &MKL, threads, quick),
        Library::Reference => measure_backend(library, Reference, threads, quick),
    }
}

fn measure_loaded(library: Library, vendor: &Vendor, threads: usize, quick: bool) -> anyhow::Result<()> {
    match Lapack::load(vendor) {
        Ok(backend) => measure_backend(library, backend, threads, quick),
        Err(error) => say(&Said::Missing(error.to_string())),
    }
}

fn measure_backend(
    library: Library,
    mut backend: impl Backend,
    threads: usize,
    quick: bool,
) -> anyhow::Result<()> {
    say(&Said::Version(backend.version()))?;
    measure_all(library, threads, quick, |entry, budget| {
        // Batches are split among threads outside of the library.
        backend.set_threads(if entry.batch > 1 { 1 } else { threads });
        measure::of_backend(&backend, entry, threads, budget)
    })
}

/// Measures each entry, or says why not: one that would take long by the speed of the size before.
fn measure_all(
    library: Library,
    threads: usize,
    quick: bool,
    mut measure: impl FnMut(&Entry, f64) -> anyhow::Result<Measured>,
) -> anyhow::Result<()> {
    let (budget, longest) = limits(quick);
    let mut before: Option<(Entry, f64)> = None;
    let entries = plan(quick).into_iter().filter(|e| library.has(e, threads));
    for (index, entry) in entries.enumerate() {
        let same = before.filter(|(smaller, _)| smaller.operation == entry.operation);
        let expected = same.map(|(smaller, seconds)| seconds * entry.flops() / smaller.flops());
        let outcome = match expected.filter(|&seconds| seconds > longest) {
            Some(seconds) => {
                // The next size is compared with this one.
                before = Some((entry, seconds));
                Outcome::LeftOut(format!("would take about {seconds:.0} s"))
            }
            None => match measure(&entry, budget) {
                Ok(measured) => {
                    before = Some((entry, measured.median));
                    Outcome::Measured(measured)
                }
                Err(error) => Outcome::Failed(format!("{error:#}")),
            },
        };
        say(&Said::Outcome(index, outcome))?;
    }
    ensure!(before.is_some(), "nothing could be measured");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::Operation;

    #[test]
    fn what_a_process_says_is_understood() {
        let measured = Measured { median: 0.1, least: 1e-9, calls: 3, error: 2.5e-16 };
        for said in [
            Said::Version("a 1.2".to_owned()),
            Said::Missing("apt-get install it".to_owned()),
            Said::Outcome(4, Outcome::Measured(measured)),
            Said::Outcome(5, Outcome::LeftOut("long".to_owned())),
            Said::Outcome(6, Outcome::Failed("no".to_owned())),
        ] {
            assert_eq!(Said::parse(&said.line()).unwrap(), said);
        }
        assert_eq!(Said::Version("a\tb\nc".to_owned()).line(), "version\ta b c");
        assert!(Said::parse("hello").is_err());
    }

    #[test]
    fn failures_and_errors_are_complained_of_and_missing_libraries_are_not() {
        let entry = Some(Entry { operation: Operation::Svd, rows: 4, cols: 4, batch: 1 });
        let row = |outcome| Row { library: Library::Mkl, version: String::new(), threads: 1, entry, outcome };
        let measured = |error| Outcome::Measured(Measured { median: 1.0, least: 1.0, calls: 1, error });
        let rows = [measured(1e-15), Outcome::LeftOut("slow".to_owned())].map(row);
        assert!(complaints(&rows).is_empty());
        let rows = [measured(1e-9), measured(f64::NAN), Outcome::Failed("no".to_owned())].map(row);
        let found = complaints(&rows);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], "mkl on 1 threads, svd 4×4: the error is 1.0e-9, 1e-12 is allowed");
    }
}
