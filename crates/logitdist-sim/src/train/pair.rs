//! Two trained networks.

use logitdist::Model;
use logitdist_train::{Compression, Dataset, Network, Splits};
use std::sync::Arc;

/// A network and all that it comes from.
#[derive(Debug, Clone)]
pub struct TrainedNetwork {
    /// The network.
    pub network: Arc<Network>,
    /// The fingerprint of its recipe.
    pub recipe: String,
    /// How it was made smaller after its training.
    pub compression: Option<Compression>,
}

/// Two networks and their data.
#[derive(Debug)]
pub struct TrainedPair {
    /// The teacher.
    pub a: TrainedNetwork,
    /// The student, the other network, or the teacher's copy; made smaller if that was asked for.
    pub b: TrainedNetwork,
    /// All data of both, of which the settings choose the inputs that the pair is compared on.
    pub splits: Splits,
}

impl TrainedPair {
    /// The models that the networks are on inputs.
    ///
    /// # Errors
    /// Outputs that are no model: weights so large that a value is infinite.
    pub fn models(&self, data: &Dataset) -> Result<(Model, Model), String> {
        let model =
            |trained: &TrainedNetwork| trained.network.model(data.features()).map_err(|e| e.to_string());
        Ok((model(&self.a)?, model(&self.b)?))
    }
}
