//! The settings of a config by the paths of their keys. Each knows the line or the override that it comes from.

use crate::error::{Origin, SimError};
use crate::overrides::Override;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// A value, and where it was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// A number, string, list or inline table.
    pub value: Value,
    /// Where it was set.
    pub origin: Origin,
}

/// The settings of a config, with overrides applied.
#[derive(Debug, Clone)]
pub struct Document {
    file: PathBuf,
    settings: BTreeMap<String, Setting>,
    sections: BTreeMap<String, Origin>,
}

/// The tables of a config.
pub const TABLES: [&str; 6] = ["model", "d_rep", "perturbation", "family", "train", "search"];

/// Levels of tables and lists that a setting may have: TOML that is deeper is not read again.
const MOST_LEVELS: usize = 16;

/// Levels of tables and lists in a value.
fn depth(value: &Value) -> usize {
    let deepest = |inner: &mut dyn Iterator<Item = &Value>| 1 + inner.map(depth).max().unwrap_or(0);
    match value {
        Value::Table(table) => deepest(&mut table.values()),
        Value::Array(list) => deepest(&mut list.iter()),
        _ => 0,
    }
}

/// Whether the key at this path holds further keys rather than a value.
fn is_section(path: &[&str]) -> bool {
    match path {
        [section] => TABLES.contains(section),
        [section, _] => ["perturbation", "family", "train", "search"].contains(section),
        _ => false,
    }
}

impl Document {
    /// Reads a file and applies overrides of the form `key=value`.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, or an override is not of that form.
    pub fn read(file: &Path, overrides: &[String]) -> Result<Document, SimError> {
        let bytes = logitdist_io::read_config(file).map_err(|e| SimError::io("read the config", file, e))?;
        let text = String::from_utf8(bytes).map_err(|e| SimError::Config {
            file: file.to_path_buf(),
            origin: Origin::File,
            key: String::new(),
            message: format!("not TOML: byte {} is not UTF-8 text", e.utf8_error().valid_up_to()),
        })?;
        Document::parse(file, &text, overrides)
    }

    /// Parses the text of `file` and applies overrides of the form `key=value`.
    ///
    /// # Errors
    /// The text is not TOML, or an override is not of the form `key=value`.
    pub fn parse(file: &Path, text: &str, overrides: &[String]) -> Result<Document, SimError> {
        let mut document =
            Document { file: file.to_path_buf(), settings: BTreeMap::new(), sections: BTreeMap::new() };
        let line = |at: usize| Origin::Line(1 + text[..at].matches('\n').count());
        let table = DeTable::parse(text).map_err(|e| {
            let origin = e.span().map_or(Origin::File, |span| line(span.start.min(text.len())));
            document.error(&origin, "", format!("not TOML: {}", e.message().replace('\n', ", ")))
        })?;
        for (key, value) in table.get_ref() {
            document.insert_spanned(&[key.get_ref()], line(key.span().start), value, &line)?;
        }
        for text in overrides {
            document.apply(text)?;
        }
        Ok(document)
    }

    fn insert_spanned(
        &mut self,
        path: &[&str],
        origin: Origin,
        value: &Spanned<DeValue<'_>>,
        line: &impl Fn(usize) -> Origin,
    ) -> Result<(), SimError> {
        match value.get_ref() {
            DeValue::Table(table) if is_section(path) => {
                self.sections.insert(path.join("."), origin);
                for (key, value) in table {
                    let path: Vec<&str> = path.iter().copied().chain([key.get_ref().as_ref()]).collect();
                    self.insert_spanned(&path, line(key.span().start), value, line)?;
                }
                Ok(())
            }
            _ => {
                let value = Value::deserialize(value.clone().into_deserializer())
                    .map_err(|e| self.error(&origin, &path.join("."), e.message().replace('\n', ", ")))?;
                self.insert(path, origin, value)
            }
        }
    }

