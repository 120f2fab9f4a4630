//! What `manifest.json`, `config.toml` and `failures.csv` say of a run. All of it may be missing: the tables are what counts.

use crate::error::ResultsError;
use crate::version::RESULT_VERSION;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

/// The most failed cells that are named.
const FAILURES_NAMED: usize = 50;

/// What is known of a run apart from its tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What the sweep was to answer.
    pub question: String,
    /// What was expected.
    pub expected: String,
    /// `complete`, `failures`, `interrupted` or `partial`; empty if it is not said.
    pub status: String,
    /// Seed of the run.
    pub seed: Option<u64>,
    /// Cells that are missing, and that failed.
    pub missing: u64,
    /// Cells that failed.
    pub failed: u64,
    /// What ran it: version, commit, machine, threads and time, a line for each process.
    pub processes: Vec<String>,
    /// Names of axes that the config gives on a logarithmic scale.
    pub logarithmic: BTreeSet<String>,
    /// Whether there is a `config.toml`.
    pub has_config: bool,
    /// The first cells that failed: what and how to run it again.
    pub failures: Vec<(String, String)>,
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
            run.take_manifest(&path, &text)?;
        }
        let path = results.join("config.toml");
        if let Some(text) = read_if_there(&path, logitdist_io::read_config)? {
            let config: toml::Table = toml::from_str(&text).map_err(|e| {
                let line = e.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count() as u64);
                ResultsError::content(&path, line, format!("not TOML: {}", e.message()))
            })?;
            run.has_config = true;
            let word = |key: &str| config.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            if run.question.is_empty() {
                run.question = word("question").to_owned();
                run.expected = word("expected").to_owned();
            }
            collect_logarithmic(&config, &mut run.logarithmic);
        }
        let path = results.join("failures.csv");
        if path.exists() {
            run.failures = failures(&path)?;
        }
        Ok(run)
    }

    fn take_manifest(&mut self, path: &Path, text: &str) -> Result<(), ResultsError> {
        let manifest: Value = serde_json::from_str(text)
            .map_err(|e| ResultsError::content(path, e.line() as u64, format!("not JSON: {e}")))?;
        let processes: Vec<&Value> = match manifest["processes"].as_array() {
            Some(processes) => processes.iter().collect(),
            None => vec![&manifest],
        };
        let versions =
            processes.iter().copied().chain([&manifest]).filter_map(|p| p["result_version"].as_u64());
        if let Some(newer) = versions.max().filter(|&version| version > u64::from(RESULT_VERSION)) {
            let message = format!(
                "the results are of version {newer}; this program reads up to {RESULT_VERSION}: report them with the program that wrote them, or a newer one"
            );
            return Err(ResultsError::content(path, 1, message));
        }
        let word = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        (self.question, self.expected, self.status) = (word("question"), word("expected"), word("status"));
        self.seed = manifest["seed"].as_u64();
        self.missing = manifest["counts"]["cells_missing"].as_u64().unwrap_or(0);
        self.failed = manifest["counts"]["cells_failed"].as_u64().unwrap_or(0);
        self.processes = processes.iter().map(|p| process(p)).filter(|line| !line.is_empty()).collect();
        Ok(())
    }
}

/// A process in words, of what is known of it.
fn process(p: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    };
    let mut parts = Vec::new();
    parts.extend(text(&p["version"]).map(|v| format!("logitdist {v}")));
    if let Some(commit) = text(&p["commit"]) {
        let changed = if p["uncommitted_changes"] == true { ", with uncommitted changes" } else { "" };
        parts.push(format!("commit {}{changed}", commit.chars().take(12).collect::<String>()));
    }
    parts.extend(text(&p["shard"]).map(|s| format!("shard {s}")));
    let machine = &p["machine"];
    parts.extend(text(&machine["processor"]));
    let system: Vec<String> = ["os", "arch"].iter().filter_map(|key| text(&machine[key])).collect();
    if !system.is_empty() {
        parts.push(system.join(" "));
    }
    parts.extend(text(&p["threads"]).map(|n| format!("{n} threads")));
    parts.extend(p["seconds"].as_f64().map(|s| format!("{s:.1} s")));
    parts.extend(text(&p["started"]).map(|s| format!("started {}", s.chars().take(19).collect::<String>())));
    parts.join(", ")
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

/// The first failed cells: message and command.
fn failures(path: &Path) -> Result<Vec<(String, String)>, ResultsError> {
    const NEEDED: [&str; 2] = ["message", "command"];
    let table = crate::csv_file::CsvFile::open(path)?;
    let (message, command) = (table.column("message", &NEEDED)?, table.column("command", &NEEDED)?);
    let parts = table.read(Vec::new, |failures: &mut Vec<_>, record, place| {
        if failures.len() < FAILURES_NAMED {
            let text = |column: usize| String::from_utf8_lossy(&record[column]).into_owned();
            failures.push((place, text(message), text(command)));
        }
        Ok(())
    })?;
    let mut failures: Vec<_> = parts.into_iter().flatten().collect();
    failures.sort();
    failures.truncate(FAILURES_NAMED);
    Ok(failures.into_iter().map(|(_, message, command)| (message, command)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!((r.question.as_str(), r.expected.as_str(), r.seed), ("q", "e", Some(3)));
        assert_eq!(r.processes, ["logitdist 0.1.0, commit abc, P, linux x86_64, 2 threads, 1.2 s"]);
        let new = format!(
            r#"{{"status":"failures","result_version":1,"seed":3,"counts":{{"cells_failed":2,"cells_missing":1}},
               "processes":[{{"version":"0.1.0","shard":"1/2",{machine}}},{{"version":"0.2.0","commit":null}}]}}"#
        );
        let failed = ("failures.csv", "source,cell_seed,message,command\nnoise,aa,\"no, really\",rerun aa\n");
        let r = run(&[("manifest.json", &new), failed]).unwrap();
        assert_eq!((r.status.as_str(), r.failed, r.missing), ("failures", 2, 1));
        assert_eq!(r.processes, ["logitdist 0.1.0, shard 1/2, P, linux x86_64", "logitdist 0.2.0"]);
        assert_eq!(r.failures, [("no, really".to_owned(), "rerun aa".to_owned())]);
        assert_eq!(run(&[]).unwrap(), Run::default());
        assert_eq!(run(&[("manifest.json", "[]")]).unwrap(), Run::default());
    }

    #[test]
    fn a_config_names_its_logarithmic_axes() {
        let config = "question = \"why\"\n[model]\ndim = { from = 2, to = 8, points = 3, scale = \"log\" }\ninputs = [1, 2]\n\
                      [perturbation.noise]\nlevel = { from = 1, to = 2, points = 3, scale = \"log\" }\n";
        let r = run(&[("config.toml", config)]).unwrap();
        assert_eq!(r.logarithmic.into_iter().collect::<Vec<_>>(), ["dim", "level"]);
        assert_eq!(r.question, "why");
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
            ("manifest.json", r#"{"processes":[{"result_version": 9}]}"#, "the results are of version 9"),
            ("config.toml", "a = 1\nb = \n", "config.toml:2: not TOML"),
            ("failures.csv", "a,b\n1,2\n", "failures.csv:1: there is no column `message`"),
        ] {
            let error = run(&[(name, text)]).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
