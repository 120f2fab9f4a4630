//! The recipe of a trained network, and its file.

use crate::data::DataSpec;
use crate::error::TrainError;
use crate::fingerprint::fingerprint;
use crate::network::{Network, NetworkSpec};
use crate::spec::TrainingSpec;
use logitdist::{Mat, MatRef};
use logitdist_io::{Attached, read_array, read_text, write_npz_with};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Data, network, training and seed: what `logitdist train` reads from a config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What is trained on.
    pub data: DataSpec,
    /// What the network looks like.
    #[serde(default)]
    pub network: NetworkSpec,
    /// How it is trained.
    #[serde(default)]
    pub training: TrainingSpec,
    /// Seed of the first weights, of the order of inputs and of dropout.
    #[serde(default)]
    pub seed: u64,
}

impl Recipe {
    /// A name of 32 hexadecimal digits for this recipe; any other recipe has another one. The content of files counts, too.
    ///
    /// # Errors
    /// A file of the data cannot be read.
    pub fn fingerprint(&self) -> Result<String, TrainError> {
        Ok(self.fingerprint_of(&self.data.fingerprint()?))
    }

    /// The same of data whose fingerprint is known, so that no file is read.
    pub fn fingerprint_of(&self, data: &str) -> String {
        fingerprint("recipe", &(data, &self.network, &self.training, self.seed))
    }

    /// Checks all settings but those of the data, which are checked when they are loaded.
    ///
    /// # Errors
    /// The setting that is outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        self.network.check()?;
        self.training.check()
    }
}

/// What a network's file holds beside its arrays.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    n_features: usize,
    n_labels: usize,
    recipe: Recipe,
    /// A hash of the settings of the data and of what is in their files.
    data: String,
}

/// Name of the description in the archive.
const DESCRIPTION: &str = "network.json";
/// Name of the array of all weights, a column in the order of [`Network::parameters`].
const WEIGHTS: &str = "network_weights";

/// Saves a network in one `.npz` file: the model that it is on `features` (N×D), as `logitdist compare` reads it, and the network itself.
///
/// The arrays `embeddings`, `unembeddings` and perhaps `bias` are the model. `network_weights` and the text `network.json` (shapes and
/// recipe) are the network, which [`load_network`] reads; other readers of models ignore them. The file appears whole or not at all.
///
/// # Errors
/// Features of another number of columns than the network's, or the file cannot be written.
pub fn save_network(
    path: &Path,
    network: &Network,
    recipe: &Recipe,
    features: MatRef<'_, f64>,
) -> Result<(), TrainError> {
    save_network_of(path, network, recipe, &recipe.data.fingerprint()?, features)
}

/// [`save_network`] with the fingerprint of the data, so that no file is read.
///
/// # Errors
/// As [`save_network`].
pub fn save_network_of(
    path: &Path,
    network: &Network,
    recipe: &Recipe,
    data: &str,
    features: MatRef<'_, f64>,
) -> Result<(), TrainError> {
    let model = network.model(features)?;
    let weights = Mat::from_fn(network.parameters().len(), 1, |i, _| f64::from(network.parameters()[i]));
    let description = Description {
        n_features: network.n_features(),
        n_labels: network.n_labels(),
        recipe: Recipe { network: network.spec().clone(), ..recipe.clone() },
        data: data.to_owned(),
    };
    let description = serde_json::to_string(&description).expect("numbers, words and lists are JSON");
    let attached = Attached { arrays: &[(WEIGHTS, weights.as_ref())], texts: &[(DESCRIPTION, &description)] };
    Ok(write_npz_with(path, &model, &attached)?)
}

fn description(path: &Path) -> Result<Description, TrainError> {
    let error = |message: String| TrainError::file(path, None, message);
    let text = read_text(path, DESCRIPTION)?.ok_or_else(|| {
        error(format!(
            "a model without its network (there is no `{DESCRIPTION}`); one that `logitdist train` or `distill` wrote is needed"
        ))
    })?;
    serde_json::from_str(&text).map_err(|e| error(format!("`{DESCRIPTION}` is damaged: {e}")))
}

/// Checks that the data of a saved network are still those that it was trained on.
///
/// # Errors
/// Files of the data with other contents, or that cannot be read, and as [`load_network`].
pub fn check_data(path: &Path) -> Result<(), TrainError> {
    let Description { recipe, data, .. } = description(path)?;
    if recipe.data.fingerprint()? == data {
        return Ok(());
    }
    let message =
        "the files of its data have changed since it was trained; it needs those, or must be trained anew";
    Err(TrainError::file(path, None, message.to_owned()))
}

/// Reads a network that [`save_network`] saved, and what it comes from.
///
/// # Errors
/// The file cannot be read, holds a model without its network, or is damaged.
pub fn load_network(path: &Path) -> Result<(Network, Recipe), TrainError> {
    let error = |message: String| TrainError::file(path, None, message);
    let Description { n_features, n_labels, recipe, .. } = description(path)?;
    let weights = read_array(path, WEIGHTS)?;
    let weights = weights.col_as_slice(0).iter().map(|&w| w as f32).collect();
    let network = Network::new(&recipe.network, n_features, n_labels, 0)
        .and_then(|network| network.with_parameters(weights))
        .map_err(|e| error(format!("`{DESCRIPTION}` or `{WEIGHTS}` is damaged: {e}")))?;
    Ok((network, recipe))
}
