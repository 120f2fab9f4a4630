//! Two trained networks.

use logitdist::Model;
use logitdist_train::{Compression, Dataset, Network, Splits};
use std::sync::Arc;

/// A network and its origin.
#[derive(Debug, Clone)]
pub struct TrainedNetwork {
    /// The network.
    pub network: Arc<Network>,
    /// The fingerprint of its recipe.
    pub recipe: String,
    /// How it was compressed after its training.
    pub compression: Option<Compression>,
}

/// Two networks and their data.
#[derive(Debug)]
pub struct TrainedPair {
    /// The teacher.
    pub a: TrainedNetwork,
    /// The student, the other network or the teacher's copy; compressed if the settings say so.
    pub b: TrainedNetwork,
    /// The data of both. The settings choose which inputs the pair is compared on.
    pub splits: Splits,
}

impl TrainedPair {
    /// Both networks as models on these inputs.
    ///
    /// # Errors
    /// An output is infinite, since weights are too large.
    pub fn models(&self, data: &Dataset) -> Result<(Model, Model), String> {
        let model =
            |trained: &TrainedNetwork| trained.network.model(data.features()).map_err(|e| e.to_string());
        Ok((model(&self.a)?, model(&self.b)?))
    }
}
