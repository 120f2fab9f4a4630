//! What a command reads and where it writes: no output replaces an input, nor another output.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// The files that a command reads, and the names that its outputs have claimed so far.
#[derive(Debug, Default)]
pub struct Claims {
    read: Vec<Known>,
    written: Vec<(String, Known)>,
    filled: Vec<(String, PathBuf)>,
}

/// Why a file may not be written.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Taken {
    /// The command reads it.
    #[error("{option} {}: the command reads {}, which would be replaced; another name is needed", .path.display(), as_named(.path, .input))]
    Read {
        /// What asks for the file.
        option: String,
        /// Its name there.
        path: PathBuf,
        /// Its name as an input.
        input: PathBuf,
    },
    /// Another output goes there.
    #[error("{option} {}: {other} is written to it; another name is needed", .path.display())]
    Written {
        /// What asks for the file.
        option: String,
        /// Its name there.
        path: PathBuf,
        /// What asked for it before.
        other: String,
    },
    /// A folder is there.
    #[error("{option} {}: it is a folder; the name of a file is needed", .path.display())]
    Folder {
        /// What asks for the file.
        option: String,
        /// Its name there.
        path: PathBuf,
    },
    /// There is no folder that it could be in.
    #[error("{option} {}: there is no folder {} to write it to", .path.display(), .folder.display())]
    NoFolder {
        /// What asks for the file.
        option: String,
        /// Its name there.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
}

impl Claims {
    /// The claims of a command that reads these. A folder is a model: it stands for itself and the files of a model in it. An index of shards
    /// stands for those in its folder.
    pub fn reading<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Claims {
        let mut claims = Claims::default();
        for path in paths {
            claims.read.push(Known::of(path));
            let folder = if is_index(path) { path.parent() } else { Some(path) };
            let entries = folder.and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten();
            let of_model = entries.map(|entry| entry.path()).filter(|path| is_of_model(path));
            claims.read.extend(of_model.map(|path| Known::of(&path)));
        }
        claims
    }

    /// Claims a file or folder for an output; `option` says in messages what asks for it.
    ///
    /// # Errors
    /// It is an input, or an earlier output, by this name or another: through links, and as a second name of one file.
    pub fn write(&mut self, option: &str, path: &Path) -> Result<(), Taken> {
        let known = Known::of(path);
        if let Some(input) = self.read.iter().find(|input| input.is(&known)) {
            return Err(Taken::Read { option: option.into(), path: path.into(), input: input.path.clone() });
        }
        if let Some((other, _)) = self.written.iter().find(|(_, other)| other.is(&known)) {
            return Err(Taken::Written { option: option.into(), path: path.into(), other: other.clone() });
        }
        if let Some((other, _)) = self.filled.iter().find(|(_, folder)| known.canonical.starts_with(folder)) {
            return Err(Taken::Written { option: option.into(), path: path.into(), other: other.clone() });
        }
        self.written.push((option.into(), known));
        Ok(())
    }

    /// Claims a file for an output, as [`write`](Claims::write) does.
    ///
    /// # Errors
    /// As [`write`](Claims::write), or a folder is there, or there is none that it could be in.
    pub fn write_file(&mut self, option: &str, path: &Path) -> Result<(), Taken> {
        if path.is_dir() {
            return Err(Taken::Folder { option: option.into(), path: path.into() });
        }
        self.write(option, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
        // Another output may make it.
        let is_made = |folder: &Path| {
            let folder = canonical(folder);
            self.written.iter().any(|(_, output)| folder.starts_with(&output.canonical))
        };
        match folder.filter(|folder| !is_made(folder)) {
            None => Ok(()),
            Some(folder) => {
                Err(Taken::NoFolder { option: option.into(), path: path.into(), folder: folder.into() })
            }
        }
    }

    /// Claims all names in a folder, for files whose names are not known yet: no other output goes there.
    pub fn fill(&mut self, option: &str, folder: &Path) {
        self.filled.push((option.into(), canonical(folder)));
    }

    /// Claims files of a folder.
    ///
    /// # Errors
    /// As [`write`](Claims::write).
    pub fn write_in<'a>(
        &mut self,
        option: &str,
        folder: &Path,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Taken> {
        names.into_iter().try_for_each(|name| self.write(option, &folder.join(name)))
    }
}

/// Whether a file is one that models in folders are made of.
fn is_of_model(path: &Path) -> bool {
    const ENDS: [&str; 4] = ["npy", "npz", "safetensors", "gguf"];
    let ends = path.extension().is_some_and(|extension| ENDS.iter().any(|end| extension == *end));
    ends || is_index(path) || path.file_name().is_some_and(|name| name == "config.json")
}

/// Whether a file says which shards of a checkpoint have which arrays.
fn is_index(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(".index.json"))
}

