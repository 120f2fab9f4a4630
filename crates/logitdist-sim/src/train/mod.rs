//! Trained networks as pairs: a teacher and a student of it, two networks trained apart, or a network and itself rounded.
//!
//! In the order in which a cell passes: what the config says ([`settings`]), the recipes and seeds of the networks that it asks for
//! ([`recipes`]), which are trained once or read ([`networks`]), rounded perhaps, and what is measured of them beyond
//! a comparison of models ([`measures`]).

pub mod measures;
mod networks;
mod recipes;
mod settings;

pub use networks::{Networks, clear};
pub use settings::TrainSettings;

use logitdist::Model;
use logitdist_train::{Dataset, Network};
use std::sync::Arc;

/// Two networks and the inputs that they are compared on.
#[derive(Debug)]
pub struct TrainedPair {
    /// The teacher.
    pub a: Arc<Network>,
    /// The student, the other network, or the teacher's copy; rounded if that was asked for.
    pub b: Arc<Network>,
    /// The inputs and their labels.
    pub data: Dataset,
}

impl TrainedPair {
    /// The models that the networks are on the inputs.
    ///
    /// # Errors
    /// Outputs that are no model: weights so large that a value is infinite.
    pub fn models(&self) -> Result<(Model, Model), String> {
        let model = |network: &Network| network.model(self.data.features()).map_err(|e| e.to_string());
        Ok((model(&self.a)?, model(&self.b)?))
    }
}
