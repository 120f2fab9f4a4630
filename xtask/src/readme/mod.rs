//! `cargo xtask readme`: puts pictures and the commands that made them into README.md, and checks the numbers of the pages.

mod claims;
mod figure;
mod statistic;
mod table;

use anyhow::{Context, anyhow};
use logitdist_io::{WholeFile, read_text_file};
use logitdist_report::{picture_part, spliced};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put the pictures that README.md names between `<!-- begin: RESULTS/PICTURE -->` and `<!-- end -->` there, with their commands.
#[derive(clap::Args)]
#[command(after_long_help = CLAIMS)]
pub struct Arguments {
    /// Change nothing; exit with 1 if the file's pictures are not current, or if a number of a page is not what its CSV file says.
    #[arg(long)]
    check: bool,
    /// The file; without it README.md, and --check looks at the numbers of docs/*.md and results/**/*.md too.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// How a page says where its numbers come from.
const CLAIMS: &str = "\
A page says in a comment below a paragraph or table where its numbers come from:

  Sharpening d_fg pays 235 times; T2 is vacuous in 26 % of the cells.
  <!-- numbers from bounds.csv where direction=ab
  235 = median tightness where bound=d_fg_quadratic / median tightness where bound=d_fg_linear
  26 % = share of status=vacuous where bound=m_cca_linear
  -->

The file is sought from the page's folder. --check recomputes each number, rounds it as the page does, and compares.
The number must stand in the text above the comment.

Statistics: count, share of CONDITION, value COLUMN (of the one row there is), sum COLUMN, mean COLUMN, min COLUMN,
max COLUMN, median COLUMN, q0.05 COLUMN (any quantile), and interval (`0.81 ± 0.03`, of a row of measures.csv); the ratio A / B
or the difference A - B of two. A COLUMN may be one over another, row by row: probe_error/probe_sd. Blank cells are
left out.
Conditions: COLUMN=VALUE, COLUMN=VALUE|VALUE, and !=, <, <=, >, >=. Those of the first line hold for all.
Several numbers of one kind: `0.996 0.945 = median measured where bound=m_cca_two_spectra level=8,6`; in a Markdown table
they must stand in one row or one column. A line that begins with a space goes on with the one above.";

/// Runs the task: exit code 1 if --check finds something that is not current or not right.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = arguments.file.clone().unwrap_or_else(|| "README.md".into());
    let current = pictures(&file, arguments.check)?;
    if !arguments.check {
        return Ok(ExitCode::SUCCESS);
    }
    let mut pages = vec![file];
    if arguments.file.is_none() {
        for folder in ["docs", "results"] {
            pages.extend(pages_in(Path::new(folder))?);
        }
    }
    let right = numbers(&pages)?;
    Ok(ExitCode::from(u8::from(!(current && right))))
}

/// Writes a file's pictures, or only says whether they are current.
fn pictures(file: &Path, check: bool) -> anyhow::Result<bool> {
    let text = read(file)?;
    let current = spliced(&text, |name| picture_part(folder_of(file), name))
        .map_err(|message| anyhow!("{}: {message}", file.display()))?;
    if current == text {
        println!("{} is current", file.display());
        return Ok(true);
    }
    if check {
        eprintln!("error: {} is not current; run `cargo xtask readme`", file.display());
        return Ok(false);
    }
    WholeFile::write(file, current.as_bytes())
        .with_context(|| format!("{}: cannot be written", file.display()))?;
    println!("{} is written", file.display());
    Ok(true)
}

/// Says whether the numbers of some pages are right, and which are not.
fn numbers(pages: &[PathBuf]) -> anyhow::Result<bool> {
    let (mut numbers, mut problems) = (0, 0);
    for page in pages {
        let checked = claims::check(&read(page)?, folder_of(page));
        numbers += checked.numbers;
        problems += checked.problems.len();
        for (line, message) in checked.problems {
            eprintln!("error: {}:{line}: {message}", page.display());
        }
    }
    println!("{numbers} numbers of {} pages are what their tables say", pages.len());
    if problems > 0 {
        eprintln!(
            "error: {problems} claims are wrong; `cargo xtask readme --help` says how they are written"
        );
    }
    Ok(problems == 0)
}

/// The Markdown files of a folder and of those in it, by name; none if there is no such folder.
fn pages_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    let mut pages = Vec::new();
    for path in paths {
        if path.is_dir() {
            pages.extend(pages_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(pages)
}

fn read(file: &Path) -> anyhow::Result<String> {
    read_text_file(file).with_context(|| format!("{}: cannot be read", file.display()))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
        let task = |check| run(&Arguments { check, file: Some(file.clone()) });
        assert_eq!(task(true).unwrap(), ExitCode::from(1));
        assert_eq!(task(false).unwrap(), ExitCode::SUCCESS);
        assert_eq!(task(true).unwrap(), ExitCode::SUCCESS);
        assert!(std::fs::read_to_string(&file).unwrap().contains("plots/frontier.svg"));
        std::fs::remove_file(plots.join("frontier.svg")).unwrap();
        assert!(
            task(true).unwrap_err().to_string().contains("README.md: line 2: `small/frontier`: there is no")
        );
    }

    #[test]
    fn a_number_that_its_table_does_not_have_fails_the_check() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), "x\n1\n2\n").unwrap();
        let file = folder.path().join("page.md");
        for (number, code) in [(2, 0), (3, 1)] {
            std::fs::write(
                &file,
                format!("There are {number}.\n<!-- numbers from t.csv\n{number} = count\n-->\n"),
            )
            .unwrap();
            let arguments = Arguments { check: true, file: Some(file.clone()) };
            assert_eq!(run(&arguments).unwrap(), ExitCode::from(code));
        }
    }
}
