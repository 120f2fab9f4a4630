//! The models that are in a folder.

use crate::archive::CHECKPOINTS;
use crate::logits::LogitForm;
use crate::names::ArrayNames;
use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};

/// Whether a folder is a model itself: it has a checkpoint, or embeddings or logits as an `.npy` file of the name that they have.
pub fn is_model_folder(folder: &Path, names: &ArrayNames) -> bool {
    let logits = names.logits.iter().map(|(_, name)| name.as_str());
    let arrays =
        std::iter::once(names.embeddings.as_str()).chain(logits).chain(LogitForm::ALL.map(LogitForm::name));
    CHECKPOINTS.into_iter().any(|name| folder.join(name).is_file())
        || arrays.into_iter().any(|name| folder.join(format!("{name}.npy")).is_file())
}

/// The models in a folder: `.npz` and `.safetensors` files, and folders that are models. Numbers in their names count as numbers:
/// `step-9` comes before `step-10`.
///
/// # Errors
/// The folder cannot be read.
pub fn models_in(folder: &Path, names: &ArrayNames) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let is_file = path
            .extension()
            .is_some_and(|e| ["npz", "safetensors"].iter().any(|k| e.eq_ignore_ascii_case(k)));
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && ((is_file && path.is_file()) || (path.is_dir() && is_model_folder(&path, names))) {
            found.push(path);
        }
    }
    found.sort_by(|a, b| {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        by_numbers(&name(a), &name(b)).then_with(|| a.cmp(b))
    });
    Ok(found)
}

/// The order of two names, in which runs of digits count as the numbers that they are.
fn by_numbers(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(u128, String)> {
        let runs: Vec<Vec<char>> = text
            .chars()
            .collect::<Vec<char>>()
            .chunk_by(|x, y| x.is_ascii_digit() == y.is_ascii_digit())
            .map(<[char]>::to_vec)
            .collect();
        let part = |run: Vec<char>| {
            let text: String = run.into_iter().collect();
            // Digits come before letters.
            (text.parse().unwrap_or(u128::MAX), text)
        };
        runs.into_iter().map(part).collect()
    };
    parts(a).cmp(&parts(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn models_come_in_the_order_of_their_numbers() {
        let (folder, usual) = (tempfile::tempdir().unwrap(), ArrayNames::default());
        let at = |name: &str| folder.path().join(name);
        for name in ["step-10.npz", "step-9.npz", "step-9b.npz", "a.safetensors", "notes.txt", ".hidden.npz"]
        {
            fs::write(at(name), "").unwrap();
        }
        fs::create_dir(at("step-100")).unwrap();
        fs::write(at("step-100/embeddings.npy"), "").unwrap();
        fs::create_dir(at("logs")).unwrap();
        let found = models_in(folder.path(), &usual).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.safetensors", "step-9.npz", "step-9b.npz", "step-10.npz", "step-100"]);
        assert!(is_model_folder(&at("step-100"), &usual) && !is_model_folder(folder.path(), &usual));
        fs::write(at("logs/h.npy"), "").unwrap();
        let other = ArrayNames { embeddings: "h".into(), ..ArrayNames::default() };
        assert!(is_model_folder(&at("logs"), &other) && !is_model_folder(&at("logs"), &usual));
        assert!(models_in(&at("none"), &usual).is_err());
    }
}