/// A file or folder by all that tells whether it is another one.
#[derive(Debug)]
struct Known {
    path: PathBuf,
    canonical: PathBuf,
    /// Device and number of what is there; two names of one file have the same.
    place: Option<(u64, u64)>,
}

impl Known {
    fn of(path: &Path) -> Known {
        Known { path: path.into(), canonical: canonical(path), place: place(path) }
    }

    fn is(&self, other: &Known) -> bool {
        self.canonical == other.canonical || (self.place.is_some() && self.place == other.place)
    }
}

/// The path without links. What is not there yet has the name that it will have.
fn canonical(path: &Path) -> PathBuf {
    let whole = path.canonicalize();
    whole.unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            canonical(folder).join(name)
        }
        _ => path.into(),
    })
}

#[cfg(unix)]
fn place(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    // Pipes and devices may be read and written at once.
    let found = path.metadata().ok().filter(|found| found.is_file() || found.is_dir())?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn place(_: &Path) -> Option<(u64, u64)> {
    None
}

fn as_named(path: &Path, input: &Path) -> String {
    if path == input { "this file".into() } else { format!("this file as {}", input.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_input_is_known_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("model")).unwrap();
        fs::create_dir(at("shards")).unwrap();
        let of_models =
            ["model/bias.npy", "model/x.safetensors", "model/config.json", "shards/1.safetensors"];
        for name in of_models.iter().chain(&["a.npz", "other", "shards/m.safetensors.index.json"]) {
            fs::write(at(name), name).unwrap();
        }
        fs::hard_link(at("a.npz"), at("hard")).unwrap();
        let index = at("shards/m.safetensors.index.json");
        let claims = || Claims::reading([at("a.npz").as_path(), &at("model"), &index]);
        let mut names = vec!["a.npz", "hard", "model", "model/../a.npz", "shards/m.safetensors.index.json"];
        names.extend(of_models);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("a.npz"), at("soft")).unwrap();
            std::os::unix::fs::symlink("soft", at("softer")).unwrap();
            std::os::unix::fs::symlink(folder.path(), at("loop")).unwrap();
            names.extend(["soft", "softer", "loop/a.npz", "loop/model/bias.npy"]);
        }
        for name in names {
            let refused = claims().write("--out", &at(name)).unwrap_err();
            assert!(matches!(refused, Taken::Read { .. }), "{name}: {refused}");
        }
        for name in ["other", "new", "model/new", "no/such/folder"] {
            assert_eq!(claims().write("--out", &at(name)), Ok(()), "{name}");
        }
    }

    #[test]
    fn two_outputs_have_two_names() {
        let folder = tempfile::tempdir().unwrap();
        let mut claims = Claims::default();
        claims.write_in("--report", folder.path(), ["one", "two"]).unwrap();
        let refused = claims.write("--out", &folder.path().join("./two")).unwrap_err();
        assert!(refused.to_string().contains("--report is written to it"), "{refused}");
        claims.fill("--report", &folder.path().join("plots"));
        for name in ["plots/x.svg", "./plots/deeper/y", "plots/../plots/z", "plots"] {
            let refused = claims.write("--out", &folder.path().join(name)).unwrap_err();
            assert!(matches!(refused, Taken::Written { .. }), "{name}: {refused}");
        }
        assert_eq!(claims.write("--out", &folder.path().join("plots.csv")), Ok(()));
    }
}
