//! A file or directory that holds several arrays by name.

use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::gguf::Gguf;
use crate::head::{self, Head};
use crate::npy;
use crate::npz::Npz;
use crate::safetensors::Safetensors;
use crate::shards::Shards;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An open archive and the names of its arrays, sorted.
pub(crate) struct Archive {
    path: PathBuf,
    names: Vec<String>,
    form: Form,
}

enum Form {
    Npz(Npz),
    Safetensors(Safetensors),
    Shards(Shards),
    Gguf(Gguf),
    /// `.npy` files, and the checkpoint beside them if there is one.
    Directory(Option<Box<Archive>>),
}

/// The files that a checkpoint in a folder may begin with.
pub(crate) const CHECKPOINTS: [&str; 2] = ["model.safetensors.index.json", "model.safetensors"];

impl Archive {
    /// Opens a directory, or a file whose extension says what it is. The limit is of compressed entries.
    pub(crate) fn open(path: &Path, inflation_limit: u64) -> Result<Archive, ReadError> {
        let place = Place::file(path);
        let metadata = path.metadata().map_err(|e| place.error(Problem::Io(e)))?;
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let (form, names) = if metadata.is_dir() {
            let mut names = npy_files(path)?;
            let found = CHECKPOINTS.into_iter().map(|name| path.join(name)).find(|file| file.is_file());
            let checkpoint = found.map(|file| Archive::open(&file, inflation_limit)).transpose()?;
            names.extend(checkpoint.iter().flat_map(|checkpoint| checkpoint.names.clone()));
            names.sort();
            names.dedup();
            (Form::Directory(checkpoint.map(Box::new)), names)
        } else if Npz::is_npz(path) {
            let npz = Npz::open(path, inflation_limit)?;
            let names = npz.names();
            (Form::Npz(npz), names)
        } else if extension == "safetensors" {
            let safetensors = Safetensors::open(path)?;
            let names = safetensors.names();
            (Form::Safetensors(safetensors), names)
        } else if extension == "gguf" {
            let gguf = Gguf::open(path)?;
            let names = gguf.names();
            (Form::Gguf(gguf), names)
        } else if extension == "json" {
            let shards = Shards::open(path)?;
            let names = shards.names();
            (Form::Shards(shards), names)
        } else {
            return Err(place.error(Problem::Form { npy: extension == "npy" }));
        };
        Ok(Archive { path: path.to_path_buf(), names, form })
    }

    /// Whether a path leads to an archive, by its extension or because it is a folder.
    pub(crate) fn is_archive(path: &Path) -> bool {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        path.is_dir() || ["npz", "safetensors", "json", "gguf"].iter().any(|known| extension == *known)
    }

    /// The last layer of a checkpoint.
    pub(crate) fn head(&self) -> Result<Head, ReadError> {
        if matches!(self.form, Form::Gguf(_)) {
            return head::find_in_gguf(&self.names).map_err(|problem| Place::file(&self.path).error(problem));
        }
        let folder = if self.path.is_dir() { &self.path } else { crate::folder::parent(&self.path) };
        head::find(&self.names, folder).map_err(|problem| Place::file(&self.path).error(problem))
    }

    /// Whether there is an array of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|found| found == name)
    }

    /// Opens an array; `None` if there is none of that name.
    pub(crate) fn array(&mut self, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        self.form.array(&self.path, name)
    }

    /// Opens an array that has to be there; `role` is what the model needs it for.
    pub(crate) fn required(&mut self, role: &'static str, name: &str) -> Result<Array<'_>, ReadError> {
        let Archive { path, names, form } = self;
        let empty_directory = names.is_empty() && matches!(form, Form::Directory(_));
        let array = form.array(path, name)?;
        array.ok_or_else(|| {
            let name = name.to_owned();
            let problem = if empty_directory {
                Problem::EmptyDirectory { needed: format!("{name}.npy") }
            } else {
                Problem::Missing { role, name, found: names.clone() }
            };
            Place::file(path).error(problem)
        })
    }
}

impl Form {
    fn array(&mut self, path: &Path, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        match self {
            Form::Npz(npz) => npz.array(Place::array(path, name), name),
            Form::Safetensors(safetensors) => safetensors.array(Place::array(path, name), name),
            Form::Shards(shards) => shards.array(name),
            Form::Gguf(gguf) => gguf.array(Place::array(path, name), name),
            Form::Directory(checkpoint) => match npy::open(&path.join(format!("{name}.npy"))) {
                Err(ReadError { problem: Problem::Io(e), .. }) if e.kind() == ErrorKind::NotFound => {
                    checkpoint.as_mut().map_or(Ok(None), |checkpoint| checkpoint.array(name))
                }
                opened => opened.map(Some),
            },
        }
    }
}

/// Names of the `.npy` files in a directory, sorted, without `.npy`.
fn npy_files(directory: &Path) -> Result<Vec<String>, ReadError> {
    let error = |e| Place::file(directory).error(Problem::Io(e));
    let mut names = Vec::new();
    for entry in directory.read_dir().map_err(error)? {
        let name = entry.map_err(error)?.file_name();
        if let Some(name) = name.to_string_lossy().strip_suffix(".npy") {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
