//! A checkpoint in several safetensors files, and the index that says which tensor is where.

use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::regular::read_config;
use crate::safetensors::Safetensors;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An open index.
pub(crate) struct Shards {
    index: PathBuf,
    /// The file of each tensor, beside the index.
    files: BTreeMap<String, String>,
    /// The shard that was opened last.
    open: Option<(PathBuf, Safetensors)>,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Shards {
    /// Reads `model.safetensors.index.json`.
    pub(crate) fn open(index: &Path) -> Result<Shards, ReadError> {
        let place = Place::file(index);
        let bytes = read_config(index).map_err(|e| place.error(Problem::Io(e)))?;
        let read: Index = serde_json::from_slice(&bytes).map_err(|e| {
            place.error(Problem::Header(format!(
                "{e}; a model.safetensors.index.json, with a `weight_map`, is needed"
            )))
        })?;
        let is_beside = |file: &String| Path::new(file).file_name().is_some_and(|name| *name == **file);
        if let Some((tensor, file)) = read.weight_map.iter().find(|(_, file)| !is_beside(file)) {
            let problem = format!("`{tensor}` is said to be in `{file}`, which is no file beside the index");
            return Err(place.error(Problem::Header(problem)));
        }
        Ok(Shards { index: index.to_path_buf(), files: read.weight_map, open: None })
    }

    /// Names of the tensors, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// Opens a tensor; `None` if the index has none of that name.
    pub(crate) fn array(&mut self, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        let Some(file) = self.files.get(name) else { return Ok(None) };
        let path = self.index.with_file_name(file);
        let place = Place::file(&self.index);
        if self.open.as_ref().is_none_or(|(open, _)| *open != path) {
            let shard = Safetensors::open(&path).map_err(|error| match error.problem {
                Problem::Io(e) if e.kind() == ErrorKind::NotFound => {
                    let problem = format!("the shard `{file}`, which holds `{name}`, is not beside it");
                    place.error(Problem::Header(problem))
                }
                problem => error.place.error(problem),
            })?;
            self.open = Some((path.clone(), shard));
        }
        let Some((_, shard)) = &mut self.open else { return Ok(None) };
        let array = shard.array(Place::array(&path, name), name)?;
        array.map(Some).ok_or_else(|| {
            let problem = format!("`{name}` is not in the shard `{file}`, where the index says that it is");
            place.error(Problem::Header(problem))
        })
    }
}
