//! The folder of trained networks among the results of a run. It is a cache: deleting it only costs time.

use crate::error::SimError;
use crate::whole_file::clear_models;
use logitdist_io::{ReadOptions, Source, read_model};
use logitdist_results::RESULT_VERSION;
use logitdist_train::{Network, Recipe, Splits};
use std::path::{Path, PathBuf};

/// Its name.
pub(super) const FOLDER: &str = "networks";

/// Whether the model in a network's file is that of the network. Other programs read these arrays.
pub(super) fn is_model_of(path: &Path, network: &Network, splits: &Splits) -> bool {
    let read = read_model(&Source::Path(path.to_owned()), &ReadOptions::default());
    let (Ok(read), Ok(own)) = (read, network.model(splits.test.features())) else { return false };
    read.into_parts() == own.into_parts()
}

/// The file of a recipe's network; `data` is the fingerprint of its data.
pub(super) fn path(folder: &Path, recipe: &Recipe, data: &str) -> PathBuf {
    let fingerprint = recipe.fingerprint_of(data);
    let name = blake3::hash(format!("{RESULT_VERSION}\n{fingerprint}").as_bytes()).to_hex();
    folder.join(format!("{}.npz", &name[..32]))
}

/// Checks that networks have a folder among the results.
///
/// # Errors
/// A file has the name of their folder.
pub fn check_place(out: &Path) -> Result<(), SimError> {
    let folder = out.join(FOLDER);
    if !folder.exists() || folder.is_dir() {
        return Ok(());
    }
    let message = "trained networks need a folder of this name, and this is a file; move it, or write to another folder";
    Err(SimError::Usage(format!("{}: {message}", folder.display())))
}

/// Removes the networks of a folder of results.
///
/// # Errors
/// A file cannot be removed.
pub fn clear(out: &Path) -> Result<(), SimError> {
    clear_models(&out.join(FOLDER))
}
