//! The files of features and labels that a config names: their folder and their contents.
//!
//! A config that was run states both. So its copy among the results finds the same files, and results of other contents are never mixed
//! with its own.

use crate::document::Document;
use crate::error::SimError;
use crate::grid::{Block, Source};
use crate::train::files;
use logitdist_train::{DataSpec, FileData, Files, Splits, TrainError};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Value;

/// The folder that names of files are relative to; the config's own if absent.
pub const FROM: &str = "files_from";

/// A hash of the contents of the files. A run adds it to its config.
pub const CONTENT: &str = "files_content";

/// The keys of a table `[train.NAME]` that name files.
const NAMES: [&str; 2] = ["features", "labels"];

/// The contents of a user's files when the config was read. All cells use them, even if the files change.
#[derive(Debug, Clone, Default)]
pub struct UserData(Arc<HashMap<[PathBuf; 2], FileData>>);

impl UserData {
    /// The data of a spec, divided.
    ///
    /// # Errors
    /// Those of [`DataSpec::load`].
    pub fn splits(&self, spec: &DataSpec) -> Result<Splits, TrainError> {
        self.known(spec).map_or_else(|| spec.load(), |(files, known)| known.divided(files))
    }

    /// The [`DataSpec::fingerprint`] of the data.
    ///
    /// # Errors
    /// Those of [`DataSpec::fingerprint`].
    pub fn fingerprint(&self, spec: &DataSpec) -> Result<String, TrainError> {
        self.known(spec).map_or_else(|| spec.fingerprint(), |(files, known)| Ok(known.fingerprint(files)))
    }

    /// The files.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().flatten().map(PathBuf::as_path)
    }

    fn known<'a>(&self, spec: &'a DataSpec) -> Option<(&'a Files, &FileData)> {
        let DataSpec::Files(files) = spec else { return None };
        Some((files, self.0.get(&names(files))?))
    }
}

/// Absolute names, so that files are found again from any folder.
fn names(files: &Files) -> [PathBuf; 2] {
    [&files.features, &files.labels].map(|name| std::path::absolute(name).unwrap_or_else(|_| name.clone()))
}

/// Whether a config names files.
fn are_named(document: &Document) -> bool {
    let is_name = |path: &str| {
        NAMES.iter().any(|name| path.starts_with("train.") && path.ends_with(&format!(".{name}")))
    };
    document.paths().any(|(path, _)| is_name(path))
}

/// The folder that the names of a config's files are relative to.
///
/// # Errors
/// The config names no files but has a key about them, or the key is no text.
pub fn folder(document: &Document) -> Result<PathBuf, SimError> {
    for key in [FROM, CONTENT] {
        match document.get(key).map(|setting| &setting.value) {
            Some(Value::String(_)) if are_named(document) => (),
            Some(Value::String(_)) => {
                let message = "belongs to tables [train.NAME] with data = \"files\", and there is none";
                return Err(document.error_at(key, message.into()));
            }
            Some(_) => return Err(document.error_at(key, "must be a text".into())),
            None => (),
        }
    }
    let from = text(document, FROM).unwrap_or_default();
    Ok(document.folder().join(from))
}

/// The hash of the contents that a config was run with.
pub fn content(document: &Document) -> Option<String> {
    text(document, CONTENT).map(str::to_owned)
}

/// The config that also states the folder and the hash of its files, with their contents. `blocks` are those of the config.
///
/// # Errors
/// A file is no data to train on; says what is wrong and where. The files have other contents than the config states.
pub fn stated(document: Document, blocks: &[Block]) -> Result<(Document, UserData), SimError> {
    if !are_named(&document) {
        return Ok((document, UserData::default()));
    }
    let mut data: HashMap<[PathBuf; 2], FileData> = HashMap::new();
    let mut contents = String::new();
    for block in blocks.iter().filter(|block| matches!(block.source, Source::Train(_))) {
        for files in files_of(block) {
            let error = |e: TrainError| {
                let message = e.to_string();
                let name = NAMES[usize::from(message.starts_with(&files.labels.display().to_string()))];
                document.error_at(&format!("{}.{name}", block.source.name()), message)
            };
            let known = match data.entry(names(&files)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(files.read().map_err(error)?),
            };
            known.divided(&files).map_err(error)?;
            contents.push_str(&known.fingerprint(&files));
        }
    }
    let found = blake3::hash(contents.as_bytes()).to_hex()[..32].to_owned();
    if let Some(stated) = content(&document).filter(|stated| *stated != found) {
        let message = format!(
            "is {stated}, and the files now hold {found}: they have changed: restore them, or remove this key to run with the present files"
        );
        return Err(document.error_at(CONTENT, message));
    }
    let folder = folder(&document)?;
    // A config named without a folder is in the current one.
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
    let from = std::path::absolute(here).map_err(|e| SimError::io("find the folder", &folder, e))?;
    let from = from.to_str().ok_or_else(|| not_text(&document, &from))?.to_owned();
    let stated = document.with(FROM, Value::String(from)).with(CONTENT, Value::String(found));
    Ok((stated, UserData(Arc::new(data))))
}

/// The files that a block names: each file of features with each file of labels.
fn files_of(block: &Block) -> Vec<Files> {
    let names = |name| block.axis(name).map(|axis| axis.values.as_slice()).unwrap_or_default();
    let with = |features: &Value, labels: &Value| {
        let (features, labels) = (features.as_str()?, labels.as_str()?);
        Some(files(block.folder.join(features), block.folder.join(labels), 0))
    };
    let pairs = names("features").iter().flat_map(|f| names("labels").iter().map(move |l| (f, l)));
    pairs.filter_map(|(features, labels)| with(features, labels)).collect()
}

fn text<'a>(document: &'a Document, key: &str) -> Option<&'a str> {
    document.get(key).and_then(|setting| setting.value.as_str())
}

fn not_text(document: &Document, folder: &Path) -> SimError {
    document.error_at(FROM, format!("the folder {} has a name that is no text", folder.display()))
}
