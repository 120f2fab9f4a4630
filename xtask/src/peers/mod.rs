//! `cargo xtask peers`: the same quantities of the same files by logitdist and by what people use, side by side.

mod agreement;
mod contest;
mod python;
mod report;

use crate::pair::Size;
use anyhow::{Context, ensure};
use clap::ValueEnum;
use contest::{Contest, Terms};
use logitdist_io::WholeFile;
use python::Python;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Time logitdist beside the papers' way and the best that numpy does, check that all agree, and write results/peers.
///
/// Needs Python 3.11 or later; numpy, scipy and scikit-learn are installed into a virtual environment of its own, in the versions of
/// benches/peers/requirements.txt. Exit code 1 if values do not agree.
#[derive(clap::Args)]
pub struct Arguments {
    /// Small sizes only, in well under a minute.
    #[arg(long)]
    quick: bool,
    /// Only these sizes.
    #[arg(long, value_enum, value_delimiter = ',', conflicts_with = "quick")]
    sizes: Vec<SizeName>,
    /// Number of threads of everybody.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// Seconds for CCA and for d_rep the papers' way; what takes longer is extrapolated from a part of it, and marked.
    #[arg(long, default_value_t = 60.0)]
    budget: f64,
    /// A Python that has what benches/peers/requirements.txt lists, in place of a virtual environment.
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Folder of the virtual environment.
    #[arg(long, default_value = "target/peers-venv", conflicts_with = "python")]
    venv: PathBuf,
    /// The logitdist program [default: built now].
    #[arg(long, value_name = "PROGRAM")]
    logitdist: Option<PathBuf>,
    /// Folder of the report.
    #[arg(long, default_value = "results/peers")]
    out: PathBuf,
}

impl Arguments {
    /// What is meant if nothing is said, or `--quick` alone.
    pub fn usual(quick: bool) -> Arguments {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            arguments: Arguments,
        }
        let said: &[&str] = if quick { &["peers", "--quick"] } else { &["peers"] };
        <Line as clap::Parser>::parse_from(said).arguments
    }
}

/// A size by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SizeName {
    /// A small cell of a sweep.
    Small,
    /// Between the two.
    Medium,
    /// That of Nielsen et al. 2026.
    Paper,
    /// A language model.
    LanguageModel,
}

impl SizeName {
    fn name(self) -> &'static str {
        match self {
            SizeName::Small => "small",
            SizeName::Medium => "medium",
            SizeName::Paper => "paper",
            SizeName::LanguageModel => "language-model",
        }
    }

    fn size(self) -> Size {
        let (inputs, labels, dim, inputs_limit, pivots, per_pivot) = match self {
            SizeName::Small => (512, 20, 8, 512, 10, 20),
            SizeName::Medium => (2000, 50, 10, 2000, 10, 20),
            SizeName::Paper => (10_000, 100, 50, 10_000, 100, 200),
            SizeName::LanguageModel => (4000, 50_257, 768, 500, 2, 5),
        };
        Size { inputs, labels, dim, inputs_limit, pivots, per_pivot }
    }
}

/// Runs the task: exit code 1 if values do not agree.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(arguments.budget > 0.0, "--budget is {}; it must be more than 0 seconds", arguments.budget);
    let python = match &arguments.python {
        Some(program) => Python::given(program)?,
        None => Python::in_venv(&arguments.venv)?,
    };
    let program = arguments.logitdist.clone().map_or_else(built, Ok)?;
    let sizes: &[SizeName] = match arguments.sizes.as_slice() {
        _ if arguments.quick => &[SizeName::Small, SizeName::Medium],
        [] => &[SizeName::Small, SizeName::Paper, SizeName::LanguageModel],
        chosen => chosen,
    };
    let terms = Terms {
        threads: usize::from(arguments.threads),
        budget: arguments.budget,
        repeat_for: if arguments.quick { 0.2 } else { 1.0 },
    };
    let mut contests = Vec::new();
    for name in sizes {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let size = name.size();
        eprintln!(
            "{}: drawing {} inputs, {} labels, dimension {}",
            name.name(),
            size.inputs,
            size.labels,
            size.dim
        );
        size.draw(folder.path())?;
        let contest = Contest { name: name.name(), size, folder: folder.path(), terms };
        contests.push(contest.hold(&python, &program)?);
    }
    let command = report::command(arguments.quick, sizes, terms);
    logitdist_io::make_folder(&arguments.out)
        .with_context(|| format!("{}: cannot be made", arguments.out.display()))?;
    let write = |name: &str, text: &str| {
        let path = arguments.out.join(name);
        WholeFile::write(&path, text.as_bytes())
            .with_context(|| format!("{}: cannot be written", path.display()))
    };
    write("peers.csv", &report::csv(&contests))?;
    write("values.csv", &report::values_csv(&contests))?;
    let text = report::readme(&contests, &command);
    print!("{text}");
    write("README.md", &text)?;
    let apart: Vec<String> = contests.iter().flat_map(report::disagreements).collect();
    if apart.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: values do not agree: {}", apart.join("; "));
    Ok(ExitCode::from(1))
}

/// The optimised `logitdist` program of this workspace.
fn built() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--package", "logitdist-cli"])
        .status()
        .context("cargo cannot be started; give the program by --logitdist")?;
    ensure!(status.success(), "the logitdist program cannot be built; give one by --logitdist");
    let this = std::env::current_exe().context("this program cannot be found")?;
    let target = this.parent().and_then(Path::parent).context("this program is in no target folder")?;
    let program = target.join("release").join("logitdist");
    ensure!(program.is_file(), "{}: not there after a build; give it by --logitdist", program.display());
    Ok(program)
}