    /// Adds a value at a path. Tables of sections become settings of their own.
    fn insert(&mut self, path: &[&str], origin: Origin, value: Value) -> Result<(), SimError> {
        let joined = path.join(".");
        match value {
            Value::Table(table) if is_section(path) => {
                self.sections.insert(joined, origin.clone());
                for (key, value) in table {
                    let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
                    self.insert(&path, origin.clone(), value)?;
                }
            }
            value if is_section(path) => {
                let message = format!("is {value}; it must be a table of further keys");
                return Err(self.error(&origin, &joined, message));
            }
            value => {
                let levels = path.len() + depth(&value);
                if levels > MOST_LEVELS {
                    let message = format!("nests {levels} levels deep; a config has at most {MOST_LEVELS}");
                    return Err(self.error(&origin, &joined, message));
                }
                self.settings.insert(joined, Setting { value, origin });
            }
        }
        Ok(())
    }

    /// Applies one override. It replaces the value or the whole table of its key.
    fn apply(&mut self, text: &str) -> Result<(), SimError> {
        let origin = Origin::Override(text.to_owned());
        let Override { path, value } = Override::parse(text).map_err(|message| {
            let key = text.split_once('=').map_or("", |(key, _)| key.trim());
            self.error(&origin, key, message)
        })?;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let inside = format!("{}.", path.join("."));
        self.settings.retain(|name, _| !name.starts_with(&inside));
        self.sections.retain(|name, _| !name.starts_with(&inside));
        for parent in (1..path.len()).map(|n| &path[..n]).filter(|parent| is_section(parent)) {
            self.sections.entry(parent.join(".")).or_insert_with(|| origin.clone());
        }
        self.insert(&path, origin, value)
    }

    /// The folder of the file.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// The same config with one more setting.
    pub fn with(mut self, path: &str, value: Value) -> Document {
        let origin = self.get(path).map_or(Origin::File, |setting| setting.origin.clone());
        self.settings.insert(path.to_owned(), Setting { value, origin });
        self
    }

    /// The setting at a path.
    pub fn get(&self, path: &str) -> Option<&Setting> {
        self.settings.get(path)
    }

    /// Where a section begins, `None` if there is none.
    pub fn section(&self, path: &str) -> Option<&Origin> {
        self.sections.get(path)
    }

    /// Paths of all settings and sections.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let settings = self.settings.iter().map(|(path, setting)| (path.as_str(), &setting.origin));
        settings.chain(self.sections.iter().map(|(path, origin)| (path.as_str(), origin)))
    }

    /// An error at a place of this config.
    pub fn error(&self, origin: &Origin, key: &str, message: String) -> SimError {
        SimError::Config { file: self.file.clone(), origin: origin.clone(), key: key.to_owned(), message }
    }

    /// An error about a setting; about the whole file if it is not set.
    pub fn error_at(&self, path: &str, message: String) -> SimError {
        let setting = self.get(path).map(|setting| &setting.origin);
        let origin = setting.or_else(|| self.section(path)).unwrap_or(&Origin::File);
        self.error(origin, path, message)
    }

    /// The whole number at a path, at least `least`; `default` if it is not set.
    ///
    /// # Errors
    /// Another value, or none where there is no default.
    pub fn whole(&self, path: &str, default: Option<usize>, least: usize) -> Result<usize, SimError> {
        match (self.get(path).map(|s| &s.value), default) {
            (Some(Value::Integer(n)), _) if *n >= least as i64 => Ok(*n as usize),
            (Some(other), _) => {
                Err(self.error_at(path, format!("is {other}; it must be a whole number, at least {least}")))
            }
            (None, Some(default)) => Ok(default),
            (None, None) => Err(self.error_at(path, "is missing".into())),
        }
    }

    /// All settings as TOML text, overrides included.
    pub fn to_toml(&self) -> String {
        let mut root = Table::new();
        for section in self.sections.keys() {
            table_at(&mut root, section);
        }
        for (path, setting) in &self.settings {
            let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
            table_at(&mut root, section).insert(key.to_owned(), setting.value.clone());
        }
        toml::to_string(&root).expect("tables of TOML values are TOML")
    }
}

