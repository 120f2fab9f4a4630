//! What `manifest.json`, `config.toml` and `failures.csv` say of a run. All of it may be missing: the tables are what counts.

use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::manifest::Manifest;
use crate::plot::PlotSpec;
use logitdist_io::from_spreadsheet;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

/// The most failed cells that are named.
const FAILURES_NAMED: usize = 50;

/// What is known of a run apart from its tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What its manifest says; question and expectation are those of the config where there is no manifest.
    pub manifest: Manifest,
    /// Whether there is a manifest.
    pub has_manifest: bool,
    /// Names of axes that the config gives on a logarithmic scale.
    pub logarithmic: BTreeSet<String>,
    /// Whether there is a `config.toml`.
    pub has_config: bool,
    /// The pictures that the config declares.
    pub plots: Vec<PlotSpec>,
    /// The first cells that failed.
    pub failures: Vec<FailedCell>,
}

/// A cell that failed: a row of `failures.csv` after its coordinates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailedCell {
    /// What went wrong.
    pub message: String,
    /// How to run it again, in the folder of the results.
    pub command: String,
}

impl FailedCell {
    /// Columns of `failures.csv` after the coordinates.
    pub const COLUMNS: [&str; 2] = ["message", "command"];

    /// The fields of these columns.
    pub fn fields(self) -> [String; 2] {
        [self.message, self.command]
    }
}

impl Run {
    /// Reads what there is in a folder of results.
    ///
    /// # Errors
    /// A manifest that is not JSON or of a newer version, a config that is not TOML; a file that is there and cannot be read.
    pub fn read(results: &Path) -> Result<Run, ResultsError> {
        let mut run = Run::default();
        let path = results.join("manifest.json");
        if let Some(text) = read_if_there(&path, read_file)? {
            run.manifest = Manifest::parse(&path, &text)?;
            run.has_manifest = true;
        }
        let path = results.join("config.toml");
        if let Some(text) = read_if_there(&path, logitdist_io::read_config)? {
            let config: toml::Table = toml::from_str(&text).map_err(|e| {
                let line = e.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count() as u64);
                ResultsError::content(&path, line, format!("not TOML: {}", e.message()))
            })?;
            run.has_config = true;
            let word = |key: &str| config.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            if run.manifest.question.is_empty() {
                run.manifest.question = word("question").to_owned();
                run.manifest.expected = word("expected").to_owned();
            }
            collect_logarithmic(&config, &mut run.logarithmic);
            run.plots = plots(&config).map_err(|message| {
                let line = 1 + text.lines().take_while(|line| !line.starts_with("[[plot]]")).count();
                ResultsError::content(&path, line as u64, message)
            })?;
        }
        let path = results.join("failures.csv");
        if path.exists() {
            run.failures = failures(&path)?;
        }
        Ok(run)
    }

    /// What ran it, a line for each process of which something is known.
    pub fn processes(&self) -> Vec<String> {
        self.manifest.processes.iter().map(ToString::to_string).filter(|line| !line.is_empty()).collect()
    }
}

/// What a program wrote may be longer than what people write.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    logitdist_io::open_file(path)?.0.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file's text, `None` if there is no such file.
fn read_if_there(
    path: &Path,
    read: impl Fn(&Path) -> io::Result<Vec<u8>>,
) -> Result<Option<String>, ResultsError> {
    match read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            ResultsError::content(path, 1, format!("byte {at} is not UTF-8 text"))
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ResultsError::io("read", path, e)),
    }
}

/// The pictures of a config.
fn plots(config: &toml::Table) -> Result<Vec<PlotSpec>, String> {
    let Some(value) = config.get("plot") else { return Ok(Vec::new()) };
    let tables = value.as_array().ok_or("`plot` is no list of tables; each picture begins with [[plot]]")?;
    let one = |table: &toml::Value| match table.as_table() {
        Some(table) => PlotSpec::of_toml(table),
        None => Err("`plot` is no list of tables; each picture begins with [[plot]]".into()),
    };
    tables.iter().map(one).collect()
}

/// Keys whose value is a table with `scale = "log"`.
fn collect_logarithmic(table: &toml::Table, found: &mut BTreeSet<String>) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if inner.get("scale").and_then(toml::Value::as_str) == Some("log") {
            found.insert(key.clone());
        }
        collect_logarithmic(inner, found);
    }
}

