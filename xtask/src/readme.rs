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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_current_fails_the_check_until_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let plots = folder.path().join("results/small/plots");
        std::fs::create_dir_all(&plots).unwrap();
        std::fs::write(plots.join("frontier.svg"), "<svg/>").unwrap();
        let file = folder.path().join("README.md");
        std::fs::write(&file, "# a\n<!-- begin: small/frontier -->\n<!-- end -->\n").unwrap();
        let task = |check| run(&Arguments { check, file: file.clone() });
        assert_eq!(task(true).unwrap(), ExitCode::from(1));
        assert_eq!(task(false).unwrap(), ExitCode::SUCCESS);
        assert_eq!(task(true).unwrap(), ExitCode::SUCCESS);
        assert!(std::fs::read_to_string(&file).unwrap().contains("plots/frontier.svg"));
        std::fs::remove_file(plots.join("frontier.svg")).unwrap();
        assert!(
            task(true).unwrap_err().to_string().contains("README.md: line 2: `small/frontier`: there is no")
        );
    }
}
