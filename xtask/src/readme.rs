//! `cargo xtask readme`: puts pictures and the commands that made them into README.md.

use anyhow::{Context, anyhow};
use logitdist_io::WholeFile;
use logitdist_report::{picture_part, spliced};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put the pictures that README.md names between `<!-- begin: RESULTS/PICTURE -->` and `<!-- end -->` there, with their commands.
#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing, and exit with 1 if the file is not current.
    #[arg(long)]
    check: bool,
    /// The file.
    #[arg(long, default_value = "README.md")]
    file: PathBuf,
}

/// Runs the task: exit code 1 if --check finds the file not current.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let text =
        std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let root = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let current = spliced(&text, |name| picture_part(root, name))
        .map_err(|message| anyhow!("{}: {message}", file.display()))?;
    if current == text {
        println!("{} is current", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.check {
        eprintln!("error: {} is not current; run `cargo xtask readme`", file.display());
        return Ok(ExitCode::from(1));
    }
    WholeFile::write(file, current.as_bytes())
        .with_context(|| format!("{}: cannot be written", file.display()))?;
    println!("{} is written", file.display());
    Ok(ExitCode::SUCCESS)
}