/// The first failed cells.
fn failures(path: &Path) -> Result<Vec<FailedCell>, ResultsError> {
    let file = CsvFile::open(path)?;
    let [message, command] = FailedCell::COLUMNS.map(|name| file.column(name, &FailedCell::COLUMNS));
    let (message, command) = (message?, command?);
    let parts = file.read(Vec::new, |failures: &mut Vec<_>, record, place| {
        if failures.len() < FAILURES_NAMED {
            let text = |column: usize| from_spreadsheet(&String::from_utf8_lossy(&record[column])).to_owned();
            failures.push((place, FailedCell { message: text(message), command: text(command) }));
        }
        Ok(())
    })?;
    let mut failures: Vec<_> = parts.into_iter().flatten().collect();
    failures.sort();
    failures.truncate(FAILURES_NAMED);
    Ok(failures.into_iter().map(|(_, failure)| failure).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::RunStatus;

    fn run(files: &[(&str, &str)]) -> Result<Run, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Run::read(folder.path()).map_err(|e| e.to_string())
    }

    #[test]
    fn manifests_of_one_and_of_many_processes_are_understood() {
        let machine = r#""machine":{"os":"linux","arch":"x86_64","processor":"P"}"#;
        let old = format!(
            r#"{{"question":"q","expected":"e","version":"0.1.0","commit":"abc","seed":3,"threads":2,"seconds":1.25,{machine}}}"#
        );
        let r = run(&[("manifest.json", &old)]).unwrap();
        assert_eq!(
            (r.manifest.question.as_str(), r.manifest.expected.as_str(), r.manifest.seed),
            ("q", "e", Some(3))
        );
        assert_eq!(r.processes(), ["logitdist 0.1.0, commit abc, P, linux x86_64, 2 threads, 1.2 s"]);
        let new = format!(
            r#"{{"status":"failures","result_version":1,"seed":3,"counts":{{"cells_failed":2,"cells_missing":1}},
               "processes":[{{"version":"0.1.0","shard":"1/2",{machine}}},{{"version":"0.2.0","commit":null}}]}}"#
        );
        let failed = ("failures.csv", "source,cell_seed,message,command\nnoise,aa,\"no, really\",rerun aa\n");
        let r = run(&[("manifest.json", &new), failed]).unwrap();
        assert_eq!(r.manifest.status, Some(RunStatus::Failures));
        assert_eq!((r.manifest.counts.cells_failed, r.manifest.counts.cells_missing), (2, 1));
        assert_eq!(r.processes(), ["logitdist 0.1.0, shard 1/2, P, linux x86_64", "logitdist 0.2.0"]);
        let failed = FailedCell { message: "no, really".into(), command: "rerun aa".into() };
        assert_eq!(r.failures, [failed]);
        assert_eq!(run(&[]).unwrap(), Run::default());
        let empty = Run { has_manifest: true, ..Run::default() };
        assert_eq!(run(&[("manifest.json", "[]")]).unwrap(), empty);
    }

    #[test]
    fn a_config_names_its_logarithmic_axes() {
        let config = "question = \"why\"\n[model]\ndim = { from = 2, to = 8, points = 3, scale = \"log\" }\ninputs = [1, 2]\n\
                      [perturbation.noise]\nlevel = { from = 1, to = 2, points = 3, scale = \"log\" }\n";
        let r = run(&[("config.toml", config)]).unwrap();
        assert_eq!(r.logarithmic.into_iter().collect::<Vec<_>>(), ["dim", "level"]);
        assert_eq!(r.manifest.question, "why");
    }

    #[test]
    fn what_cannot_be_understood_names_the_file_and_why() {
        for (name, text, message) in [
            ("manifest.json", "{", "manifest.json:1: not JSON"),
            (
                "manifest.json",
                r#"{"result_version": 99}"#,
                "the results are of version 99; this program reads up to",
            ),
            ("manifest.json", r#"{"counts": 1}"#, "manifest.json:1: not a manifest of a sweep"),
            ("manifest.json", r#"{"processes":[{"result_version": 99}]}"#, "the results are of version 99"),
            ("config.toml", "a = 1\nb = \n", "config.toml:2: not TOML"),
            (
                "config.toml",
                "a = 1\n[[plot]]\ny = 1\nhue = 2\n",
                "config.toml:2: unknown key `hue` of a picture",
            ),
            ("failures.csv", "a,b\n1,2\n", "failures.csv:1: there is no column `message`"),
        ] {
            let error = run(&[(name, text)]).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