/// The table at a path of sections. Missing tables are made.
fn table_at<'a>(root: &'a mut Table, path: &str) -> &'a mut Table {
    path.split('.').filter(|part| !part.is_empty()).fold(root, |table, part| {
        let entry = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
        entry.as_table_mut().expect("sections hold no values")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "question = \"q\"\n\n[model]\ndim = [2,\n  4]\nscale = { from = 1 }\n[perturbation]\n\
                        prune.level = 0.5\n[perturbation.independent]\n";

    fn document(text: &str, overrides: &[&str]) -> Result<Document, SimError> {
        Document::parse(
            Path::new("a.toml"),
            text,
            &overrides.iter().map(|s| s.to_string()).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_from_wherever_it_comes() {
        let levels = |n: usize| (vec!["a"; n].join("."), format!("{}1{}", "[".repeat(n), "]".repeat(n)));
        let (keys, lists) = levels(16);
        document("", &[&format!("{keys} = 1")]).unwrap();
        document(&format!("a.b = {}", levels(14).1), &[]).unwrap();
        for (text, set) in [
            (String::new(), vec![format!("{} = 1", levels(90).0)]),
            (String::new(), vec![format!("{keys}.a = 1")]),
            (String::new(), vec![format!("a = {lists}")]),
            (format!("a = {lists}"), vec![]),
            (format!("{} = 1", levels(40).0), vec![]),
        ] {
            let set: Vec<&str> = set.iter().map(String::as_str).collect();
            let said = document(&text, &set).unwrap_err().to_string();
            assert!(said.contains("levels deep; a config has at most 16"), "{said}");
        }
    }

    #[test]
    fn settings_know_the_line_of_their_key() {
        let d = document(TEXT, &[]).unwrap();
        let lines: Vec<_> = d.paths().map(|(path, origin)| (path, origin.clone())).collect();
        let expected = [
            ("model.dim", 4),
            ("model.scale", 6),
            ("perturbation.prune.level", 8),
            ("question", 1),
            ("model", 3),
            ("perturbation", 7),
            ("perturbation.independent", 9),
            ("perturbation.prune", 8),
        ];
        assert_eq!(lines, expected.map(|(path, line)| (path, Origin::Line(line))));
    }

    #[test]
    fn an_override_replaces_a_value_or_a_section_and_may_be_a_bare_word() {
        let d = document(
            TEXT,
            &["model.dim=8", "model.embeddings = sphere", "perturbation={prune={level=[0, 1]}}"],
        );
        let d = d.unwrap();
        assert_eq!(d.get("model.dim").unwrap().value, Value::Integer(8));
        assert_eq!(d.get("model.dim").unwrap().origin, Origin::Override("model.dim=8".into()));
        assert_eq!(d.get("model.embeddings").unwrap().value, Value::String("sphere".into()));
        assert!(d.section("perturbation.independent").is_none());
        assert!(d.get("perturbation.prune.level").unwrap().value.is_array());
    }

    #[test]
    fn what_was_run_can_be_run_again() {
        let d = document(TEXT, &["model.dim=[1, 2]", "family.rare_labels.x=1e-300"]).unwrap();
        let again = document(&d.to_toml(), &[]).unwrap();
        let values =
            |d: &Document| d.settings.iter().map(|(k, s)| (k.clone(), s.value.clone())).collect::<Vec<_>>();
        assert_eq!(values(&again), values(&d));
        assert!(again.sections.keys().eq(d.sections.keys()));
        assert_eq!(again.to_toml(), d.to_toml());
    }

    #[test]
    fn text_that_is_not_toml_is_an_error_with_its_line() {
        for (text, start) in [
            ("a = 1\nb = \n", "a.toml:2: not TOML: "),
            ("a = 1\na = 2\n", "a.toml:2: not TOML: duplicate key"),
            ("[model]\n[model]\n", "a.toml:2: not TOML: duplicate key"),
            ("x", "a.toml:1: not TOML: "),
            ("\nmodel = 3", "a.toml:2: `model`: is 3; it must be a table of further keys"),
            ("\nfamily.e = 3", "a.toml:2: `family.e`: is 3; it must be a table of further keys"),
            ("n = 99999999999999999999", "a.toml:1: `n`: "),
        ] {
            let message = document(text, &[]).unwrap_err().to_string();
            assert!(message.starts_with(start), "{text:?} gives {message}");
        }
    }

    #[test]
    fn an_override_of_another_form_is_an_error() {
        for text in ["model.dim", "=3", "model..dim=3", "model.dim=[1", "model.dim=", "model=3", "a=1\nb=2"] {
            let message = document(TEXT, &[text]).unwrap_err().to_string();
            assert!(message.starts_with(&format!("--set {text}")), "{message}");
        }
    }
}
