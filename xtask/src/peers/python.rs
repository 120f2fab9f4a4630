//! The Python that peers run in, and processes timed by it.

use super::contest::Terms;
use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the harness is, seen from the root of the repository.
const HARNESS: &str = "benches/peers";

/// How to help oneself.
const REMEDY: &str = "Python 3.11 or later with venv is needed (Debian: apt-get install python3-venv); or give a Python that has what \
                      benches/peers/requirements.txt lists by --python";

/// A Python with numpy, scipy and scikit-learn.
pub struct Python {
    program: PathBuf,
}

/// What a process cost and said.
#[derive(Debug, Deserialize)]
pub struct Process {
    /// Wall time.
    pub seconds: f64,
    /// Most memory that was resident (`ru_maxrss`), MB. What a small Python has, some 10 MB, is the least that can be seen.
    pub peak_mb: f64,
    code: i32,
    /// What it printed.
    pub stdout: String,
    stderr: String,
}

impl Python {
    /// The given one, if it has what is needed.
    pub fn given(program: &Path) -> anyhow::Result<Python> {
        harness_is_here()?;
        let mut command = Command::new(program);
        let output = command
            .args(["-c", "import numpy, scipy, sklearn, threadpoolctl"])
            .output()
            .with_context(|| format!("{}: cannot be started; {REMEDY}", program.display()))?;
        ensure!(
            output.status.success(),
            "{}: {}; install with `{} -m pip install -r {HARNESS}/requirements.txt`",
            program.display(),
            last_line(&output.stderr),
            program.display()
        );
        Ok(Python { program: program.to_path_buf() })
    }

    /// That of a virtual environment, which is made, or made anew if the requirements have changed.
    pub fn in_venv(folder: &Path) -> anyhow::Result<Python> {
        harness_is_here()?;
        let file = format!("{HARNESS}/requirements.txt");
        let requirements = std::fs::read_to_string(&file).with_context(|| file.clone())?;
        let program = folder.join("bin").join("python");
        // Written last: a folder without it was not finished.
        let stamp = folder.join("requirements.txt");
        if program.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|text| text == requirements) {
            return Ok(Python { program });
        }
        eprintln!(
            "installing {} into {}",
            requirements.split_whitespace().collect::<Vec<_>>().join(", "),
            folder.display()
        );
        said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))
            .with_context(|| format!("{}: no virtual environment; {REMEDY}", folder.display()))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", &file];
        said(Command::new(&program).args(pip)).with_context(|| {
            format!("what {file} lists cannot be installed (is there a network? is Python older than 3.11?); {REMEDY}")
        })?;
        std::fs::write(&stamp, requirements).with_context(|| format!("{}", stamp.display()))?;
        Ok(Python { program })
    }

    /// Runs a peer on a pair.
    pub fn peer(&self, peer: &str, folder: &Path, terms: Terms) -> anyhow::Result<Process> {
        let script = Path::new(HARNESS).join("run.py");
        let mut arguments: Vec<&OsStr> =
            vec![self.program.as_ref(), script.as_ref(), peer.as_ref(), folder.as_ref()];
        let Terms { threads, budget, repeat_for } = terms;
        let options = format!("--threads {threads} --budget {budget} --repeat-for {repeat_for}");
        arguments.extend(options.split(' ').map(OsStr::new));
        self.timed(&arguments, threads)
    }

    /// Runs a command and says what it cost.
    pub fn timed(&self, arguments: &[&OsStr], threads: usize) -> anyhow::Result<Process> {
        let mut command = Command::new(&self.program);
        command.arg(Path::new(HARNESS).join("timed.py")).args(arguments);
        for variable in ["OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"] {
            command.env(variable, threads.to_string());
        }
        // Modules of the harness leave nothing in the repository.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let name = Path::new(arguments[0]).display();
        let output = said(&mut command).with_context(|| format!("{name} cannot be timed"))?;
        let process: Process =
            serde_json::from_slice(&output).context("benches/peers/timed.py did not print JSON")?;
        if process.code != 0 {
            let words: Vec<String> =
                arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            bail!("`{}` ends with code {}: {}", words.join(" "), process.code, process.stderr.trim_end());
        }
        Ok(process)
    }
}

fn harness_is_here() -> anyhow::Result<()> {
    let script = Path::new(HARNESS).join("run.py");
    ensure!(script.is_file(), "{}: not there; run this in the root of the repository", script.display());
    Ok(())
}

/// What a command printed; an error is the last line of its complaints.
fn said(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    let complaint = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    ensure!(output.status.success(), "{name}: {}", last_line(complaint));
    Ok(output.stdout)
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim_end().lines().next_back().unwrap_or("it says nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_an_error_with_its_last_words() {
        let error = said(Command::new("sh").args(["-c", "echo one >&2; echo two >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh: two");
        let error = said(&mut Command::new("/nonexistent/python3")).unwrap_err();
        assert_eq!(error.to_string(), "/nonexistent/python3 cannot be started");
        assert_eq!(said(Command::new("sh").args(["-c", "echo fine"])).unwrap(), b"fine\n");
    }

    #[test]
    fn what_a_process_cost_is_read() {
        let text = r#"{"seconds": 1.5, "peak_mb": 12.0, "code": 0, "stdout": "{}", "stderr": ""}"#;
        let process: Process = serde_json::from_str(text).unwrap();
        assert_eq!((process.seconds, process.peak_mb, process.stdout.as_str()), (1.5, 12.0, "{}"));
    }
}
